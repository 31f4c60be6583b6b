import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/outcome.ts'
import { scan } from '../../src/sync/scan.ts'
import { openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('a write that $name refuses', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }
  const refusal = (field: 'title' | 'assignee') => {
    const azure = {
      title: 'TF401320: Rule Error for field Title. Error code: ReadOnly, InvalidNotOldValue.',
      assignee: "The identity value 'Ada Byron' for field 'Assigned To' is an unknown identity.",
    }
    const jira = {
      title: { summary: 'The summary is fixed.' },
      assignee: { assignee: "User 'ada' cannot be assigned issues." },
    }
    const body = to === 'jira' ? { errorMessages: [], errors: jira[field] } : { message: azure[field] }
    return { method: to === 'jira' ? 'PUT' : 'PATCH', path: '/(issue|workitems)/', status: 400, body }
  }
  const writes = () => sideOf(stage).server.journal.count().writes

  async function openRefused() {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    side.server.faults.add(refusal('title'))
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed', code: 'field-refused' }])
    stage.clear()
    return { side, number, key: side.keys()[0]! }
  }

  it('complaint 33: is not sent again by scans as long as nothing moves, nor read nor logged, and is still no success', async () => {
    const { number } = await openRefused()
    for (let round = 0; round < 5; round++) {
      const [still, ...more] = await stage.scan()
      expect(still).toMatchObject({ outcome: 'failed', code: 'field-refused', changes: [] })
      expect(still?.message).toContain('not tried again')
      expect(more).toEqual([])
      stage.passTime(2 * 60 * 60_000)
    }
    expect(writes()).toBe(0)
    expect(stage.asked().github.filter((request) => request.endsWith(`/issues/${number}`))).toEqual([])
    const told = await stage.wired.store.events.list({ issue: `acme/rocket#${number}` })
    expect(told.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1)
  })

  it('is sent again when the issue moves', async () => {
    const { side, number, key } = await openRefused()
    side.server.faults.clear()
    stage.github.act.editIssue({ as: 'ada', number, title: 'Three' })
    await stage.scan()
    expect(side.seen(key).title).toBe('Three')
  })

  it('is sent again when the ticket moves, be it in a field that no route looks at', async () => {
    const { side, key } = await openRefused()
    side.server.faults.clear()
    if (to === 'jira') stage.jira.acts.edit({ issue: key, fields: { duedate: '2027-01-01' } })
    else stage.azure.acts.edit({ id: Number(key), fields: { 'Microsoft.VSTS.Common.Priority': 1 } })
    await stage.scan()
    expect(side.seen(key).title).toBe('Two')
  })

  it('is sent again when the config changes', async () => {
    const { side, key } = await openRefused()
    side.server.faults.clear()
    const routes = stage.wired.deps.routes.map((rule) => ({ ...rule, priority: { urgent: '1' } }))
    for await (const outcome of scan({ ...stage.wired.deps, routes }, repo)) expect(outcome.outcome).toBe('updated')
    expect(side.seen(key).title).toBe('Two')
  })

  it('is sent again when a person asks', async () => {
    const { side, number, key } = await openRefused()
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'failed', code: 'field-refused' }])
    expect(writes()).toBe(1)
    side.server.faults.clear()
    await stage.reconcile(number)
    expect(side.seen(key).title).toBe('Two')
  })

  it('because of who may do what is tried again once an hour', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    side.server.faults.add(refusal('assignee'))
    stage.github.act.assign({ as: 'ada', number, assignees: ['ada'] })
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed', code: 'not-assignable' }])
    const tries = () => side.server.journal.entries.filter(({ status }) => status === 400).length
    for (let round = 0; round < 3; round++) await stage.scan()
    expect(tries()).toBe(1)
    stage.passTime(61 * 60_000)
    for (let round = 0; round < 3; round++) await stage.scan()
    expect(tries()).toBe(2)
    stage.passTime(61 * 60_000)
    side.server.faults.clear()
    await stage.scan()
    expect(side.seen(side.keys()[0]!).assignee).toBe('Ada Byron')
    const told = await stage.wired.store.events.list({ issue: `acme/rocket#${number}` })
    expect(told.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1)
  })

  it('of a ticket to be made is not sent again either, until the issue moves, the config does, or a person asks', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    const body =
      to === 'jira'
        ? { errorMessages: [], errors: { customfield_12345: 'Team is required.' } }
        : { message: 'TF401320: Rule Error for field Team. Error code: Required, InvalidEmpty.' }
    side.server.faults.add({ method: 'POST', path: to === 'jira' ? '/issue$' : '/workitems/', status: 400, body })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    const tries = () => side.server.journal.entries.filter(({ status }) => status === 400).length
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed', code: 'field-refused' }])
    for (let round = 0; round < 3; round++) {
      stage.passTime(60_000)
      expect(await stage.scan()).toMatchObject([{ outcome: 'failed', code: 'field-refused', ticket: null }])
    }
    expect(tries()).toBe(1)
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'failed' }])
    expect(tries()).toBe(2)
    stage.passTime(60_000)
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed' }])
    expect(tries()).toBe(3)
    stage.passTime(60_000)
    side.server.faults.clear()
    expect(await stage.scan()).toMatchObject([{ outcome: 'failed' }])
    const routes = stage.wired.deps.routes.map((rule) => ({ ...rule, priority: { urgent: '1' } }))
    const outcomes: Outcome[] = []
    for await (const outcome of scan({ ...stage.wired.deps, routes }, repo)) outcomes.push(outcome)
    expect(outcomes).toMatchObject([{ outcome: 'created' }])
  })
})

describe('a question that is refused before the write', () => {
  it('says nothing about the write, which the next scan makes', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], azure: { version: '2022' } })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    stage.azure.faults.add({ method: 'GET', path: '/connectionData', status: 400, body: 'Bad Request', times: 1 })
    await stage.rerun()
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'failed', code: 'tracker-refused' }])
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(stage.boards.seen('1').title).toBe('Two')
  })
})

describe('a list of GitHub that is none', () => {
  it('is told as such, and read again by the next scan', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], quick: true })
    stage.github.act.openIssue({ as: 'ada', title: 'One' })
    stage.github.faults.add({ method: 'GET', path: String.raw`/issues\?`, malformed: true, times: 1 })
    expect(await stage.scan()).toMatchObject([{ issue: null, outcome: 'failed', code: 'reply-unreadable' }])
    expect(await stage.scan()).toMatchObject([{ outcome: 'created' }])
  })
})
