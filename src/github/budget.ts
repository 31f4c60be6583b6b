import { LockstepError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'

/** What GitHub lets one installation, or one person, ask for. */
export interface RequestLimit {
  readonly left: number
  /** When it is full again, in ISO time. */
  readonly fullAt: string
}

interface BudgetDeps {
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
}

// GitHub's documented secondary limit on content writes, and how many requests it wants at once from one client.
const WRITES_PER_MINUTE = 80
const AT_ONCE = 8
const MINUTE = 60_000
/** A pause longer than this is told to the caller instead of being slept through. */
const PATIENCE_MS = 20_000

/** Keeps the client within GitHub's limits: a few requests at once, writes spread out, pauses obeyed by all. */
export function createBudget({ clock, sleep }: BudgetDeps) {
  const writes: number[] = []
  const queue: (() => void)[] = []
  let running = 0
  let pausedUntil = 0
  let seen: RequestLimit | null = null

  const now = () => clock.now().getTime()

  async function waitOut(until: number): Promise<void> {
    const wait = until - now()
    if (wait <= 0) return
    if (wait > PATIENCE_MS) {
      throw new LockstepError('limit-reached', 'GitHub’s request limit is used up.', {
        remedy: 'Nothing needs to be done: the work goes on when the limit is filled again.',
        retryable: true,
        retryAt: new Date(until).toISOString(),
      })
    }
    await sleep(wait)
  }

  function leave(): void {
    running--
    queue.shift()?.()
  }

  return {
    leave,
    async enter(isRead: boolean): Promise<void> {
      if (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
      running++
      try {
        await waitOut(pausedUntil)
        if (isRead) return
        while (writes.length > 0 && (writes[0] ?? 0) <= now() - MINUTE) writes.shift()
        const oldest = writes[0]
        // Our own pace is slept through: a first run of many issues should go on by itself.
        if (writes.length >= WRITES_PER_MINUTE && oldest !== undefined)
          await sleep(Math.max(0, oldest + MINUTE - now()))
        writes.push(now())
      } catch (error) {
        leave()
        throw error
      }
    },
    pause(until: string): void {
      pausedUntil = Math.max(pausedUntil, Date.parse(until))
    },
    learn(headers: Readonly<Record<string, string>>): void {
      const left = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
      const reset = Number(headers['x-ratelimit-reset']) * 1000
      if (!Number.isFinite(left) || !Number.isFinite(reset)) return
      if (left === 0) pausedUntil = Math.max(pausedUntil, reset)
      // GraphQL has a limit of its own, and is asked seldom.
      if ((headers['x-ratelimit-resource'] ?? 'core') === 'core') {
        seen = { left, fullAt: new Date(reset).toISOString() }
      }
    },
    limit: (): RequestLimit | null => (seen !== null && Date.parse(seen.fullAt) > now() ? seen : null),
  }
}
