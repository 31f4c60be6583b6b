import type { RouteRule } from '../config/schema.ts'
import { nextBase, uncounted } from '../core/base.ts'
import type { CommentChange, Note } from '../core/change.ts'
import type { Pair } from '../core/fields/field.ts'
import { intendBase, recallIntent } from '../core/intent.ts'
import type { Issue } from '../core/issue.ts'
import type { Base, FieldConflict, Link, Side } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { planPair } from '../core/plan.ts'
import type { Ticket } from '../core/ticket.ts'
import { applyComments, applyFields } from './apply.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { shareImages } from './images.ts'
import { tellConflicts } from './notice.ts'
import { createEntry, reportChanges } from './outcome.ts'
import { planPairComments } from './pair-comments.ts'
import { concludePair, describePlan, describeWritten } from './pair-outcome.ts'
import { printRefusals, withRefusal } from './refused.ts'
import { findTracker, viewPair, viewText, viewTracker } from './view.ts'

interface PairSides {
  readonly link: Link
  readonly rule: RouteRule
  readonly issue: Issue
  readonly ticket: Ticket
  readonly onWritten: OnWritten
}

/** Hears what stands already, whatever becomes of the rest. */
export type OnWritten = (changes: Outcome['changes']) => void

/** Steps 3 to 5 for one pair whose sides were just read: plan, apply, remember. */
export async function reconcilePair(
  deps: SyncDeps,
  { link, rule, issue, ticket, onWritten }: PairSides,
  options: ReconcileOptions,
): Promise<Outcome> {
  const connected = findTracker(deps, link.ticket.connection)
  const { tracker } = connected
  const view = await viewTracker(connected, rule)
  const seen = await viewPair(deps, view, { rule, issue, ticket, base: link.base })
  const images = await shareImages(deps, tracker, seen, options)
  const text = viewText(deps, view.traits, { issue, ticket, images: images.known })
  const pair: Pair = { ...seen, base: recallIntent(seen, text) }
  const plan = planPair(pair, text)
  const comments = await planPairComments(deps, tracker, { link, pair, images }, options)
  const notes = [...plan.notes, ...images.notes()]
  const news = notes.filter(({ key }) => !link.said.includes(key))
  if (options.dryRun === true) return describePlan(link, { fields: plan, comments, news })

  const intended = pair.base === null ? null : intendBase({ ...pair, base: pair.base }, text, plan.changes)
  if (intended !== null) await rememberIntent(deps, link, { ...intended, images: Object.fromEntries(images.known) })
  const done = await applyFields(deps, tracker, pair, plan.changes)
  const after: Pair = { ...pair, issue: asRead(done.issue, issue), ticket: asRead(done.ticket, ticket) }
  const unsettled = [...plan.unsettled, ...done.open.map(({ field }) => field)]
  const agreed = nextBase(after, text, { unsettled, applied: done.applied })
  const base: Base = { ...agreed, images: Object.fromEntries(images.known) }
  // Nobody knows what became of a write that broke off: what it was to place may stand there.
  const open = done.failure === null ? null : intended
  const reached: Link = {
    ...link,
    base: { ...base, ...keepIntent(open), commentCount: uncounted },
    comments: comments.pairs,
  }
  const mayBreakOff = done.failure !== null || comments.changes.length > 0
  const written = reportChanges(done.applied)
  onWritten(written)
  const told = mayBreakOff && written.length > 0
  if (told) await deps.store.links.save(reached, [createEntry(deps, describeWritten(link, written), options)])
  if (done.failure !== null) throw done.failure

  const talk = await applyComments(deps, tracker, after, comments, async (pairs) => {
    await deps.store.links.save({ ...reached, comments: pairs })
  })
  const conflicts = dateConflicts(link.conflicts, plan.conflicts, deps.clock.now())
  const notice = await tellConflicts(deps, link, conflicts, ticket.url)
  const outcome = concludePair(link, {
    changes: [...written, ...reportChanges(talk.applied)],
    refused: done.refused,
    conflicts,
    failures: plan.failures,
    commentFailures: talk.failures,
    news,
  })
  // What is wanting for another reason is looked at each time, and then all of it.
  const refusal =
    plan.failures.length > 0 ? null : printRefusals(deps, [...done.refused, ...talk.failures], after.issue)
  const next: Link = {
    ...reached,
    base: countComments(base, talk.applied, notice !== null && link.notice === null ? 1 : 0),
    comments: talk.pairs,
    conflicts,
    said: withRefusal(rememberSaid(link.said, notes), refusal),
    notice,
    outcome: outcome.outcome,
  }
  await remember(deps, link, { next, outcome, news, told: told ? written : [] }, options)
  return outcome
}

const keepIntent = (base: Base | null): Partial<Base> =>
  base === null ? {} : { placed: base.placed, ...(base.intent && { intent: base.intent }) }

// Comments that came in since the read have not been looked at.
const asRead = <Thing extends Issue | Ticket>(now: Thing, read: Thing): Thing => ({
  ...now,
  commentCount: read.commentCount,
})

/** What is about to be written, and pictures that are placed already, are known even if this run dies now. */
async function rememberIntent(deps: SyncDeps, link: Link, base: Base): Promise<void> {
  if (JSON.stringify(base) !== JSON.stringify(link.base)) await deps.store.links.save({ ...link, base })
}

interface Remembering {
  readonly next: Link
  readonly outcome: Outcome
  readonly news: readonly Note[]
  /** Changes that stand in the stream already. */
  readonly told: Outcome['changes']
}

/** Writes only what differs, and tells only what is new: a pair that is in step costs no write. */
async function remember(
  deps: SyncDeps,
  before: Link,
  { next, outcome, news, told }: Remembering,
  options: ReconcileOptions,
): Promise<void> {
  // Still in step: that is worth no write.
  const settled = next.outcome === 'unchanged' && (before.outcome === 'created' || before.outcome === 'updated')
  const differs = JSON.stringify(before) !== JSON.stringify(settled ? { ...next, outcome: before.outcome } : next)
  const again = outcome.outcome === 'unchanged' || (!differs && outcome.changes.length === 0)
  const quiet = again && news.length === 0
  if (quiet && !differs && outcome.outcome !== 'failed') return
  const updatedAt = deps.clock.now().toISOString()
  const changes = outcome.changes.filter((change) => !told.includes(change))
  await deps.store.links.save(
    { ...next, updatedAt },
    quiet ? [] : [createEntry(deps, { ...outcome, changes }, options)],
  )
}

/** What the counts will be when the next read finds nothing new: our own comments are no news. */
function countComments(base: Base, applied: readonly CommentChange[], noticeAdded: number): Base {
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
function rememberSaid(said: readonly string[], notes: readonly Note[]): readonly string[] {
  const keys = notes.map(({ key }) => key)
  const same = keys.length === said.length && keys.every((key) => said.includes(key))
  return same ? said : [...new Set(keys)].slice(-SAID_LIMIT)
}
