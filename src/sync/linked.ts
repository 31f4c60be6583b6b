import type { RouteRule } from '../config/schema.ts'
import { rememberText } from '../core/blocks.ts'
import { LockstepError } from '../core/errors.ts'
import type { Issue } from '../core/issue.ts'
import { isGone } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome, ReportedChange } from '../core/outcome.ts'
import { hasTicketMoved } from '../core/moved.ts'
import { chooseRouteOfPair } from '../core/route.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { leaveTicket } from './gone.ts'
import { createOutcome, endFailed } from './outcome.ts'
import { reconcilePair } from './pair.ts'
import type { OnWritten } from './pair.ts'
import { withEarlier } from './pair-outcome.ts'
import { readTicket } from './tickets.ts'
import type { TicketReading } from './tickets.ts'
import { findTracker, formatOf, viewTracker } from './view.ts'

const TRIES = 4

interface Linked {
  readonly link: Link
  readonly issue: Issue
  /** Read already, or why it could not be. */
  readonly ticket?: TicketReading | undefined
}

/** Brings one pair in step, reading again and planning again when somebody writes in between. */
export async function reconcileLink(deps: SyncDeps, linked: Linked, options: ReconcileOptions): Promise<Outcome> {
  const { link, issue } = linked
  if (link.state === 'ended') return createOutcome(link, 'skipped', 'The pair is no longer kept.')
  if (link.state === 'paused') return createOutcome(link, 'skipped', 'The pair is paused.')
  const route = chooseRouteOfPair(deps.routes, link.ticket.connection, issue)
  if (route === undefined) return createOutcome(link, 'skipped', 'No route leads to this tracker any more.')
  let sides: Linked = linked
  const earlier: ReportedChange[] = []
  for (let tries = 1; ; tries++) {
    let written: Outcome['changes'] = []
    const onWritten = (changes: Outcome['changes']) => void (written = changes)
    try {
      return withEarlier(await reconcileSides(deps, { ...sides, onWritten }, route.rule, options), earlier)
    } catch (error) {
      earlier.push(...written)
      if (!isRace(error) || tries === TRIES)
        return withEarlier(await endFailed(deps, link, error, { ...options, issue: sides.issue }), earlier)
      // Both sides are to be read again: the other one may have been written already.
      const found = await deps.host.readIssue(issue.ref).catch(() => issue)
      const standing = await deps.store.links.find(link.issue, link.ticket.connection)
      sides = { link: standing ?? link, issue: isGone(found) ? issue : found }
    }
  }
}

/**
 * A list may be behind: the index of Jira learns of a change a moment late. What it says of before the pair was last
 * brought in step, and differs from that, would take back what was done since.
 */
async function isDoubtful(
  deps: SyncDeps,
  { ticket: { connection }, base, updatedAt }: Link,
  { rule, ticket }: { readonly rule: RouteRule; readonly ticket: TicketReading },
): Promise<boolean> {
  if (ticket instanceof LockstepError || isGone(ticket) || base === null) return false
  if (Date.parse(ticket.updatedAt) > Date.parse(updatedAt)) return false
  const { traits } = await viewTracker(findTracker(deps, connection), rule)
  const format = formatOf(traits, ticket)
  const now = rememberText(format, ticket.body)
  // Comments are judged by themselves, and a text that never agreed is no news.
  const commentCount = { ...base.commentCount, ticket: ticket.commentCount }
  const known = { ...base, commentCount, body: base.body ?? { issue: now, ticket: now } }
  return hasTicketMoved({ rule, traits, ticket }, known, format)
}

const isRace = (error: unknown): boolean =>
  error instanceof LockstepError && (error.code === 'ticket-changed' || error.code === 'issue-changed')

async function reconcileSides(
  deps: SyncDeps,
  { link, issue, ticket: known, onWritten }: Linked & { readonly onWritten: OnWritten },
  rule: RouteRule,
  options: ReconcileOptions,
): Promise<Outcome> {
  const isFresh = known !== undefined && !(await isDoubtful(deps, link, { rule, ticket: known }))
  const ticket = isFresh ? known : await readTicket(deps, link, rule)
  if (ticket instanceof LockstepError) throw ticket
  if (isGone(ticket)) return await leaveTicket(deps, { link, gone: ticket, rule, issue }, options)
  // A ticket that moved to another project has a new key.
  const followed = link.ticket.key === ticket.ref.key ? link : { ...link, ticket: ticket.ref }
  return await reconcilePair(deps, { link: followed, rule, issue, ticket, onWritten }, options)
}
