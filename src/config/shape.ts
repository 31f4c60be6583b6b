import { z } from 'zod'
import type { Path } from './problem.ts'
import { Config } from './schema.ts'

/** The part of JSON Schema that zod's export of our configuration uses. */
export interface Shape {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Shape
  readonly propertyNames?: Shape
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
}

/** The configuration language as data: for editors, for the reference, and for saying what would be right. */
export const configShape = (): Shape => z.toJSONSchema(Config, { io: 'input', target: 'draft-07' }) as Shape

/** What may stand at a path: several shapes where there is a choice. */
export function shapesAt(shape: Shape, path: Path, data?: unknown): readonly Shape[] {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices !== undefined) {
    const fitting = choices.filter((choice) => fitsKind(choice, data))
    return (fitting.length > 0 ? fitting : choices).flatMap((choice) => shapesAt(choice, path, data))
  }
  const [part, ...rest] = path
  if (part === undefined) return [shape]
  const next = typeof part === 'number' ? shape.items : memberOf(shape, part)
  return next === undefined ? [] : shapesAt(next, rest, valueAt(data, [part]))
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string | number, unknown>>)[part]
  }
  return value
}

export const knownKeys = (shapes: readonly Shape[]): readonly string[] => [
  ...new Set(
    shapes.flatMap(({ properties = {}, propertyNames }) => [
      ...Object.keys(properties),
      ...texts(propertyNames?.enum ?? []),
    ]),
  ),
]

export const allowedWords = (shapes: readonly Shape[]): readonly string[] => [
  ...new Set(shapes.flatMap((shape) => texts(shape.enum ?? (shape.const === undefined ? [] : [shape.const])))),
]

export const mayBe = (type: string, shapes: readonly Shape[]): boolean =>
  shapes.some((shape) => [shape.type].flat().includes(type))

/** Where else in the language a key belongs, such as `routes[].sync`. */
export function findHomes(shape: Shape, key: string, path = ''): readonly string[] {
  const here = Object.hasOwn(shape.properties ?? {}, key) ? [path === '' ? 'the top of the file' : path] : []
  const named = Object.entries(shape.properties ?? {}).map(
    ([name, member]) => [member, path === '' ? name : `${path}.${name}`] as const,
  )
  const free =
    typeof shape.additionalProperties === 'object' ? [[shape.additionalProperties, `${path}.NAME`] as const] : []
  const items = shape.items === undefined ? [] : [[shape.items, `${path}[]`] as const]
  const choices = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].map((choice) => [choice, path] as const)
  const below = [...named, ...free, ...items, ...choices].flatMap(([member, where]) => findHomes(member, key, where))
  return [...new Set([...here, ...below])]
}

/** The shapes in words, to stand after "expected": `one of open or any`, `text or a list`. */
export function printShapes(shapes: readonly Shape[]): string {
  const words = allowedWords(shapes)
  const others = shapes.filter((shape) => shape.enum === undefined && typeof shape.const !== 'string')
  const named = words.length === 0 ? [] : [words.length === 1 ? `"${words[0]}"` : `one of ${joinWords(words, 'or')}`]
  const parts = [...new Set([...named, ...others.flatMap(printShape)])]
  return parts.length === 0 ? 'anything' : joinWords(parts, 'or')
}

function printShape(shape: Shape): readonly string[] {
  if (shape.const !== undefined) return [String(shape.const)]
  if (shape.format === 'uri') return ['an address that starts with https:// (or http://)']
  if (shape.format === 'email') return ['an e-mail address']
  if (shape.format === 'date') return ['a day such as 2026-01-31']
  if (shape.pattern?.includes('$') === true && shape.pattern.startsWith('^\\$'))
    return ['$NAME, the name of an environment variable']
  if (shape.items !== undefined) return [`a list (each entry ${printShapes(shapesAt(shape.items, []))})`]
  return [shape.type ?? []].flat().map((type) => printType(type, shape))
}

function printType(type: string, { minimum, maximum, properties }: Shape): string {
  if (type === 'string') return 'text'
  if (type === 'boolean') return 'true or false'
  if (type === 'number') return 'a number'
  if (type === 'integer')
    return minimum === undefined ? 'a whole number' : `a whole number from ${minimum} to ${maximum}`
  if (type === 'array') return 'a list'
  if (properties === undefined) return 'a mapping ("name: value")'
  return `a mapping with ${joinWords(Object.keys(properties), 'or')}`
}

export function joinWords(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

const texts = (values: readonly unknown[]): readonly string[] => values.filter((value) => typeof value === 'string')

function memberOf({ properties = {}, additionalProperties }: Shape, name: string): Shape | undefined {
  if (Object.hasOwn(properties, name)) return properties[name]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

function fitsKind({ properties }: Shape, data: unknown): boolean {
  const kind = properties?.['kind']?.const
  const given = valueAt(data, ['kind'])
  return kind === undefined || given === undefined || given === kind
}
