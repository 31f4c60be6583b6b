import type { RouteRule } from '../config/schema.ts'
import { chooseState } from '../core/fields/status.ts'
import type { Gone, Issue } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Ticket } from '../core/ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { createEntry, createOutcome } from './outcome.ts'
import { findTracker, statesOf, viewTracker } from './view.ts'

const said = {
  deleted: 'was deleted',
  moved: 'was moved away',
  hidden: 'cannot be read any more: it was deleted, or access to it was taken away',
} as const

/** The issue is gone: forget the pair, or also close the ticket. Nothing is ever deleted. */
export async function leaveIssue(
  deps: SyncDeps,
  {
    link,
    gone,
    rule,
    ticket,
  }: { readonly link: Link; readonly gone: Gone; readonly rule: RouteRule; readonly ticket: Ticket | null },
  options: ReconcileOptions,
): Promise<Outcome> {
  const message = `The issue ${said[gone.gone]}${gone.to === null ? '' : ` (now ${gone.to})`}`
  if (rule.gone.issue === 'unlink' || ticket === null)
    return await part(deps, link, `${message}; the pair is no longer kept.`, options)
  const connected = findTracker(deps, link.ticket.connection)
  const view = await viewTracker(connected, rule)
  const target = chooseState(
    { rule, states: statesOf(view, ticket.type), traits: view.traits },
    'not_planned',
    ticket.type,
  )
  if ('missing' in target)
    return await part(deps, link, `${message}; the ticket stays as it is. ${target.missing}`, options)
  if (options.dryRun !== true && ticket.status.name !== target.status.name) {
    await connected.tracker.update(ticket, { status: { name: target.status.name, fields: rule.transition } })
  }
  const change = { side: 'tracker' as const, field: 'status', before: ticket.status.name, after: target.status.name }
  return await part(deps, link, `${message}; the ticket was closed.`, options, [change])
}

/** The ticket is gone: forget the pair, or also close the issue. */
export async function leaveTicket(
  deps: SyncDeps,
  {
    link,
    gone,
    rule,
    issue,
  }: { readonly link: Link; readonly gone: Gone; readonly rule: RouteRule; readonly issue: Issue },
  options: ReconcileOptions,
): Promise<Outcome> {
  const message = `The ticket ${said[gone.gone]}`
  if (rule.gone.ticket === 'unlink' || !issue.open)
    return await part(deps, link, `${message}; the pair is no longer kept.`, options)
  if (options.dryRun !== true) await deps.host.update(issue, { open: false, reason: 'not_planned' })
  const change = { side: 'github' as const, field: 'status', before: 'open', after: 'not_planned' }
  return await part(deps, link, `${message}; the issue was closed.`, options, [change])
}

/** The row stays, marked as ended, so that no new counterpart is created for the one that is left. */
async function part(
  deps: SyncDeps,
  link: Link,
  message: string,
  options: ReconcileOptions,
  changes: Outcome['changes'] = [],
): Promise<Outcome> {
  const outcome = createOutcome(link, changes.length > 0 ? 'updated' : 'skipped', message, { changes })
  if (options.dryRun === true) return outcome
  const now = deps.clock.now()
  await deps.store.links.save({ ...link, state: 'ended', outcome: outcome.outcome, updatedAt: now.toISOString() }, [
    createEntry(outcome, now, options.actor),
  ])
  return outcome
}
