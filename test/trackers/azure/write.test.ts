import { afterEach, describe, expect, it } from 'vitest'
import type { TicketDraft } from '../../../src/core/change.ts'
import { isGone } from '../../../src/core/issue.ts'
import type { Tracker } from '../../../src/core/ports.ts'
import { failure } from '../../http/stage.ts'
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

const mark = { url: 'https://github.com/acme/shop/issues/1', issue: { owner: 'acme', repo: 'shop', number: 1 } }
const draft = (patch: Partial<TicketDraft> = {}): TicketDraft => ({
  project: 'Fabrikam',
  type: 'Task',
  title: 'One',
  mark,
  ...patch,
})

async function read(tracker: Tracker, key: string) {
  const found = (await tracker.readTickets([key])).get(key)
  if (found === undefined || isGone(found)) throw new Error(`${key} is not there`)
  return found
}

const person = (handle: string) => ({
  id: handle,
  handle,
  name: handle,
  emails: [],
  emailHidden: false,
  active: true,
  human: true,
})

describe('a new work item', () => {
  it('is one request with everything in it', async () => {
    const stage = await open()
    await read(stage.tracker, '1')
    stage.count()
    const ticket = await stage.tracker.create(
      draft({
        body: { raw: '<div>Text</div>', format: 'html' },
        status: { name: 'Doing', fields: {} },
        assignee: person('Ada.Byron@example.com'),
        labels: { add: ['one', 'two'], remove: [] },
        priority: '1',
        milestone: 'Sprint 1',
        area: 'Website/Checkout',
        estimate: 3,
        parent: '3',
        fields: { 'Microsoft.VSTS.Common.Activity': 'Development' },
      }),
    )
    expect(stage.count()).toEqual({ reads: 0, writes: 1 })
    expect(ticket).toMatchObject({
      revision: '1',
      body: expect.stringContaining('Text'),
      status: { name: 'Doing', category: 'active' },
      assignee: { name: 'Ada Byron' },
      labels: ['one', 'two'],
      priority: '1',
      milestone: 'Fabrikam\\Sprint 1',
      estimate: 3,
      parent: '3',
      marks: [mark.url],
      fields: { 'System.AreaPath': 'Fabrikam\\Website\\Checkout', 'Microsoft.VSTS.Common.Activity': 'Development' },
    })
  })

  it('whose reply got lost is not sent again, and is found by its mark', async () => {
    const { tracker, server } = await open()
    await tracker.readTickets(['1'])
    server.faults.add({ method: 'POST', path: 'workitems/\\$Task', reset: 'after' })
    expect(await failure(tracker.create(draft()))).toMatchObject({ code: 'unreachable', effectUnknown: true })
    const since = new Date(Date.now() - 1000).toISOString()
    expect(await tracker.findByMark(mark.url, { project: 'Fabrikam', since })).toHaveLength(1)
  })

  it('whose reply is half or a sign-in page may stand as well', async () => {
    for (const fault of [{ malformed: true }, { html: true }]) {
      const { tracker, server } = await open()
      await tracker.readTickets(['1'])
      server.faults.add({ method: 'POST', path: 'workitems/\\$Task', ...fault })
      expect(await failure(tracker.create(draft()))).toMatchObject({ effectUnknown: true })
      expect(await tracker.findByMark(mark.url, { project: 'Fabrikam', since: null })).toHaveLength(1)
    }
  })

  it('that lacks a required field, or has a wrong one, is refused by the name of the field', async () => {
    const { tracker, server } = await open()
    expect(await failure(tracker.create(draft({ milestone: 'Sprint 99' })))).toMatchObject({
      code: 'field-refused',
      effectUnknown: false,
      details: { field: 'milestone' },
      message: expect.stringContaining('TF401347'),
    })
    expect(await failure(tracker.create(draft({ fields: { 'Custom.Nothing': 'x' } })))).toMatchObject({
      code: 'field-refused',
      details: { field: 'fields.Custom.Nothing' },
      message: expect.stringContaining('TF51535'),
    })
    expect(
      await failure(tracker.create(draft({ type: 'Epic', components: { add: ['a'], remove: [] } }))),
    ).toMatchObject({
      code: 'field-refused',
      details: { field: 'components' },
    })
    server.acts.addField({ referenceName: 'Custom.Team', name: 'Team' })
    server.acts.setRule({ project: 'Fabrikam', type: 'Task', field: 'Custom.Team', required: true })
    expect(await failure(tracker.create(draft()))).toMatchObject({
      code: 'field-refused',
      message: expect.stringContaining('TF401320: Rule Error for field Team'),
      remedy: expect.stringContaining('Custom.Team'),
    })
  })
})

