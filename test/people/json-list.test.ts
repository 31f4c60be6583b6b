import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LockstepError } from '../../src/core/errors.ts'
import { findJsonFault } from '../../src/people/json-fault.ts'
import { type ListLimits, createListReader } from '../../src/people/json-list.ts'

const wide: ListLimits = { recordBytes: 1 << 20, depth: 100 }

function readList(bytes: Uint8Array, chunkSize = bytes.length || 1, limits = wide): unknown[] {
  const reader = createListReader('list.json', limits)
  const values: unknown[] = []
  for (let at = 0; at < bytes.length; at += chunkSize) values.push(...reader.push(bytes.subarray(at, at + chunkSize)))
  reader.end()
  return values
}

const readText = (text: string, chunkSize?: number, limits?: ListLimits) =>
  readList(Buffer.from(text), chunkSize, limits)

function failureOf(work: () => unknown): LockstepError {
  try {
    work()
  } catch (error) {
    if (error instanceof LockstepError) return error
    throw error
  }
  throw new Error('It was expected to fail.')
}

/** Objects with every kind of text that could be taken for structure. */
const rows = fc.array(
  fc.dictionary(
    fc.string({ unit: 'binary' }),
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('\\', '"', '{"[', '}]', '\\"')),
    { maxKeys: 4 },
  ),
  { maxLength: 4 },
)

/** What JSON.parse makes of the whole, where that is a list of objects. */
function parseWhole(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text)
    const isList = Array.isArray(value) && value.every((row) => row?.constructor === Object)
    return isList ? value : null
  } catch {
    return null
  }
}

describe('reading a list of rows', () => {
  it('finds the same rows as JSON.parse, however the bytes are cut', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), fc.constantFrom(undefined, 1, '\t'), (rows, size, indent) => {
        expect(readText(JSON.stringify(rows, null, indent), size)).toEqual(JSON.parse(JSON.stringify(rows)))
      }),
      { numRuns: 150 },
    )
  })

  it('accepts what JSON.parse accepts and refuses what it refuses, when a character goes wrong', () => {
    const damage = fc.record({
      at: fc.nat(),
      put: fc.oneof(
        fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', ' ', '\u0001', '\ufeff'),
        fc.string(),
      ),
      cut: fc.nat(2),
    })
    let accepted = 0
    fc.assert(
      fc.property(rows, damage, fc.integer({ min: 1, max: 50 }), (rows, { at, put, cut }, size) => {
        const text = JSON.stringify(rows)
        const place = at % text.length
        const damaged = (text.slice(0, place) + put + text.slice(place + cut)).toWellFormed()
        // A byte order mark is passed over at the very start, where JSON.parse refuses it.
        const whole = parseWhole(damaged.replace(/^\ufeff/, ''))
        if (whole === null) {
          expect(failureOf(() => readText(damaged, size)).code).toMatch(/^archive-(not-json|truncated)$/)
        } else {
          accepted++
          expect(readText(damaged, size)).toEqual(whole)
        }
      }),
      { numRuns: 800, seed: 7 },
    )
    expect(accepted).toBeGreaterThan(20)
  })

  it('passes over a byte order mark at the very start only', () => {
    expect(readText('\ufeff[{}]', 1)).toEqual([{}])
    expect(failureOf(() => readText('[\ufeff{}]')).code).toBe('archive-not-json')
    expect(failureOf(() => readList(Buffer.from([0xef, 0x5b, 0x5d]))).code).toBe('archive-not-json')
  })

  it('refuses what is not UTF-8 instead of replacing it', () => {
    const bytes = Buffer.from('[{"name":"caf\xe9"}]', 'latin1')
    expect(failureOf(() => readList(bytes))).toMatchObject({
      code: 'archive-not-json',
      message: expect.stringContaining('row 1, which begins at byte 1, is not in UTF-8'),
    })
  })

  it('names the byte where the text stops being a list', () => {
    expect(failureOf(() => readText('<html>')).message).toContain('"<" is unexpected at byte 0')
    expect(failureOf(() => readText('{"model": 1}')).message).toContain('"{" is unexpected at byte 0')
    expect(failureOf(() => readText('[{}, 5]')).message).toContain('"5" is unexpected at byte 5, after 1 rows')
    expect(failureOf(() => readText('[{}] x')).message).toContain('"x" is unexpected at byte 5')
    expect(failureOf(() => readText('[{"é": nul}]')).message).toContain('"n" is unexpected at byte 8')
    expect(failureOf(() => readText('[{},]')).message).toContain('"]" is unexpected at byte 4')
    expect(failureOf(() => readText('')).message).toContain('empty')
  })

  it('tells a text that breaks off from one that is wrong', () => {
    for (const cut of ['[', '[{', '[{"a', '[{"a":', '[{"a":tr', '[{"a":1', '[{"a":1}', '[{"a":1},']) {
      expect(failureOf(() => readText(cut)).code).toBe('archive-truncated')
    }
    for (const wrong of ['[{a', '[{"a" 1', '[{"a":}', '[{"a":truth']) {
      expect(failureOf(() => readText(wrong)).code).toBe('archive-not-json')
    }
  })

  it('never quotes the text of a row', () => {
    const error = failureOf(() => readText('[{"password": "not-a-password-1", "x": }]'))
    expect(`${error.stack}${JSON.stringify(error.details)}${String(error.cause)}`).not.toContain('not-a-password')
  })

  it('refuses a row that is nested too deeply, without following it down', () => {
    const deep = `[{"a":${'['.repeat(200_000)}`
    expect(failureOf(() => readText(deep))).toMatchObject({
      code: 'archive-too-large',
      message: expect.stringContaining('more than 100 levels deep'),
    })
    expect(readText(`[{"a":${'['.repeat(99)}${']'.repeat(99)}}]`)).toHaveLength(1)
  })

  it('refuses a row that is too large before it is whole', () => {
    const limits = { recordBytes: 50, depth: 10 }
    expect(failureOf(() => readText(`[{"a":"${'x'.repeat(60)}`, 8, limits))).toMatchObject({
      code: 'archive-too-large',
      message: expect.stringContaining('Row 1 of list.json, at byte 1,'),
    })
    expect(readText(`[${'{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxx"},'.repeat(9)}{}]`, 8, limits)).toHaveLength(10)
  })
})

describe('finding the fault in a JSON text', () => {
  it('finds none in what JSON.parse accepts', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(findJsonFault(text)).toBe(text.length)
      }),
    )
  })

  it('finds a place before which all is sound', () => {
    const damage = fc.constantFrom('<', '}', ']', ',', ':', '"', '\\')
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), damage, (text, at, put) => {
        const place = at % (text.length + 1)
        const damaged = text.slice(0, place) + put + text.slice(place)
        const fault = findJsonFault(damaged)
        expect(fault).toBeGreaterThanOrEqual(0)
        expect(findJsonFault(damaged.slice(0, fault))).toBe(fault)
      }),
    )
  })

  it('finds a fault in whatever JSON.parse refuses for more than its early end', () => {
    for (const [text, fault] of [
      ['{"a": 01}', 7],
      ['{"a": 1,}', 8],
      ['{"a": "\\x"}', 6],
      ['{"a": "x\ny"}', 6],
      ['[1 2]', 3],
      ['{]', 1],
      ['1 1', 2],
    ] as const) {
      expect([text, findJsonFault(text)]).toEqual([text, fault])
    }
  })
})
