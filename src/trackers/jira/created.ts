import type { Status, Ticket } from '../../core/ticket.ts'
import type { Fields } from './fields.ts'
import type { ChangeItem, History } from './schema.ts'

interface CreatedContext {
  readonly fields: Fields
  /** The states of the ticket's type. */
  readonly states: readonly Status[]
}

/** A ticket as it was created: what people did to it since is taken back, by its history. The same one when they did nothing. */
export function asCreated(ticket: Ticket, history: History, context: CreatedContext): Ticket {
  const items = history.toSorted((a, b) => Number(b.id) - Number(a.id)).flatMap((group) => group.items.toReversed())
  let created = ticket
  for (const item of items) {
    const before = undo(created, item, context)
    if (before !== null) created = { ...created, ...before }
  }
  // Whoever writes on must meet what was done since.
  return created === ticket ? ticket : { ...created, revision: ticket.createdAt, updatedAt: ticket.createdAt }
}

/** What one entry of the history changed, as it was before; `null` for what Lockstep does not look at. */
function undo(ticket: Ticket, item: ChangeItem, { fields, states }: CreatedContext): Partial<Ticket> | null {
  const { fieldtype, field, from, fromString } = item
  const text = fromString ?? ''
  if (fieldtype === 'custom') return undoOther(ticket, item, fields)
  switch (field) {
    case 'summary':
      return { title: text }
    case 'description':
      return { body: text }
    case 'status':
      return { status: states.find(({ name }) => name === text) ?? { name: text, category: 'unknown' } }
    case 'resolution':
      return { resolution: fromString }
    case 'assignee':
      return { assignee: from === null ? null : { ...STRANGER, id: from, handle: from, name: text } }
    case 'issuetype':
      return { type: text }
    case 'priority':
      return { priority: fromString }
    case 'labels':
      return { labels: text.split(' ').filter((label) => label !== '') }
    case 'Component':
      return { components: undoOne(ticket.components, item) }
    case 'Fix Version':
      return { milestone: undoOne(ticket.milestone === null ? [] : [ticket.milestone], item)[0] ?? null }
    default:
      return undoOther(ticket, item, fields)
  }
}

// The history tells the key of an account and what it is called, no more.
const STRANGER = { emails: [], emailHidden: true, active: true, human: true } as const

/** Lists tell each entry that came or went by itself. */
const undoOne = (names: readonly string[], { fromString, toString: came }: ChangeItem): readonly string[] => [
  ...names.filter((name) => name !== came),
  ...(fromString === null ? [] : [fromString]),
]

function undoOther(ticket: Ticket, { field, fromString }: ChangeItem, catalog: Fields): Partial<Ticket> | null {
  const found = catalog.find(field)
  if (found === undefined) return null
  const names = Object.keys(ticket.fields).filter((name) => catalog.find(name) === found)
  const value = fromString !== null && typeof ticket.fields[found.id] === 'number' ? Number(fromString) : fromString
  return {
    fields: { ...ticket.fields, ...Object.fromEntries(names.map((name) => [name, value])) },
    ...(found.id === catalog.storyPoints ? { estimate: fromString === null ? null : Number(fromString) } : {}),
    ...(found.id === catalog.epicLink ? { parent: fromString } : {}),
  }
}
