import type { ErrorCode } from '../core/errors.ts'
import { fingerprint } from '../core/fingerprint.ts'
import type { Issue } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { SyncDeps } from './deps.ts'

/** What a server said to a write that it did not take. */
export interface Refused {
  readonly code: ErrorCode
  readonly message: string
}

// Rules, fields and values: the same write is refused again until somebody changes a side or the config.
const lasting: readonly ErrorCode[] = [
  'config-invalid',
  'field-refused',
  'github-refused',
  'status-unreachable',
  'tracker-refused',
]
// Who may do what: an administrator may have changed it, and nothing here shows that.
const passing: readonly ErrorCode[] = ['not-assignable', 'not-permitted']
const PASSING_MS = 60 * 60_000

const PREFIX = 'refused:'

/** The rules under which something was refused. */
export const fingerprintRules = ({ routes, peopleRule }: SyncDeps): string =>
  fingerprint(JSON.stringify([routes, peopleRule.unmatched]))

// `updated_at` counts seconds, in which much can happen.
export const fingerprintIssue = (issue: Issue): string => fingerprint(JSON.stringify(issue))

/** Of an ending that says no more than its code. `tracker-refused` may have been a fault inside the server, which passes. */
export const isLasting = (code: ErrorCode | null): boolean =>
  code !== null && code !== 'tracker-refused' && lasting.includes(code)

/**
 * Stands among what was said of a pair whose last write was refused, so that no scan writes the same again: until a
 * side or the config moves, or a person asks for it. `null` for what may pass by itself.
 */
export function printRefusals(deps: SyncDeps, refusals: readonly Refused[], issue: Issue): string | null {
  const codes = refusals.map(({ code }) => code)
  if (codes.length === 0 || !codes.every((code) => lasting.includes(code) || passing.includes(code))) return null
  const kind = codes.some((code) => passing.includes(code)) ? 'passing' : 'lasting'
  const said = fingerprint(JSON.stringify(refusals.map(({ message }) => message)))
  return `${PREFIX}${[kind, fingerprintRules(deps), said, fingerprintIssue(issue)].join(' ')}`
}

/** Nothing is to be expected of another try. */
export function isHeld(deps: SyncDeps, { said, updatedAt }: Link): boolean {
  const [kind, rules] = readRefusal(said)
  if (kind === undefined || rules !== fingerprintRules(deps)) return false
  return kind === 'lasting' || deps.clock.now().getTime() - Date.parse(updatedAt) < PASSING_MS
}

/** Nor did this issue move since the last one. */
export const isHeldAt = (deps: SyncDeps, link: Link, issue: Issue): boolean =>
  readRefusal(link.said)[3] === fingerprintIssue(issue) && isHeld(deps, link)

const readRefusal = (said: Link['said']): readonly (string | undefined)[] =>
  said
    .find((key) => key.startsWith(PREFIX))
    ?.slice(PREFIX.length)
    .split(' ') ?? []

export const withRefusal = (said: Link['said'], refusal: string | null): Link['said'] => {
  const others = said.filter((key) => !key.startsWith(PREFIX))
  return refusal === null ? others : [...others, refusal]
}
