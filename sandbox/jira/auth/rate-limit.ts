import type { SandboxReply } from '../../kit/router.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import type { Person } from '../world.ts'

const FOREVER = '9223372036854775807'

/** Takes a token of this person's bucket: the headers that go on the reply, and the refusal when it was empty. */
export function takeToken(
  jira: Jira,
  person: Person | null,
): { readonly headers: Readonly<Record<string, string>>; readonly refusal: SandboxReply | null } {
  const limits = jira.switches.rateLimit
  if (limits === null || person === null) return { headers: {}, refusal: null }
  const blocked = limits.blocked === true
  const limit = blocked ? 0 : limits.limit
  const fillRate = blocked ? 0 : limits.fillRate
  const bucket = jira.world.buckets.get(person.key) ?? { tokens: limit, filledAt: now(jira) }
  const intervals = Math.floor((now(jira) - bucket.filledAt) / (limits.intervalSeconds * 1000))
  bucket.tokens = Math.min(limit, bucket.tokens + intervals * fillRate)
  bucket.filledAt += intervals * limits.intervalSeconds * 1000
  const refused = bucket.tokens < 1
  if (!refused) bucket.tokens--
  jira.world.buckets.set(person.key, bucket)

  const untilNextFill = Math.max(1, Math.ceil((bucket.filledAt + limits.intervalSeconds * 1000 - now(jira)) / 1000))
  const wait = blocked ? FOREVER : String(untilNextFill)
  const headers = {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(bucket.tokens),
    'X-RateLimit-FillRate': String(fillRate),
    'X-RateLimit-Interval-Seconds': String(limits.intervalSeconds),
    'retry-after': refused ? (limits.retryAfter ?? wait) : '0',
  }
  return { headers, refusal: refused ? { status: 429, body: { message: 'Rate limit exceeded.' } } : null }
}
