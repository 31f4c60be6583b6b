import type { ErrorCode } from './errors.ts'
import type { Side } from './link.ts'

export const outcomeKinds = ['created', 'updated', 'unchanged', 'skipped', 'conflicted', 'blocked', 'failed'] as const

export type OutcomeKind = (typeof outcomeKinds)[number]

/** One effect as it is reported: which side, which field, from what to what. */
export interface ReportedChange {
  readonly side: Side
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** How a reconcile ended for one pair, with a sentence. */
export interface Outcome {
  /** Printed reference, `owner/repo#12`; `null` for a ticket that has no issue. */
  readonly issue: string | null
  /** Printed reference, `boards:12`. */
  readonly ticket: string | null
  readonly outcome: OutcomeKind
  readonly message: string
  readonly code: ErrorCode | null
  readonly remedy: string | null
  /** For `blocked`: when to come again, in ISO time. */
  readonly until: string | null
  readonly changes: readonly ReportedChange[]
  /** What people should know besides, each said once. */
  readonly notes: readonly string[]
}

export type Tally = Readonly<Record<OutcomeKind, number>>

export function countOutcomes(outcomes: Iterable<Pick<Outcome, 'outcome'>>): Tally {
  const tally = Object.fromEntries(outcomeKinds.map((kind) => [kind, 0])) as Record<OutcomeKind, number>
  for (const { outcome } of outcomes) tally[outcome]++
  return tally
}
