import { afterEach, describe, expect, it } from 'vitest'
import type { TicketDraft, TicketPatch } from '../../../src/core/change.ts'
import { interject } from '../../flows/stage.ts'
import { openJira, read } from './stage.ts'
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

const mark = { url: 'https://github.com/acme/shop/issues/7', issue: { owner: 'acme', repo: 'shop', number: 7 } }
const draft = (patch: Partial<TicketDraft> = {}): TicketDraft => ({
  project: 'PLAT',
  type: 'Task',
  title: 'New',
  mark,
  ...patch,
})

const update = async ({ tracker }: Opened, key: string, patch: TicketPatch) =>
  tracker.update(await read(tracker, key), patch)

describe('a new ticket', () => {
  it('has all its fields from the start, in one call', async () => {
    const stage = await stageOf()
    const epic = stage.acts.createIssue({ project: 'PLAT', summary: 'Epic', type: 'Epic' })
    const ticket = await stage.tracker.create(
      draft({
        type: 'Story',
        components: { add: ['api', 'UI'], remove: [] },
        priority: 'highest',
        milestone: '1.1',
        estimate: 3,
        parent: epic.key,
        fields: { team: 'Tools', 'Due Date': '2026-12-24', customfield_10200: 'https://example.com/1' },
      }),
    )
    expect(ticket).toMatchObject({
      type: 'Story',
      components: ['api', 'ui'],
      priority: 'Highest',
      milestone: '1.1',
      estimate: 3,
      parent: epic.key,
      fields: { Team: 'Tools', 'Due Date': '2026-12-24', 'GitHub Issue': 'https://example.com/1' },
    })
    // The ticket, and the link that people see on it.
    expect(stage.count().writes).toBe(2)
  })

  it('is answered as it was made, although somebody edits it before it is read, and is not written over', async () => {
    const stage = await stageOf()
    const [epic, other] = ['One', 'Two'].map((summary) =>
      stage.acts.createIssue({ project: 'PLAT', summary, type: 'Epic' }),
    )
    const wanted = draft({
      type: 'Story',
      body: { raw: 'As it was.', format: 'wiki' },
      labels: { add: ['a', 'b'], remove: [] },
      components: { add: ['api'], remove: [] },
      priority: 'Highest',
      milestone: '1.1',
      estimate: 3,
      parent: epic!.key,
      fields: { Team: 'Tools', 'Due Date': '2026-12-24' },
    })
    const untouched = await stage.tracker.create(wanted)
    interject(stage.server, { path: /\/remotelink$/ }, () => {
      const issue = stage.server.world.issues.get(Math.max(...stage.server.world.issues.keys()))!.key
      stage.acts.edit({
        issue,
        fields: {
          summary: 'Theirs',
          description: null,
          labels: ['b', 'c'],
          components: [{ name: 'ui' }],
          priority: { name: 'Low' },
          fixVersions: [{ name: '1.0' }],
          issuetype: { name: 'Bug' },
          customfield_10106: 5,
          customfield_10100: other!.key,
          customfield_10201: { value: 'Platform' },
          duedate: null,
        },
      })
      stage.acts.assign({ issue, to: 'ben' })
      stage.acts.setStatus({ issue, status: 'Done' })
    })
    const ticket = await stage.tracker.create(wanted)
    const { title, body, status, assignee, type, labels, components, priority, milestone, estimate, parent } = ticket
    expect({ title, body, status, assignee, type, labels, components, priority, milestone, estimate, parent }).toEqual(
      Object.fromEntries(
        ['title', 'body', 'status', 'assignee', 'type', 'labels', 'components', 'priority', 'milestone']
          .concat('estimate', 'parent')
          .map((name) => [name, untouched[name as keyof typeof untouched]]),
      ),
    )
    expect(ticket.fields).toMatchObject({ Team: 'Tools', 'Due Date': '2026-12-24' })
    await expect(stage.tracker.update(ticket, { title: 'Ours' })).rejects.toMatchObject({ code: 'ticket-changed' })
  })

  it('of a sub-task type stands below its parent', async () => {
    const { tracker } = await stageOf()
    const ticket = await tracker.create(draft({ type: 'Sub-task', parent: 'PLAT-1' }))
    expect(ticket).toMatchObject({ parent: 'PLAT-1', type: 'Sub-task' })
    const { refused } = await tracker.update(ticket, { parent: 'PLAT-2' })
    expect(refused).toMatchObject([{ field: 'parent', code: 'field-refused' }])
  })

  it.each([
    ['components', { components: { add: ['nowhere'], remove: [] } }],
    ['priority', { priority: 'Urgent' }],
    ['milestone', { milestone: '9.9' }],
    ['labels', { labels: { add: ['two words'], remove: [] } }],
    ['fields.Team', { fields: { Team: 'Nobody' } }],
    ['fields.No such field', { fields: { 'No such field': 1 } }],
    ['parent', { parent: 'PLAT-1' }],
    ['area', { area: 'Somewhere' }],
    ['title', { title: '' }],
  ] as const)('is refused by our name of the field: %s', async (field, patch) => {
    const { tracker } = await stageOf()
    await expect(tracker.create(draft(patch))).rejects.toMatchObject({
      code: 'field-refused',
      details: { field },
      effectUnknown: false,
      remedy: expect.any(String),
    })
  })

  it('names a field that the project demands', async () => {
    const { tracker, acts } = await stageOf()
    acts.changeProject({ project: 'PLAT', requiredFields: ['customfield_10201'] })
    await expect(tracker.create(draft())).rejects.toMatchObject({
      code: 'field-refused',
      message: expect.stringContaining('Team is required.'),
      remedy: 'Give "Team" a value under "fields" of the route.',
    })
  })

  it('is not created twice when the reply gets lost', async () => {
    const stage = await stageOf()
    const before = stage.server.world.issues.size
    stage.server.faults.add({ method: 'POST', path: 'issue$', reset: 'after', times: 1 })
    await expect(stage.tracker.create(draft())).rejects.toMatchObject({ effectUnknown: true })
    expect(stage.server.world.issues.size).toBe(before + 1)
  })
})

