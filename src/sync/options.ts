import type { RouteRule } from '../config/schema.ts'
import { asLockstepError, LockstepError } from '../core/errors.ts'
import { listOptions, nothingRead } from '../core/options.ts'
import type { Option, OptionScene, ProjectCatalog, ProjectStates } from '../core/options.ts'
import { readOptionValues } from '../core/option-values.ts'
import type { Clock, Project, Tracker } from '../core/ports.ts'
import type { ConnectedTracker } from './deps.ts'
import { runPool } from './pool.ts'

/** Somebody's organization, and whether it may sync issues at all. */
export interface Organization {
  readonly slug: string
  /** Why it may not; `null` when it may. */
  readonly barred: string | null
}

export interface OptionsDeps {
  readonly trackers: ReadonlyMap<string, ConnectedTracker>
  readonly clock: Clock
  /** How many projects are read at once; each tracker has its own limit on requests besides. */
  readonly concurrency?: number
}

export interface DescribedOptions {
  readonly connection: string
  readonly options: readonly Option[]
  readonly values: Readonly<Record<string, unknown>>
  /** How old the projects and states are, in milliseconds; `null` when none were read. */
  readonly ageMs: number | null
  readonly scene: OptionScene
}

export interface OptionsRequest {
  readonly connection: string
  readonly organization: Organization
  readonly routes: readonly RouteRule[]
  /** Reads everything anew. */
  readonly fresh?: boolean
}

export type OptionsReader = (request: OptionsRequest) => Promise<DescribedOptions>

const KEPT_MS = 10 * 60_000
const PROJECTS_AT_ONCE = 4

interface Kept {
  readonly catalog: Promise<ProjectCatalog>
  readonly at: number
}

/** Describes the options of connections; what the trackers said is kept for a while, unless some of it failed. */
export function createOptionsReader({ trackers, clock, concurrency = PROJECTS_AT_ONCE }: OptionsDeps): OptionsReader {
  const kept = new Map<string, Kept>()

  function readCatalog(tracker: Tracker, fresh: boolean): Kept {
    const now = clock.now().getTime()
    const known = kept.get(tracker.connection)
    if (!fresh && known !== undefined && now - known.at < KEPT_MS) return known
    const entry = { catalog: readProjects(tracker, concurrency, fresh || known !== undefined), at: now }
    kept.set(tracker.connection, entry)
    void entry.catalog.then((catalog) => {
      const failed = catalog.failure !== null || catalog.projects.some(({ failure }) => failure !== null)
      if (failed && kept.get(tracker.connection) === entry) kept.delete(tracker.connection)
    })
    return entry
  }

  return async function describeOptions({ connection, organization, routes, fresh = false }) {
    const connected = trackers.get(connection)
    if (connected === undefined) {
      throw new LockstepError('not-found', `There is no connection "${connection}".`, {
        remedy: `Name one of ${[...trackers.keys()].join(', ')}.`,
      })
    }
    const { barred } = organization
    const read = barred === null ? readCatalog(connected.tracker, fresh) : null
    const catalog = (await read?.catalog) ?? nothingRead
    const scene: OptionScene = { connection, project: connected.project, routes, catalog, barred }
    return {
      connection,
      options: listOptions(scene),
      values: readOptionValues(scene),
      ageMs: read === null ? null : clock.now().getTime() - read.at,
      scene,
    }
  }
}

/** Never fails: what could not be read says why. */
async function readProjects(tracker: Tracker, size: number, fresh: boolean): Promise<ProjectCatalog> {
  let projects: readonly Project[]
  try {
    projects = await tracker.readProjects()
  } catch (error) {
    return { projects: [], failure: explain(error) }
  }
  const read = new Map<string, ProjectStates>()
  const pool = { size, stopped: () => false }
  for await (const one of runPool(projects, pool, (project) => readStates(tracker, project, fresh))) {
    read.set(one.id, one)
  }
  return { projects: projects.flatMap(({ id }) => read.get(id) ?? []), failure: null }
}

async function readStates(tracker: Tracker, project: Project, fresh: boolean): Promise<ProjectStates> {
  try {
    const types = await tracker.readTypes(project.key, { fresh })
    const states = types.flatMap((type) => type.states.map(({ name }) => name))
    return { ...project, states: [...new Set(states)], failure: null }
  } catch (error) {
    return { ...project, states: [], failure: explain(error) }
  }
}

function explain(error: unknown): string {
  const { message, remedy } = asLockstepError(error)
  return remedy === null ? message : `${message} ${remedy}`
}
