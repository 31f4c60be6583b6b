import type { RouteRule } from '../config/schema.ts'
import type { Issue } from '../core/issue.ts'
import { isGone } from '../core/issue.ts'
import type { Tracker } from '../core/ports.ts'
import type { Ticket } from '../core/ticket.ts'
import { parseTicketRef } from '../core/ticket.ts'
import type { SyncDeps } from './deps.ts'

/**
 * The ticket that an issue without a pair belongs to already: the one it was opened for, when Lockstep broke off
 * before it could remember that, or the one that its text names.
 */
export async function findAdopted(
  deps: SyncDeps,
  tracker: Tracker,
  { issue, rule }: { readonly issue: Issue; readonly rule: RouteRule },
): Promise<Ticket | undefined> {
  const own = issue.mark === null ? undefined : parseTicketRef(issue.mark.ticket)
  if (own?.connection === tracker.connection) {
    const ticket = await findFree(deps, tracker, own.key)
    // The mark of a copied text leads to a ticket that has its issue, or to another server.
    if (ticket !== undefined && ticket.url === issue.mark?.url) return ticket
  }
  if (!rule.adopt) return undefined
  for (const key of tracker.findKeys(issue.body)) {
    const ticket = await findFree(deps, tracker, key)
    if (ticket !== undefined) return ticket
  }
  return undefined
}

async function findFree(deps: SyncDeps, tracker: Tracker, key: string): Promise<Ticket | undefined> {
  if ((await deps.store.links.ofTicket({ connection: tracker.connection, key })) !== undefined) return undefined
  const found = (await tracker.readTickets([key])).get(key)
  if (found === undefined || isGone(found)) return undefined
  const link = await deps.store.links.ofTicketId(tracker.connection, found.id)
  return link === undefined ? found : undefined
}
