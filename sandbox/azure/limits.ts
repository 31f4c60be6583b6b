import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { errorBody } from './errors.ts'
import { findToken } from './sign-in.ts'
import type { World } from './world.ts'

const WINDOW_MS = 300_000

export interface Meter {
  /** Sent with whatever is answered, also with a 200 that only came late. */
  readonly headers: Readonly<Record<string, string>>
  readonly delayMs: number
  /** Answered in place of the work when a caller is far over the limit. */
  readonly refusal: SandboxReply | null
}

const FREE: Meter = { headers: {}, delayMs: 0, refusal: null }

/** Counts one unit per request; the real service weighs what a request costs it. */
export function meter(world: World, request: SandboxRequest): Meter {
  const { limits } = world.switches
  if (limits === null) return FREE
  const key = findToken(world, request)?.person.id ?? ''
  const at = world.stage.clock.now().getTime()
  const before = world.usage.get(key)
  const usage = before === undefined || at - before.since >= WINDOW_MS ? { since: at, units: 0 } : before
  usage.units++
  world.usage.set(key, usage)
  const left = limits.units - usage.units
  if (left > limits.units / 5) return FREE
  const reset = Math.ceil((usage.since + WINDOW_MS) / 1000)
  const wait = Math.max(1, reset - Math.floor(at / 1000))
  const headers: Record<string, string> = {
    'x-ratelimit-resource': 'core',
    'x-ratelimit-limit': String(limits.units),
    'x-ratelimit-remaining': String(Math.max(0, left)),
    'x-ratelimit-reset': String(reset),
  }
  if (left >= 0) return { headers, delayMs: 0, refusal: null }
  headers['retry-after'] = String(wait)
  headers['x-ratelimit-delay'] = (limits.delayMs / 1000).toFixed(3)
  if (usage.units <= limits.units * 2) return { headers, delayMs: limits.delayMs, refusal: null }
  const message =
    'TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Concurrency in namespace User.'
  const body = errorBody({ status: 429, family: 'web', typeKey: 'RequestBlockedException', message })
  return {
    headers,
    delayMs: 0,
    refusal: { status: 429, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body },
  }
}
