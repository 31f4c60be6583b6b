import type { FieldChange, Note } from './change.ts'
import { planBody } from './fields/body.ts'
import type { TextView } from './fields/body.ts'
import type { Pair } from './fields/field.ts'
import { fieldsOf } from './fields/fields.ts'
import { planSet, setFields } from './fields/sets.ts'
import type { FieldConflict } from './link.ts'
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
