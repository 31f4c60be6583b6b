import type { Config, RouteRule } from '../config/schema.ts'
import type { RepositoryFacts } from '../core/inspection.ts'
import type { RepoRef } from '../core/issue.ts'
import type { Clock, IssueHost, People, Tracker } from '../core/ports.ts'
import { createNotes } from './check.ts'
import type { Check } from './check.ts'
import { examineConnection, examineSignIn } from './connection.ts'
import { examineGitHub } from './github.ts'
import { examinePeople } from './people.ts'
import { examineRoute } from './route.ts'
import { judgeServer } from './sign-in.ts'

export interface DoctorDeps {
  readonly config: Pick<Config, 'trackers' | 'routes' | 'people'>
  readonly repo: RepoRef
  readonly host: IssueHost
  readonly trackers: ReadonlyMap<string, { readonly tracker: Tracker; readonly project: string }>
  readonly people: People
  readonly clock: Clock
  /** The links are kept in a ref of the repository, which needs a permission of its own. */
  readonly keepsRef?: boolean
  /** Where the app is reached from outside: only then hooks are expected. */
  readonly appUrl?: string | null
}

/** Holds everything that the configuration names against the live servers, and writes nothing. */
export async function examine(deps: DoctorDeps): Promise<readonly Check[]> {
  const github = createNotes('github')
  const repository = await examineHost(deps, github)
  const connections = await Promise.all([...deps.trackers.keys()].map((name) => examineTracker(deps, name, repository)))
  const people = createNotes('people')
  const reached = connections.flatMap(({ places }) => places)
  if (reached.length > 0) {
    const { inspector } = deps.host
    const ask = async () => (await inspector?.readAssignable(deps.repo)) ?? []
    const assignable = repository === undefined ? [] : ((await people.attempt('github', ask)) ?? [])
    await examinePeople({ people: deps.people, rule: deps.config.people, places: reached, assignable }, people)
  }
  return [...github.checks, ...connections.flatMap(({ checks }) => checks), ...people.checks]
}

/** Only the sign-ins, their end and the clocks: cheap enough for every day. */
export async function examineSignIns({ host, trackers, clock, config }: DoctorDeps): Promise<readonly Check[]> {
  const github = createNotes('github')
  const { inspector } = host
  const server = inspector === undefined ? undefined : await github.attempt('sign-in', () => inspector.readServer())
  if (server !== undefined) judgeServer(server, clock, github)
  const others = await Promise.all(
    [...trackers].map(async ([name, { tracker }]) => {
      const notes = createNotes(name)
      await examineSignIn({ tracker, url: config.trackers[name]?.url ?? null, clock }, notes)
      return notes.checks
    }),
  )
  return [...github.checks, ...others.flat()]
}

async function examineHost(
  { host, repo, clock, config, keepsRef = false, appUrl = null }: DoctorDeps,
  notes: ReturnType<typeof createNotes>,
) {
  const { inspector } = host
  if (inspector === undefined) return undefined
  return await examineGitHub({ inspector, repo, clock, routes: config.routes, keepsRef, appUrl }, notes)
}

interface ExaminedTracker {
  readonly checks: readonly Check[]
  /** Where assignees travel to, and people can be looked up. */
  readonly places: readonly { readonly connection: string; readonly project: string }[]
}

async function examineTracker(
  deps: DoctorDeps,
  name: string,
  repository: RepositoryFacts | undefined,
): Promise<ExaminedTracker> {
  const notes = createNotes(name)
  const connected = deps.trackers.get(name)
  const own = deps.config.routes.map((rule, index) => ({ rule, index })).filter(({ rule }) => rule.to === name)
  if (connected === undefined || own.length === 0) return { checks: [], places: [] }
  const { tracker } = connected
  const projectOf = (rule: RouteRule): string => rule.project ?? connected.project
  const routes = own.map(({ rule }) => ({ ...rule, project: projectOf(rule) }))
  const { clock, appUrl = null } = deps
  const url = deps.config.trackers[name]?.url ?? null
  const examined = await examineConnection({ tracker, url, routes, clock, appUrl }, notes)
  const places = new Map<string, { readonly connection: string; readonly project: string }>()
  for (const { rule, index } of own) {
    const project = examined?.projects.get(projectOf(rule))
    if (examined === undefined || project === undefined) continue
    await examineRoute({ rule, path: `routes[${index}]`, tracker, project, traits: examined.traits, repository }, notes)
    if (rule.sync.assignee !== 'off') places.set(project.key, { connection: name, project: project.key })
  }
  return { checks: notes.checks, places: [...places.values()] }
}
