import { afterEach, describe, expect, it } from 'vitest'
import { isGone } from '../../../src/core/issue.ts'
import type { TicketDraft } from '../../../src/core/change.ts'
import { findKeys } from '../../../src/trackers/jira/index.ts'
import { collect, openJira, read } from './stage.ts'
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

const issue = { owner: 'acme', repo: 'shop', number: 7 }
const mark = { url: 'https://github.com/acme/shop/issues/7', issue }
const draft: TicketDraft = { project: 'PLAT', type: 'Task', title: 'New', mark }

describe('reading tickets', () => {
  it('tells everything that an issue has', async () => {
    const { tracker, server } = await stageOf()
    expect(await read(tracker, 'PLAT-1')).toMatchObject({
      ref: { connection: 'jira', key: 'PLAT-1' },
      url: `${server.url}/browse/PLAT-1`,
      project: 'PLAT',
      type: 'Bug',
      bodyFormat: 'wiki',
      status: { name: 'To Do', category: 'new' },
      resolution: null,
      assignee: { id: 'ada', handle: 'ada', name: 'Ada Park', emails: ['ada@example.com'], emailHidden: false },
      author: { id: 'ben', name: 'Ben Ruiz', bot: false },
      labels: ['login'],
      components: [],
      priority: 'High',
      milestone: null,
      estimate: null,
      parent: null,
      marks: [],
      commentCount: 0,
      comments: [],
      createdAt: '2026-01-05T09:00:00.000Z',
      updatedAt: '2026-01-05T09:00:00.000Z',
    })
  })

  it('of many costs one search where nobody asks for marks', async () => {
    const stage = await stageOf()
    const keys = Array.from(
      { length: 150 },
      (_, n) => stage.acts.createIssue({ project: 'PLAT', summary: `No. ${n}` }).key,
    )
    const found = await stage.tracker.readTickets(keys, { marks: false })
    expect(keys.every((key) => !isGone(found.get(key)!))).toBe(true)
    expect(stage.count()).toEqual({ reads: 2, writes: 0 })
  })

  it('reads back how much the server really gave', async () => {
    const stage = await stageOf({ switches: { searchCap: 20 } })
    const keys = Array.from(
      { length: 45 },
      (_, n) => stage.acts.createIssue({ project: 'PLAT', summary: `No. ${n}` }).key,
    )
    const found = await stage.tracker.readTickets(keys, { marks: false })
    expect([...found.values()].filter((ticket) => !isGone(ticket))).toHaveLength(45)
  })

  it('follows a ticket to its new key, alone and among many', async () => {
    const { tracker, acts } = await stageOf()
    const before = await read(tracker, 'PLAT-1')
    const { key } = acts.moveIssue({ issue: 'PLAT-1', project: 'OPS' })
    for (const keys of [['PLAT-1'], ['PLAT-1', 'PLAT-2', 'PLAT-3', 'PLAT-4', 'PLAT-999']]) {
      const found = await tracker.readTickets(keys, { marks: false })
      expect(found.get('PLAT-1')).toMatchObject({ id: before.id, ref: { key }, project: 'OPS' })
    }
  })

  it('finds a renamed project under its old keys', async () => {
    const { tracker, acts } = await stageOf()
    acts.renameProject({ project: 'PLAT', to: 'BASE' })
    expect(await read(tracker, 'PLAT-2')).toMatchObject({ ref: { key: 'BASE-2' }, project: 'BASE' })
  })

  it('does not tell what is deleted from what is hidden, however hidden it is', async () => {
    for (const hiddenIssue of [404, 403] as const) {
      const { tracker, acts } = await stageOf({ switches: { hiddenIssue } })
      acts.deny({ who: 'lockstep', project: 'OPS', permission: 'BROWSE_PROJECTS' })
      acts.deleteIssue({ issue: 'PLAT-2' })
      const found = await tracker.readTickets(['PLAT-2', 'OPS-1', 'no key'])
      expect([...found.values()]).toEqual(Array.from({ length: 3 }, () => ({ gone: 'hidden', to: null })))
    }
  })

  it('sees what was written a moment ago although the index does not', async () => {
    const { tracker, acts } = await stageOf({ switches: { indexLagMs: 60_000 } })
    acts.edit({ issue: 'PLAT-1', fields: { summary: 'Fresh' } })
    expect(await read(tracker, 'PLAT-1')).toMatchObject({ title: 'Fresh' })
    const { key } = acts.createIssue({ project: 'PLAT', summary: 'Not indexed' })
    const found = await tracker.readTickets(['PLAT-2', 'PLAT-3', 'PLAT-4', key], { marks: false })
    expect(found.get(key)).toMatchObject({ title: 'Not indexed' })
  })

  it('gives fields by id, by name, and by the name they were asked for', async () => {
    const { tracker, acts } = await stageOf()
    acts.edit({ issue: 'PLAT-1', fields: { customfield_10201: { value: 'Tools' }, customfield_10106: 5 } })
    const found = (await tracker.readTickets(['PLAT-1'], { fields: ['team', 'customfield_10201'] })).get('PLAT-1')
    expect(found).toMatchObject({
      estimate: 5,
      fields: { team: 'Tools', Team: 'Tools', customfield_10201: 'Tools', 'Story Points': 5 },
    })
  })

  it('links to the address of the configuration, whatever the server calls itself', async () => {
    const stage = await stageOf({ switches: { contextPath: '/jira', baseUrl: 'https://jira.example.com/jira' } })
    expect((await read(stage.tracker, 'PLAT-1')).url).toBe(`${stage.server.url}/jira/browse/PLAT-1`)
  })
})

