import type { HostInspector, RepositoryFacts } from '../core/inspection.ts'
import { printRepo } from '../core/issue.ts'
import type { RepoRef } from '../core/issue.ts'
import type { RouteRule } from '../config/schema.ts'
import type { Clock } from '../core/ports.ts'
import { listNames, sameName } from './check.ts'
import type { Notes } from './check.ts'
import { judgeHooks } from './hooks.ts'
import { judgeServer } from './sign-in.ts'

export interface GitHubScene {
  readonly inspector: HostInspector
  readonly repo: RepoRef
  readonly clock: Clock
  readonly routes: readonly RouteRule[]
  /** The links are kept in a ref of the repository. */
  readonly keepsRef: boolean
  readonly appUrl: string | null
}

/** The repository, what the token may do with it, and the hooks; answers what the other checks need of it. */
export async function examineGitHub(scene: GitHubScene, notes: Notes): Promise<RepositoryFacts | undefined> {
  const { inspector, repo, clock } = scene
  const server = await notes.attempt('sign-in', () => inspector.readServer())
  if (server === undefined) return undefined
  judgeServer(server, clock, notes)
  const facts = await notes.attempt('repository', () => inspector.readRepository(repo))
  if (facts === undefined) return undefined
  judgeRepository(facts, repo, notes)
  if (!facts.archived && facts.hasIssues) await judgePermissions(scene, notes)
  for (const [index, { when }] of scene.routes.entries()) {
    const missing = (when.labels ?? []).filter(
      (wanted) => !wanted.includes('*') && !facts.labels.some((label) => sameName(label, wanted)),
    )
    if (missing.length > 0) {
      const message = `The repository has no label ${listNames(missing)}: no issue can have it.`
      notes.warn(`routes[${index}].when.labels`, message, 'Create the label, or correct its name.')
    }
  }
  if (scene.appUrl !== null) {
    const hooks = await notes.attempt('hooks', () => inspector.readHooks(repo))
    // The hook of an app belongs to the app, and is not among those of the repository.
    if (hooks !== undefined) judgeHooks(hooks, { appUrl: scene.appUrl, connection: null }, notes)
  }
  return facts
}

function judgeRepository({ archived, hasIssues }: RepositoryFacts, repo: RepoRef, notes: Notes): void {
  const name = printRepo(repo)
  if (archived)
    notes.fail(
      'repository',
      `${name} is archived: nothing can be written.`,
      'Unarchive it, or remove it from the sync.',
    )
  else if (!hasIssues)
    notes.fail(
      'repository',
      `${name} has its issues switched off.`,
      'Switch them on in the settings of the repository.',
    )
  else notes.ok('repository', `${name} can be read.`)
}

async function judgePermissions({ inspector, repo, keepsRef }: GitHubScene, notes: Notes): Promise<void> {
  const may = async (what: 'issues' | 'contents', label: string, why: string) => {
    const granted = await notes.attempt('permissions', () => inspector.mayWrite(repo, what))
    if (granted === true) notes.ok('permissions', `${label}: read and write.`)
    const remedy = `Give the token or the app "${label}: read and write" on this repository; in a workflow, "permissions: ${what}: write".`
    if (granted === false) notes.fail('permissions', why, remedy)
  }
  await may('issues', 'Issues', 'The token may not write issues.')
  if (keepsRef) await may('contents', 'Contents', 'The token may not write the ref that keeps the links.')
}
