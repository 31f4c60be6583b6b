import { afterEach, describe, expect, it } from 'vitest'
import { interject, openStage, repo, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each([
  { ...trackerKinds[0], server: {}, next: { path: /\/reporting\/|workitems\/1\?/ } },
  { ...trackerKinds[0], name: 'Server 2019', server: { version: '2019' as const }, next: { path: /\/revisions\/1\?/ } },
  { ...trackerKinds[1], server: {}, next: { path: /\/remotelink$/ } },
])('somebody who edits a ticket of $name while it is being made', ({ to, sideOf, server, next }) => {
  async function openMaking(more: Record<string, unknown> = {}) {
    const route = { to, type: { default: 'Task' }, when: { state: 'any' }, status: { closed: 'Done' }, ...more }
    stage = await openStage({ routes: [route], azure: server, quick: true })
    const side = sideOf(stage)
    const issue = (number: number) => stage.github.act.findIssue({ number })
    return { side, issue }
  }

  it('finds every edit on the issue after the next scan', async () => {
    const { side, issue } = await openMaking()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: 'Mine.', labels: ['bug'] })
    interject(side.server, next, () => {
      const [key = ''] = side.keys()
      side.people.retitle(key, 'Theirs')
      side.people.rewrite(key, ['Their words.'])
      side.people.assign(key, 'grace')
      side.people.tag(key, 'theirs')
      side.people.close(key)
    })
    await stage.reconcile(number)
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(issue(number)).toMatchObject({ title: 'Theirs', body: 'Their words.', state: 'closed' })
    expect(issue(number)?.assignees).toMatchObject([{ login: 'grace' }])
    expect(issue(number)?.labels.map(({ name }) => name)).toEqual(['bug', 'theirs'])
    stage.clear()
    expect(await stage.scan()).toEqual([])
  })

  it('finds it again although the issue was closed, and the ticket follows that', async () => {
    const { side, issue } = await openMaking()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'] })
    stage.github.act.closeIssue({ as: 'ada', number, reason: 'completed' })
    interject(side.server, next, () => side.people.retitle(side.keys()[0]!, 'Theirs'))
    await stage.reconcile(number)
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(issue(number)).toMatchObject({ title: 'Theirs', state: 'closed' })
    expect(side.seen(side.keys()[0]!)).toMatchObject({ title: 'Theirs', state: 'Done', labels: ['bug'] })
  })

  it('keeps the edit of a ticket whose maker died before he could remember it', async () => {
    const { side, issue } = await openMaking()
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', body: 'Mine.' })
    side.server.faults.add({ method: 'POST', path: '/(issue|workitems/\\$Task)(\\?.*)?$', reset: 'after', times: 1 })
    const dying = await stage.again()
    const { match } = side.server.faults
    let created = false
    side.server.faults.match = (on, method, subject) => {
      if (created) return { path: '.', reset: 'before' }
      const fault = match(on, method, subject)
      created ||= fault !== undefined
      return fault
    }
    const { reconcile } = await import('../../src/sync/reconcile.ts')
    await reconcile(dying.deps, { ...repo, number })
    side.server.faults.match = match
    const [key = ''] = side.keys()
    side.people.retitle(key, 'Theirs')
    side.people.rewrite(key, ['Their words.'])
    stage.passTime(6 * 60_000)
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'created' }])
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(side.keys()).toHaveLength(1)
    expect(issue(number)).toMatchObject({ title: 'Theirs', body: 'Their words.' })
  })
})

