import { afterEach, describe, expect, it } from 'vitest'
import type { TrackerCache } from '../../../src/trackers/deps.ts'
import { failure } from '../../http/stage.ts'
import { collect, openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  const lists = () => stage.server.journal.entries.filter(({ path }) => path.endsWith('/graph/users')).length
  return { ...stage, lists }
}

const scope = { project: 'Fabrikam', ticket: null }

describe('people of Services', () => {
  it('are matched by mail or sign-in name, and assigned by what Azure calls them', async () => {
    const { tracker } = await open()
    const find = async (...emails: string[]) =>
      (await tracker.people.findByEmail(emails, scope)).exact.map(({ handle, name }) => [name, handle])
    expect(await find('ada.byron@EXAMPLE.com')).toEqual([['Ada Byron', 'Ada.Byron@example.com']])
    expect(await find('hkiesler@corp.example.com')).toEqual([['Hedy Kiesler', 'hedy.kiesler@example.com']])
    expect(await find('hedy.kiesler@example.com')).toEqual([['Hedy Kiesler', 'hedy.kiesler@example.com']])
    expect(await find('margaret.stein@example.com')).toEqual([])
    expect(await find('build-service')).toEqual([])
  })

  it('can be assigned by the handle that was found', async () => {
    const { tracker } = await open()
    const mark = { url: 'https://github.com/acme/shop/issues/1', issue: { owner: 'acme', repo: 'shop', number: 1 } }
    for (const email of ['hedy.kiesler@example.com', 'ada.byron@example.com', 'linus.holm@example.com']) {
      const [assignee] = (await tracker.people.findByEmail([email], scope)).exact
      const ticket = await tracker.create({
        project: 'Fabrikam',
        type: 'Task',
        title: email,
        mark,
        assignee: assignee!,
      })
      expect(ticket.assignee).toMatchObject({ id: assignee!.id, name: assignee!.name })
      // What the item itself does not tell, the listing did.
      expect(ticket.assignee?.emails).toContain(assignee!.emails[0])
    }
  })

  it('are listed over all pages, without services among the matches', async () => {
    const { tracker, lists } = await open({ switches: { graphPageSize: 2 } })
    expect((await tracker.people.findByEmail(['linus.holm@example.com'], scope)).exact).toHaveLength(1)
    expect(lists()).toBeGreaterThan(2)
    const everyone = (await collect(tracker.people.list())).flat()
    expect(everyone.filter(({ human }) => !human).map(({ name }) => name)).toEqual([
      'Project Collection Build Service (contoso)',
    ])
    expect(await tracker.people.search('build', scope)).toEqual([])
  })

  it('are listed once an hour, whoever asks, and the age is told', async () => {
    const { tracker, server, lists } = await open()
    server.clock.set('2026-11-21T12:00:00Z')
    const find = (email: string) => tracker.people.findByEmail([email], scope)
    await Promise.all([
      find('ada.byron@example.com'),
      find('grace.murray@example.com'),
      tracker.people.search('ada', scope),
    ])
    expect(lists()).toBe(1)
    server.clock.advance(59 * 60_000)
    expect((await find('ada.byron@example.com')).ageMs).toBe(59 * 60_000)
    expect(lists()).toBe(1)
    server.clock.advance(2 * 60_000)
    expect((await find('ada.byron@example.com')).ageMs).toBe(0)
    expect(lists()).toBe(2)
  })

  it('who came since the listing are found by one look, and a miss is not repeated at once', async () => {
    const stage = await open()
    const find = async (email: string) => (await stage.tracker.people.findByEmail([email], scope)).exact
    await find('ada.byron@example.com')
    stage.server.acts.addPerson({ displayName: 'New Comer', mail: 'new.comer@example.com' })
    stage.count()
    const [newcomer] = await find('New.Comer@example.com')
    expect(newcomer).toMatchObject({ name: 'New Comer', handle: 'new.comer@example.com' })
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
    expect(await find('nobody@example.org')).toEqual([])
    expect(await find('nobody@example.org')).toEqual([])
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
    expect(stage.lists()).toBe(1)
  })

  it('are remembered beyond the process, apart for each account that lists', async () => {
    const kept = new Map<string, { value: unknown; savedAt: string }>()
    const { server, open: openTracker, lists } = await open()
    const cache: TrackerCache = {
      find: (key) => Promise.resolve(kept.get(key)),
      save: (key, value) => {
        kept.set(key, {
          value: JSON.parse(JSON.stringify(value)) as unknown,
          savedAt: server.clock.now().toISOString(),
        })
        return Promise.resolve()
      },
    }
    await openTracker({ cache }).people.findByEmail(['ada.byron@example.com'], scope)
    const { exact } = await openTracker({ cache }).people.findByEmail(['ada.byron@example.com'], scope)
    expect(exact).toHaveLength(1)
    expect(lists()).toBe(1)
    server.acts.addToken({ token: 'of-grace', person: 'Grace Murray' })
    await openTracker({ cache, env: { ADO_PAT: 'of-grace' } }).people.findByEmail(['ada.byron@example.com'], scope)
    expect(lists()).toBe(2)
    expect(kept.size).toBe(2)
  })
})

describe('people of a Server', () => {
  it('are asked for one by one and assigned by their Windows name', async () => {
    for (const version of ['2022', '2019'] as const) {
      const stage = await open({ version })
      const { tracker } = stage
      await tracker.describe()
      stage.count()
      const { exact, ageMs } = await tracker.people.findByEmail(['ADA.BYRON@example.com', 'nobody@example.org'], scope)
      expect(stage.count()).toEqual({ reads: 2, writes: 0 })
      expect(exact).toMatchObject([
        { name: 'Ada Byron', handle: 'FABRIKAM\\ada.byron', emails: ['Ada.Byron@example.com'] },
      ])
      expect(ageMs).toBe(0)
      const mark = { url: 'https://github.com/acme/shop/issues/1', issue: { owner: 'acme', repo: 'shop', number: 1 } }
      const ticket = await tracker.create({ project: 'Fabrikam', type: 'Task', title: 'T', mark, assignee: exact[0]! })
      expect(ticket.assignee).toMatchObject({ id: exact[0]!.id, handle: exact[0]!.handle })
      expect((await tracker.people.findByEmail(['margaret.stein@example.com'], scope)).exact).toEqual([])
    }
  })

  it('complaint 25: cannot be listed, and that is an error, not an empty list', async () => {
    const { tracker } = await open({ version: '2022' })
    expect(await failure(collect(tracker.people.list()))).toMatchObject({ code: 'tracker-refused' })
  })
})
