import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { errorCodes } from '../src/core/errors.ts'

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const [, ...entries] = page.split(/^## /m)

it('explains every error code, and no other, in alphabetical order', () => {
  expect(entries.map((entry) => entry.split('\n')[0])).toEqual([...errorCodes].sort())
})

it('says more about a code than its name', () => {
  for (const entry of entries) expect(entry.split('\n').slice(1).join(' ').trim().length).toBeGreaterThan(40)
})
