import type { ReportedChange } from './outcome.ts'

/** One entry of the event stream: who did what to which thing, and why. Append-only. */
export interface StreamEntry {
  readonly at: string
  /** `reconcile`, `import`, `link`, `hook`, …: which part of Lockstep speaks. */
  readonly kind: string
  /** The owner of the data: a GitHub organization or user, lower case. */
  readonly organization: string | null
  readonly issue: string | null
  readonly ticket: string | null
  /** Who caused it: a login, `schedule`, `webhook`, a person at the command line. */
  readonly actor: string | null
  readonly outcome: string | null
  readonly message: string
  readonly code: string | null
  readonly changes: readonly ReportedChange[]
  readonly requestIds: readonly string[]
  readonly details: Readonly<Record<string, unknown>>
}

export interface StoredEntry extends StreamEntry {
  /** Ever growing; a cursor for readers. */
  readonly id: number
}
