import { describe, expect, it } from 'vitest'
import { chooseTurns } from '../../src/queue/turns.ts'

const none = new Map<string, number>()
const choose = (lanes: readonly string[], more: Partial<Parameters<typeof chooseTurns>[1]> = {}) =>
  Object.fromEntries(chooseTurns(lanes, { free: 6, perLane: 4, running: none, served: none, ...more }))

describe('the next turns', () => {
  it('are spread evenly', () => {
    expect(choose(['a', 'b', 'c'])).toEqual({ a: 2, b: 2, c: 2 })
  })

  it('go to those with the least in hand', () => {
    expect(choose(['a', 'b'], { free: 2, running: new Map([['a', 3]]) })).toEqual({ b: 2 })
  })

  it('go to those served longest ago where they have equally much', () => {
    const served = new Map([
      ['a', 5],
      ['b', 2],
      ['c', 9],
    ])
    expect(choose(['a', 'b', 'c'], { free: 1, served })).toEqual({ b: 1 })
    expect(choose(['a', 'b', 'new'], { free: 1, served })).toEqual({ new: 1 })
  })

  it('never exceed the share of a lane, even when nobody else waits', () => {
    expect(choose(['a'])).toEqual({ a: 4 })
    expect(choose(['a'], { running: new Map([['a', 4]]) })).toEqual({})
  })
})
