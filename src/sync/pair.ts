import type { CommentChange, Note } from '../core/change.ts'
import { planComments } from '../core/comments.ts'
import type { CommentsPlan } from '../core/comments.ts'
import type { LockstepError } from '../core/errors.ts'
import type { TextView } from '../core/fields/body.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Comment } from '../core/issue.ts'
import type { Base, FieldConflict, Link, Side } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { nextBase, planPair } from '../core/plan.ts'
import type { PairPlan } from '../core/plan.ts'
import type { Refusal, Tracker } from '../core/ports.ts'
import { applyComments, applyFields } from './apply.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { tellConflicts } from './notice.ts'
import { createEntry, createOutcome, reportChanges } from './outcome.ts'

interface PairPlans {
  readonly fields: PairPlan
  readonly comments: CommentsPlan
}

/** Steps 3 to 5 for one pair whose sides were just read: plan, apply, remember. */
export async function reconcilePair(
  deps: SyncDeps,
  tracker: Tracker,
  { link, pair, text }: { readonly link: Link; readonly pair: Pair; readonly text: TextView },
  options: ReconcileOptions,
): Promise<Outcome> {
  const plans: PairPlans = {
    fields: planPair(pair, text),
    comments: await planPairComments(deps, tracker, { link, pair }, options),
  }
  const news = plans.fields.notes.filter(({ key }) => !link.said.includes(key))
  if (options.dryRun === true) return describePlan(link, plans, news)

  const done = await applyFields(deps, tracker, pair, plans.fields.changes)
  const unsettled = [...plans.fields.unsettled, ...done.refused.map(({ field }) => field)]
  const conflicts = dateConflicts(link.conflicts, plans.fields.conflicts, deps.clock.now())
  const after: Pair = { ...pair, issue: done.issue, ticket: done.ticket }
  const fieldsDone: Link = {
    ...link,
    base: nextBase(after, text, { unsettled, applied: done.applied }),
    comments: plans.comments.pairs,
  }
  const comments = await applyComments(
    deps,
    tracker,
    after,
    plans.comments,
    async (pairs) =>
      await deps.store.links.save({ ...fieldsDone, base: withoutCounts(fieldsDone.base), comments: pairs }),
  )
  const notice = await tellConflicts(deps, { ...link, conflicts: link.conflicts }, conflicts, pair.ticket.url)

  const outcome = decideOutcome(link, {
    changes: reportChanges([...done.applied, ...comments.applied]),
    refused: done.refused,
    conflicts,
    failures: plans.fields.failures,
    commentFailures: comments.failures,
    news,
  })
  const noticeAdded = notice !== null && link.notice === null ? 1 : 0
  const next: Link = {
    ...fieldsDone,
    base: countComments(fieldsDone.base, comments.applied, noticeAdded),
    comments: comments.pairs,
    conflicts,
    said: rememberSaid(link.said, plans.fields.notes),
    notice,
    outcome: outcome.outcome,
  }
  await remember(deps, link, next, outcome, options)
  return outcome
}

/** Writes only what differs: a pair that is in step costs no write. */
async function remember(
  deps: SyncDeps,
  before: Link,
  next: Link,
  outcome: Outcome,
  { actor }: ReconcileOptions,
): Promise<void> {
  const quiet = outcome.outcome === 'unchanged' && outcome.notes.length === 0
  const now = deps.clock.now()
  if (quiet && JSON.stringify(before) === JSON.stringify(next)) return
  await deps.store.links.save(
    { ...next, updatedAt: now.toISOString() },
    quiet ? [] : [createEntry(outcome, now, actor)],
  )
}

async function planPairComments(
  deps: SyncDeps,
  tracker: Tracker,
  { link, pair }: { readonly link: Link; readonly pair: Pair },
  options: ReconcileOptions,
): Promise<CommentsPlan> {
  const direction = pair.rule.sync.comments
  const counts = pair.base?.commentCount
  const moved =
    counts === undefined ||
    counts.issue !== pair.issue.commentCount ||
    counts.ticket !== pair.ticket.commentCount ||
    options.comments === true
  if (direction === 'off' || !moved) return { changes: [], pairs: link.comments }
  const none = pair.issue.commentCount === 0 && pair.ticket.commentCount === 0 && link.comments.length === 0
  if (none) return { changes: [], pairs: link.comments }
  const [issue, ticket] = await Promise.all([
    pair.issue.commentCount === 0 ? [] : deps.host.readComments(pair.issue.ref),
    pair.ticket.comments ?? (pair.ticket.commentCount === 0 ? [] : tracker.readComments(pair.ticket)),
  ])
  return planComments({
    pairs: link.comments,
    issue,
    ticket,
    direction,
    editsOnTicket: pair.traits.editsComments,
    printer: deps.createPrinter({ issueUrl: pair.issue.url, traits: pair.traits }),
    markOf: (side, comment) => markOfComment(side, comment, pair),
  })
}

