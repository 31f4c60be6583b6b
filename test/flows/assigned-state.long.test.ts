import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

async function expectRest(...servers: { journal: { count(): { writes: number } } }[]) {
  stage.clear()
  for (let round = 0; round < 10; round++) expect(await stage.scan()).toEqual([])
  expect([stage.github, ...servers].map(({ journal }) => journal.count().writes)).toEqual([0, ...servers.map(() => 0)])
}

describe.each(trackerKinds)('a state for what is assigned, in $name', ({ to, sideOf }) => {
  async function open({ assignees = [], ...more }: { readonly assignees?: string[]; readonly sync?: object } = {}) {
    const assigned = to === 'jira' ? 'In Progress' : 'Doing'
    const status = { open: 'To Do', assigned, closed: 'Done' }
    stage = await openStage({ routes: [{ to, type: { default: 'Task' }, status, ...more }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start', assignees })
    await stage.scan()
    const side = sideOf(stage)
    const [key = ''] = side.keys()
    const seen = () => side.seen(key)
    return { assigned, number, key, side, seen, rest: async () => await expectRest(side.server) }
  }

  it('complaint 27: the first who is assigned moves the ticket there, and the last to leave moves it back', async () => {
    const { assigned, number, seen, rest } = await open()
    expect(seen().state).toBe('To Do')
    stage.github.act.assign({ as: 'ada', number, assignees: ['ada', 'grace'] })
    expect(await stage.scan()).toMatchObject([
      { outcome: 'updated', changes: [{ field: 'status', before: 'To Do', after: assigned }, { field: 'assignee' }] },
    ])
    expect(seen()).toMatchObject({ state: assigned, assignee: 'Ada Byron' })
    await rest()
    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    await stage.scan()
    expect(seen()).toMatchObject({ state: assigned, assignee: 'Grace Murray' })
    stage.github.act.unassign({ as: 'ada', number, assignees: ['grace'] })
    await stage.scan()
    expect(seen()).toMatchObject({ state: 'To Do', assignee: null })
    expect(stage.github.act.findIssue({ number })?.state).toBe('open')
    await rest()
  })

  it('is where the ticket of an assigned issue begins, and where it returns to when that is reopened', async () => {
    const { assigned, number, seen, rest } = await open({ assignees: ['ada'] })
    expect(seen().state).toBe(assigned)
    await rest()
    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    await stage.scan()
    expect(seen().state).toBe('Done')
    stage.github.act.reopenIssue({ as: 'ada', number })
    await stage.scan()
    expect(seen().state).toBe(assigned)
    await rest()
  })

  it('is left as a person says who moves the ticket back, or closes it', async () => {
    const { number, key, side, seen, rest } = await open({ assignees: ['ada'] })
    side.people.reopen(key)
    await rest()
    expect(seen().state).toBe('To Do')
    side.people.close(key)
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.state).toBe('closed')
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    await stage.scan()
    expect(seen().state).toBe('Done')
    await rest()
  })

  it('follows GitHub alone, and does so where people do not travel', async () => {
    const both = await open()
    both.side.people.assign(both.key, 'grace')
    await stage.scan()
    expect(stage.github.act.findIssue({ number: both.number })?.assignees).toMatchObject([{ login: 'grace' }])
    expect(both.seen().state).toBe('To Do')
    await both.rest()
    await stage.close()
    const { assigned, number, seen, rest } = await open({ sync: { assignee: 'off' } })
    stage.github.act.assign({ as: 'ada', number, assignees: ['ada'] })
    await stage.scan()
    expect(seen()).toMatchObject({ state: assigned, assignee: null })
    await rest()
  })
})

it('a state for what is assigned is reached over several transitions, and over all of them by a new ticket', async () => {
  const status = { open: 'Backlog', assigned: 'In Development', closed: 'Released' }
  stage = await openStage({ routes: [{ to: 'jira', project: 'LONG', type: { default: 'Task' }, status }] })
  const first = stage.github.act.openIssue({ as: 'ada', title: 'First' })
  stage.github.act.openIssue({ as: 'ada', title: 'Second', assignees: ['ada'] })
  await stage.scan()
  const states = () => stage.plat.keys().map((key) => stage.plat.seen(key).state)
  expect(states().toSorted()).toEqual(['Backlog', 'In Development'])
  stage.github.act.assign({ as: 'ada', number: first.number, assignees: ['grace'] })
  stage.clear()
  await stage.scan()
  expect(states()).toEqual(['In Development', 'In Development'])
  expect(stage.asked().jira.filter((request) => /^POST .*\/transitions$/.test(request))).toHaveLength(2)
  await expectRest(stage.jira)
})
