import { asLockstepError, LockstepError, withDetails } from '../core/errors.ts'
import type { StreamEntry } from '../core/events.ts'
import type { Issue, IssueRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Change, CommentChange } from '../core/change.ts'
import type { Link } from '../core/link.ts'
import type { Outcome, OutcomeKind, ReportedChange } from '../core/outcome.ts'
import type { TicketRef } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { printRefusals, withRefusal } from './refused.ts'

export interface Ending {
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

export function reportChanges(changes: readonly Change[]): readonly ReportedChange[] {
  return changes.map((change) =>
    change.kind === 'field'
      ? { side: change.side, field: change.field, before: change.before, after: change.after }
      : {
          side: change.side,
          field: 'comment',
          before: change.op === 'add' ? null : change.copy,
          after: sayComment(change),
        },
  )
}

function sayComment({ op, author }: CommentChange): string {
  if (op === 'add') return `a copy of what ${author} wrote`
  return op === 'edit' ? `the copy of what ${author} wrote, edited like it` : 'the copy taken away, like its original'
}

/** What may have taken effect although nobody answered: whoever reads the stream shall find it. */
export function noteAttempt(error: unknown, changes: readonly ReportedChange[]): unknown {
  if (!(error instanceof LockstepError) || !error.effectUnknown) return error
  return withDetails(error, { attempted: changes })
}

interface EntryFacts {
  readonly kind?: string
  readonly actor?: string | undefined
  readonly error?: LockstepError
}

export function createEntry(
  { clock, trace }: Pick<SyncDeps, 'clock' | 'trace'>,
  outcome: Outcome,
  { kind = 'reconcile', actor, error }: EntryFacts,
): StreamEntry {
  return {
    at: clock.now().toISOString(),
    kind,
    organization: outcome.issue?.split('/')[0]?.toLowerCase() ?? null,
    issue: outcome.issue,
    ticket: outcome.ticket,
    actor: actor ?? null,
    outcome: outcome.outcome,
    message: outcome.message,
    code: outcome.code,
    changes: outcome.changes,
    requestIds: trace.ids(),
    details: {
      ...error?.details,
      ...(outcome.remedy === null ? {} : { remedy: outcome.remedy }),
      ...(outcome.until === null ? {} : { until: outcome.until }),
      ...(outcome.notes.length > 0 ? { notes: outcome.notes } : {}),
    },
  }
}

// A question that was refused says nothing about what was to be written.
const isOfReading = ({ details }: LockstepError): boolean =>
  details['method'] === 'GET' || String(details['route']).startsWith('GET ')

/** Whatever was thrown ends as an outcome that is told and remembered; nothing is swallowed. */
export async function endFailed(
  deps: SyncDeps,
  ending: Ending | Link,
  thrown: unknown,
  { issue, ...options }: ReconcileOptions & { readonly issue?: Issue },
): Promise<Outcome> {
  const error = asLockstepError(thrown)
  const outcome = createFailure(ending, error)
  tellFailure(deps, outcome, error)
  if (options.dryRun === true) return outcome
  const entry = createEntry(deps, outcome, { ...options, error })
  // As it stands now: some of it may have been remembered before the failure.
  const standing =
    ending.issue === null || ending.ticket === null
      ? undefined
      : await deps.store.links.find(ending.issue, ending.ticket.connection)
  if (standing === undefined) {
    await deps.store.events.append([entry])
    return outcome
  }
  const final = !error.retryable && !error.effectUnknown && !isOfReading(error)
  const refusal = issue !== undefined && final ? printRefusals(deps, [error], issue) : null
  const said = withRefusal(standing.said, refusal)
  await deps.store.links.save({ ...standing, said, outcome: outcome.outcome, updatedAt: entry.at }, [entry])
  return outcome
}

/** A failure as an outcome; a limit that will pass is no failure. */
export function createFailure(ending: Ending, error: LockstepError): Outcome {
  const facts = { code: error.code, remedy: error.remedy, until: error.retryAt }
  if (error.code !== 'limit-reached' || error.retryAt === null)
    return createOutcome(ending, 'failed', error.message, facts)
  const until = `${error.retryAt.slice(11, 16)} UTC`
  return createOutcome(ending, 'blocked', `Blocked until ${until}: ${error.message}`, facts)
}

export function tellFailure({ log }: SyncDeps, { issue, ticket, outcome, until }: Outcome, error: LockstepError): void {
  const facts = { issue, ticket, code: error.code, remedy: error.remedy, ...error.details }
  if (outcome === 'blocked') log.info('reconcile blocked', { ...facts, until })
  else log.error('reconcile failed', { ...facts, said: error.message, cause: error.cause })
}
