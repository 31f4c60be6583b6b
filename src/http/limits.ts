import { LockstepError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'

export interface Budget {
  /** Runs `work` when a place is free and no pause is on; throws `limit-reached` when the pause is a long one. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** Nothing starts before this moment. */
  pauseUntil(moment: Date): void
}

export interface BudgetOptions {
  /** For messages: the connection. */
  readonly name: string
  readonly concurrency: number
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
}

/** Longer pauses than this are not slept through but told to the caller, in milliseconds. */
export const PATIENCE_MS = 20_000

// A blocked Jira account is answered with Retry-After: 9223372036854775807.
const LONGEST_PAUSE_MS = 3_600_000

/** What all requests of one connection share: how many at once, and when to keep quiet. */
export function createBudget({ name, concurrency, clock, sleep }: BudgetOptions): Budget {
  const waiting: (() => void)[] = []
  let running = 0
  let quietUntil = 0

  async function rest(): Promise<void> {
    for (;;) {
      const ms = quietUntil - clock.now().getTime()
      if (ms <= 0) return
      if (ms > PATIENCE_MS) throw limitReached(name, new Date(quietUntil))
      await sleep(ms)
    }
  }

  async function takePlace(): Promise<void> {
    if (running < concurrency) {
      running++
      return
    }
    // The place is handed over by whoever leaves, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leavePlace(): void {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }

  return {
    async run(work) {
      await takePlace()
      try {
        await rest()
        return await work()
      } finally {
        leavePlace()
      }
    },
    pauseUntil(moment) {
      quietUntil = Math.max(quietUntil, moment.getTime())
    },
  }
}

export function limitReached(
  name: string,
  until: Date,
  details: Readonly<Record<string, unknown>> = {},
): LockstepError {
  return new LockstepError('limit-reached', `${name}: the request limit is used up until ${until.toISOString()}.`, {
    remedy: 'Nothing has to be done; the next run after that time goes on.',
    retryable: true,
    retryAt: until.toISOString(),
    details,
  })
}

/** How long the server asks to be left alone after this reply, in milliseconds; 0 when it does not. */
export function readPause(status: number, headers: Headers, now: Date): number {
  const asked = readRetryAfter(headers, now)
  if (asked !== null) return asked
  const done = status < 400
  const delayed = Number(headers.get('x-ratelimit-delay') ?? 0) * 1000
  if (done && delayed > 0) return Math.min(delayed, PATIENCE_MS)
  if (headers.get('x-ratelimit-remaining')?.trim() !== '0') return 0
  const reset = Number(headers.get('x-ratelimit-reset') ?? 0) * 1000
  if (!(reset > 0)) return 0
  const ms = cap(reset - serverTime(headers, now))
  // Azure's Reset says when the usage would be back at nothing, which is far more than is needed to go on:
  // after a short rest the next reply knows better.
  return done ? Math.min(ms, PATIENCE_MS) : ms
}

/** How many requests are left before the limit, where the server says so. */
export function readLeft(headers: Headers): number | undefined {
  const text = headers.get('x-ratelimit-remaining')?.trim()
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

/** Retry-After in milliseconds, as seconds or as a date; `null` when there is none that can be read. */
export function readRetryAfter(headers: Headers, now: Date): number | null {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return null
  if (/^\d+(\.\d+)?$/.test(text)) return cap(Number(text) * 1000)
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? null : cap(moment - serverTime(headers, now))
}

// A date of the server is measured against the server's own clock.
function serverTime(headers: Headers, now: Date): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? now.getTime() : date
}

const cap = (ms: number): number => Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS)
