import { afterEach, describe, expect, it } from 'vitest'
import type { MovedTicket } from '../../../src/core/ports.ts'
import { printMoment } from '../../../src/trackers/jira/query.ts'
import { openJira } from './stage.ts'
import type { Opened } from './stage.ts'

const opened: Opened[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((stage) => stage.close()))
})

async function stageOf(...options: Parameters<typeof openJira>): Promise<Opened> {
  const stage = await openJira(...options)
  opened.push(stage)
  await stage.tracker.readTickets(['PLAT-1'])
  stage.count()
  return stage
}

const EPOCH = '1970-01-01T00:00:00Z'

async function scan({ tracker }: Opened, cursor: string | null, since = EPOCH) {
  const items: MovedTicket[] = []
  let last = cursor
  for await (const page of tracker.changedSince('PLAT', cursor, { since })) {
    items.push(...page.items)
    last = page.cursor
  }
  return { items, keys: items.map(({ ref }) => ref.key), cursor: last }
}

describe('a scan', () => {
  it('costs one request when nothing is new, and answers the same cursor', async () => {
    const stage = await stageOf()
    const first = await scan(stage, null)
    expect(first.keys).toEqual(['PLAT-1', 'PLAT-2', 'PLAT-3', 'PLAT-4'])
    stage.count()
    const again = await scan(stage, first.cursor)
    expect(again).toEqual({ items: [], keys: [], cursor: first.cursor })
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
  })

  it('carries the tickets whole, so that nothing is read again', async () => {
    const stage = await stageOf()
    const { cursor } = await scan(stage, null)
    stage.acts.edit({ issue: 'PLAT-2', fields: { summary: 'Moved', customfield_10201: { value: 'Tools' } } })
    stage.count()
    const { items } = await scan(stage, cursor)
    expect(items).toMatchObject([{ ticket: { title: 'Moved', fields: { Team: 'Tools' } }, comments: false }])
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
  })

  it('tells each change once, also within the minutes that are looked at twice', async () => {
    const stage = await stageOf()
    let { cursor } = await scan(stage, null)
    const seen: string[] = []
    for (const key of ['PLAT-1', 'PLAT-2', 'PLAT-1', 'PLAT-3']) {
      stage.server.clock.advance(20_000)
      stage.acts.addLabel({ issue: key, label: `l${seen.length}` })
      const next = await scan(stage, cursor)
      seen.push(...next.keys)
      cursor = next.cursor
    }
    expect(seen).toEqual(['PLAT-1', 'PLAT-2', 'PLAT-1', 'PLAT-3'])
  })

  it('meets what the index learns late', async () => {
    const stage = await stageOf({ switches: { indexLagMs: 90_000 } })
    let { cursor } = await scan(stage, null)
    stage.acts.edit({ issue: 'PLAT-1', fields: { summary: 'Late' } })
    stage.server.clock.advance(30_000)
    stage.acts.set({ indexLagMs: 0 })
    stage.acts.edit({ issue: 'PLAT-2', fields: { summary: 'Early' } })
    const early = await scan(stage, cursor)
    expect(early.keys).toEqual(['PLAT-2'])
    cursor = early.cursor
    stage.server.clock.advance(70_000)
    expect((await scan(stage, cursor)).keys).toEqual(['PLAT-1'])
  })

  it.each(['Asia/Kolkata', 'America/New_York', 'Pacific/Chatham', 'Europe/Berlin'])(
    'reads and writes its dates in the zone of the profile (%s)',
    async (timeZone) => {
      const stage = await openJira()
      opened.push(stage)
      stage.acts.changeUser({ name: 'lockstep', timeZone })
      const { cursor } = await scan(stage, null)
      stage.server.clock.advance(3_600_000)
      const since = stage.server.clock.now().toISOString()
      stage.server.clock.advance(60_000)
      stage.acts.edit({ issue: 'PLAT-2', fields: { summary: 'Moved' } })
      expect((await scan(stage, cursor)).keys).toEqual(['PLAT-2'])
      expect((await scan(stage, null, since)).keys).toEqual(['PLAT-2'])
    },
  )

  it('tells when somebody spoke, also by editing what was said', async () => {
    const stage = await stageOf()
    const { id } = stage.acts.comment({ issue: 'PLAT-1', body: 'First' })
    let { cursor } = await scan(stage, null)
    stage.server.clock.advance(10 * 60_000)
    stage.acts.edit({ issue: 'PLAT-1', fields: { summary: 'No word' } })
    const silent = await scan(stage, cursor)
    expect(silent.items).toMatchObject([{ comments: false }])
    cursor = silent.cursor
    stage.server.clock.advance(10 * 60_000)
    stage.acts.editComment({ issue: 'PLAT-1', comment: id, body: 'Edited' })
    const spoken = await scan(stage, cursor)
    expect(spoken.items).toMatchObject([{ comments: true }])
    stage.server.clock.advance(30_000)
    const mark = 'https://example.com/1'
    await stage.tracker.addComment(spoken.items[0]!.ticket!, { body: `*[Ada|${mark}]* wrote:\n\nOurs`, mark })
    const ours = await scan(stage, spoken.cursor)
    expect(ours.items).toMatchObject([{ comments: false }])
    stage.server.clock.advance(30_000)
    stage.acts.comment({ issue: 'PLAT-1', body: 'Typed by hand', as: 'lockstep' })
    expect((await scan(stage, ours.cursor)).items).toMatchObject([{ comments: true }])
  })

  it('goes on from any of its pages, and through a minute that fills many', async () => {
    const stage = await stageOf({ switches: { searchCap: 30 } })
    stage.server.clock.set('2026-03-01T12:00:00.500Z')
    const created: string[] = []
    for (let n = 0; n < 100; n++) {
      if (n > 80) stage.server.clock.advance(45_000)
      created.push(stage.acts.createIssue({ project: 'PLAT', summary: `No. ${n}` }).key)
    }
    const cursors: (string | null)[] = [null]
    const all: string[] = []
    for await (const page of stage.tracker.changedSince('PLAT', null, { since: EPOCH })) {
      all.push(...page.items.map(({ ref }) => ref.key))
      cursors.push(page.cursor)
    }
    expect([...all].sort()).toEqual([...created, 'PLAT-1', 'PLAT-2', 'PLAT-3', 'PLAT-4'].sort())
    expect(cursors.length).toBeGreaterThan(3)
    const [, second] = cursors
    const rest = await scan(stage, second!)
    expect(new Set([...all.slice(0, 30), ...rest.keys])).toEqual(new Set(all))
  })

  it('misses nothing while tickets move under its feet', async () => {
    const stage = await stageOf({ switches: { searchCap: 30 } })
    const keys = Array.from(
      { length: 90 },
      (_, n) => stage.acts.createIssue({ project: 'PLAT', summary: `No. ${n}` }).key,
    )
    const seen = new Set<string>()
    let pages = 0
    for await (const page of stage.tracker.changedSince('PLAT', null, { since: EPOCH })) {
      for (const { ref } of page.items) seen.add(ref.key)
      // What was on this page goes to the end, and all that follows moves up.
      if (pages++ < 3)
        for (const { ref } of page.items.slice(0, 8)) stage.acts.addLabel({ issue: ref.key, label: `p${pages}` })
    }
    expect(keys.filter((key) => !seen.has(key))).toEqual([])
  })

  it('begins anew where its cursor cannot be read', async () => {
    const stage = await stageOf()
    expect((await scan(stage, 'broken')).keys).toHaveLength(4)
  })
})

describe('a moment in a query', () => {
  it('is a minute of the zone', () => {
    const moment = Date.parse('2026-07-01T22:30:59Z')
    expect(printMoment(moment, 'Etc/UTC')).toBe('"2026-07-01 22:30"')
    expect(printMoment(moment, 'Europe/Berlin')).toBe('"2026-07-02 00:30"')
    expect(printMoment(moment, 'Asia/Kolkata')).toBe('"2026-07-02 04:00"')
  })

  it('is an earlier one while clocks are set back', () => {
    // 02:30 happens twice on this night.
    expect(printMoment(Date.parse('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('"2026-10-25 01:30"')
    expect(printMoment(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('"2026-10-25 01:30"')
    expect(printMoment(Date.parse('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe('"2026-10-25 03:30"')
  })
})