const markOfComment = (side: Side, comment: Comment, { issue, ticket }: Pair): string =>
  side === 'github'
    ? (comment.url ?? `${issue.url}#issuecomment-${comment.id}`)
    : (comment.url ?? `${ticket.url}#${comment.id}`)

/** What the counts will be when the next read finds nothing new: our own comments are no news. */
function countComments(base: Base | null, applied: readonly CommentChange[], noticeAdded: number): Base | null {
  if (base === null) return null
  const delta = (side: Side) =>
    applied.reduce((sum, change) => {
      if (change.side !== side || change.op === 'edit') return sum
      return sum + (change.op === 'add' ? 1 : -1)
    }, 0)
  const { issue, ticket } = base.commentCount
  return {
    ...base,
    commentCount: {
      issue: issue === null ? null : issue + delta('github') + noticeAdded,
      ticket: ticket === null ? null : ticket + delta('tracker'),
    },
  }
}

// While comments are still being written a crash must make the next run look at them again.
const withoutCounts = (base: Base | null): Base | null =>
  base === null ? null : { ...base, commentCount: { issue: -1, ticket: -1 } }

function dateConflicts(
  before: readonly FieldConflict[],
  now: readonly FieldConflict[],
  at: Date,
): readonly FieldConflict[] {
  return now.map((conflict) => {
    const known = before.find(({ field }) => field === conflict.field)
    return { ...conflict, since: known?.since ?? at.toISOString() }
  })
}

const SAID_LIMIT = 50

/** A note that no longer applies may be said again when it does. */
const rememberSaid = (said: readonly string[], notes: readonly Note[]): readonly string[] => {
  const keys = notes.map(({ key }) => key)
  const same = keys.length === said.length && keys.every((key) => said.includes(key))
  return same ? said : [...new Set(keys)].slice(-SAID_LIMIT)
}

interface Done {
  readonly changes: Outcome['changes']
  readonly refused: readonly Refusal[]
  readonly conflicts: readonly FieldConflict[]
  readonly failures: readonly string[]
  readonly commentFailures: readonly LockstepError[]
  readonly news: readonly Note[]
}

function decideOutcome(link: Link, done: Done): Outcome {
  const notes = [...done.news.map(({ text }) => text), ...done.refused.map(({ message }) => message)]
  const facts = { changes: done.changes, notes }
  const wrote = done.changes.length > 0 ? ` ${sayChanges(done.changes)}` : ''
  const [refusal] = done.refused
  if (refusal !== undefined) {
    const { code, remedy } = refusal
    return createOutcome(link, 'failed', `${refusal.message}${wrote}`, { ...facts, code, remedy })
  }
  const [comment] = done.commentFailures
  if (comment !== undefined) {
    const { code, remedy } = comment
    return createOutcome(link, 'failed', `A comment could not be written: ${comment.message}${wrote}`, {
      ...facts,
      code,
      remedy,
    })
  }
  const [failure] = done.failures
  if (failure !== undefined) {
    const remedy = 'Add the person to people.map or to the archive, or choose another policy under people.unmatched.'
    return createOutcome(link, 'failed', `${failure}${wrote}`, { ...facts, code: 'not-found', remedy })
  }
  if (done.conflicts.length > 0) {
    const fields = done.conflicts.map(({ field }) => field).join(', ')
    return createOutcome(link, 'conflicted', `Both sides changed ${fields}; somebody has to decide.${wrote}`, facts)
  }
  if (done.changes.length > 0) return createOutcome(link, 'updated', sayChanges(done.changes), facts)
  return createOutcome(link, 'unchanged', 'Both sides are in step.', facts)
}

function sayChanges(changes: Outcome['changes']): string {
  const name = { github: 'issue', tracker: 'ticket' } as const
  const parts = (['tracker', 'github'] as const).flatMap((side) => {
    const fields = [...new Set(changes.filter((change) => change.side === side).map(({ field }) => field))]
    return fields.length === 0 ? [] : [`${fields.join(', ')} of the ${name[side]}`]
  })
  return `Updated ${parts.join(' and ')}.`
}

function describePlan(link: Link, plans: PairPlans, news: readonly Note[]): Outcome {
  const changes = reportChanges([...plans.fields.changes, ...plans.comments.changes])
  const notes = news.map(({ text }) => text)
  if (plans.fields.conflicts.length > 0) {
    const fields = plans.fields.conflicts.map(({ field }) => field).join(', ')
    return createOutcome(link, 'conflicted', `Both sides changed ${fields}; somebody has to decide.`, {
      changes,
      notes,
    })
  }
  if (changes.length === 0) return createOutcome(link, 'unchanged', 'Both sides are in step.', { notes })
  return createOutcome(link, 'updated', sayChanges(changes).replace('Updated', 'Would update'), { changes, notes })
}
