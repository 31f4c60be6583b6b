import type { Clock } from '../../core/ports.ts'
import type { JiraClient } from './client.ts'
import { HOUR_MS, keepBy } from './kept.ts'
import { FieldList } from './schema.ts'
import type { AllowedValue, FieldDefinition, FieldMeta, FieldSchema } from './schema.ts'

/** The fields of this server: custom ones have a number for a name, and a name for people. */
export interface Fields {
  readonly all: readonly FieldDefinition[]
  /** By id, or by the name that people see; of several with one name the first. */
  find(name: string): FieldDefinition | undefined
  readonly epicLink: string | null
  readonly storyPoints: string | null
}

export function createFields(client: JiraClient, clock: Clock): () => Promise<Fields> {
  const kept = keepBy(
    async () => describeFields((await client.request({ method: 'GET', api: 'field' })).read(FieldList)),
    { clock, ms: HOUR_MS },
  )
  return () => kept('')
}

export function describeFields(all: readonly FieldDefinition[]): Fields {
  const byType = (suffix: string) => all.find(({ schema }) => schema?.custom?.endsWith(suffix))
  const points = ['story points', 'story point estimate']
  return {
    all,
    find: (name) =>
      all.find(({ id }) => id === name) ?? all.find((field) => field.name.toLowerCase() === name.trim().toLowerCase()),
    epicLink: byType(':gh-epic-link')?.id ?? null,
    storyPoints:
      (
        byType(':jsw-story-points') ??
        all.find(({ name, schema }) => schema?.type === 'number' && points.includes(name.toLowerCase()))
      )?.id ?? null,
  }
}

/** A value as people write it, of what the server answers in objects. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value ?? null
  const text = ['value', 'name', 'key'].map((key) => (value as Record<string, unknown>)[key])
  return text.find((each) => typeof each === 'string') ?? value
}

/** A value as people write it, in the form that the server wants for this kind of field. */
export function toWire(schema: FieldSchema | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (schema === undefined || (typeof value === 'object' && !Array.isArray(value))) return value
  const { type, items } = schema
  if (type === 'array') {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    return list.map((each) => toWire({ type: items ?? 'any' }, each))
  }
  switch (type) {
    case 'option':
    case 'option-with-child':
      return { value: String(value) }
    case 'user':
    case 'group':
    case 'priority':
    case 'resolution':
    case 'version':
    case 'component':
    case 'issuetype':
    case 'securitylevel':
      return { name: String(value) }
    case 'project':
    case 'issuelink':
      return { key: String(value) }
    case 'number':
      return Number(value)
    case 'string':
    case 'date':
    case 'datetime':
      return String(value)
    default:
      return value
  }
}

export const nameOf = ({ name, value, key, id }: AllowedValue): string => name ?? value ?? key ?? id ?? ''

/** The one of the allowed values that somebody means; `undefined` when it is none of them. */
export function chooseAllowed(meta: FieldMeta, value: unknown): unknown {
  const { schema, allowedValues } = meta
  if (allowedValues === undefined || typeof value === 'object') return toWire(schema, value)
  const wanted = String(value).toLowerCase()
  const found = allowedValues.find((one) =>
    [one.id, one.name, one.value, one.key].some((each) => each?.toLowerCase() === wanted),
  )
  return found === undefined ? undefined : asValue(meta, found)
}

/** An allowed value as a value of its field, which may be a list. */
export function asValue({ schema }: FieldMeta, allowed: AllowedValue): unknown {
  const value = allowed.id === undefined ? toWire({ type: 'option' }, nameOf(allowed)) : { id: allowed.id }
  return schema?.type === 'array' ? [value] : value
}
