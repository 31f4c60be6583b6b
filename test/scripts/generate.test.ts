import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { findStale } from '../../scripts/generate.ts'
import { fillTables } from '../../scripts/generate/reference.ts'

it('nothing that is generated is stale', () => {
  expect(findStale().map(({ path }) => path)).toEqual([])
})

it('a table is put between its markers, whatever stood there', () => {
  const page = 'a\n<!-- table x -->\nold\n<!-- /table -->\nb\n'
  expect(fillTables(page, { x: 'new\n' })).toBe('a\n<!-- table x -->\n\nnew\n\n<!-- /table -->\nb\n')
  expect(() => fillTables(page, {})).toThrow('There is no table "x".')
})

describe('the schema for editors', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const validate = new Ajv({ validateFormats: false, allowUnionTypes: true }).compile(
    JSON.parse(read('schema/lockstep.schema.json')) as object,
  )
  const examples = readdirSync(new URL('../../examples/', import.meta.url)).filter((file) => file.endsWith('.yml'))

  it.each(examples)('accepts %s', (file) => {
    validate(parse(read(`examples/${file}`)))
    expect(validate.errors).toBeNull()
  })

  it('refuses a key that is not known', () => {
    expect(validate({ version: 1, routes: [{ to: 'a', wen: {} }] })).toBe(false)
  })
})
