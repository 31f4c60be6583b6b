import { LockstepError, asLockstepError } from '../core/errors.ts'
import type { StreamEntry } from '../core/events.ts'
import type { IssueRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Change } from '../core/change.ts'
import type { Outcome, OutcomeKind, ReportedChange } from '../core/outcome.ts'
import type { TicketRef } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'

interface Ending {
  readonly issue: IssueRef | null
  readonly ticket: TicketRef | null
}

export function createOutcome(
  { issue, ticket }: Ending,
  outcome: OutcomeKind,
  message: string,
  facts: Partial<Pick<Outcome, 'code' | 'remedy' | 'until' | 'changes' | 'notes'>> = {},
): Outcome {
  return {
    issue: issue === null ? null : printIssueRef(issue),
    ticket: ticket === null ? null : printTicketRef(ticket),
    outcome,
    message,
    code: null,
    remedy: null,
    until: null,
    changes: [],
    notes: [],
    ...facts,
  }
}

/** A failure as an outcome; a limit that will pass is no failure. */
export function createFailure(ending: Ending, thrown: unknown): Outcome {
  const error = asLockstepError(thrown)
  const facts = { code: error.code, remedy: error.remedy, until: error.retryAt }
  if (error.code === 'limit-reached' && error.retryAt !== null) {
    return createOutcome(ending, 'blocked', `Blocked until ${clockTime(error.retryAt)}: ${error.message}`, facts)
  }
  return createOutcome(ending, 'failed', error.message, facts)
}

const clockTime = (iso: string): string => `${iso.slice(11, 16)} UTC`

export function reportChanges(changes: readonly Change[]): readonly ReportedChange[] {
  return changes.map((change) =>
    change.kind === 'field'
      ? { side: change.side, field: change.field, before: change.before, after: change.after }
      : {
          side: change.side,
          field: 'comment',
          before: change.op === 'add' ? null : change.copy,
          after: `${change.op} a comment by ${change.author}`,
        },
  )
}

export function createEntry(outcome: Outcome, at: Date, actor: string | undefined, error?: unknown): StreamEntry {
  const details = error instanceof LockstepError ? error.details : {}
  return {
    at: at.toISOString(),
    kind: 'reconcile',
    organization: outcome.issue?.split('/')[0]?.toLowerCase() ?? null,
    issue: outcome.issue,
    ticket: outcome.ticket,
    actor: actor ?? null,
    outcome: outcome.outcome,
    message: outcome.message,
    code: outcome.code,
    changes: outcome.changes,
    requestIds: [],
    details: { ...details, ...(outcome.notes.length > 0 ? { notes: outcome.notes } : {}) },
  }
}
