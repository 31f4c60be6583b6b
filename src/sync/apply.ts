import type { CommentChange, FieldChange } from '../core/change.ts'
import { rememberComment } from '../core/comments.ts'
import { LockstepError } from '../core/errors.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Issue } from '../core/issue.ts'
import type { CommentPair } from '../core/link.ts'
import {
  acceptIssue,
  findDroppedAssignees,
  isEmptyPatch,
  joinIssuePatches,
  joinTicketPatches,
  patchTicket,
} from '../core/patch.ts'
import type { Refusal, Tracker } from '../core/ports.ts'
import type { Ticket } from '../core/ticket.ts'
import type { SyncDeps } from './deps.ts'
import { noteAttempt, reportChanges } from './outcome.ts'

export interface AppliedFields {
  readonly issue: Issue
  readonly ticket: Ticket
  readonly applied: readonly FieldChange[]
  /** What did not take effect, refused or not reached. */
  readonly open: readonly FieldChange[]
  readonly refused: readonly Refusal[]
  /** What broke off the second write; the first one stands. */
  readonly failure: unknown
}

/** Writes each side at most once. What a side refuses is reported and never stops the other fields. */
export async function applyFields(
  deps: SyncDeps,
  tracker: Tracker,
  pair: Pair,
  changes: readonly FieldChange[],
): Promise<AppliedFields> {
  const down = await writeTicket(tracker, pair, changes)
  const up = await writeIssue(deps, pair.issue, changes)
  const open = [...down.open, ...up.open]
  return {
    issue: up.issue,
    ticket: down.ticket,
    applied: changes.filter((change) => !open.includes(change)),
    open,
    refused: [...down.refused, ...up.refused],
    failure: up.failure,
  }
}

async function writeTicket(tracker: Tracker, { ticket, states }: Pair, changes: readonly FieldChange[]) {
  const own = changes.filter(({ side }) => side === 'tracker')
  const patch = joinTicketPatches(own)
  if (isEmptyPatch(patch)) return { ticket, refused: [], open: [] }
  const updated = await tracker.update(ticket, patch).catch((error: unknown) => {
    throw noteAttempt(error, reportChanges(own))
  })
  // A status that was only reached in part is still refused: the rest of the way is taken up again later.
  const open = own.filter(({ field }) => updated.refused.some((refusal) => refusal.field === field))
  const accepted = own.filter((change) => !open.includes(change))
  const now = { ...patchTicket(ticket, joinTicketPatches(accepted), states), ...updated.ticket }
  return { ticket: now, refused: updated.refused, open }
}

async function writeIssue({ host }: SyncDeps, issue: Issue, changes: readonly FieldChange[]) {
  const own = changes.filter(({ side }) => side === 'github')
  const patch = joinIssuePatches(own)
  const nothing = {
    issue,
    refused: [] as readonly Refusal[],
    open: [] as readonly FieldChange[],
    failure: null as unknown,
  }
  if (isEmptyPatch(patch)) return nothing
  try {
    const { issue: answer, refused } = await host.update(issue, patch)
    const open = own.filter(({ field }) => refused.some((refusal) => refusal.field === field))
    const written = acceptIssue(issue, joinIssuePatches(own.filter((change) => !open.includes(change))), answer)
    const dropped = findDroppedAssignees(answer, patch)
    if (dropped.length === 0) return { ...nothing, issue: written, refused, open }
    const refusal: Refusal = {
      field: 'assignee',
      code: 'not-assignable',
      message: `GitHub did not assign ${dropped.join(', ')}.`,
      remedy: 'Give them access to the repository, or change the assignee.',
    }
    const restored = answer.assignees.length === 0 && issue.assignees.length > 0
    // Nobody is taken off for somebody who does not get on.
    if (restored) await host.update(answer, { assignees: issue.assignees })
    return {
      ...nothing,
      issue: restored ? { ...written, assignees: issue.assignees } : written,
      refused: [...refused, refusal],
      open: [...open, ...own.filter(({ field }) => field === 'assignee')],
    }
  } catch (failure) {
    return { ...nothing, open: own, failure: noteAttempt(failure, reportChanges(own)) }
  }
}

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
