import { afterEach, describe, expect, it } from 'vitest'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const labelsOf = (number: number) =>
  stage.github.act
    .findIssue({ number })
    ?.labels.map(({ name }) => name)
    .sort()

describe.each(trackerKinds)('status against $name', ({ to, sideOf }) => {
  const route = { to, when: { state: 'any' }, type: { default: 'Task' } }

  it('closes and reopens both ways, by the category of the state', async () => {
    stage = await openStage({ routes: [{ ...route, status: { closed: 'Done', open: 'To Do' } }] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    await stage.scan()
    expect(side.seen(key).state).toBe('Done')
    side.people.reopen(key)
    await stage.scan()
    expect(stage.github.act.findIssue({ number })).toMatchObject({ state: 'open' })
    side.people.close(key)
    await stage.scan()
    expect(stage.github.act.findIssue({ number })).toMatchObject({ state: 'closed', stateReason: 'completed' })
    expect(await stage.scan()).toEqual([])
  })

  it('complaint 28: an issue that is closed already gets a ticket that is done, and stays closed', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Old' })
    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    await stage.scan()
    expect(side.seen(side.keys()[0]!).state).toBe('Done')
    expect(stage.github.act.findIssue({ number })?.state).toBe('closed')
    expect(await stage.scan()).toEqual([])
  })

  it('starts a new ticket in the state that the map names', async () => {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' } }] })
    const { active } = sideOf(stage).states
    await stage.close()
    stage = await openStage({ routes: [{ ...route, status: { open: active, closed: 'Done' } }] })
    const side = sideOf(stage)
    stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    expect(side.seen(side.keys()[0]!).state).toBe(active)
    expect(await stage.scan()).toEqual([])
  })

  it('complaint 32: stays apart where the route switches it off', async () => {
    stage = await openStage({ routes: [{ ...route, sync: { status: 'off' } }] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.github.act.closeIssue({ as: 'ada', number })
    await stage.scan()
    expect(side.seen(side.keys()[0]!).state).toBe('To Do')
  })

  it('complaint 29: says which states there are when the map names one that is not', async () => {
    stage = await openStage({ routes: [{ ...route, status: { closed: 'Shipped' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.github.act.closeIssue({ as: 'ada', number })
    const [outcome] = await stage.scan()
    expect(outcome?.notes.join(' ')).toContain('The type Task has no state "Shipped"; it has "To Do"')
  })
})

describe.each(trackerKinds)('labels against $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  it('come and go with the side on which people put them, and stay where people put them', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'] })
    await stage.scan()
    const [key = ''] = side.keys()
    side.people.tag(key, 'later')
    await stage.scan()
    expect(labelsOf(number)).toEqual(['bug', 'later'])
    expect(side.seen(key).labels.toSorted()).toEqual(['bug', 'later'])
    // Each copy is taken off again: the original stays.
    side.people.untag(key, 'bug')
    stage.github.act.unlabel({ as: 'ada', number, labels: ['later'] })
    await stage.scan()
    expect(labelsOf(number)).toEqual(['bug'])
    expect(side.seen(key).labels).toEqual(['later'])
    expect(await stage.scan()).toEqual([])
  })

  it('takes a copy away when its original goes', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug', 'ui'] })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.unlabel({ as: 'ada', number, labels: ['bug'] })
    await stage.scan()
    expect(side.seen(key).labels).toEqual(['ui'])
  })

  it('knows its own label even when nobody heard that it was written', async () => {
    stage = await openStage({ routes: [route], quick: true })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.label({ as: 'ada', number, labels: ['bug'] })
    for (const method of ['PATCH', 'PUT']) side.server.faults.add({ method, reset: 'after' })
    expect((await stage.scan())[0]).toMatchObject({ outcome: 'failed', code: 'unreachable' })
    side.server.faults.clear()
    await stage.scan()
    expect(side.seen(key).labels).toEqual(['bug'])
    stage.github.act.unlabel({ as: 'ada', number, labels: ['bug'] })
    await stage.scan()
    expect(side.seen(key).labels).toEqual([])
  })

  it('knows its own label on the issue, too, when only the ticket was heard to be written', async () => {
    stage = await openStage({ routes: [route], quick: true })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: 'Words.' })
    await stage.scan()
    const [key = ''] = side.keys()
    stage.github.act.editIssue({ as: 'ada', number, body: 'Other words.' })
    side.people.tag(key, 'later')
    stage.github.faults.add({ method: 'PATCH', malformed: true, times: 1 })
    await stage.scan()
    expect(labelsOf(number)).toEqual(['later'])
    side.people.untag(key, 'later')
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(labelsOf(number)).toEqual([])
    expect(side.seen(key).labels).toEqual([])
  })

  it('go by include, exclude and map', async () => {
    const labels = { include: ['area/*', 'bug'], exclude: ['area/internal'], map: { bug: 'defect' } }
    stage = await openStage({ routes: [{ ...route, labels }] })
    const side = sideOf(stage)
    stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug', 'area/ui', 'area/internal', 'chat'] })
    await stage.scan()
    expect(side.seen(side.keys()[0]!).labels.toSorted()).toEqual(['area/ui', 'defect'])
  })
})