describe('an update', () => {
  it('is one request, without a read', async () => {
    const stage = await open()
    const ticket = await stage.tracker.create(draft())
    stage.count()
    const { ticket: after } = await stage.tracker.update(ticket, { title: 'Two', labels: { add: ['x'], remove: [] } })
    expect(stage.count()).toEqual({ reads: 0, writes: 1 })
    expect(after).toMatchObject({ title: 'Two', revision: '2', marks: [mark.url] })
  })

  it('that loses a race against another writer is told like one that came too late', async () => {
    for (const version of ['services', '2019'] as const) {
      const { tracker, server } = await open({ version })
      const ticket = await tracker.create(draft())
      server.acts.set({ switches: { writesLoseRaces: true } })
      expect(await failure(tracker.update(ticket, { title: 'Two' }))).toMatchObject({
        code: 'ticket-changed',
        retryable: true,
      })
      server.acts.set({ switches: { writesLoseRaces: false } })
      server.acts.addTag({ id: Number(ticket.id), tag: 'x' })
      expect(await failure(tracker.update(ticket, { title: 'Two' }))).toMatchObject({
        code: 'ticket-changed',
        details: { status: 412 },
      })
    }
  })

  it('writes whatever is not refused, however much is', async () => {
    const { tracker, server } = await open({ project: 'FabrikamAgile' })
    server.acts.forbidMove({ project: 'FabrikamAgile', type: 'Task', from: 'New', to: 'Closed' })
    const ticket = await tracker.create(draft({ project: 'FabrikamAgile' }))
    const { ticket: after, refused } = await tracker.update(ticket, {
      title: 'Written',
      assignee: person('nobody@example.org'),
      status: { name: 'Closed', fields: {} },
      milestone: 'No such sprint',
      priority: '99',
      fields: { 'Custom.Nothing': 1 },
    })
    expect(after).toMatchObject({ title: 'Written', status: { name: 'New' }, assignee: null })
    expect(refused.map(({ field }) => field).sort()).toEqual([
      'assignee',
      'fields.Custom.Nothing',
      'milestone',
      'priority',
      'status',
    ])
    expect(refused.find(({ field }) => field === 'assignee')).toMatchObject({
      code: 'not-assignable',
      remedy: expect.stringContaining('nobody@example.org'),
    })
    const remedy = refused.find(({ field }) => field === 'status')?.remedy
    expect(remedy).toContain('"Active"')
    expect(remedy).not.toContain('"Closed"')
  })

  it('is refused the same way in the words of a Server', async () => {
    const { tracker } = await open({ version: '2019' })
    const ticket = await tracker.create(draft())
    const { refused } = await tracker.update(ticket, {
      title: 'Written',
      assignee: person('CORP\\nobody'),
      status: { name: 'Nowhere', fields: {} },
      priority: '99',
    })
    expect(refused.map(({ field, code }) => [field, code]).sort()).toEqual([
      ['assignee', 'not-assignable'],
      ['priority', 'field-refused'],
      ['status', 'status-unreachable'],
    ])
    expect((await read(tracker, ticket.id)).title).toBe('Written')
  })

  it('blames the state for a field that the state asks for', async () => {
    const { tracker, server } = await open()
    const ticket = await tracker.create(draft())
    server.acts.addField({ referenceName: 'Custom.Cause', name: 'Root Cause' })
    server.acts.setRule({ project: 'Fabrikam', type: 'Task', field: 'Custom.Cause', required: true })
    const { refused } = await tracker.update(ticket, { status: { name: 'Done', fields: {} } })
    expect(refused).toMatchObject([{ field: 'status', message: expect.stringContaining('Root Cause') }])
    const { refused: none } = await tracker.update(ticket, {
      status: { name: 'Done', fields: { 'Custom.Cause': 'Typo' } },
    })
    expect(none).toEqual([])
    expect((await read(tracker, ticket.id)).status.name).toBe('Done')
  })

  it('does nothing when there is nothing to do, and says what a type cannot hold', async () => {
    const stage = await open()
    const ticket = await stage.tracker.create(draft({ type: 'Epic' }))
    stage.count()
    expect(await stage.tracker.update(ticket, {})).toEqual({ ticket, refused: [] })
    expect(stage.count().writes).toBe(0)
    const { refused } = await stage.tracker.update(ticket, { components: { add: ['a'], remove: [] } })
    expect(refused).toMatchObject([{ field: 'components', code: 'field-refused' }])
  })

  it('replaces the tags, compared without letter case', async () => {
    const { tracker } = await open()
    const ticket = await tracker.create(draft({ labels: { add: ['Keep', 'Drop'], remove: [] } }))
    const { ticket: after } = await tracker.update(ticket, { labels: { add: ['KEEP', 'new'], remove: ['drop'] } })
    expect(after?.labels).toEqual(['Keep', 'new'])
  })

  it('keeps Markdown where a field is in it, and leaves it off elsewhere', async () => {
    const { tracker, server } = await open()
    const ticket = await tracker.create(draft({ body: { raw: '**a**', format: 'markdown' } }))
    expect(ticket).toMatchObject({ body: '**a**', bodyFormat: 'markdown' })
    const { ticket: after } = await tracker.update(ticket, { body: { raw: '**b** <c>', format: 'markdown' } })
    expect(after).toMatchObject({ body: '**b** <c>', bodyFormat: 'markdown' })
    const plain = await tracker.create(draft({ body: { raw: '<b>a</b>', format: 'html' } }))
    expect(plain.bodyFormat).toBe('html')
    expect(server.world.items.get(Number(plain.id))?.revisions[0]?.markdown.size).toBe(0)
  })

  it('writes the text that a bug shows', async () => {
    const { tracker, server } = await open({ project: 'FabrikamAgile' })
    const ticket = await tracker.create(
      draft({ project: 'FabrikamAgile', type: 'Bug', body: { raw: '<p>Steps</p>', format: 'html' } }),
    )
    expect(server.world.items.get(Number(ticket.id))?.revisions[0]?.fields['Microsoft.VSTS.TCM.ReproSteps']).toContain(
      'Steps',
    )
    expect(ticket.body).toContain('Steps')
  })

  it('estimates in the field that the process has for it', async () => {
    const { tracker } = await open()
    for (const [project, type] of [
      ['FabrikamAgile', 'User Story'],
      ['FabrikamScrum', 'Product Backlog Item'],
      ['FabrikamCMMI', 'Requirement'],
      ['Fabrikam', 'Issue'],
    ] as const) {
      const ticket = await tracker.create(draft({ project, type, estimate: 5 }))
      expect(ticket.estimate).toBe(5)
      const { ticket: after } = await tracker.update(ticket, { estimate: null })
      expect(after?.estimate).toBeNull()
    }
  })

  it('sets, changes and takes away the parent', async () => {
    const { tracker } = await open()
    const [first, second] = [
      await tracker.create(draft({ type: 'Issue' })),
      await tracker.create(draft({ type: 'Issue' })),
    ]
    let ticket = await tracker.create(draft())
    for (const parent of [first.id, second.id, second.id, null]) {
      await tracker.update(ticket, { parent, title: `Under ${parent}` })
      ticket = await read(tracker, ticket.id)
      expect(ticket).toMatchObject({ parent, title: `Under ${parent}`, marks: [mark.url] })
    }
  })

  it('writes the rest where the parent is not there', async () => {
    const { tracker, server } = await open()
    const parent = await tracker.create(draft({ type: 'Issue' }))
    const ticket = await tracker.create(draft())
    server.acts.deleteWorkItem({ id: Number(parent.id) })
    const { refused } = await tracker.update(ticket, { parent: parent.id, title: 'Under nobody' })
    expect(refused).toMatchObject([{ field: 'parent', code: 'field-refused' }])
    expect(await read(tracker, ticket.id)).toMatchObject({ parent: null, title: 'Under nobody' })
  })

  it('takes off our mark and leaves the links of people', async () => {
    const { tracker, server } = await open()
    const ticket = await tracker.create(draft())
    await tracker.mark(ticket, { ...mark, url: `${mark.url}0` })
    await tracker.unmark(ticket, mark)
    expect((await read(tracker, ticket.id)).marks).toEqual([`${mark.url}0`])
    expect(server.world.items.get(Number(ticket.id))?.relations).toHaveLength(1)
  })
})
