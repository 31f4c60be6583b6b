import type { RouteRule } from '../config/schema.ts'
import { comesIn, goesOut } from '../core/option-values.ts'
import { isProject } from '../core/options.ts'
import type { Permission } from '../core/inspection.ts'
import type { Clock, Project, Tracker, TrackerTraits } from '../core/ports.ts'
import { listNames } from './check.ts'
import type { Notes } from './check.ts'
import { judgeHooks } from './hooks.ts'
import { judgeServer } from './sign-in.ts'

export interface ConnectionScene {
  readonly tracker: Tracker
  /** As the configuration writes it; `null` for one that the operator offers. */
  readonly url: string | null
  /** With the project of the connection already in its place. */
  readonly routes: readonly (RouteRule & { readonly project: string })[]
  readonly clock: Clock
  readonly appUrl: string | null
}

export interface ExaminedConnection {
  readonly traits: TrackerTraits
  /** By the name that a route gives it. */
  readonly projects: ReadonlyMap<string, Project>
}

/** Whether the server is there and takes the sign-in, and until when; `undefined` when nothing more can be asked. */
export async function examineSignIn(
  { tracker, url, clock }: Pick<ConnectionScene, 'tracker' | 'url' | 'clock'>,
  notes: Notes,
): Promise<TrackerTraits | undefined> {
  if (url !== null && isPlain(url)) {
    notes.warn('url', 'http:// sends the credentials and every ticket unencrypted.', 'Use https://.')
  }
  const traits = await notes.attempt('sign-in', () => tracker.describe())
  if (traits === undefined) return undefined
  notes.ok('server', traits.product)
  const { inspector } = tracker
  if (inspector === undefined) return traits
  const server = await notes.attempt('sign-in', () => inspector.readServer())
  // What kind of server it is may be known without asking it.
  if (server === undefined) return undefined
  judgeServer(server, clock, notes)
  return traits
}

/** The sign-in, the projects, what the account may do there, and the hooks. */
export async function examineConnection(scene: ConnectionScene, notes: Notes): Promise<ExaminedConnection | undefined> {
  const traits = await examineSignIn(scene, notes)
  if (traits === undefined) return undefined
  const all = await notes.attempt('projects', () => scene.tracker.readProjects())
  if (all === undefined) return undefined
  const projects = new Map<string, Project>()
  for (const wanted of new Set(scene.routes.map(({ project }) => project))) {
    const found = all.find((one) => isProject(one, wanted))
    if (found === undefined) {
      const seen = all.length === 0 ? 'It sees no project at all.' : `It sees ${listNames(all.map(({ key }) => key))}.`
      const remedy = `Correct the name, or give the account access to the project. ${seen}`
      notes.fail('project', `The account sees no project "${wanted}".`, remedy)
      continue
    }
    projects.set(wanted, found)
    notes.ok('project', `"${wanted}" is there.`)
    await examinePermissions(scene, found, notes)
  }
  await examineHooks(scene, notes)
  return { traits, projects }
}

async function examinePermissions({ tracker, routes }: ConnectionScene, { key }: Project, notes: Notes): Promise<void> {
  const { inspector } = tracker
  if (inspector === undefined) return
  const permissions = (await notes.attempt('permissions', () => inspector.readPermissions(key))) ?? []
  const missing = permissions.filter(({ granted, field }) => !granted && (field === null || isUsed(routes, field)))
  for (const { name, loss } of missing) {
    const remedy = `Give the account or its token "${name}" in the project ${key}.`
    notes.fail('permissions', `"${name}" is missing in ${key}: ${loss}`, remedy)
  }
  if (permissions.length > 0 && missing.length === 0) notes.ok('permissions', `All that is needed in ${key}.`)
}

const isUsed = (routes: ConnectionScene['routes'], field: NonNullable<Permission['field']>): boolean =>
  routes.some(({ sync }) => goesOut(sync[field]) || (field === 'assignee' && comesIn(sync[field])))

async function examineHooks({ tracker, appUrl }: ConnectionScene, notes: Notes): Promise<void> {
  const { inspector } = tracker
  if (inspector === undefined || appUrl === null) return
  const hooks = await notes.attempt('hooks', () => inspector.readHooks())
  if (hooks !== undefined) judgeHooks(hooks, { appUrl, connection: tracker.connection }, notes)
}

function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$|\.localhost$/.test(hostname)
}
