import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { printTable } from './reference.ts'

const ActionFile = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().default('') })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
})

/** The tables of docs/action.md, by the name in their markers. */
export function printActionTables(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')
  const { inputs, outputs } = ActionFile.parse(parse(text))
  const code = (value: string) => (value === '' ? '' : `\`${value}\``)
  return {
    inputs: printTable(
      ['input', 'unless given', 'meaning'],
      Object.entries(inputs).map(([name, input]) => [code(name), code(input.default), input.description]),
    ),
    outputs: printTable(
      ['output', 'meaning'],
      Object.entries(outputs).map(([name, { description }]) => [code(name), description]),
    ),
  }
}
