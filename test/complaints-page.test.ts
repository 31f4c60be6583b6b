import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const LAST = 45

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const numbersIn = (text: string): readonly number[] => [...text.matchAll(/\d+/g)].map(Number)

const rows = read('docs/complaints.md')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, numbers = '']) => /^\d/.test(numbers))
  .map(([, numbers = '', , tests = '', answer = '']) => ({
    numbers: numbersIn(numbers),
    files: [...tests.matchAll(/`([^`]+)`/g)].flatMap(([, file = '']) => file),
    answer,
  }))

/** What the titles of a file name, where a title begins with it: `complaint 7: …` or `complaints 1, 8: …`. */
const namedIn = (file: string): readonly number[] =>
  [...read(file).matchAll(/['"`]complaints? ([\d, ]+): /g)].flatMap(([, numbers = '']) => numbersIn(numbers))

describe('the page of complaints', () => {
  it('has one row for every complaint', () => {
    const all = rows.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: LAST }, (_, index) => index + 1))
  })

  it.each(rows)('leads from $numbers to tests that name each of them, and says so where there is none', (row) => {
    const { numbers, files, answer } = row
    if (files.length === 0) return expect(answer).toMatch(/^not answered: /)
    const named = files.map((file) => ({ file, numbers: namedIn(file).filter((one) => numbers.includes(one)) }))
    expect(named.filter((one) => one.numbers.length === 0).map(({ file }) => file)).toEqual([])
    expect(numbers.filter((one) => !named.some((other) => other.numbers.includes(one)))).toEqual([])
  })
})