describe.each(trackerKinds)('somebody who edits an issue while it is being made, from $name', ({ to, sideOf }) => {
  it('finds the edit on the ticket after the next scan', async () => {
    const from = { label: 'to-github' }
    stage = await openStage({ routes: [{ to, type: { default: 'Task' }, create: 'both', from }], quick: true })
    const side = sideOf(stage)
    const key = side.create({ title: 'One', body: 'Words.', label: 'to-github' })
    const marks = to === 'jira' ? { path: /\/properties\/lockstep/ } : { method: 'PATCH', path: /workitems\/1/ }
    interject(side.server, marks, () => {
      stage.github.act.editIssue({ as: 'grace', number: 1, title: 'Theirs', body: 'Their words.' })
      stage.github.act.assign({ as: 'grace', number: 1, assignees: ['grace'] })
      stage.github.act.closeIssue({ as: 'grace', number: 1, reason: 'completed' })
    })
    await stage.scan()
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(side.seen(key)).toMatchObject({ title: 'Theirs', state: 'Done', assignee: 'Grace Murray' })
    expect(side.seen(key).body).toContain('Their words.')
    expect(await stage.scan()).toEqual([])
  })
})

describe.each(trackerKinds)('a person who is faster than Lockstep, with $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }
  const readsTicket = to === 'jira' ? { method: 'GET', path: /\/issue\/PLAT-1\?/ } : { path: /workitemsbatch/ }

  async function openPair(more: Record<string, unknown> = {}) {
    stage = await openStage({ routes: [{ ...route, ...more }], quick: true })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'] })
    await stage.scan()
    const issue = () => stage.github.act.findIssue({ number })
    const labels = () => [...(issue()?.labels ?? [])].map(({ name }) => name).sort()
    return { side, number, key: side.keys()[0]!, issue, labels }
  }

  it('keeps a label that was put on the issue after the page of the scan was read', async () => {
    const { side, number, key, labels } = await openPair()
    stage.github.act.editIssue({ as: 'ada', number, body: 'Words.' })
    side.people.tag(key, 'from-tracker')
    interject(side.server, readsTicket, () => void stage.github.act.label({ as: 'grace', number, labels: ['urgent'] }))
    await stage.scan()
    expect(labels()).toEqual(['bug', 'from-tracker', 'urgent'])
    await stage.scan()
    expect([...side.seen(key).labels].sort()).toEqual(['bug', 'from-tracker', 'urgent'])
  })

  it('takes a label off again that was put on and off within a second, and carried in between', async () => {
    stage = await openStage({ routes: [{ to, type: { default: 'Task' } }] })
    const side = sideOf(stage)
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug'] })
    for (let round = 0; round < 3; round++) await stage.scan()
    stage.github.act.label({ as: 'ada', number, labels: ['ui'] })
    await stage.reconcile(number)
    stage.github.act.unlabel({ as: 'ada', number, labels: ['ui'] })
    for (let round = 0; round < 2; round++) {
      stage.passTime(60_000)
      await stage.scan()
    }
    expect(side.seen(side.keys()[0]!).labels).toEqual(['bug'])
  })

  it('keeps a title given to the issue after the page of the scan was read, against that of the tracker', async () => {
    const { side, number, key, issue } = await openPair({ conflict: 'ask' })
    stage.github.act.editIssue({ as: 'ada', number, body: 'Words.' })
    side.people.retitle(key, 'From the tracker')
    interject(
      side.server,
      readsTicket,
      () => void stage.github.act.editIssue({ as: 'grace', number, title: 'From GitHub' }),
    )
    expect(await stage.scan()).toMatchObject([{ outcome: 'conflicted' }])
    expect([issue()?.title, side.seen(key).title]).toEqual(['From GitHub', 'From the tracker'])
  })

  it('keeps a label put on the issue while the tracker took its time', async () => {
    const { side, number, key, labels } = await openPair()
    side.people.tag(key, 'from-tracker')
    interject(side.server, readsTicket, () => {
      stage.passTime(5000)
      stage.github.act.label({ as: 'grace', number, labels: ['urgent'] })
    })
    expect(await stage.reconcile(number)).toMatchObject([{ outcome: 'updated' }])
    expect(labels()).toEqual(['bug', 'from-tracker', 'urgent'])
    expect([...side.seen(key).labels].sort()).toEqual(['bug', 'from-tracker', 'urgent'])
  })

  it('comes when one side is written already: the outcome tells of both tries', async () => {
    const { side, number, key } = await openPair()
    stage.github.act.editIssue({ as: 'ada', number, body: 'Words.' })
    side.people.tag(key, 'from-tracker')
    const writesTicket = { method: to === 'jira' ? 'PUT' : 'PATCH', path: /issue\/\d+|workitems\/1\?/i }
    interject(side.server, writesTicket, () => {
      stage.passTime(5000)
      stage.github.act.editIssue({ as: 'grace', number, title: 'From GitHub' })
    })
    const [outcome] = await stage.reconcile(number)
    expect(outcome).toMatchObject({ outcome: 'updated' })
    expect(outcome?.changes.map((change) => `${change.side} ${change.field}`).toSorted()).toEqual([
      'github labels',
      'tracker body',
      'tracker title',
    ])
    expect(outcome?.message).toBe('Updated body, title of the ticket and labels of the issue.')
  })

  it('keeps a title given to the ticket after the page of the scan was read, against that of the issue', async () => {
    const { side, number, key, issue } = await openPair({ conflict: 'ask' })
    await stage.scan()
    side.people.rewrite(key, ['Words.'])
    interject(stage.github, { method: 'GET', path: new RegExp(`/issues/${number}$`) }, () => {
      stage.github.act.editIssue({ as: 'ada', number, title: 'From GitHub' })
      side.people.retitle(key, 'From the tracker')
    })
    expect(await stage.scan()).toMatchObject([{ outcome: 'conflicted' }])
    expect([issue()?.title, side.seen(key).title]).toEqual(['From GitHub', 'From the tracker'])
  })
})

