import { afterEach, describe, expect, it } from 'vitest'
import type { MovedTicket, ScanStart, Tracker } from '../../../src/core/ports.ts'
import { collect, openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  return stage
}

const EPOCH = '1970-01-01T00:00:00Z'

async function scan(tracker: Tracker, cursor: string | null, start: Partial<ScanStart> = {}) {
  const items: MovedTicket[] = []
  let [pages, last] = [0, cursor]
  for await (const page of tracker.changedSince('Fabrikam', cursor, { since: EPOCH, ...start })) {
    items.push(...page.items)
    last = page.cursor
    pages++
  }
  return { items, pages, cursor: last, keys: items.map(({ ref }) => Number(ref.key)).sort((a, b) => a - b) }
}

describe('a scan', () => {
  it.each(['services', '2022', '2019'] as const)('costs one request when nothing moved (%s)', async (version) => {
    const stage = await open({ version })
    const first = await scan(stage.tracker, null)
    expect(first.keys).toEqual([1, 2, 3])
    stage.count()
    const second = await scan(stage.tracker, first.cursor)
    expect(second.items).toEqual([])
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
    const third = await scan(stage.tracker, second.cursor)
    expect(third.items).toEqual([])
  })

  it.each(['services', '2022', '2019'] as const)(
    'tells of a work item that was hung under another one, where that counts (%s)',
    async (version) => {
      const stage = await open({ version })
      const { acts } = stage.server
      const first = await scan(stage.tracker, null, { parents: true })
      const still = await scan(stage.tracker, first.cursor, { parents: true })
      expect(still.items).toEqual([])
      acts.setParent({ id: 1, parent: 3 })
      stage.count()
      const hung = await scan(stage.tracker, still.cursor, { parents: true })
      expect(hung.keys).toEqual([1, 3])
      expect(hung.items[0]).toMatchObject({ ticket: null, revision: null })
      expect(stage.count()).toEqual({ reads: 2, writes: 0 })
      expect((await scan(stage.tracker, hung.cursor, { parents: true })).items).toEqual([])
      acts.setParent({ id: 1, parent: null })
      expect((await scan(stage.tracker, hung.cursor, { parents: true })).keys).toEqual([1, 3])
    },
  )

  it('tells of links made since the first walk, also when that was broken off', async () => {
    const items = Array.from({ length: 50 }, (_, n) => ({ project: 'Fabrikam', type: 'Task', title: `Item ${n}` }))
    const stage = await open({
      seed: { items, projects: [{ name: 'Fabrikam', process: 'Basic' }] },
      switches: { reportingPageSize: 20 },
    })
    const walk = stage.tracker.changedSince('Fabrikam', null, { since: EPOCH, parents: true })
    const first = await walk[Symbol.asyncIterator]().next()
    stage.server.acts.setParent({ id: 1, parent: 3 })
    stage.server.clock.advance(3_600_000)
    const { items: later } = await scan(stage.tracker, first.value.cursor, { parents: true })
    expect(later.slice(-2).map(({ ref }) => ref.key)).toEqual(['1', '3'])
  })

  it('tells each ticket once, by its revision, in one request', async () => {
    const stage = await open()
    const { acts } = stage.server
    const { cursor } = await scan(stage.tracker, null)
    stage.count()
    acts.edit({ id: 1, fields: { 'System.Title': 'First edit' } })
    acts.edit({ id: 1, fields: { 'System.Title': 'Second edit' } })
    acts.addTag({ id: 2, tag: 'urgent' })
    const { items, keys } = await scan(stage.tracker, cursor)
    expect(keys).toEqual([1, 2])
    expect(items.find(({ ref }) => ref.key === '1')).toMatchObject({ ticket: null, revision: '3' })
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
  })

  it('goes through a long feed page by page, and can go on from any page', async () => {
    const items = Array.from({ length: 50 }, (_, n) => ({ project: 'Fabrikam', type: 'Task', title: `Item ${n}` }))
    const stage = await open({
      seed: { items, projects: [{ name: 'Fabrikam', process: 'Basic' }] },
      switches: { reportingPageSize: 20 },
    })
    const whole = await scan(stage.tracker, null)
    expect([whole.pages, whole.keys.length]).toEqual([3, 50])
    const [first] = await collect(stage.tracker.changedSince('Fabrikam', null, { since: EPOCH }))
    const rest = await scan(stage.open(), first!.cursor)
    expect(rest.keys).toHaveLength(30)
  })

  it('starts at the given moment and not before', async () => {
    const { tracker, server } = await open()
    const since = new Date(Date.now() + 3_600_000).toISOString()
    server.clock.advance(2 * 3_600_000)
    server.acts.edit({ id: 2, fields: { 'System.Title': 'Later' } })
    expect((await scan(tracker, null, { since })).keys).toEqual([2])
  })

  it('reports what was deleted, without a ticket', async () => {
    const { tracker, server } = await open()
    const { cursor } = await scan(tracker, null)
    server.acts.deleteWorkItem({ id: 1 })
    const { items } = await scan(tracker, cursor)
    expect(items).toEqual([{ ref: { connection: 'boards', key: '1' }, ticket: null, revision: '2', comments: false }])
  })

  it('says when the discussion moved', async () => {
    const { tracker, server } = await open()
    const { cursor } = await scan(tracker, null)
    const { id } = server.acts.comment({ id: 1, text: 'Hello' })
    server.acts.edit({ id: 2, fields: { 'System.Title': 'No talk' } })
    const told = await scan(tracker, cursor)
    expect(Object.fromEntries(told.items.map(({ ref, comments }) => [ref.key, comments]))).toEqual({
      1: true,
      2: false,
    })
    server.acts.editComment({ id: 1, commentId: id, text: 'Hello again' })
    expect((await scan(tracker, told.cursor)).items).toMatchObject([{ ref: { key: '1' }, comments: true }])
  })

  it('begins anew with a cursor that it cannot read', async () => {
    const { tracker } = await open()
    expect((await scan(tracker, 'nonsense')).keys).toEqual([1, 2, 3])
  })

  it('asks for a filter with one request', async () => {
    const stage = await open()
    await stage.tracker.describe()
    stage.count()
    const filter = {
      project: 'Fabrikam',
      query: "[System.State] = 'Doing' OR [System.Title] CONTAINS 'faster'",
      label: null,
    }
    expect(await stage.tracker.filterTickets(['1', '2', '3', '99'], filter)).toEqual(new Set(['2', '3']))
    expect(await stage.tracker.filterTickets(['1', '2'], { project: 'Fabrikam', query: null, label: "it's" })).toEqual(
      new Set(),
    )
    expect(
      await stage.tracker.filterTickets(['1', '2'], { project: 'Fabrikam', query: null, label: 'Regression' }),
    ).toEqual(new Set(['1']))
    expect(stage.count()).toEqual({ reads: 3, writes: 0 })
  })
})
