import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('what went wrong elsewhere, against $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task', bug: to === 'jira' ? 'Bug' : 'Issue' } }

  it('complaints 1, 8: labels that come and go make no second ticket', async () => {
    stage = await openStage({ routes: [{ ...route, when: { labels: 'sync' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['sync'] })
    for (let round = 0; round < 3; round++) {
      await stage.scan()
      stage.github.act.unlabel({ as: 'ada', number, labels: ['sync'] })
      await stage.reconcile(number)
      stage.github.act.label({ as: 'ada', number, labels: ['sync', `more-${round}`] })
      await stage.reconcile(number)
    }
    expect(sideOf(stage).keys()).toHaveLength(1)
  })

  it.each([
    ['complaint 2: opened with a label', ['sync']],
    ['complaint 3: opened and labelled in one breath', ['sync', 'bug']],
    ['complaint 5: two labels that each ask for a ticket', ['sync', 'sync-too']],
    ['complaint 7: further labels on an issue that has its ticket', ['sync', 'a', 'b', 'c']],
  ])('%s, told by several deliveries at once, makes one ticket', async (_, labels) => {
    stage = await openStage({ routes: [{ ...route, when: { labels: ['sync', 'sync-too'] } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels })
    const outcomes = await Promise.all(labels.concat('opened').map(async () => await stage.reconcile(number)))
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect(sideOf(stage).keys()).toHaveLength(1)
    expect(sideOf(stage).seen(sideOf(stage).keys()[0]!).title).toBe('One')
  })

  it('complaint 4: an own rename that comes back is no news, and costs nothing', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    side.people.retitle(side.keys()[0]!, 'Renamed over there')
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.title).toBe('Renamed over there')
    stage.clear()
    for (let round = 0; round < 5; round++) expect(await stage.scan()).toEqual([])
    expect(stage.github.journal.count().writes + side.server.journal.count().writes).toBe(0)
    expect(side.keys()).toHaveLength(1)
  })

  it('complaint 11: an assignment that the tracker refuses leaves one ticket, and no run makes another', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', assignees: ['ada'] })
    const refusal =
      to === 'jira'
        ? { errorMessages: [], errors: { assignee: "User 'ada' cannot be assigned issues." } }
        : { message: "The identity value 'Ada Byron' for field 'Assigned To' is an unknown identity." }
    const path = to === 'jira' ? '/issue$' : 'workitems/'
    side.server.faults.add({ method: 'POST', path, times: 1, status: 400, body: refusal })
    // Nor may the follow-up assign.
    for (const method of ['PUT', 'PATCH']) side.server.faults.add({ method, status: 400, body: refusal })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'created', code: 'not-assignable' }])
    for (let round = 0; round < 3; round++) await stage.scan()
    expect(side.keys()).toHaveLength(1)
    expect(side.seen(side.keys()[0]!).assignee).toBeNull()
    side.server.faults.clear()
    // Who may be assigned is asked again after an hour.
    stage.passTime(61 * 60_000)
    await stage.scan()
    expect(side.seen(side.keys()[0]!).assignee).toBe('Ada Byron')
  })

  it('complaint 13: a text that the tracker shows otherwise is the same pair, and is not written again', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const body = '# Steps\n\n1. *Click*\n2. Wait\n\n```js\nif (a < b) { c() }\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |'
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body })
    await stage.scan()
    stage.clear()
    await stage.reconcile(number, { comments: true })
    await stage.scan()
    expect(side.keys()).toHaveLength(1)
    expect(stage.github.journal.count().writes + side.server.journal.count().writes).toBe(0)
  })

  it('complaint 14: the text of an issue keeps every byte while the ticket is edited elsewhere', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const code = '```js\nif (a < b) {\n  c()\n}\n```'
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: `Look:\n\n${code}\n\nThe   end.` })
    await stage.scan()
    side.people.retitle(side.keys()[0]!, 'Two')
    side.people.comment(side.keys()[0]!, 'A word.')
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.body).toBe(`Look:\n\n${code}\n\nThe   end.`)
  })

  it('complaint 44: nothing is written on an issue that only Lockstep touched', async () => {
    stage = await openStage({ routes: [route] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: 'Mine.', labels: ['bug'] })
    for (let round = 0; round < 3; round++) await stage.scan()
    expect(stage.github.journal.count().writes).toBe(0)
    expect(stage.github.act.findIssue({ number })).toMatchObject({ title: 'One', body: 'Mine.', comments: [] })
  })
})