describe('somebody who hangs a work item under another one', () => {
  it('at the moment when Lockstep writes to it finds it as a sub-issue', async () => {
    const route = { to: 'boards', type: { default: 'Task', epic: 'Epic' }, sync: { parent: 'both' } }
    stage = await openStage({ routes: [route], quick: true })
    const parent = stage.github.act.openIssue({ as: 'ada', title: 'Parent', labels: ['epic'] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'Child' })
    await stage.scan()
    stage.github.act.editIssue({ as: 'ada', number, title: 'Its child' })
    interject(stage.azure, { method: 'PATCH', path: /workitems\/2\?/ }, () => stage.boards.people.hang('2', '1'))
    for (let round = 0; round < 2; round++) await stage.scan()
    expect(stage.boards.seen('2').title).toBe('Its child')
    expect(await stage.wired.host.readIssue({ ...repo, number })).toMatchObject({
      parent: { ...repo, number: parent.number },
    })
  })
})

describe('a search of Jira that is behind', () => {
  it('takes nothing back that was carried to the ticket since, and no comment for gone', async () => {
    const jira = { switches: { indexLagMs: 10_000 } }
    stage = await openStage({ routes: [{ to: 'jira', type: { default: 'Task' } }], jira })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    stage.passTime(60_000)
    await stage.scan()
    const key = stage.plat.keys()[0]!
    stage.plat.people.retitle(key, 'Two')
    stage.passTime(5_000)
    await stage.reconcile(number)
    const { id } = stage.github.act.comment({ as: 'ada', number, body: 'It clicks.' })
    for (const title of ['Nearly three', 'Three']) {
      stage.github.act.editIssue({ as: 'ada', number, title })
      await stage.reconcile(number)
    }
    // Now the index knows of the second title, and of nothing that came after it.
    stage.passTime(6_000)
    await stage.scan()
    expect(stage.github.act.findIssue({ number })?.title).toBe('Three')
    stage.github.act.editComment({ as: 'ada', id, body: 'It clicks twice.' })
    stage.passTime(60_000)
    await stage.scan()
    expect(stage.plat.seen(key)).toMatchObject({ title: 'Three', comments: [expect.stringContaining('twice')] })
  })
})