describe('the filter of a route', () => {
  const filter = { project: 'PLAT', query: null, label: null }

  it('passes over keys that are gone', async () => {
    const { tracker, acts } = await stageOf()
    acts.deleteIssue({ issue: 'PLAT-2' })
    const keys = ['PLAT-1', 'PLAT-2', 'PLAT-4', 'PLAT-999']
    expect(await tracker.filterTickets(keys, { ...filter, query: 'type = Bug OR type = Task' })).toEqual(
      new Set(['PLAT-1', 'PLAT-4']),
    )
    expect(await tracker.filterTickets(['PLAT-999'], filter)).toEqual(new Set())
  })

  it('puts quotes and signs of a label where they belong', async () => {
    const { tracker, acts } = await stageOf()
    acts.addLabel({ issue: 'PLAT-1', label: String.raw`a"b\c` })
    expect(await tracker.filterTickets(['PLAT-1', 'PLAT-2'], { ...filter, label: String.raw`a"b\c` })).toEqual(
      new Set(['PLAT-1']),
    )
  })

  it('says what to do about a query that Jira refuses', async () => {
    const { tracker } = await stageOf()
    await expect(tracker.filterTickets(['PLAT-1'], { ...filter, query: 'colour = red' })).rejects.toMatchObject({
      code: 'tracker-refused',
      message: expect.stringContaining("Field 'colour' does not exist"),
      remedy: expect.stringContaining('"from"'),
    })
  })
})

describe('the mark of an issue', () => {
  it('travels in the create call itself', async () => {
    const stage = await stageOf()
    stage.server.faults.add({ method: 'POST', path: 'issue$', reset: 'after', times: 1 })
    await expect(stage.tracker.create(draft)).rejects.toMatchObject({ effectUnknown: true })
    const since = new Date(stage.server.clock.now().getTime() - 1000).toISOString()
    const found = await stage.tracker.findByMark(mark.url, { project: 'PLAT', since })
    expect(found).toMatchObject([{ title: 'New', marks: [mark.url] }])
    await expect(stage.tracker.findByMark(mark.url, { project: 'OPS', since })).resolves.toEqual([])
  })

  it('complaint 10: is found past the index when the read after the create fails', async () => {
    const stage = await stageOf({ switches: { indexLagMs: 600_000 } })
    stage.server.faults.add({ method: 'GET', path: String.raw`issue/\d+\?fields=.all`, status: 500, times: 4 })
    await expect(stage.tracker.create(draft)).rejects.toMatchObject({ effectUnknown: true })
    const since = stage.server.clock.now().toISOString()
    expect(await stage.tracker.findByMark(mark.url, { project: 'PLAT', since })).toHaveLength(1)
  })

  it('shows as a link to the issue, once', async () => {
    const { tracker, server } = await stageOf()
    const ticket = await tracker.create(draft)
    await tracker.mark(ticket, mark)
    const links = () => [...server.world.issues.values()].find(({ key }) => key === ticket.ref.key)!.remoteLinks
    expect(links()).toMatchObject([{ globalId: mark.url, object: { url: mark.url, title: 'acme/shop#7' } }])
    await tracker.unmark(ticket, mark)
    expect(links()).toEqual([])
  })

  it('needs no permission to link', async () => {
    const { tracker, acts } = await stageOf()
    acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'LINK_ISSUES' })
    expect(await tracker.create(draft)).toMatchObject({ marks: [mark.url] })
  })

  it('of another issue is not taken off', async () => {
    const { tracker } = await stageOf()
    const ticket = await tracker.create(draft)
    await tracker.unmark(ticket, { url: 'https://github.com/acme/shop/issues/70', issue: { ...issue, number: 70 } })
    expect(await read(tracker, ticket.ref.key)).toMatchObject({ marks: [mark.url] })
  })

  it('is read for each of many tickets, and listed page by page', async () => {
    const stage = await stageOf({ switches: { searchCap: 15 } })
    for (let n = 0; n < 25; n++) stage.acts.createIssue({ project: 'PLAT', summary: `No. ${n}` })
    const ticket = await stage.tracker.create(draft)
    const found = await stage.tracker.readTickets(['PLAT-1', 'PLAT-2', 'PLAT-3', 'PLAT-4', ticket.ref.key])
    expect(found.get(ticket.ref.key)).toMatchObject({ marks: [mark.url] })
    const pages = await collect(stage.tracker.readMarks('PLAT'))
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(({ items }) => items)).toMatchObject([{ ref: { key: ticket.ref.key }, marks: [mark.url] }])
  })
})

