import type { FieldRule } from '../../config/schema.ts'
import type { IssuePatch, TicketPatch } from '../change.ts'
import type { Remembered } from '../link.ts'
import { equalIgnoringCase } from './field.ts'
import type { Field, IssueSide, Pair, TicketSide, Translation } from './field.ts'

type Scalar = string | number | boolean
type ValueByLabel = Readonly<Record<string, Scalar>>

interface Mapped {
  readonly name: Field['name']
  readonly values: ValueByLabel
  read(side: TicketSide): unknown
  patch(value: Scalar): TicketPatch
}

const sameValue = (a: unknown, b: unknown): boolean =>
  a !== null && a !== undefined && b !== null && b !== undefined && equalIgnoringCase(String(a), String(b))

/** A value of the tracker that shows on the issue as one of several labels. */
function byLabel({ name, values, read, patch }: Mapped): Field {
  const present = (pair: IssueSide): string[] =>
    Object.keys(values).filter((label) => pair.issue.labels.some((own) => equalIgnoringCase(own, label)))
  const wanted = (pair: IssueSide): Scalar | undefined => {
    const label = present(pair)[0]
    return label === undefined ? undefined : values[label]
  }
  const labelOf = (value: unknown): string | undefined =>
    Object.entries(values).find(([, mapped]) => sameValue(mapped, value))?.[0]
  return {
    name,
    issueValue: (pair) => (wanted(pair) ?? null) as Remembered,
    ticketValue: (pair) => scalarOf(read(pair)),
    agree(pair) {
      const value = wanted(pair)
      return value === undefined ? labelOf(read(pair)) === undefined : sameValue(value, read(pair))
    },
    toTicket(pair): Translation<TicketPatch> {
      const value = wanted(pair)
      // No label says nothing about the ticket's value.
      if (value === undefined || sameValue(value, read(pair))) return { kind: 'same' }
      return { kind: 'patch', patch: patch(value), before: read(pair) ?? null, after: value }
    },
    toIssue(pair): Translation<IssuePatch> {
      const label = labelOf(read(pair))
      const remove = present(pair).filter((own) => own !== label)
      const add = label === undefined || present(pair).includes(label) ? [] : [label]
      if (add.length === 0 && remove.length === 0) return { kind: 'same' }
      return { kind: 'patch', patch: { labels: { add, remove } }, before: present(pair), after: label ?? null }
    },
  }
}

const scalarOf = (value: unknown): Remembered =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null

/** A field that the route keeps at one value, whatever the issue says. */
export function customAlways(name: string, value: unknown): Field {
  const settled = (pair: Pair): boolean => JSON.stringify(pair.ticket.fields[name] ?? null) === JSON.stringify(value)
  return {
    name: 'fields',
    issueValue: () => JSON.stringify(value),
    ticketValue: ({ ticket }) => JSON.stringify(ticket.fields[name] ?? null),
    agree: settled,
    toTicket: (pair) => ({
      kind: 'patch',
      patch: { fields: { [name]: value } },
      before: pair.ticket.fields[name] ?? null,
      after: value,
    }),
    toIssue: () => ({ kind: 'same' }),
    enforced: true,
  }
}

export const isLabelRule = (rule: FieldRule): rule is { labels: ValueByLabel } =>
  typeof rule === 'object' && 'labels' in rule

export const isAlwaysRule = (rule: FieldRule): rule is { always: unknown } =>
  typeof rule === 'object' && 'always' in rule

export const priority = (values: ValueByLabel): Field =>
  byLabel({
    name: 'priority',
    values,
    read: ({ ticket }) => ticket.priority,
    patch: (value) => ({ priority: String(value) }),
  })

export const estimate = (values: Readonly<Record<string, number>>): Field =>
  byLabel({
    name: 'estimate',
    values,
    read: ({ ticket }) => ticket.estimate,
    patch: (value) => ({ estimate: Number(value) }),
  })

export const customByLabel = (name: string, values: ValueByLabel): Field =>
  byLabel({
    name: 'fields',
    values,
    read: ({ ticket }) => ticket.fields[name],
    patch: (value) => ({ fields: { [name]: value } }),
  })
