import { asLockstepError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import type { ConnectedTracker, SyncDeps } from '../../sync/deps.ts'
import type { ConnectionHealth, PagesDeps } from './deps.ts'

const KEPT_MS = 60_000

interface HealthDeps {
  readonly trackers: SyncDeps['trackers']
  readonly clock: Clock
  /** Whether a connection is there for one of these organizations. */
  readonly mayUse: (organizations: readonly string[], connection: string) => boolean
  /** Requests left before the limit, as the server said last. */
  readonly readLeft?: (connection: string) => number | null
}

/** Asks each tracker how it is, at most once a minute; what one of them answers does not keep the others waiting. */
export function createHealthReader({
  trackers,
  clock,
  mayUse,
  readLeft,
}: HealthDeps): NonNullable<PagesDeps['readHealth']> {
  let kept: { readonly health: Promise<readonly ConnectionHealth[]>; readonly until: number } | null = null
  return async (organizations) => {
    const now = clock.now().getTime()
    if (kept === null || kept.until <= now) {
      kept = { health: Promise.all([...trackers.values()].map(readOne)), until: now + KEPT_MS }
    }
    const health = await kept.health
    return health
      .filter(({ name }) => mayUse(organizations, name))
      .map((one) => ({ ...one, left: readLeft?.(one.name) ?? null }))
  }
}

async function readOne({ tracker, project }: ConnectedTracker): Promise<ConnectionHealth> {
  const head = { name: tracker.connection, project, left: null }
  try {
    const { product } = await tracker.describe()
    const server = await tracker.inspector?.readServer()
    const ends = server?.signInEnds ?? null
    const message = ends === null ? null : `The sign-in ends on ${ends.toISOString().slice(0, 10)}.`
    return { ...head, product, state: 'well', message }
  } catch (thrown) {
    const { code, message, remedy } = asLockstepError(thrown)
    const state = code === 'limit-reached' ? 'limited' : 'failing'
    return { ...head, product: null, state, message: remedy === null ? message : `${message} ${remedy}` }
  }
}
