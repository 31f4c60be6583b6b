import type { RouteRule } from '../config/schema.ts'
import { asLockstepError } from '../core/errors.ts'
import type { LockstepError } from '../core/errors.ts'
import type { Gone } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Ticket } from '../core/ticket.ts'
import type { SyncDeps } from './deps.ts'
import { findTracker } from './view.ts'

/** A ticket as it was read, or why it could not be. */
export type TicketReading = Ticket | Gone | LockstepError

/** By connection. */
export type KnownTickets = ReadonlyMap<string, TicketReading>

export async function readTicket(deps: SyncDeps, { ticket }: Link, rule: RouteRule): Promise<Ticket | Gone> {
  const { tracker } = findTracker(deps, ticket.connection)
  const found = (await tracker.readTickets([ticket.key], { fields: Object.keys(rule.fields) })).get(ticket.key)
  return found ?? { gone: 'hidden', to: null }
}

/** One tracker that is down must not keep the others from being looked at: its failure stands for its tickets. */
export async function readTicketBatch(
  deps: SyncDeps,
  connection: string,
  keys: readonly string[],
): Promise<(key: string) => TicketReading | undefined> {
  if (keys.length === 0) return () => undefined
  const rules = deps.routes.filter(({ to }) => to === connection)
  const fields = [...new Set(rules.flatMap((rule) => Object.keys(rule.fields)))]
  try {
    const found = await findTracker(deps, connection).tracker.readTickets(keys, { fields, marks: false })
    return (key) => found.get(key)
  } catch (error) {
    const failure = asLockstepError(error)
    return () => failure
  }
}
