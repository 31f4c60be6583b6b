import { isTextUnchanged } from './blocks.ts'
import type { TextFormat } from './blocks.ts'
import { same } from './fields/field.ts'
import type { IssueSide, TicketSide } from './fields/field.ts'
import { fieldsOf } from './fields/fields.ts'
import { readIssueSet, readTicketSet, setFields } from './fields/sets.ts'
import type { Base } from './link.ts'

/** Whether an issue differs from its own half of the base. When not, nobody need look at the ticket. */
export function hasIssueMoved(side: IssueSide, base: Base, text: TextFormat): boolean {
  const { issue, rule } = side
  if (base.commentCount.issue !== issue.commentCount && rule.sync.comments !== 'off') return true
  if (rule.sync.body !== 'off' && (base.body === null || !isTextUnchanged(base.body.issue, text, issue.body)))
    return true
  if (fieldsOf(rule).some(({ key, field }) => !same(base.issue[key], field.issueValue(side)))) return true
  return setFields.some(
    (field) => rule.sync[field] !== 'off' && !same(base.issue[field], [...readIssueSet(field, side).keys()].sort()),
  )
}

/** The same for a ticket: our own write coming back has not moved. */
export function hasTicketMoved(side: TicketSide, base: Base, text: TextFormat): boolean {
  const { ticket, rule } = side
  if (base.commentCount.ticket !== ticket.commentCount && rule.sync.comments !== 'off') return true
  if (rule.sync.body !== 'off' && (base.body === null || !isTextUnchanged(base.body.ticket, text, ticket.body)))
    return true
  if (fieldsOf(rule).some(({ key, field }) => !same(base.ticket[key], field.ticketValue(side)))) return true
  return setFields.some(
    (field) => rule.sync[field] !== 'off' && !same(base.ticket[field], [...readTicketSet(field, side).keys()].sort()),
  )
}