describe('values that show as labels', () => {
  it('priority goes with its label both ways', async () => {
    stage = await openStage({
      routes: [{ to: 'boards', type: { default: 'Task' }, priority: { p1: 1, p3: 3 } }],
    })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['p1'] })
    await stage.scan()
    expect(stage.boards.seen('1')).toMatchObject({ priority: '1', labels: [] })
    stage.azure.acts.edit({ id: 1, fields: { 'Microsoft.VSTS.Common.Priority': 3 } })
    await stage.scan()
    expect(labelsOf(number)).toEqual(['p3'])
    expect(await stage.scan()).toEqual([])
  })

  it('priority and a component of Jira go with their labels', async () => {
    stage = await openStage({
      routes: [
        {
          to: 'jira',
          type: { default: 'Task' },
          priority: { urgent: 'Highest', someday: 'Low' },
          components: { 'area/api': 'api' },
        },
      ],
    })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['urgent', 'area/api'] })
    await stage.scan()
    expect(stage.plat.seen('PLAT-1')).toMatchObject({ priority: 'Highest', labels: [] })
    expect((await stage.readTicket('jira', 'PLAT-1')).components).toEqual(['api'])
    stage.jira.acts.edit({ issue: 'PLAT-1', fields: { priority: { name: 'Low' } } })
    await stage.scan()
    expect(labelsOf(number)).toEqual(['area/api', 'someday'])
    expect(await stage.scan()).toEqual([])
  })

  it('chooses the type by label, and a milestone by the map', async () => {
    stage = await openStage({
      routes: [
        {
          to: 'boards',
          type: { bug: 'Issue', default: 'Task' },
          sync: { milestone: 'both' },
          milestone: { v1: 'Fabrikam\\Sprint 1', v2: 'Fabrikam\\Sprint 2' },
        },
      ],
    })
    for (const title of ['v1', 'v2']) stage.github.act.createMilestone({ title })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'], milestone: 'v1' })
    await stage.scan()
    expect(stage.boards.seen('1')).toMatchObject({ type: 'Issue', milestone: 'Fabrikam\\Sprint 1' })
    stage.azure.acts.edit({ id: 1, fields: { 'System.IterationPath': 'Fabrikam\\Sprint 2' } })
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.milestone?.title).toBe('v2')
    expect(await stage.scan()).toEqual([])
  })

  it('complaint 34: a value that the tracker refuses is said with the field, and the ticket is there', async () => {
    stage = await openStage({
      routes: [{ to: 'boards', type: { default: 'Task' }, fields: { 'Custom.Nothing': { default: 'x' } } }],
    })
    stage.github.act.openIssue({ as: 'ada', title: 'One' })
    const [outcome] = await stage.scan()
    expect(outcome).toMatchObject({ outcome: 'created', ticket: 'boards:1', code: 'field-refused' })
    expect(outcome?.message).toContain('Custom.Nothing')
    expect(stage.boards.keys()).toHaveLength(1)
  })
})

describe('a field that is on no screen of Jira', () => {
  it('complaint 33: is left out of the new ticket and named, and no further run tries it', async () => {
    stage = await openStage({ routes: [{ to: 'jira', type: { default: 'Task' }, priority: { urgent: 'Highest' } }] })
    stage.jira.acts.changeProject({ project: 'PLAT', hiddenFields: ['priority'] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['urgent'] })
    const [outcome] = await stage.scan()
    expect(outcome).toMatchObject({ outcome: 'created', ticket: 'jira:PLAT-1', code: 'field-refused' })
    expect(outcome?.message).toContain('not on the appropriate screen')
    stage.clear()
    for (let round = 0; round < 3; round++) await stage.scan()
    expect(stage.jira.journal.count().writes).toBe(0)
    expect(stage.plat.keys()).toEqual(['PLAT-1'])
    expect(stage.github.act.findIssue({ number })).toMatchObject({ state: 'open', comments: [] })
  })
})

