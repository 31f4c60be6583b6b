import { asLockstepError, LockstepError } from '../core/errors.ts'
import type { Gone, Issue, IssueRef } from '../core/issue.ts'
import { isGone, printIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import { chooseRouteOfPair, chooseRoutes, explainNoRoute } from '../core/route.ts'
import type { Route } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import { createTicket } from './create.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { leaveIssue, leaveTicket } from './gone.ts'
import { createEntry, createFailure, createOutcome } from './outcome.ts'
import { reconcilePair } from './pair.ts'
import { findTracker, viewPair, viewText, viewTracker } from './view.ts'

/** What the caller has read already, no older than this call. */
export interface Known {
  readonly issue?: Issue
  /** By connection. */
  readonly tickets?: ReadonlyMap<string, Ticket | Gone>
}

/** Brings an issue and its tickets in step, whatever happened to either. Safe to repeat, at any time, by anybody. */
export async function reconcile(
  deps: SyncDeps,
  ref: IssueRef,
  options: ReconcileOptions = {},
  known: Known = {},
): Promise<readonly Outcome[]> {
  return await deps.store.withLock(`issue:${printIssueRef(ref).toLowerCase()}`, async () => {
    const links = await deps.store.links.ofIssue(ref)
    const issue = await readIssue(deps, ref, known)
    if (!('found' in issue)) return [await end(deps, { issue: ref, ticket: null }, issue.error, options)]
    if (isGone(issue.found)) return await leaveAll(deps, links, issue.found, options, known)
    return await reconcileFound(deps, links, issue.found, options, known)
  })
}

async function readIssue(
  deps: SyncDeps,
  ref: IssueRef,
  known: Known,
): Promise<{ readonly found: Issue | Gone } | { readonly error: unknown }> {
  if (known.issue !== undefined) return { found: known.issue }
  try {
    return { found: await deps.host.readIssue(ref) }
  } catch (error) {
    return { error }
  }
}

async function reconcileFound(
  deps: SyncDeps,
  links: readonly Link[],
  issue: Issue,
  options: ReconcileOptions,
  known: Known,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  let current: Issue | undefined = issue
  for (const link of links) {
    const rest = { ...known, ...(current === undefined ? {} : { issue: current }) }
    const outcome = await reconcileLink(deps, link, current ?? (await reread(deps, issue)), options, rest)
    outcomes.push(outcome)
    // What was written to the issue for one tracker is news for the next.
    if (outcome.changes.some(({ side }) => side === 'github') && options.dryRun !== true) current = undefined
  }
  const linked = new Set(links.map((link) => link.ticket.connection))
  for (const route of chooseRoutes(deps.routes, issue)) {
    if (linked.has(route.rule.to)) continue
    outcomes.push(await createPair(deps, current ?? (await reread(deps, issue)), route, options))
  }
  if (outcomes.length > 0) return outcomes
  return [createOutcome({ issue: issue.ref, ticket: null }, 'skipped', explainNoRoute(deps.routes, issue))]
}

async function reread(deps: SyncDeps, issue: Issue): Promise<Issue> {
  const found = await deps.host.readIssue(issue.ref)
  return isGone(found) ? issue : found
}

const TRIES = 4

async function reconcileLink(
  deps: SyncDeps,
  link: Link,
  issue: Issue,
  options: ReconcileOptions,
  known: Known,
): Promise<Outcome> {
  if (link.state === 'ended') return createOutcome(link, 'skipped', 'The pair is no longer kept.')
  if (link.state === 'paused') return createOutcome(link, 'skipped', 'The pair is paused.')
  const route = chooseRouteOfPair(deps.routes, link.ticket.connection, issue)
  if (route === undefined) return createOutcome(link, 'skipped', 'No route leads to this tracker any more.')
  try {
    let ticket = known.tickets?.get(link.ticket.connection)
    let fresh = issue
    for (let tries = 1; ; tries++) {
      ticket ??= await readTicket(deps, link, route)
      if (isGone(ticket)) return await leaveTicket(deps, { link, gone: ticket, rule: route.rule, issue }, options)
      try {
        return await reconcileRead(deps, { link, route, issue: fresh, ticket }, options)
      } catch (error) {
        if (!(error instanceof LockstepError) || error.code !== 'ticket-changed' || tries === TRIES) throw error
        // Somebody wrote in between: look again and plan again. The issue may have been written already.
        ticket = undefined
        fresh = await reread(deps, issue)
      }
    }
  } catch (error) {
    return await end(deps, link, error, options, link)
  }
}

async function readTicket(deps: SyncDeps, link: Link, { rule }: Route): Promise<Ticket | Gone> {
  const { tracker } = findTracker(deps, link.ticket.connection)
  const fields = Object.keys(rule.fields)
  const found = (await tracker.readTickets([link.ticket.key], { fields })).get(link.ticket.key)
  return found ?? { gone: 'hidden', to: null }
}

interface Read {
  readonly link: Link
  readonly route: Route
  readonly issue: Issue
  readonly ticket: Ticket
}

async function reconcileRead(
  deps: SyncDeps,
  { link, route, issue, ticket }: Read,
  options: ReconcileOptions,
): Promise<Outcome> {
  const connected = findTracker(deps, link.ticket.connection)
  const view = await viewTracker(connected, route.rule)
  const pair = await viewPair(deps, view, { rule: route.rule, issue, ticket, base: link.base })
  const text = viewText(deps, view.traits, issue, ticket)
  // A ticket that moved to another project has a new key.
  const followed = link.ticket.key === ticket.ref.key ? link : { ...link, ticket: ticket.ref }
  return await reconcilePair(deps, connected.tracker, { link: followed, pair, text }, options)
}

async function createPair(deps: SyncDeps, issue: Issue, route: Route, options: ReconcileOptions): Promise<Outcome> {
  try {
    const birth = await createTicket(deps, { issue, route }, options)
    if (birth.kind === 'ended') return birth.outcome
    const { link, ticket, how, refused } = birth.born
    const verb = { created: 'Created', found: 'Found again', adopted: 'Paired with' }[how]
    const change = {
      side: 'tracker' as const,
      field: 'ticket',
      before: null,
      after: `${ticket.type} ${ticket.ref.key}`,
    }
    const followUp = await reconcileLink(deps, link, issue, options, {
      tickets: new Map([[ticket.ref.connection, ticket]]),
    })
    const notes = [...refused.map(({ message }) => message), ...followUp.notes]
    const incomplete = followUp.outcome === 'failed' || followUp.outcome === 'blocked'
    const [refusal] = refused
    const trouble = incomplete ? followUp.message : refusal?.message
    return createOutcome(
      link,
      'created',
      `${verb} ${ticket.type} ${ticket.ref.key}.${trouble === undefined ? '' : ` Incomplete: ${trouble}`}`,
      {
        changes: [change, ...followUp.changes],
        notes,
        code: incomplete ? followUp.code : (refusal?.code ?? null),
        remedy: incomplete ? followUp.remedy : (refusal?.remedy ?? null),
      },
    )
  } catch (error) {
    return await end(deps, { issue: issue.ref, ticket: null }, error, options)
  }
}

async function leaveAll(
  deps: SyncDeps,
  links: readonly Link[],
  gone: Gone,
  options: ReconcileOptions,
  known: Known,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const link of links) {
    if (link.state === 'ended') continue
    const rule = deps.routes.find(({ to }) => to === link.ticket.connection)
    if (rule === undefined) continue
    try {
      const ticket = known.tickets?.get(link.ticket.connection) ?? (await readTicket(deps, link, { index: 0, rule }))
      outcomes.push(await leaveIssue(deps, { link, gone, rule, ticket: isGone(ticket) ? null : ticket }, options))
    } catch (error) {
      outcomes.push(await end(deps, link, error, options, link))
    }
  }
  return outcomes
}

/** Whatever was thrown ends as an outcome that is told and remembered; nothing is swallowed. */
async function end(
  deps: SyncDeps,
  ending: Parameters<typeof createOutcome>[0],
  thrown: unknown,
  options: ReconcileOptions,
  link?: Link,
): Promise<Outcome> {
  const error = asLockstepError(thrown)
  const outcome = createFailure(ending, error)
  const facts = {
    issue: outcome.issue,
    ticket: outcome.ticket,
    code: error.code,
    remedy: error.remedy,
    ...error.details,
  }
  if (outcome.outcome === 'blocked') deps.log.info('reconcile blocked', { ...facts, until: outcome.until })
  else deps.log.error('reconcile failed', { ...facts, cause: error.cause })
  if (options.dryRun === true) return outcome
  const now = deps.clock.now()
  const entry = createEntry(outcome, now, options.actor, error)
  // As it stands now: comments may have been remembered before the failure.
  const standing = link === undefined ? undefined : await deps.store.links.find(link.issue, link.ticket.connection)
  if (standing === undefined) await deps.store.events.append([entry])
  else await deps.store.links.save({ ...standing, outcome: outcome.outcome, updatedAt: now.toISOString() }, [entry])
  return outcome
}
