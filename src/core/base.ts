import type { FieldChange } from './change.ts'
import { findLead } from './fields/assignee.ts'
import { rememberBodies } from './fields/body.ts'
import type { TextView } from './fields/body.ts'
import type { Pair } from './fields/field.ts'
import { fieldsOf } from './fields/fields.ts'
import { placedBy, placedKey, readIssueSet, readTicketSet, setFields } from './fields/sets.ts'
import type { SetField } from './fields/sets.ts'
import type { Base, Remembered, Side, SideBase } from './link.ts'

export interface Settling {
  /** Fields that keep their old base. */
  readonly unsettled: readonly string[]
  readonly applied: readonly FieldChange[]
}

/**
 * The base after the changes: both sides as they stand now. What is unsettled keeps its old value, or stays unknown,
 * so that it is looked at again the next time.
 */
export function nextBase(after: Pair, text: TextView, { unsettled, applied }: Settling): Base {
  const old = after.base
  const issue: Record<string, Remembered> = {}
  const ticket: Record<string, Remembered> = {}
  for (const { key, field } of fieldsOf(after.rule)) {
    const issueWas = old?.issue[key]
    const ticketWas = old?.ticket[key]
    if (!unsettled.includes(key)) {
      issue[key] = field.issueValue(after)
      ticket[key] = field.ticketValue(after)
    } else if (issueWas !== undefined && ticketWas !== undefined) {
      issue[key] = issueWas
      ticket[key] = ticketWas
    }
  }
  const placed = { issue: [] as string[], ticket: [] as string[] }
  for (const field of setFields) {
    if (after.rule.sync[field] === 'off') continue
    const sides = { issue: readIssueSet(field, after), ticket: readTicketSet(field, after) }
    const settled = !unsettled.includes(field)
    issue[field] = settled ? [...sides.issue.keys()].sort() : (old?.issue[field] ?? [])
    ticket[field] = settled ? [...sides.ticket.keys()].sort() : (old?.ticket[field] ?? [])
    for (const side of ['issue', 'ticket'] as const) {
      const ours = new Set([...(old?.placed[side] ?? []), ...placedOn(side, applied, after)])
      const present = [...sides[side].keys()].map((key) => placedKey(field, key))
      placed[side].push(...present.filter((key) => ours.has(key)))
    }
  }
  return {
    issue,
    ticket,
    body: unsettled.includes('body') ? (old?.body ?? null) : rememberBodies(after, text),
    placed,
    lead: findLead(after),
    commentCount: { issue: after.issue.commentCount, ticket: after.ticket.commentCount },
    revision: after.ticket.revision,
    images: old?.images ?? {},
  }
}

export const placedOn = (side: 'issue' | 'ticket', changes: readonly FieldChange[], pair: Pair): readonly string[] =>
  changes
    .filter((change) => change.side === (side === 'issue' ? 'github' : 'tracker'))
    .flatMap((change) => placedBy(change, pair))

export interface Birth {
  /** The side that was there first. */
  readonly origin: Side
  /** What went out with the create call; `null` where only what came of it is known: all of that did. */
  readonly applied: readonly FieldChange[] | null
  /** The counterpart may be older than the origin now is, or was made without its text. */
  readonly textOpen: boolean
}

/**
 * The base of a pair whose one half was just made from the other. Where they do not agree yet, the origin counts as
 * edited since, and the first reconcile carries it over.
 */
export function firstBase(born: Pair, text: TextView, { origin, applied, textOpen }: Birth): Base {
  const base = nextBase(born, text, { unsettled: [], applied: applied ?? [] })
  const [first, second] = origin === 'github' ? (['issue', 'ticket'] as const) : (['ticket', 'issue'] as const)
  const unknown = Object.fromEntries(fieldsOf(born.rule).map(({ key }) => [key, null]))
  const asked: Pair = { ...born, base: { ...base, [first]: unknown } }
  const open = fieldsOf(born.rule).filter(({ field }) => !field.agree(asked))
  const began = (field: SetField) =>
    applied === null ? base[second][field] : common(base[first][field], base[second][field])
  return {
    ...base,
    placed: applied === null ? { ...base.placed, [second]: placedIn(base[second]) } : base.placed,
    [first]: {
      ...base[first],
      ...Object.fromEntries(open.map(({ key }) => [key, null])),
      ...Object.fromEntries(setFields.map((field) => [field, began(field)])),
    },
    body: textOpen ? null : base.body,
    commentCount: uncounted,
  }
}

const placedIn = (side: SideBase): readonly string[] =>
  setFields.flatMap((field) => [side[field] ?? []].flat().map((key) => placedKey(field, String(key))))

/** What the counterpart lacks counts as put on since. */
const common = (own: unknown, other: unknown): unknown =>
  Array.isArray(own) && Array.isArray(other) ? own.filter((key) => other.includes(key)) : own

/** No count is this: comments are read the next time. */
export const uncounted: Base['commentCount'] = { issue: -1, ticket: -1 }
