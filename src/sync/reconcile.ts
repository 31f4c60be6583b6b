import type { Gone, Issue, IssueRef } from '../core/issue.ts'
import { isGone, printIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { chooseRoutes, explainNoRoute } from '../core/route.ts'
import { createPair } from './create-pair.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { leaveIssue } from './gone.ts'
import { reconcileLink } from './linked.ts'
import { createOutcome, endFailed } from './outcome.ts'
import type { KnownTickets } from './tickets.ts'

/** What the caller has read already. */
export interface Known {
  readonly issue?: Issue
  readonly tickets?: KnownTickets
  /** The pairs as they stood no earlier than that: whoever brings one in step before this call does makes it outdated. */
  readonly links?: readonly Link[]
}

/** Brings an issue and its tickets in step, whatever happened to either. Safe to repeat, at any time, by anybody. */
export async function reconcile(
  deps: SyncDeps,
  ref: IssueRef,
  options: ReconcileOptions = {},
  known: Known = {},
): Promise<readonly Outcome[]> {
  const lock = `issue:${printIssueRef(ref).toLowerCase()}`
  const work = async (): Promise<readonly Outcome[]> => {
    const links = await deps.store.links.ofIssue(ref)
    try {
      const { issue, tickets = new Map() } = isOutrun(known, links) ? {} : known
      const found = issue ?? (await deps.host.readIssue(ref))
      return isGone(found)
        ? await leaveAll(deps, { links, gone: found, tickets }, options)
        : await reconcileFound(deps, { links, issue: found, tickets }, options)
    } catch (error) {
      return [await endFailed(deps, { issue: ref, ticket: null }, error, options)]
    }
  }
  return await deps.trace.run(async () => await deps.store.withLock(lock, work))
}

/** To bring a pair in step by what is older than its base would be to take back what another run has done. */
function isOutrun({ issue, tickets = new Map(), links: before }: Known, links: readonly Link[]): boolean {
  if (before === undefined) return false
  const concerned = links.filter(({ ticket }) => issue !== undefined || tickets.has(ticket.connection))
  const stateOf = ({ ticket: { connection }, ticketId, base }: Link) => JSON.stringify([connection, ticketId, base])
  const known = new Set(before.map(stateOf))
  return !concerned.every((link) => known.has(stateOf(link)))
}

interface Found {
  readonly links: readonly Link[]
  readonly issue: Issue
  readonly tickets: KnownTickets
}

/** The pairs that are there, then those that are missing, each ending for itself. */
async function reconcileFound(
  deps: SyncDeps,
  { links, issue, tickets }: Found,
  options: ReconcileOptions,
): Promise<readonly Outcome[]> {
  const linked = new Set(links.map(({ ticket }) => ticket.connection))
  const comments = options.comments === true || links.some((link) => hasTalkMoved(link, issue))
  const steps = [
    ...links.map((link) => async (current: Issue) => {
      const ticket = tickets.get(link.ticket.connection)
      return await reconcileLink(deps, { link, issue: current, ticket }, { ...options, comments })
    }),
    ...chooseRoutes(deps.routes, issue)
      .filter(({ rule }) => !linked.has(rule.to))
      .map((route) => async (current: Issue) => await createPair(deps, { issue: current, route }, options)),
  ]
  const outcomes: Outcome[] = []
  let current = issue
  for (const step of steps) {
    // What was written to the issue for one tracker is news for the next.
    if (options.dryRun !== true && outcomes.at(-1)?.changes.some(({ side }) => side === 'github') === true) {
      const found = await deps.host.readIssue(issue.ref)
      if (isGone(found)) break
      current = found
    }
    outcomes.push(await step(current))
  }
  if (outcomes.length > 0) return outcomes
  return [createOutcome({ issue: issue.ref, ticket: null }, 'skipped', explainNoRoute(deps.routes, issue))]
}

/** Where one comment went and a copy from another tracker came, one pair counts as many as before, and the other does not. */
const hasTalkMoved = ({ state, base }: Link, issue: Issue): boolean =>
  state === 'active' && base !== null && base.commentCount.issue !== issue.commentCount

/** The issue is gone: every pair it had is left in the way its route says. */
async function leaveAll(
  deps: SyncDeps,
  { links, gone, tickets }: Omit<Found, 'issue'> & { readonly gone: Gone },
  options: ReconcileOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const link of links.filter(({ state }) => state !== 'ended')) {
    try {
      outcomes.push(await leaveIssue(deps, { link, gone, ticket: tickets.get(link.ticket.connection) }, options))
    } catch (error) {
      outcomes.push(await endFailed(deps, link, error, options))
    }
  }
  return outcomes
}
