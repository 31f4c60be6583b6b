import type { RouteRule } from '../../config/schema.ts'
import { assignee } from './assignee.ts'
import type { Field } from './field.ts'
import { customAlways, customByLabel, estimate, isAlwaysRule, isLabelRule, priority } from './mapped.ts'
import { milestone, parent, title, type } from './simple.ts'
import { status } from './status.ts'

/** A field under the name by which the base remembers it. */
export interface KeyedField {
  readonly key: string
  readonly field: Field
}

/** The fields that this route keeps in lockstep, besides body, labels, components and comments. */
export function fieldsOf(rule: RouteRule): readonly KeyedField[] {
  const fields: KeyedField[] = [title, status, assignee, type, milestone, parent].map((field) => ({
    key: field.name,
    field,
  }))
  if (Object.keys(rule.priority).length > 0) fields.push({ key: 'priority', field: priority(rule.priority) })
  if (Object.keys(rule.estimate).length > 0) fields.push({ key: 'estimate', field: estimate(rule.estimate) })
  for (const [name, custom] of Object.entries(rule.fields)) {
    const key = `fields.${name}`
    if (isLabelRule(custom)) fields.push({ key, field: customByLabel(name, custom.labels) })
    else if (isAlwaysRule(custom)) fields.push({ key, field: customAlways(name, custom.always) })
  }
  return fields.filter(({ field }) => rule.sync[field.name] !== 'off')
}
