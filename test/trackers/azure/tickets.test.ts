import { afterEach, describe, expect, it } from 'vitest'
import { isGone } from '../../../src/core/issue.ts'
import type { Tracker } from '../../../src/core/ports.ts'
import { findKeys } from '../../../src/trackers/azure/index.ts'
import { openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  return stage
}

async function read(tracker: Tracker, key: number) {
  const found = (await tracker.readTickets([String(key)])).get(String(key))
  if (found === undefined || isGone(found)) throw new Error(`${key} is not there`)
  return found
}

describe('a work item', () => {
  it('becomes a ticket', async () => {
    const { tracker, server } = await open()
    expect(await read(tracker, 1)).toMatchObject({
      ref: { connection: 'boards', key: '1' },
      id: '1',
      url: `${server.collectionUrl}/Fabrikam/_workitems/edit/1`,
      revision: '1',
      project: 'Fabrikam',
      title: 'Customers cannot sign in after a password reset',
      body: expect.stringContaining('<b>Monday</b>'),
      bodyFormat: 'html',
      status: { name: 'To Do', category: 'new' },
      assignee: { handle: 'grace.murray@example.com', name: 'Grace Murray', human: true },
      author: { name: 'Ada Byron', bot: false },
      type: 'Issue',
      labels: ['regression', 'sign-in'],
      priority: '2',
      milestone: null,
      parent: null,
      marks: [],
      commentCount: 0,
      comments: [],
    })
  })

  it('has its states by category, and Resolved counts as done but not closed', async () => {
    const { tracker } = await open()
    const types = await tracker.readTypes('FabrikamAgile')
    const bug = types.find(({ name }) => name === 'Bug')
    expect(bug?.states).toEqual([
      { name: 'New', category: 'new' },
      { name: 'Active', category: 'active' },
      { name: 'Resolved', category: 'done', resolved: true },
      { name: 'Closed', category: 'done' },
    ])
    const story = types.find(({ name }) => name === 'User Story')
    expect(story?.states.at(-1)).toEqual({ name: 'Removed', category: 'removed' })
  })

  it('that is a bug shows its repro steps', async () => {
    const { tracker, server } = await open({ project: 'FabrikamAgile' })
    const id = [...server.world.items.values()].find(({ project }) => project.name === 'FabrikamAgile')!.id
    expect((await read(tracker, id)).body).toContain('Add two items')
  })

  it('in Markdown says so', async () => {
    const { tracker, server } = await open()
    const id = server.acts.createWorkItem({ project: 'Fabrikam', type: 'Task', title: 'In Markdown' }).id
    const [item] = [server.world.items.get(id)!]
    const revision = item.revisions.at(-1)!
    item.revisions[item.revisions.length - 1] = {
      ...revision,
      fields: { ...revision.fields, 'System.Description': '**bold**' },
      markdown: new Set(['System.Description']),
    }
    expect(await read(tracker, id)).toMatchObject({ body: '**bold**', bodyFormat: 'markdown' })
  })

  it('that moved to another project is still the same ticket', async () => {
    const { tracker, server } = await open()
    await read(tracker, 2)
    server.acts.moveToProject({ id: 2, project: 'FabrikamAgile' })
    expect(await read(tracker, 2)).toMatchObject({ id: '2', project: 'FabrikamAgile', status: { category: 'new' } })
  })

  it('that is deleted is told from one that may not be seen, or never was', async () => {
    const { tracker, server } = await open()
    server.acts.deleteWorkItem({ id: 1 })
    server.acts.setReadable({ id: 2, readable: false })
    const found = await tracker.readTickets(['1', '2', '3', '4711', 'PLAT-1'])
    expect(found.get('1')).toEqual({ gone: 'deleted', to: null })
    for (const key of ['2', '4711', 'PLAT-1']) expect(found.get(key)).toEqual({ gone: 'hidden', to: null })
    expect(found.get('3')).toMatchObject({ title: 'A faster checkout' })
  })
})

