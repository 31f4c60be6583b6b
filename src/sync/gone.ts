import type { RouteRule } from '../config/schema.ts'
import { LockstepError } from '../core/errors.ts'
import { chooseState } from '../core/fields/status.ts'
import type { Gone, Issue } from '../core/issue.ts'
import { isGone } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Ticket } from '../core/ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { createEntry, createOutcome, noteAttempt } from './outcome.ts'
import { readTicket } from './tickets.ts'
import type { TicketReading } from './tickets.ts'
import { findTracker, statesOf, viewTracker } from './view.ts'

const said = {
  deleted: 'was deleted',
  moved: 'was moved away',
  hidden: 'cannot be read any more: it was deleted, or access to it was taken away',
} as const

/** The issue is gone: forget the pair, or also close the ticket. Nothing is ever deleted. */
export async function leaveIssue(
  deps: SyncDeps,
  { link, gone, ticket }: { readonly link: Link; readonly gone: Gone; readonly ticket?: TicketReading | undefined },
  options: ReconcileOptions,
): Promise<Outcome> {
  const why = `The issue ${said[gone.gone]}${gone.to === null ? '' : ` (now ${gone.to})`}`
  const rule = deps.routes.find(({ to }) => to === link.ticket.connection)
  if (rule?.gone.issue !== 'close') return await part(deps, link, { message: forgotten(why) }, options)
  const now = ticket ?? (await readTicket(deps, link, rule))
  if (now instanceof LockstepError) throw now
  if (isGone(now)) return await part(deps, link, { message: forgotten(why) }, options)
  const closed = await closeTicket(deps, { rule, ticket: now }, options)
  return await part(deps, link, { ...closed, message: `${why}; ${closed.message}` }, options)
}

interface Parting {
  readonly message: string
  readonly changes?: Outcome['changes']
}

async function closeTicket(
  deps: SyncDeps,
  { rule, ticket }: { readonly rule: RouteRule; readonly ticket: Ticket },
  { dryRun }: ReconcileOptions,
): Promise<Parting> {
  const connected = findTracker(deps, rule.to)
  const view = await viewTracker(connected, rule)
  const states = statesOf(view, ticket.type)
  const target = chooseState({ rule, states, traits: view.traits }, 'not_planned', ticket.type)
  if ('missing' in target) return { message: `the ticket stays as it is. ${target.missing}` }
  const { name } = target.status
  if (ticket.status.name === name) return { message: 'the ticket is closed already.' }
  const changes = [{ side: 'tracker', field: 'status', before: ticket.status.name, after: name }] as const
  if (dryRun !== true) {
    const patch = { status: { name, fields: rule.transition } }
    const { refused } = await attempt(changes, async () => await connected.tracker.update(ticket, patch))
    const [refusal] = refused
    if (refusal !== undefined) return { message: `the ticket stays as it is. ${refusal.message}` }
  }
  return { message: 'the ticket was closed.', changes }
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
  const why = `The ticket ${said[gone.gone]}`
  if (rule.gone.ticket === 'unlink' || !issue.open) return await part(deps, link, { message: forgotten(why) }, options)
  const changes = [{ side: 'github', field: 'status', before: 'open', after: 'not_planned' }] as const
  if (options.dryRun !== true) {
    await attempt(changes, async () => await deps.host.update(issue, { open: false, reason: 'not_planned' }))
  }
  return await part(deps, link, { message: `${why}; the issue was closed.`, changes }, options)
}

async function attempt<Result>(changes: Outcome['changes'], write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    throw noteAttempt(error, changes)
  }
}

const forgotten = (why: string): string => `${why}; the pair is no longer kept.`

/** The row stays, marked as ended, so that no new counterpart is created for the one that is left. */
async function part(
  deps: SyncDeps,
  link: Link,
  { message, changes = [] }: Parting,
  options: ReconcileOptions,
): Promise<Outcome> {
  const outcome = createOutcome(link, changes.length > 0 ? 'updated' : 'skipped', message, { changes })
  if (options.dryRun === true) return outcome
  const updatedAt = deps.clock.now().toISOString()
  const ended: Link = { ...link, state: 'ended', outcome: outcome.outcome, updatedAt }
  await deps.store.links.save(ended, [createEntry(deps, outcome, options)])
  return outcome
}