describe('keys in a text', () => {
  it('are whole words, and of the project of the connection alone', () => {
    const text =
      'PLAT-7, see https://jira.example.com/browse/PLAT-12 (PLAT-7). Not UTF-8, ISO-8859-1, XPLAT-3, PLAT-0, PLAT-4x, plat-5.'
    expect(findKeys(text, ['PLAT'])).toEqual(['PLAT-7', 'PLAT-12'])
    expect(findKeys(text, ['OPS'])).toEqual([])
  })
})

describe('the server', () => {
  it.each([
    ['8', 'Jira 8.20', false],
    ['9', 'Jira Data Center 9.12', false],
    ['10', 'Jira Data Center 10.3', true],
  ] as const)('of version %s says what it is', async (version, product, signsHooks) => {
    const { tracker } = await stageOf({ version })
    expect(await tracker.describe()).toMatchObject({ product, signsHooks, conditionalWrites: false, bodyLimit: 32_767 })
  })

  it('says which fields a new ticket must have', async () => {
    for (const version of ['8', '10'] as const) {
      const { tracker, acts } = await stageOf({ version })
      acts.changeProject({ project: 'PLAT', requiredFields: ['customfield_10201', 'components'] })
      const task = (await tracker.readTypes('PLAT')).find(({ name }) => name === 'Task')
      expect(task?.required).toEqual([
        { field: 'components', name: 'Component/s', allowed: ['api', 'ui'] },
        { field: 'customfield_10201', name: 'Team', allowed: ['Platform', 'Tools'] },
      ])
      expect(task?.states.map(({ category }) => category)).toEqual(['new', 'active', 'done'])
    }
  })

  it('tells the states also to whom may not create', async () => {
    const { tracker, acts } = await stageOf()
    acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'CREATE_ISSUES' })
    expect((await tracker.readTypes('PLAT')).map(({ required }) => required)).toContainEqual([])
  })

  it('that answers pages instead of data is told as such', async () => {
    const { tracker, server } = await stageOf()
    server.faults.add({ path: 'issue/PLAT-1', html: true, times: 1 })
    await expect(tracker.readTickets(['PLAT-1'])).rejects.toMatchObject({ code: 'not-signed-in' })
    server.faults.add({
      path: 'issue/PLAT-2',
      status: 503,
      body: '<html>Service unavailable</html>',
      headers: { 'content-type': 'text/html' },
    })
    await expect(tracker.readTickets(['PLAT-2'])).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('is not taken to hide a ticket when a proxy answers in its place', async () => {
    const { tracker, server } = await stageOf()
    const headers = { 'content-type': 'text/html' }
    server.faults.add({ path: 'issue/PLAT-1', status: 404, body: '<html>No such site</html>', headers })
    server.faults.add({ path: 'issue/PLAT-2', status: 403, body: '<html>Blocked</html>', headers })
    await expect(tracker.readTickets(['PLAT-1'])).rejects.toMatchObject({ code: 'not-found' })
    await expect(tracker.readTickets(['PLAT-2'])).rejects.toMatchObject({ code: 'not-permitted' })
  })

  it('keeps a picture with its bytes and name', async () => {
    const { tracker, server } = await stageOf()
    const bytes = new Uint8Array([0x89, 0x50, 0x0d, 0x0a, 0x2d, 0x2d, 0])
    const { url } = await tracker.attach(await read(tracker, 'PLAT-1'), { name: 'a dot.png', type: 'image/png', bytes })
    const [attachment] = [...server.world.issues.values()].find(({ key }) => key === 'PLAT-1')!.attachments
    expect(attachment).toMatchObject({ filename: 'a dot.png', mimeType: 'image/png', content: Buffer.from(bytes) })
    expect(url).toContain('/secure/attachment/')
  })
})
