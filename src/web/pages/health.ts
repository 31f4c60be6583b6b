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
  const readAll = keepMinute(clock, async () => await Promise.all([...trackers.values()].map(readOne)))
  return async (organizations) => {
    const health = await readAll()
    return health
      .filter(({ name }) => mayUse(organizations, name))
      .map((one) => ({ ...one, left: readLeft?.(one.name) ?? null }))
  }
}

interface GitHubHealthDeps {
  readonly serverUrl: string
  readonly clock: Clock
  /** Throws while GitHub does not answer, or does not know the app. */
  readonly greet: () => Promise<unknown>
  /** What is left to each installation, as GitHub said last. */
  readonly readLimits: () => readonly { readonly owner: string; readonly left: number; readonly fullAt: string }[]
}

/** Asks GitHub how it is, at most once a minute. Of several installations it tells the one that has the least left. */
export function createGitHubReader({
  serverUrl,
  clock,
  greet,
  readLimits,
}: GitHubHealthDeps): NonNullable<PagesDeps['readGitHub']> {
  const head = { name: 'GitHub', product: new URL(serverUrl).host, project: null, left: null }
  const readState = keepMinute(clock, async (): Promise<ConnectionHealth> => {
    try {
      await greet()
      return { ...head, state: 'well', message: null }
    } catch (thrown) {
      return { ...head, ...explain(thrown) }
    }
  })
  return async (organizations) => {
    const health = await readState()
    const own = new Set(organizations.map((one) => one.toLowerCase()))
    const [least] = readLimits()
      .filter(({ owner }) => own.has(owner.toLowerCase()))
      .toSorted((a, b) => a.left - b.left)
    if (least === undefined) return health
    const { owner: leftOf, left, fullAt } = least
    const told = { ...health, left, leftOf, fullAt }
    if (left > 0 || health.state !== 'well') return told
    return { ...told, state: 'limited', message: `What is to be done for ${leftOf} goes on by itself then.` }
  }
}

function keepMinute<Value>(clock: Clock, read: () => Promise<Value>): () => Promise<Value> {
  let kept: { readonly value: Promise<Value>; readonly until: number } | null = null
  return async () => {
    const now = clock.now().getTime()
    if (kept === null || kept.until <= now) kept = { value: read(), until: now + KEPT_MS }
    return await kept.value
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
    return { ...head, product: null, ...explain(thrown) }
  }
}

function explain(thrown: unknown): Pick<ConnectionHealth, 'state' | 'message'> {
  const { code, message, remedy } = asLockstepError(thrown)
  const state = code === 'limit-reached' ? 'limited' : 'failing'
  return { state, message: remedy === null ? message : `${message} ${remedy}` }
}
