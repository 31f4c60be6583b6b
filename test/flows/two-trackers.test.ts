import { afterEach, describe, expect, it } from 'vitest'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const routes = [
  { to: 'boards', type: { default: 'Task' } },
  { to: 'jira', type: { default: 'Task' } },
]

describe('an issue with a ticket in each of two trackers', () => {
  it('complaint 38: carries what one of them says to the other', async () => {
    stage = await openStage({ routes })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'], labels: ['bug'] })
    expect(await stage.scan()).toMatchObject([
      { outcome: 'created', ticket: 'boards:1' },
      { outcome: 'created', ticket: 'jira:PLAT-1' },
    ])
    stage.boards.people.assign('1', 'grace')
    stage.boards.people.retitle('1', 'Two')
    await stage.scan()
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.title).toBe('Two')
    expect(stage.plat.seen('PLAT-1')).toMatchObject({ title: 'Two', assignee: 'Grace Murray' })
    stage.plat.people.close('PLAT-1')
    await stage.scan()
    await stage.scan()
    expect(stage.boards.seen('1').state).toBe('Done')
    expect(await stage.scan()).toEqual([])
  })

  it('tells the other what was done for the one although nobody answered', async () => {
    stage = await openStage({ routes, quick: true })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.boards.people.close('1')
    stage.plat.people.retitle('PLAT-1', 'Two')
    stage.github.faults.add({ path: 'issues/\\d+$', method: 'PATCH', reset: 'after', times: 1 })
    expect(await stage.reconcile(number)).toMatchObject([
      { outcome: 'failed', code: 'unreachable' },
      { outcome: 'updated', ticket: 'jira:PLAT-1' },
    ])
    const [, told] = await stage.wired.store.events.list({ kind: 'reconcile' })
    expect(told?.details['attempted']).toEqual([
      { side: 'github', field: 'status', before: 'open', after: 'completed' },
    ])
    await stage.scan()
    await stage.scan()
    expect(stage.plat.seen('PLAT-1')).toMatchObject({ title: 'Two', state: 'Done' })
    expect(stage.boards.seen('1')).toMatchObject({ title: 'Two', state: 'Done' })
  })

  it('takes a comment away in both, though a copy from one of them came in its place', async () => {
    stage = await openStage({ routes })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    const { id } = stage.github.act.comment({ as: 'ada', number, body: 'It clicks.' })
    await stage.scan()
    stage.plat.people.comment('PLAT-1', 'Not over here.')
    await stage.scan()
    stage.github.act.deleteComment({ as: 'ada', id })
    await stage.scan()
    expect(stage.boards.seen('1').comments).toEqual([])
    expect(stage.plat.seen('PLAT-1').comments).toEqual(['Not over here.'])
  })

  it('goes on with the one while the other is down', async () => {
    stage = await openStage({ routes, quick: true })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.azure.faults.add({ status: 503 })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    const outcomes = await stage.scan()
    expect(outcomes.filter(({ outcome }) => outcome === 'failed').length).toBeGreaterThan(0)
    expect(stage.plat.seen('PLAT-1').title).toBe('Two')
    stage.azure.faults.clear()
    await stage.scan()
    expect(stage.boards.seen('1').title).toBe('Two')
  })
})
