import { describe, expect, it } from 'vitest'
import { createPointer } from '../../src/config/pointer.ts'

const find = createPointer(`version: 1
trackers:
  boards: { kind: azure, project: Fabrikam }
routes:
  - to: boards
    type: { bug: Bug, "needs: work": Task }
  - to: boards
    status:
      closed: Done
`)

describe('a place in the configuration', () => {
  it.each([
    ['routes[1].status.closed', 9, 7],
    ['trackers.boards.project', 3, 26],
    ['routes[0].type["needs: work"]', 6, 23],
    ['routes[0]', 5, 5],
  ])('%s is found by its path', (path, line, column) => {
    expect(find(path)).toEqual({ line, column })
  })

  it.each([
    ['routes[1].status.open', 8, 5],
    ['routes[1].fields["Custom.Reason"]', 7, 5],
    ['trackers.boards.sign-in', 3, 3],
  ])('%s, which is not there, is shown at what is around it', (path, line, column) => {
    expect(find(path)).toEqual({ line, column })
  })

  it('of which nothing is there is no place', () => {
    expect(find('people.map')).toBeUndefined()
    expect(find('')).toBeUndefined()
  })

  it('in a file that is no YAML is no place', () => {
    expect(createPointer('a: [')('a')).toBeUndefined()
  })
})
