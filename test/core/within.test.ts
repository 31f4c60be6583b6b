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
    expect(() => own.changedSince('OPS', null, { since: '2026-01-01T00:00:00Z' })).toThrow(
      'not open to this organization',
    )
    expect(() => own.readMarks('OPS')).toThrow('not open to this organization')
    await expect(own.people.search('a', { project: 'OPS', ticket: null })).rejects.toThrow(
      'not open to this organization',
    )
    await expect(own.readTypes('OPS')).rejects.toThrow('not open to this organization')
    const filter = { project: 'OPS', query: null, label: null }
    await expect(own.filterTickets(['OPS-1'], filter)).rejects.toThrow('not open to this organization')
  })

  it('finds no ticket of another project by its key or its text, and suggests nothing', async () => {
    expect(await jira.tracker.finder?.findTickets('OPS-1', 'PLAT')).toHaveLength(1)
    expect(await own.finder?.findTickets('OPS-1', 'PLAT')).toEqual([])
    expect(await own.finder?.findTickets('certificates', 'PLAT')).toEqual([])
    expect(await own.finder?.findTickets('PLAT-1', 'PLAT')).toHaveLength(1)
    await expect(own.finder?.findTickets('OPS-1', 'OPS')).rejects.toThrow('not open to this organization')
    expect(own.finder?.suggest).toBeUndefined()
  })

  it('reads anew when it is asked to', async () => {
    await own.readTypes('PLAT')
    const before = jira.server.journal.entries.length
    await own.readTypes('PLAT', { fresh: true })
    expect(jira.server.journal.entries.length).toBeGreaterThan(before)
  })

  it('stays what it is otherwise', async () => {
    expect(own.connection).toBe('jira')
    expect((await own.readTypes('PLAT')).length).toBeGreaterThan(0)
    expect(await own.describe()).toEqual(await jira.tracker.describe())
  })
})
