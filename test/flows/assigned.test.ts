import { afterEach, describe, expect, it } from 'vitest'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe('an issue assigned on GitHub', () => {
  it('complaint 21: moves the assignee of its work item, with one read on each side and one write', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({
      as: 'ada',
      title: 'The engine does not start',
      body: 'It *clicks*.',
      assignees: ['ada'],
    })
    const [created] = await stage.reconcile(number)
    expect(created).toMatchObject({ outcome: 'created', issue: `acme/rocket#${number}`, ticket: 'boards:1' })
    // Whoever was met once is known from then on.
    const other = stage.github.act.openIssue({ as: 'ada', title: 'Another', assignees: ['grace'] })
    await stage.reconcile(other.number)

    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    stage.clear()
    const [updated] = await stage.reconcile(number)
    expect(updated).toMatchObject({
      outcome: 'updated',
      changes: [{ side: 'tracker', field: 'assignee', before: 'Ada Byron', after: 'Grace Murray' }],
    })
    expect(stage.asked().github).toEqual([`GET /repos/acme/rocket/issues/${number}`])
    expect(stage.asked().azure).toEqual([
      'POST /contoso/_apis/wit/workitemsbatch',
      'PATCH /contoso/_apis/wit/workitems/1',
    ])
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'unchanged' }])
  })

  it('is found by the schedule as well, and then everything is in step', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start' })
    expect(await stage.scan()).toMatchObject([{ outcome: 'created' }])
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    expect(await stage.scan()).toMatchObject([
      { outcome: 'updated', changes: [{ field: 'assignee', after: 'Grace Murray' }] },
    ])
    expect(await stage.scan()).toEqual([])
  })

  it('hears from the tracker when somebody else takes the work item', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }] })
    stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start', assignees: ['ada'] })
    await stage.scan()
    stage.azure.acts.assign({ id: 1, to: 'grace.murray@example.com' })
    expect(await stage.scan()).toMatchObject([
      { outcome: 'updated', changes: [{ side: 'github', field: 'assignee', before: ['ada'], after: ['grace'] }] },
    ])
    stage.azure.acts.unassign({ id: 1 })
    expect(await stage.scan()).toMatchObject([{ changes: [{ side: 'github', field: 'assignee', after: [] }] }])
    expect(await stage.scan()).toEqual([])
  })

  it('complaint 21: moves a work item and an issue of Jira by the same assignment, with one read and one write each', async () => {
    stage = await openStage({
      routes: [
        { to: 'boards', type: { default: 'Task' } },
        { to: 'jira', type: { default: 'Task' } },
      ],
    })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start', assignees: ['ada'] })
    await stage.reconcile(number)
    const other = stage.github.act.openIssue({ as: 'ada', title: 'Another', assignees: ['grace'] })
    await stage.reconcile(other.number)
    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    stage.clear()
    expect(await stage.reconcile(number)).toMatchObject([
      { outcome: 'updated', ticket: 'boards:1', changes: [{ field: 'assignee', after: 'Grace Murray' }] },
      { outcome: 'updated', ticket: 'jira:PLAT-1', changes: [{ field: 'assignee', after: 'Grace Murray' }] },
    ])
    expect(stage.boards.seen('1').assignee).toBe('Grace Murray')
    expect(stage.plat.seen('PLAT-1').assignee).toBe('Grace Murray')
    expect(stage.github.journal.count()).toMatchObject({ reads: 1, writes: 0 })
    expect(stage.azure.journal.count()).toMatchObject({ reads: 1, writes: 1 })
    expect(stage.jira.journal.count()).toMatchObject({ reads: 1, writes: 1 })
  })
})