describe('the requests of reading', () => {
  it('are one for each two hundred', async () => {
    const items = Array.from({ length: 450 }, (_, n) => ({ project: 'Fabrikam', type: 'Task', title: `Item ${n}` }))
    const stage = await open({ seed: { items, projects: [{ name: 'Fabrikam', process: 'Basic' }] } })
    await read(stage.tracker, 1)
    stage.count()
    const keys = Array.from({ length: 450 }, (_, n) => String(n + 1))
    expect((await stage.tracker.readTickets([...keys, ...keys])).size).toBe(450)
    expect(stage.count()).toEqual({ reads: 3, writes: 0 })
  })

  it('learn a state that came after the types were read, asking at most once a minute', async () => {
    const { tracker, server } = await open()
    await read(tracker, 2)
    server.acts.addState({ project: 'Fabrikam', type: 'Task', name: 'In review', category: 'InProgress' })
    server.acts.setState({ id: 2, state: 'In review' })
    expect((await read(tracker, 2)).status).toEqual({ name: 'In review', category: 'unknown' })
    server.clock.advance(61_000)
    expect((await read(tracker, 2)).status).toEqual({ name: 'In review', category: 'active' })
  })
})

describe('marks', () => {
  it('are the links of ours alone, found page by page', async () => {
    const { tracker, server } = await open()
    const url = 'https://github.com/acme/shop/issues/1'
    // A person may link the issue from elsewhere.
    server.world.items.get(2)?.relations.push({ rel: 'Hyperlink', url, target: null, attributes: { comment: 'see' } })
    const other = 'https://github.com/acme/shop/issues/12'
    const draft = { project: 'Fabrikam', type: 'Task', title: 'One' }
    const issue = { owner: 'acme', repo: 'shop', number: 1 }
    const one = await tracker.create({ ...draft, mark: { url, issue } })
    await tracker.create({ ...draft, title: 'Twelve', mark: { url: other, issue } })
    expect((await tracker.findByMark(url, { project: 'Fabrikam', since: null })).map(({ id }) => id)).toEqual([one.id])
    const marks: string[] = []
    for await (const page of tracker.readMarks('Fabrikam')) marks.push(...page.items.flatMap((ticket) => ticket.marks))
    expect(marks).toEqual([url, other])
  })

  it('are looked for only among what we created since then, when a moment is given', async () => {
    const { tracker, server } = await open()
    server.clock.set('2026-11-21T12:00:00Z')
    const url = 'https://github.com/acme/shop/issues/1'
    const mark = { url, issue: { owner: 'acme', repo: 'shop', number: 1 } }
    const created = await tracker.create({ project: 'Fabrikam', type: 'Task', title: 'One', mark })
    const find = async (since: string) =>
      (await tracker.findByMark(url, { project: 'Fabrikam', since })).map(({ id }) => id)
    expect(await find('2026-11-21T12:00:00Z')).toEqual([created.id])
    expect(await find('2026-11-21T12:30:00Z')).toEqual([])
  })
})

describe('a type', () => {
  it('that nobody picks by hand is not offered, and required fields come with their values', async () => {
    const { tracker, server } = await open()
    server.acts.addField({ referenceName: 'Custom.Team', name: 'Team' })
    server.acts.setRule({
      project: 'Fabrikam',
      type: 'Task',
      field: 'Custom.Team',
      required: true,
      allowedValues: ['Red', 'Blue'],
    })
    const types = await tracker.readTypes('Fabrikam')
    expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['Epic', 'Issue', 'Task']))
    expect(types.find(({ name }) => name === 'Task')?.required).toEqual([
      { field: 'Custom.Team', name: 'Team', allowed: ['Red', 'Blue'] },
    ])
    expect(types.find(({ name }) => name === 'Issue')?.required).toEqual([])
  })
})

describe('projects', () => {
  it('are listed over all pages', async () => {
    const projects = Array.from({ length: 230 }, (_, n) => ({ name: `Project ${n}`, process: 'Basic' as const }))
    const { tracker } = await open({ seed: { projects } })
    expect(new Set((await tracker.readProjects()).map(({ key }) => key)).size).toBe(230)
  })
})

describe('keys in a text', () => {
  it('are those of AB#', () => {
    expect(findKeys('Fixes AB#12 and ab#7, AB#12 again; not CAB#9, AB#0, #5 or AB#.')).toEqual(['12', '7'])
    expect(findKeys('nothing')).toEqual([])
  })
})
