import type { FieldChange, Note } from './change.ts'
import { findLead } from './fields/assignee.ts'
import { planBody, rememberBodies } from './fields/body.ts'
import type { TextView } from './fields/body.ts'
import type { Pair } from './fields/field.ts'
import { fieldsOf } from './fields/fields.ts'
import { placedKey, planSet, readIssueSet, readTicketSet, setFields } from './fields/sets.ts'
import type { Base, FieldConflict, Remembered } from './link.ts'
import { planField } from './merge.ts'

/** What reconciling a pair would do to its fields. Pure: the same pair gives the same plan. */
export interface PairPlan {
  readonly changes: readonly FieldChange[]
  readonly conflicts: readonly FieldConflict[]
  readonly notes: readonly Note[]
  /** Fields that keep their old base: in conflict, or without a counterpart. */
  readonly unsettled: readonly string[]
  /** Something that the config calls an error, such as an unmatched person. */
  readonly failures: readonly string[]
}

export function planPair(pair: Pair, text: TextView): PairPlan {
  const planned = [
    ...fieldsOf(pair.rule).map((keyed) => ({ key: keyed.key, ...planField(keyed, pair) })),
    { key: 'body', ...planBody(pair, text) },
  ]
  const sets = setFields.filter((field) => pair.rule.sync[field] !== 'off').flatMap((field) => planSet(field, pair))
  return {
    changes: [...planned.flatMap(({ changes }) => changes), ...sets],
    conflicts: planned.flatMap(({ conflict }) => (conflict === null ? [] : [conflict])),
    notes: planned.flatMap(({ notes }) => notes),
    unsettled: planned.filter(({ unsettled }) => unsettled).map(({ key }) => key),
    failures: planned.filter(({ failed }) => failed).flatMap(({ notes }) => notes.map((one) => one.text)),
  }
}

/**
 * The base after the changes: both sides as they stand now. What is unsettled keeps its old value, or stays unknown,
 * so that it is looked at again the next time.
 */
export function nextBase(
  after: Pair,
  text: TextView,
  { unsettled, applied }: { readonly unsettled: readonly string[]; readonly applied: readonly FieldChange[] },
): Base {
  const old = after.base
  const issue: Record<string, Remembered> = {}
  const ticket: Record<string, Remembered> = {}
  for (const { key, field } of fieldsOf(after.rule)) {
    if (!unsettled.includes(key)) {
      issue[key] = field.issueValue(after)
      ticket[key] = field.ticketValue(after)
      continue
    }
    const issueWas = old?.issue[key]
    const ticketWas = old?.ticket[key]
    if (issueWas !== undefined && ticketWas !== undefined) {
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
      const before = old?.[side][field]
      const other = side === 'issue' ? 'ticket' : 'issue'
      for (const key of sides[side].keys()) {
        const already = old?.placed[side].includes(placedKey(field, key)) === true
        const wasThere = Array.isArray(before) && before.includes(key)
        const addedNow = applied.some((change) => change.field === field && isOn(change, side)) && !wasThere
        if (already || (addedNow && sides[other].has(key))) placed[side].push(placedKey(field, key))
      }
    }
  }
  return {
    issue,
    ticket,
    body: unsettled.includes('body') ? (old?.body ?? null) : rememberBodies(after, text),
    placed,
    lead: findLead(after),
    commentCount: { issue: after.issue.commentCount, ticket: after.ticket.commentCount },
  }
}

const isOn = (change: FieldChange, side: 'issue' | 'ticket'): boolean =>
  change.side === (side === 'issue' ? 'github' : 'tracker')
