import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffLists, matchLists } from '../../src/core/diff.ts'
import { fingerprint } from '../../src/core/fingerprint.ts'

const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

describe('the difference of two lists', () => {
  it('turns one into the other', () => {
    fc.assert(
      fc.property(list, list, (left, right) => {
        const patched = [...left]
        for (const hunk of diffLists(left, right).toReversed())
          patched.splice(hunk.leftFrom, hunk.leftTo - hunk.leftFrom, ...right.slice(hunk.rightFrom, hunk.rightTo))
        expect(patched).toEqual(right)
      }),
    )
  })

  it('pairs equal entries in order', () => {
    fc.assert(
      fc.property(list, list, (left, right) => {
        const pairs = matchLists(left, right)
        for (const [index, [l, r]] of pairs.entries()) {
          expect(left[l]).toBe(right[r])
          expect(l).toBeGreaterThan(pairs[index - 1]?.[0] ?? -1)
          expect(r).toBeGreaterThan(pairs[index - 1]?.[1] ?? -1)
        }
      }),
    )
  })

  it('finds single edits side by side', () => {
    expect(diffLists(['a', 'b', 'c'], ['x', 'y', 'c'])).toEqual([
      { leftFrom: 0, leftTo: 1, rightFrom: 0, rightTo: 1 },
      { leftFrom: 1, leftTo: 2, rightFrom: 1, rightTo: 2 },
    ])
  })

  it('takes lists of ten thousand that share nothing', () => {
    const many = (name: string) => Array.from({ length: 10_000 }, (_, index) => `${name}${index}`)
    expect(matchLists(['same', ...many('l')], ['same', ...many('r')])).toEqual([[0, 0]])
  })
})

describe('a fingerprint', () => {
  it('is the same for the same text only', () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `text ${index}`)
    const half = new Set(texts.map((text) => fingerprint(text).slice(0, 16)))
    expect(half.size).toBe(texts.length)
    expect(fingerprint('text')).toBe(fingerprint('text'))
    expect(fingerprint('')).toMatch(/^[0-9a-f]{32}$/)
    expect(fingerprint('ab')).not.toBe(fingerprint('ba'))
  })

  it('stays what it is: it is kept from one release to the next', () => {
    expect([fingerprint(''), fingerprint('Lockstep')]).toEqual([
      '92ca2f0e1388a0fbb0ef98030de5c6a9',
      '89bbc2a3d6e93a9b569ab67fbbc7b220',
    ])
  })
})
