import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(`${root}docs/parity.md`, 'utf8')

interface Row {
  readonly number: string
  readonly rule: string
  readonly text: string
  readonly proof: string
  /** The file of its section's tests, where the section names one. */
  readonly file: string
}

function readRows(): readonly Row[] {
  const rows: Row[] = []
  let file = ''
  for (const line of page.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    if (!line.startsWith('| ')) continue
    const [, number = '', rule = '', text = '', proof = text] = cells.slice(0, -1)
    if (number === 'no.') file = /^test \((.+)\)$/.exec(proof)?.[1] ?? ''
    else rows.push({ number, rule, text, proof, file })
  }
  return rows
}

/** A test is named like this: `file: *its sentence*, *another*; other-file: *…*`. */
function* readCitations({ proof, file }: Row): Generator<{ readonly file: string; readonly sentence: string }> {
  let current = file
  for (const [, name, sentence] of proof.matchAll(/([a-z][\w/-]*): (?=\*)|\*([^*]+)\*/g)) {
    if (name !== undefined) current = name
    else if (sentence !== undefined) yield { file: current, sentence }
  }
}

function readTests(name: string): string {
  const places = [`test/people/${name}`, `test/${name}`].flatMap((path) => [
    `${path}.test.ts`,
    `${path}.long.test.ts`,
    `${path}.ts`,
  ])
  const path = places.find((place) => existsSync(root + place))
  return path === undefined ? '' : readFileSync(root + path, 'utf8')
}

const rows = readRows()

describe('the page of parity', () => {
  it('has a row for every rule', () => {
    const numbers = rows.flatMap(({ number }) => number.split(', '))
    const groups = ['A.1', 'A.3', ...Array.from({ length: 14 }, (_, index) => `C.${index + 1}`)]
    const own = [...range(1, 6), ...range(37, 42), ...range(51, 53), ...range(72, 100), 102].map(String)
    expect([...groups, ...own].filter((number) => !numbers.includes(number))).toEqual([])
  })

  it('leaves nothing unbuilt', () => {
    expect(rows.filter(({ text }) => /not (?:yet )?built/.test(text)).map(({ number }) => number)).toEqual([])
  })

  it('names tests that are there', () => {
    const missing = rows.flatMap((row) =>
      [...readCitations(row)]
        .filter(({ file, sentence }) => {
          const tests = readTests(file)
          const pieces = sentence.split('…').map((piece) => piece.trim())
          return tests === '' || pieces.some((piece) => !tests.includes(piece))
        })
        .map(({ file, sentence }) => `${row.number}: ${file}: ${sentence}`),
    )
    expect(missing).toEqual([])
  })

  it('names a test for everything that is the same', () => {
    const without = rows.filter((row) => row.text.startsWith('same') && [...readCitations(row)].length === 0)
    expect(without.map(({ number, rule }) => `${number}: ${rule}`)).toEqual([])
  })
})

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