describe('an update', () => {
  it('of one field costs one write after the read', async () => {
    const stage = await stageOf()
    await update(stage, 'PLAT-1', { title: 'Changed' })
    expect(stage.count()).toEqual({ reads: 1, writes: 1 })
  })

  it('looks again before it writes what was read a while ago', async () => {
    const stage = await stageOf()
    const ticket = await read(stage.tracker, 'PLAT-1')
    stage.server.clock.advance(60_000)
    stage.count()
    await stage.tracker.update(ticket, { title: 'Later' })
    expect(stage.count()).toEqual({ reads: 1, writes: 1 })
    await expect(stage.tracker.update(ticket, { title: 'Later still' })).rejects.toMatchObject({
      code: 'ticket-changed',
      retryable: true,
    })
  })

  it('leaves alone the labels and components that others put there meanwhile', async () => {
    const stage = await stageOf()
    const ticket = await read(stage.tracker, 'PLAT-1')
    stage.acts.addLabel({ issue: 'PLAT-1', label: 'theirs' })
    stage.acts.edit({ issue: 'PLAT-1', update: { components: [{ add: { name: 'ui' } }] } })
    await stage.tracker.update(ticket, {
      labels: { add: ['ours'], remove: ['login', 'never-there'] },
      components: { add: ['api'], remove: [] },
    })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ labels: ['ours', 'theirs'], components: ['api', 'ui'] })
  })

  it('exchanges the version that is the milestone and keeps the others', async () => {
    const stage = await stageOf()
    expect(await update(stage, 'PLAT-1', { milestone: '1.0' })).toEqual({ ticket: {}, refused: [] })
    await update(stage, 'PLAT-1', { milestone: '1.1' })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ milestone: '1.1', fields: { fixVersions: ['1.1'] } })
    stage.acts.addVersion({ project: 'PLAT', name: '2.0' })
    stage.acts.edit({ issue: 'PLAT-1', update: { fixVersions: [{ add: { name: '2.0' } }] } })
    // The order of versions is the server's: it says which one counts afterwards.
    expect(await update(stage, 'PLAT-1', { milestone: '1.0' })).toEqual({ ticket: { milestone: '1.0' }, refused: [] })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ fields: { fixVersions: ['1.0', '2.0'] } })
    await update(stage, 'PLAT-1', { milestone: null })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ fields: { fixVersions: ['2.0'] } })
  })

  it('changes type, priority, estimate, parent and fields, and takes them away', async () => {
    const stage = await stageOf()
    const epic = stage.acts.createIssue({ project: 'PLAT', summary: 'Epic', type: 'Epic' })
    await update(stage, 'PLAT-4', {
      type: 'Story',
      priority: 'Low',
      estimate: 8,
      parent: epic.key,
      fields: { Team: 'Platform' },
    })
    expect(await read(stage.tracker, 'PLAT-4')).toMatchObject({
      type: 'Story',
      priority: 'Low',
      estimate: 8,
      parent: epic.key,
      fields: { Team: 'Platform' },
    })
    await update(stage, 'PLAT-4', { estimate: null, parent: null, fields: { Team: null } })
    expect(await read(stage.tracker, 'PLAT-4')).toMatchObject({ estimate: null, parent: null, fields: { Team: null } })
  })

  it('complaints 33, 34: drops every field that is refused, names each, and writes the rest', async () => {
    const stage = await stageOf()
    stage.acts.changeProject({ project: 'PLAT', hiddenFields: ['priority', 'customfield_10106'] })
    const { refused } = await update(stage, 'PLAT-1', {
      title: 'Written',
      priority: 'Low',
      estimate: 1,
      milestone: '9.9',
      labels: { add: ['fine'], remove: [] },
      fields: { Nowhere: 1 },
    })
    expect(refused.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
      'estimate field-refused',
      'fields.Nowhere field-refused',
      'milestone field-refused',
      'priority field-refused',
    ])
    expect(refused.find(({ field }) => field === 'priority')).toMatchObject({
      message: expect.stringContaining('not on the appropriate screen'),
      remedy: expect.stringContaining('screens of the project'),
    })
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({
      title: 'Written',
      labels: ['fine', 'login'],
      priority: 'High',
    })
  })

  it('says why nobody can be taken off where tickets must be assigned', async () => {
    const stage = await stageOf({ switches: { unassignedAllowed: false } })
    const { refused } = await update(stage, 'PLAT-1', { assignee: null })
    expect(refused).toMatchObject([{ field: 'assignee', message: 'Issues must be assigned.', code: 'not-assignable' }])
  })

  it('tells apart who cannot be assigned from who may not assign', async () => {
    const stage = await stageOf()
    const [ben] = (await stage.tracker.people.findByEmail(['ben@example.com'], { project: 'PLAT', ticket: null })).exact
    stage.acts.deny({ who: 'ben', project: 'PLAT', permission: 'ASSIGNABLE_USER' })
    expect((await update(stage, 'PLAT-1', { assignee: ben! })).refused).toMatchObject([
      { code: 'not-assignable', remedy: expect.stringContaining('Assignable User') },
    ])
    stage.acts.deny({ who: 'lockstep', project: 'PLAT', permission: 'ASSIGN_ISSUES' })
    expect((await update(stage, 'PLAT-1', { assignee: ben! })).refused).toMatchObject([{ code: 'field-refused' }])
  })

  it('is repeated when the reply gets lost: it says what should be, not what to change', async () => {
    const stage = await stageOf()
    stage.server.faults.add({ method: 'PUT', path: 'issue/', reset: 'after', times: 1 })
    expect((await update(stage, 'PLAT-1', { title: 'Once', labels: { add: ['x'], remove: [] } })).refused).toEqual([])
    expect(await read(stage.tracker, 'PLAT-1')).toMatchObject({ title: 'Once', labels: ['login', 'x'] })
  })

  it('of a ticket that is gone says so', async () => {
    const stage = await stageOf()
    const ticket = await read(stage.tracker, 'PLAT-1')
    stage.acts.deleteIssue({ issue: 'PLAT-1' })
    await expect(stage.tracker.update(ticket, { title: 'x' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
