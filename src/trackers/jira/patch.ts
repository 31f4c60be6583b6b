import type { TicketDraft, TicketPatch } from '../../core/change.ts'
import type { Refusal } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { Fields } from './fields.ts'
import { toWire } from './fields.ts'

/** What one field of ours needs: dropped as a whole when the server refuses any of it. */
export interface Part {
  /** The field in our words, such as `assignee`, or `fields.` with the tracker's own name. */
  readonly field: string
  /** Values by the server's field id. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Changes of lists, which leave alone what others put there. */
  readonly change?: Readonly<Record<string, readonly ListChange[]>>
}

type ListChange = { readonly add: unknown } | { readonly remove: unknown }

export interface PatchContext {
  readonly fields: Fields
  /** A sub-task has its parent from birth. */
  readonly subtask: boolean
  /** The ticket as it is; `null` for a new one. */
  readonly ticket: Ticket | null
}

export interface PlannedParts {
  readonly parts: readonly Part[]
  /** What tickets of this server or type cannot have at all. */
  readonly impossible: readonly Refusal[]
}

const named = (name: string) => ({ name })

export function toParts(patch: TicketPatch & Partial<TicketDraft>, context: PatchContext): PlannedParts {
  const { fields, ticket } = context
  const parts: Part[] = []
  const impossible: Refusal[] = []
  const set = (field: string, id: string, value: unknown) => void parts.push({ field, set: { [id]: value } })
  const refuse = (field: string, message: string) =>
    void impossible.push({ field, code: 'field-refused', message, remedy: `Leave ${field} out of the route.` })

  if (patch.type !== undefined) set('type', 'issuetype', named(patch.type))
  if (patch.title !== undefined) set('title', 'summary', patch.title)
  if (patch.body !== undefined) set('body', 'description', patch.body.raw)
  if (patch.assignee !== undefined) {
    set('assignee', 'assignee', patch.assignee === null ? null : named(patch.assignee.handle))
  }
  if (patch.labels !== undefined) parts.push(listPart('labels', patch.labels, { ticket, toValue: (label) => label }))
  if (patch.components !== undefined) {
    parts.push(listPart('components', patch.components, { ticket, toValue: named }))
  }
  if (patch.priority !== undefined) set('priority', 'priority', named(patch.priority))
  if (patch.milestone !== undefined) parts.push(milestonePart(patch.milestone, ticket))
  if (patch.estimate !== undefined) {
    if (fields.storyPoints === null) refuse('estimate', 'This Jira has no field for story points.')
    else set('estimate', fields.storyPoints, patch.estimate)
  }
  if (patch.parent !== undefined && patch.parent !== ticket?.parent) {
    const id = context.subtask ? (ticket === null ? 'parent' : null) : fields.epicLink
    if (id === null)
      refuse('parent', context.subtask ? 'Jira keeps a sub-task at its parent.' : 'This Jira has no epics.')
    else set('parent', id, id === 'parent' ? { key: patch.parent } : patch.parent)
  }
  for (const [name, value] of Object.entries(patch.fields ?? {})) {
    const field = fields.find(name)
    if (field === undefined) refuse(`fields.${name}`, `This Jira has no field "${name}".`)
    else set(`fields.${name}`, field.id, toWire(field.schema, value))
  }
  if (patch.area !== undefined) refuse('area', 'Jira has no areas.')
  return { parts, impossible }
}

function listPart(
  id: 'labels' | 'components',
  { add, remove }: NonNullable<TicketPatch['labels']>,
  { ticket, toValue }: { readonly ticket: Ticket | null; readonly toValue: (name: string) => unknown },
): Part {
  if (ticket === null) return { field: id, set: { [id]: add.map(toValue) } }
  const changes = [...add.map((name) => ({ add: toValue(name) })), ...remove.map((name) => ({ remove: toValue(name) }))]
  return { field: id, change: { [id]: changes } }
}

/** The milestone is one of the fix versions; the others stay. */
function milestonePart(milestone: string | null, ticket: Ticket | null): Part {
  const field = 'milestone'
  if (ticket === null) return { field, set: { fixVersions: milestone === null ? [] : [named(milestone)] } }
  const changes: ListChange[] = []
  if (ticket.milestone !== null && ticket.milestone !== milestone) changes.push({ remove: named(ticket.milestone) })
  if (milestone !== null) changes.push({ add: named(milestone) })
  return { field, change: { fixVersions: changes } }
}

/** The parts in the form of one request. Two names of the route may mean the same field: the later one counts. */
export const toBody = (parts: readonly Part[]) => ({
  fields: Object.fromEntries(parts.flatMap(({ set = {} }) => Object.entries(set))),
  update: Object.fromEntries(parts.flatMap(({ change = {} }) => Object.entries(change))),
})

export const isAbout = ({ set = {}, change = {} }: Part, id: string): boolean => id in set || id in change
