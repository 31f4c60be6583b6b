import { z } from 'zod'
import type { IssueRef, RepoRef } from '../core/issue.ts'
import { printIssueRef, printRepo } from '../core/issue.ts'
import type { Task } from '../core/queue.ts'
import type { Touched } from '../github/events.ts'
import type { ImportScope } from '../people/models.ts'

// The installation is not known where a tracker told of it; it is looked up then.
const repoParts = { installation: z.int().nullable(), owner: z.string(), repo: z.string() }
const issueParts = { ...repoParts, number: z.int() }

const Scope = z.enum(['user', 'organization'])

/** What there is to do, by kind; facts are read back from the database with these. */
export const Work = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('issue'), ...issueParts, actor: z.string() }),
  z.object({ kind: z.literal('command'), ...issueParts, comment: z.int() }),
  z.object({ kind: z.literal('config'), ...repoParts, sha: z.string(), pull: z.int().nullable() }),
  z.object({ kind: z.literal('renamed'), ...repoParts, field: z.enum(['labels', 'milestone']), name: z.string() }),
  z.object({ kind: z.literal('scan'), ...repoParts, whole: z.boolean(), actor: z.string().default('schedule') }),
  z.object({ kind: z.literal('import'), ...repoParts, scope: Scope, actor: z.string() }),
])
export type Work = z.infer<typeof Work>
export type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>

/** That of the account that installed the app. */
export const laneOf = (owner: string): string => owner.toLowerCase()

const createTask = (key: string, { kind, ...facts }: Work, comments = false): Task => ({
  key,
  lane: laneOf(facts.owner),
  kind,
  facts,
  comments,
})

export const issueKey = (ref: IssueRef): string => `issue:${printIssueRef(ref).toLowerCase()}`

/** For whoever knows that an issue has to be looked at: a webhook of either side, a person, a page. */
export const issueTask = (
  { owner, repo, number }: IssueRef,
  {
    actor,
    comments = false,
    installation = null,
  }: { readonly actor: string; readonly comments?: boolean; readonly installation?: number | null },
): Task =>
  createTask(issueKey({ owner, repo, number }), { kind: 'issue', installation, owner, repo, number, actor }, comments)

/** A scan of a repository: from where the last one ended, or of everything there is. */
export const scanTask = (
  { owner, repo }: RepoRef,
  {
    actor = 'schedule',
    installation = null,
    whole = false,
  }: { readonly actor?: string; readonly installation?: number | null; readonly whole?: boolean },
): Task =>
  createTask(`${whole ? 'backfill' : 'scan'}:${printRepo({ owner, repo }).toLowerCase()}`, {
    kind: 'scan',
    installation,
    owner,
    repo,
    whole,
    actor,
  })

/** What the archive holds is known when it is read: the same one is imported once, however often it is asked for. */
export const importTask = (
  { owner, repo }: RepoRef,
  {
    actor,
    scope = 'user',
    installation = null,
  }: { readonly actor: string; readonly scope?: ImportScope; readonly installation?: number | null },
): Task =>
  createTask(`import:${printRepo({ owner, repo }).toLowerCase()} ${scope}`, {
    kind: 'import',
    installation,
    owner,
    repo,
    scope,
    actor,
  })

export function tasksOf({ installation, sender, issues, command, config, archive, renamed }: Touched): readonly Task[] {
  const tasks = issues.map(({ ref, comments }) => issueTask(ref, { installation, actor: sender, comments }))
  if (command !== null) {
    const { issue, comment } = command
    tasks.push(createTask(`command:${comment}`, { kind: 'command', installation, ...issue, comment }))
  }
  if (config !== null) {
    const { repo, sha, pull } = config
    tasks.push(createTask(`config:${printRepo(repo)}@${sha}`, { kind: 'config', installation, ...repo, sha, pull }))
  }
  if (archive !== undefined) tasks.push(importTask(archive, { installation, actor: sender }))
  if (renamed !== null) {
    const { repo, field, name } = renamed
    const key = `renamed:${printRepo(repo)} ${field} ${name}`.toLowerCase()
    tasks.push(createTask(key, { kind: 'renamed', installation, ...repo, field, name }))
  }
  return tasks
}
