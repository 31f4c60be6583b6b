import type { CommentChange, FieldChange } from '../core/change.ts'
import { rememberComment } from '../core/comments.ts'
import { LockstepError } from '../core/errors.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Issue } from '../core/issue.ts'
import type { CommentPair } from '../core/link.ts'
import { findDroppedAssignees, isEmptyPatch, joinIssuePatches, joinTicketPatches, patchTicket } from '../core/patch.ts'
import type { Refusal, Tracker } from '../core/ports.ts'
import type { Ticket } from '../core/ticket.ts'
import type { SyncDeps } from './deps.ts'

export interface AppliedFields {
  readonly issue: Issue
  readonly ticket: Ticket
  readonly applied: readonly FieldChange[]
  readonly refused: readonly Refusal[]
}

/** Writes each side at most once. What a side refuses is reported and never stops the other fields. */
export async function applyFields(
  deps: SyncDeps,
  tracker: Tracker,
  pair: Pair,
  changes: readonly FieldChange[],
): Promise<AppliedFields> {
  const refused: Refusal[] = []
  let { issue, ticket } = pair

  const ticketPatch = joinTicketPatches(changes)
  if (!isEmptyPatch(ticketPatch)) {
    const updated = await tracker.update(ticket, ticketPatch)
    refused.push(...updated.refused)
    const accepted = changes.filter((change) => !isRefused(change, updated.refused))
    ticket = updated.ticket ?? patchTicket(ticket, joinTicketPatches(accepted), pair.states)
  }

  const issuePatch = joinIssuePatches(changes)
  if (!isEmptyPatch(issuePatch)) {
    issue = await deps.host.update(issue, issuePatch)
    const dropped = findDroppedAssignees(issue, issuePatch)
    if (dropped.length > 0) {
      refused.push({
        field: 'assignee',
        code: 'not-assignable',
        message: `GitHub did not assign ${dropped.join(', ')}.`,
        remedy: 'Give them access to the repository, or change the assignee.',
      })
    }
  }
  return { issue, ticket, refused, applied: changes.filter((change) => !isRefused(change, refused)) }
}

/** A status that was only reached in part is still refused: the rest of the way is taken up again later. */
const isRefused = (change: FieldChange, refused: readonly Refusal[]): boolean =>
  refused.some(({ field }) => field === change.field)

export interface AppliedComments {
  readonly pairs: readonly CommentPair[]
  readonly applied: readonly CommentChange[]
  readonly failures: readonly LockstepError[]
}

/** Writes comments one by one; `remember` is called after each, so that a crash costs at most a look for one mark. */
export async function applyComments(
  deps: SyncDeps,
  tracker: Tracker,
  { issue, ticket }: { readonly issue: Issue; readonly ticket: Ticket },
  { changes, pairs: known }: { readonly changes: readonly CommentChange[]; readonly pairs: readonly CommentPair[] },
  remember: (pairs: readonly CommentPair[]) => Promise<void>,
): Promise<AppliedComments> {
  let pairs = known
  const applied: CommentChange[] = []
  const failures: LockstepError[] = []
  for (const change of changes) {
    try {
      const copy = await writeComment(deps, tracker, { issue, ticket }, change)
      pairs = rememberComment(pairs, change, copy)
      applied.push(change)
      await remember(pairs)
    } catch (error) {
      // A limit or a lost connection meets the next comment as well; a refused comment meets only itself.
      if (!(error instanceof LockstepError) || error.retryable || error.effectUnknown) throw error
      failures.push(error)
    }
  }
  return { pairs, applied, failures }
}

async function writeComment(
  { host }: SyncDeps,
  tracker: Tracker,
  { issue, ticket }: { readonly issue: Issue; readonly ticket: Ticket },
  change: CommentChange,
): Promise<string> {
  const { op, body, mark, copy } = change
  if (change.side === 'github') {
    if (op === 'add') return (await host.addComment(issue.ref, body)).id
    if (copy === null) return ''
    if (op === 'edit') return (await host.editComment(issue.ref, copy, body)).id
    await host.deleteComment(issue.ref, copy)
    return copy
  }
  if (op === 'add') return (await tracker.addComment(ticket, { body, mark })).id
  if (copy === null) return ''
  if (op === 'edit') return (await tracker.editComment(ticket, copy, { body, mark })).id
  await tracker.deleteComment(ticket, copy)
  return copy
}