describe('parents', () => {
  it('complaint 37: a sub-issue hangs under its parent’s ticket, also when that one is made later', async () => {
    stage = await openStage({
      routes: [{ to: 'boards', type: { default: 'Task', epic: 'Epic' }, sync: { parent: 'both' } }],
    })
    const child = stage.github.act.openIssue({ as: 'ada', title: 'Child' })
    const parent = stage.github.act.openIssue({ as: 'ada', title: 'Parent', labels: ['epic'] })
    stage.github.act.addSubIssue({ as: 'ada', number: parent.number, child: child.number })
    await stage.reconcile(child.number)
    await stage.scan()
    const [childKey, parentKey] = stage.boards.keys()
    expect(await stage.readTicket('boards', childKey!)).toMatchObject({ title: 'Child', parent: parentKey })
    expect(await stage.scan()).toEqual([])
  })

  it('a work item that people hang under another one, which moves nothing else, becomes a sub-issue', async () => {
    stage = await openStage({
      routes: [{ to: 'boards', type: { default: 'Task', epic: 'Epic' }, sync: { parent: 'both' } }],
    })
    const parent = stage.github.act.openIssue({ as: 'ada', title: 'Parent', labels: ['epic'] })
    const child = stage.github.act.openIssue({ as: 'ada', title: 'Child' })
    for (let round = 0; round < 2; round++) await stage.scan()
    stage.boards.people.hang('2', '1')
    expect(await stage.scan()).toMatchObject([{ issue: `acme/rocket#${child.number}`, outcome: 'updated' }])
    expect(await stage.wired.host.readIssue({ ...repo, number: child.number })).toMatchObject({
      parent: { ...repo, number: parent.number },
    })
    stage.boards.people.hang('2', null)
    await stage.scan()
    expect(await stage.wired.host.readIssue({ ...repo, number: child.number })).toMatchObject({ parent: null })
    expect(await stage.scan()).toEqual([])
  })
})

describe('a parent that is gone', () => {
  it('is said once to the child of its ticket, and asked for no more', async () => {
    stage = await openStage({
      routes: [{ to: 'boards', type: { default: 'Task', epic: 'Epic' }, sync: { parent: 'both' } }],
    })
    const parent = stage.github.act.openIssue({ as: 'ada', title: 'Parent', labels: ['epic'] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Child' })
    await stage.scan()
    stage.github.act.deleteIssue({ as: 'ada', number: parent.number })
    await stage.reconcile(parent.number)
    stage.boards.people.hang('2', '1')
    const [told] = await stage.scan()
    expect(told).toMatchObject({ issue: `acme/rocket#${number}`, outcome: 'unchanged' })
    expect(told?.notes.join()).toContain('The parent 1 has no issue.')
    stage.clear()
    expect(await stage.scan()).toEqual([])
    expect(stage.github.journal.count()).toMatchObject({ writes: 0 })
  })
})

describe('a parent that was moved before anybody looked', () => {
  it.each(['boards', 'jira'] as const)('stops no other field on its way from %s', async (to) => {
    const sync = { parent: 'both' }
    stage = await openStage({ routes: [{ to, type: { default: 'Task', epic: 'Epic' }, sync }], quick: true })
    stage.github.act.addRepo({ name: 'hangar' })
    const parent = stage.github.act.openIssue({ as: 'ada', title: 'Parent', labels: ['epic'] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Child' })
    await stage.scan()
    const side = to === 'jira' ? stage.plat : stage.boards
    const [above = '', key = ''] = side.keys()
    stage.github.act.transferIssue({ as: 'ada', number: parent.number, to: 'acme/hangar' })
    side.people.hang(key, above)
    side.people.retitle(key, 'Child of nobody')
    const [told] = await stage.reconcile(number)
    expect(told).toMatchObject({ outcome: 'failed', code: 'not-permitted', changes: [{ field: 'title' }] })
    expect(told?.message).toMatch(/^GitHub does not permit .+\. Updated title of the issue\.$/)
    expect(stage.github.act.findIssue({ number })?.title).toBe('Child of nobody')
    await stage.reconcile(parent.number)
    stage.passTime(61 * 60_000)
    await stage.scan()
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'unchanged' }])
  })
})

describe('a component of Jira', () => {
  it('takes its label along when people take it off again', async () => {
    stage = await openStage({
      routes: [{ to: 'jira', type: { default: 'Task' }, components: { 'area/api': 'api', 'area/ui': 'ui' } }],
    })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['area/api'] })
    await stage.scan()
    stage.plat.people.tag('PLAT-1', 'area/ui')
    await stage.scan()
    expect(labelsOf(number)).toEqual(['area/api', 'area/ui'])
    stage.plat.people.untag('PLAT-1', 'area/ui')
    await stage.scan()
    expect(labelsOf(number)).toEqual(['area/api'])
    stage.github.act.unlabel({ as: 'ada', number, labels: ['area/api'] })
    await stage.scan()
    expect((await stage.readTicket('jira', 'PLAT-1')).components).toEqual([])
    expect(await stage.scan()).toEqual([])
  })
})
