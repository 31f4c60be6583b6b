import { z } from 'zod'
import { environmentSchema } from '../../src/config/environment.ts'
import { configShape, printShapes, shapesAt, type Shape } from '../../src/config/shape.ts'

/** The tables of docs/configuration.md, by the name in their markers. */
export function printTables(): Readonly<Record<string, string>> {
  const { properties: { trackers, routes, people } = {} } = configShape()
  const [azure, jira] = connectionShapes(trackers)
  return {
    azure: printKeys(azure),
    jira: printKeys(jira),
    routes: printKeys(routes?.items),
    people: printKeys(people),
    environment: printVariables(),
  }
}

/** Puts each table between its markers, `<!-- table NAME -->` and `<!-- /table -->`. */
export function fillTables(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replaceAll(
    /(<!-- table (\w+) -->\n)[^]*?(<!-- \/table -->)/g,
    (_, start: string, name: string, end: string) => {
      const table = tables[name]
      if (table === undefined) throw new Error(`There is no table "${name}".`)
      return `${start}\n${table}\n${end}`
    },
  )
}

function connectionShapes(trackers: Shape | undefined): readonly (Shape | undefined)[] {
  const connection = trackers?.additionalProperties
  return typeof connection === 'object' ? (connection.oneOf ?? connection.anyOf ?? []) : []
}

function printKeys(shape: Shape | undefined): string {
  return printTable(['key', 'takes', 'unless given', 'meaning'], rowsOf(shape ?? {}, ''))
}

function rowsOf({ properties = {}, required = [] }: Shape, prefix: string): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const nested = member.properties !== undefined
    const takes = nested ? 'a mapping, see below' : printShapes(shapesAt(member, []))
    const fallback = required.includes(name) ? '**required**' : nested ? '' : printDefault(member.default)
    const row = [`\`${prefix}${name}\``, takes, fallback, member.description ?? '']
    return [row, ...rowsOf(member, `${prefix}${name}.`)]
  })
}

function printVariables(): string {
  const { properties = {} } = z.toJSONSchema(environmentSchema, { io: 'input' }) as Shape
  const rows = Object.entries(properties).map(([name, { description = '', default: fallback }]) => [
    `\`${name}\``,
    printDefault(fallback),
    description,
  ])
  return printTable(['variable', 'unless given', 'meaning'], rows)
}

function printDefault(value: unknown): string {
  if (value === undefined) return ''
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`)
  return `${lines.join('\n')}\n`
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
