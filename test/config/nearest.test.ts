import { expect, it } from 'vitest'
import { findNearest } from '../../src/config/nearest.ts'

it.each([
  ['titel', 'title'],
  ['asignee', 'assignee'],
  ['notPlanned', 'not_planned'],
  ['to_tracker', 'to-tracker'],
  ['Status', 'status'],
])('%s is near %s', (word, wanted) => {
  expect(findNearest(word, ['title', 'body', 'assignee', 'not_planned', 'to-tracker', 'status'])).toBe(wanted)
})

it('prefers the nearest of several', () => {
  expect(findNearest('labls', ['tables', 'labels'])).toBe('labels')
})

it('finds nothing near another word, an empty one or a very long one', () => {
  expect(findNearest('colour', ['title', 'body'])).toBeUndefined()
  expect(findNearest('', ['a'])).toBeUndefined()
  expect(findNearest('x'.repeat(10_000), ['x'])).toBeUndefined()
})
