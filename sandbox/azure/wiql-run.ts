import type { FieldDefinition } from './fields.ts'
import { printPerson } from './identities.ts'
import { readField } from './represent.ts'
import { refuseWiql } from './wiql-parse.ts'
import type { Condition, Literal, Wiql } from './wiql-parse.ts'
import { currentRevision, isPerson } from './world.ts'
import type { FieldValue, Item, Person, Project, World } from './world.ts'

export interface WiqlContext {
  readonly world: World
  readonly who: Person
  readonly project: Project | null
  readonly timePrecision: boolean
}

type Test = (item: Item) => boolean

export function findQueryField(world: World, name: string): FieldDefinition {
  return (
    world.fields.find(name) ??
    refuseWiql(`TF51005: The query references a field that does not exist. The error is caused by «[${name}]».`)
  )
}

export function runWiql(context: WiqlContext, query: Wiql): Item[] {
  const matches = query.where === null ? () => true : compile(context, query.where)
  const order = query.order.map(({ field, descending }) => ({
    name: findQueryField(context.world, field).referenceName,
    descending,
  }))
  const found = [...context.world.items.values()].filter(
    (item) => item.deleted === null && !item.hidden && matches(item),
  )
  return order.length === 0 ? found.sort((a, b) => a.id - b.id) : found.sort((a, b) => compareBy(a, b, order))
}

const sortable = (value: FieldValue | undefined) => (isPerson(value) ? value.displayName : value)

function compareBy(a: Item, b: Item, order: readonly { name: string; descending: boolean }[]): number {
  for (const { name, descending } of order) {
    const [left, right] = [
      sortable(readField(a, currentRevision(a), name)),
      sortable(readField(b, currentRevision(b), name)),
    ]
    const sign = compareValues(left, right) * (descending ? -1 : 1)
    if (sign !== 0) return sign
  }
  return a.id - b.id
}

function compareValues(a: string | number | boolean | undefined, b: string | number | boolean | undefined): number {
  if (a === b) return 0
  if (a === undefined) return -1
  if (b === undefined) return 1
  if (typeof a !== 'string' || typeof b !== 'string') return a < b ? -1 : 1
  const [left, right] = [a.toLowerCase(), b.toLowerCase()]
  return left === right ? 0 : left < right ? -1 : 1
}

function compile(context: WiqlContext, condition: Condition): Test {
  if (condition.kind === 'not') {
    const part = compile(context, condition.part)
    return (item) => !part(item)
  }
  if (condition.kind !== 'test') {
    const parts = condition.parts.map((part) => compile(context, part))
    return condition.kind === 'and'
      ? (item) => parts.every((part) => part(item))
      : (item) => parts.some((part) => part(item))
  }
  const field = findQueryField(context.world, condition.field)
  const { operator, values } = condition
  const read = (item: Item) => readField(item, currentRevision(item), field.referenceName)
  if (operator === 'is empty') return (item) => read(item) === undefined
  if (operator === 'is not empty') return (item) => read(item) !== undefined
  if (operator.startsWith('not ')) {
    const positive = compileTest(context, field, operator.slice(4), values, read)
    return (item) => !positive(item)
  }
  return compileTest(context, field, operator, values, read)
}

type Read = (item: Item) => FieldValue | undefined

function compileTest(
  context: WiqlContext,
  field: FieldDefinition,
  operator: string,
  values: readonly Literal[],
  read: Read,
): Test {
  switch (operator) {
    case 'in': {
      const tests = values.map((value) => compileEquals(context, field, value, read))
      return (item) => tests.some((test) => test(item))
    }
    case '=':
    case 'ever':
      return compileEquals(context, field, values[0]!, read)
    case '<>': {
      const equal = compileEquals(context, field, values[0]!, read)
      return (item) => !equal(item)
    }
    case 'contains':
    case 'contains words':
      return compileContains(context, field, operator, values[0]!, read)
    case 'under': {
      if (field.type !== 'treePath') refuseOperator(field, operator)
      const path = String(literalOf(context, field, values[0]!)).toLowerCase()
      return (item) => {
        const own = String(read(item)).toLowerCase()
        return own === path || own.startsWith(`${path}\\`)
      }
    }
    default:
      return compileOrder(context, field, operator, values[0]!, read)
  }
}

function refuseOperator(field: FieldDefinition, operator: string): never {
  refuseWiql(`TF51008: The operator ${operator.toUpperCase()} cannot be used with the field ${field.name}.`)
}

