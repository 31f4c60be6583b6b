import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stayWithin } from '../../src/core/within.ts'
import { isGone } from '../../src/core/issue.ts'
import type { Tracker } from '../../src/core/ports.ts'
import { openJira, type Opened } from '../trackers/jira/stage.ts'

let jira: Opened
let own: Tracker
beforeAll(async () => {
  jira = await openJira()
  own = stayWithin(jira.tracker, (project) => project === 'PLAT')
})
afterAll(() => jira.close())

describe('a tracker that is shared with other organizations', () => {
  it('reads the tickets of its own projects, and knows nothing of the others', async () => {
    const found = await own.readTickets(['PLAT-1', 'OPS-1'])
    expect(isGone(found.get('PLAT-1')!)).toBe(false)
    expect(found.get('OPS-1')).toEqual({ gone: 'hidden', to: null })
    expect((await own.readProjects()).map(({ key }) => key)).toEqual(['PLAT'])
  })

  it('refuses to look into another project, to list it and to write to it', async () => {
    expect(() => own.changedSince('OPS', null, '2026-01-01T00:00:00Z')).toThrow('not open to this organization')
    expect(() => own.readMarks('OPS')).toThrow('not open to this organization')
    await expect(own.people.search('a', { project: 'OPS', ticket: null })).rejects.toThrow(
      'not open to this organization',
    )
    await expect(own.readTypes('OPS')).rejects.toThrow('not open to this organization')
    const filter = { project: 'OPS', query: null, label: null }
    await expect(own.filterTickets(['OPS-1'], filter)).rejects.toThrow('not open to this organization')
  })

  it('stays what it is otherwise', async () => {
    expect(own.connection).toBe('jira')
    expect((await own.readTypes('PLAT')).length).toBeGreaterThan(0)
    expect(await own.describe()).toEqual(await jira.tracker.describe())
  })
})
