import { afterEach, describe, expect, it } from 'vitest'
import type { TrackerCache } from '../../../src/trackers/deps.ts'
import { collect, openJira } from './stage.ts'
import type { Opened } from './stage.ts'

const opened: Opened[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((stage) => stage.close()))
})

async function stageOf(...options: Parameters<typeof openJira>): Promise<Opened> {
  const stage = await openJira(...options)
  opened.push(stage)
  await stage.tracker.describe()
  stage.count()
  return stage
}

const scope = { project: 'PLAT', ticket: null }
const ids = (accounts: readonly { readonly id: string }[]) => accounts.map(({ id }) => id)

describe('people by their address', () => {
  it('are asked for by the ticket where there is one, else by the project', async () => {
    const { tracker, server } = await stageOf()
    await tracker.people.findByEmail(['ada@example.com'], { project: 'PLAT', ticket: 'PLAT-1' })
    await tracker.people.findByEmail(['ben@example.com'], scope)
    expect(server.journal.entries.slice(-2).map(({ query }) => new URLSearchParams(query))).toMatchObject([
      new URLSearchParams({ issueKey: 'PLAT-1', username: 'ada@example.com', maxResults: '100' }),
      new URLSearchParams({ project: 'PLAT', username: 'ben@example.com', maxResults: '100' }),
    ])
  })

  it('are exact only when the address is the very one', async () => {
    const { tracker, acts } = await stageOf()
    acts.addPerson({ name: 'ada2', emailAddress: 'ada@example.com.au' })
    acts.addPerson({ name: 'ada@example.com', emailAddress: 'other@example.com' })
    expect(await tracker.people.findByEmail(['ADA@example.com'], scope)).toMatchObject({
      exact: [{ id: 'ada', handle: 'ada' }],
      hidden: [],
    })
  })

  it('complaint 24: are hidden when the server keeps their address or masks it, and nobody else is', async () => {
    const { tracker, acts } = await stageOf()
    acts.addPerson({ name: 'dora.masked', emailAddress: 'dora.masked@example.com.au', emailShown: 'MASKED' })
    const { exact, hidden } = await tracker.people.findByEmail(
      ['cleo@example.com', 'dora.masked@example.com', 'dora.masked@example'],
      scope,
    )
    expect(exact).toEqual([])
    expect(hidden).toMatchObject([
      { id: 'cleo', emails: [], emailHidden: true },
      { id: 'dora', emails: [], emailHidden: true },
    ])
  })

  it('complaint 24: keep their id when they are renamed, and are assigned by their name', async () => {
    const { tracker } = await stageOf()
    const { exact } = await tracker.people.findByEmail(['fay@example.com', 'gus@example.com'], scope)
    expect(exact).toMatchObject([
      { id: 'fay.old', handle: 'fay.new' },
      { id: 'JIRAUSER10203', handle: 'gus' },
    ])
  })

  it('who cannot be assigned, or are gone, are not found', async () => {
    const { tracker, acts } = await stageOf()
    acts.deny({ who: 'ben', project: 'PLAT', permission: 'ASSIGNABLE_USER' })
    const search = await tracker.people.findByEmail(['ben@example.com', 'eli@example.com', 'hana@example.com'], scope)
    expect(search).toMatchObject({ exact: [], hidden: [] })
  })

  it('are remembered for a while, with the age of the answer, and missed ones for a shorter while', async () => {
    const stage = await stageOf()
    stage.server.clock.set('2026-05-01T00:00:00Z')
    const find = () => stage.tracker.people.findByEmail(['ada@example.com', 'nobody@example.com'], scope)
    expect((await find()).ageMs).toBe(0)
    expect(stage.count().reads).toBe(2)
    stage.server.clock.advance(5 * 60_000)
    expect((await find()).ageMs).toBe(5 * 60_000)
    expect(stage.count().reads).toBe(0)
    stage.server.clock.advance(6 * 60_000)
    await find()
    expect(stage.count().reads).toBe(1)
    stage.server.clock.advance(60 * 60_000)
    await find()
    expect(stage.count().reads).toBeGreaterThanOrEqual(2)
  })

  it('are remembered beyond this process, each under who asked', async () => {
    const kept = new Map<string, { value: unknown; savedAt: string }>()
    const stage = await stageOf()
    const cache: TrackerCache = {
      find: (key) => Promise.resolve(kept.get(key)),
      save: (key, value) =>
        Promise.resolve(
          void kept.set(key, {
            value: JSON.parse(JSON.stringify(value)) as unknown,
            savedAt: stage.server.clock.now().toISOString(),
          }),
        ),
    }
    stage.acts.addToken({ name: 'ben', secret: 'token-of-ben' })
    const findAs = async (token?: string) => {
      const tracker = stage.open({ cache, ...(token === undefined ? {} : { env: { JIRA_PAT: token } }) })
      await tracker.describe()
      stage.count()
      expect(ids((await tracker.people.findByEmail(['ada@example.com'], scope)).exact)).toEqual(['ada'])
      return stage.count().reads
    }
    expect(await findAs()).toBe(1)
    expect(await findAs()).toBe(0)
    expect(await findAs('token-of-ben')).toBe(1)
  })
})

describe('people for a picker', () => {
  it('are found by the id of the project, with one list of projects', async () => {
    const stage = await stageOf()
    const { id } = (await stage.tracker.readProjects()).find(({ key }) => key === 'PLAT')!
    stage.count()
    expect(ids(await stage.tracker.people.search('park', { project: id, ticket: null }))).toEqual(['ada'])
    expect(ids(await stage.tracker.people.search('park', { project: id, ticket: null }))).toEqual(['ada'])
    expect(stage.count()).toEqual({ reads: 1, writes: 0 })
    expect(await stage.tracker.people.search('park', { project: '99999', ticket: null })).toEqual([])
    expect(await stage.tracker.people.search(' ', scope)).toEqual([])
  })

  it('come in pages where the server has them', async () => {
    for (const [version, expected] of [
      ['8', 1000],
      ['10', 100],
    ] as const) {
      const { tracker } = await stageOf({ version, seed: 'large' })
      expect((await tracker.people.search('User', scope)).length).toBe(expected)
    }
  })
})

describe('everyone', () => {
  it.each(['8', '9', '10'] as const)('is listed, the inactive too (Jira %s)', async (version) => {
    const { tracker } = await stageOf({ version, seed: 'large' })
    const all = (await collect(tracker.people.list())).flat()
    expect(new Set(ids(all)).size).toBe(all.length)
    expect(all.length).toBeGreaterThan(1000)
    expect(all.find(({ id }) => id === 'eli')).toMatchObject({ active: false })
    expect(all.find(({ id }) => id === 'cleo')).toMatchObject({ emailHidden: true, emails: [] })
  })
})