function compileContains(
  context: WiqlContext,
  field: FieldDefinition,
  operator: string,
  value: Literal,
  read: Read,
): Test {
  const text = String(literalOf(context, field, value)).toLowerCase()
  const long = field.type === 'html' || field.type === 'history'
  if (operator === 'contains' && field.type === 'dateTime') refuseOperator(field, operator)
  const words = text.split(/\s+/).filter((word) => word !== '')
  return (item) => {
    const own = read(item)
    const heard =
      field.type === 'history' ? item.comments.map((comment) => comment.versions.at(-1)!.text).join('\n') : own
    const haystack = String(isPerson(heard) ? printPerson(context.world, heard) : (heard ?? '')).toLowerCase()
    if (operator === 'contains' && !long) return haystack.includes(text)
    const spoken = haystack.replaceAll(/<[^>]*>/g, ' ').split(/[^\p{L}\p{N}_-]+/u)
    return words.every((word) =>
      spoken.some((each) => (word.endsWith('*') ? each.startsWith(word.slice(0, -1)) : each === word)),
    )
  }
}

const DAY_MS = 86_400_000
const dayOf = (time: number) => Math.floor(time / DAY_MS)

function compileEquals(context: WiqlContext, field: FieldDefinition, value: Literal, read: Read): Test {
  if (value.kind === 'field') {
    const other = findQueryField(context.world, value.name).referenceName
    return (item) => same(context, read(item), sortable(readField(item, currentRevision(item), other)) ?? '')
  }
  const wanted = literalOf(context, field, value)
  if (field.type === 'dateTime' && wanted !== '') {
    const time = new Date(String(wanted)).getTime()
    return (item) => {
      const own = read(item)
      if (own === undefined) return false
      const ownTime = new Date(String(own)).getTime()
      return context.timePrecision ? ownTime === time : dayOf(ownTime) === dayOf(time)
    }
  }
  if (field.referenceName === 'System.Tags') {
    const tag = String(wanted).toLowerCase()
    return (item) =>
      String(read(item) ?? '')
        .toLowerCase()
        .split('; ')
        .includes(tag)
  }
  return (item) => same(context, read(item), wanted)
}

function same(context: WiqlContext, own: FieldValue | undefined, wanted: string | number | boolean): boolean {
  if (own === undefined) return wanted === ''
  if (!isPerson(own)) return String(own).toLowerCase() === String(wanted).toLowerCase()
  const names = [
    own.displayName,
    own.principalName,
    own.mail,
    own.account,
    printPerson(context.world, own),
    `${own.displayName} <${own.mail}>`,
  ]
  return wanted !== '' && names.some((name) => name.toLowerCase() === String(wanted).toLowerCase())
}

function compileOrder(
  context: WiqlContext,
  field: FieldDefinition,
  operator: string,
  value: Literal,
  read: Read,
): Test {
  const wanted = literalOf(context, field, value)
  const decide = (difference: number) =>
    operator === '>'
      ? difference > 0
      : operator === '>='
        ? difference >= 0
        : operator === '<'
          ? difference < 0
          : difference <= 0
  if (field.type === 'dateTime') {
    const time = new Date(String(wanted)).getTime()
    const scale = context.timePrecision ? (each: number) => each : dayOf
    return (item) => {
      const own = read(item)
      return own !== undefined && decide(scale(new Date(String(own)).getTime()) - scale(time))
    }
  }
  return (item) => {
    const own = sortable(read(item))
    return own !== undefined && decide(compareValues(own, typeof own === 'number' ? Number(wanted) : String(wanted)))
  }
}

function literalOf(context: WiqlContext, field: FieldDefinition, value: Literal): string | number | boolean {
  if (value.kind === 'number') return checkType(context, field, value.value)
  if (value.kind === 'text') return checkType(context, field, value.text)
  if (value.kind === 'field') return refuseWiql(`TF51006: A field cannot stand here: [${value.name}].`)
  switch (value.name) {
    case 'project':
      if (context.project === null)
        refuseWiql('TF51012: The query uses @project, but no project is part of the address.')
      return context.project.name
    case 'me':
      return context.who.principalName
    case 'today': {
      const today = dayOf(context.world.stage.clock.now().getTime()) + value.offset
      return new Date(today * DAY_MS).toISOString()
    }
    default:
      return refuseWiql(`TF51006: The macro @${value.name} is not known.`)
  }
}

const HAS_TIME = /[T ]\d{1,2}:\d{2}/

function checkType(context: WiqlContext, field: FieldDefinition, value: string | number): string | number {
  if (field.type === 'integer' || field.type === 'double') {
    if (value !== '' && Number.isNaN(Number(value)))
      refuseWiql(`TF51011: The value '${value}' is not valid for the field ${field.name}.`)
    return value === '' ? value : Number(value)
  }
  if (field.type === 'dateTime' && value !== '') {
    if (Number.isNaN(new Date(String(value)).getTime())) refuseWiql(`TF51011: The value '${value}' is not a date.`)
    const refused = HAS_TIME.test(String(value)) && !context.timePrecision && context.world.switches.wiqlRefusesTimes
    if (refused) {
      refuseWiql(
        `You cannot supply a time with the date when running a query using date precision. The error is caused by «[${field.referenceName}] '${value}'».`,
      )
    }
  }
  return value
}
