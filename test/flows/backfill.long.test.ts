import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage, StageOptions } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

const COUNT = 120

describe.each(trackerKinds)('a first scan of many issues against $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }
  const many = to === 'jira' ? '/issue/bulk$' : '/\\$batch'
  const calls = () => sideOf(stage).server.journal.entries.filter(({ path }) => new RegExp(many).test(path)).length
  const titles = () =>
    sideOf(stage)
      .keys()
      .map((key) => sideOf(stage).seen(key).title)
      .sort()

  async function open(more: Partial<StageOptions> = {}, count = COUNT, early = count): Promise<readonly string[]> {
    stage = await openStage({ routes: [route], quick: true, ...more })
    stage.github.clock.set(new Date())
    const wanted = Array.from({ length: count }, (_, n) => `Issue ${n + 1}`)
    for (const [nth, title] of wanted.entries()) {
      if (nth === early) stage.github.clock.advance(1000)
      stage.github.act.openIssue({ as: 'ada', title, body: 'Words.', labels: ['bug'] })
    }
    return wanted.sort()
  }

  // Each page begins with the second in which the last one ended, what was listed of it already included.
  it.each([
    { early: COUNT, pages: [100, 20], wantedCalls: 3 },
    { early: 10, pages: [100, 10, 10], wantedCalls: 4 },
  ])('makes their tickets fifty at a time from pages of $pages, and there is nothing left to do', async (seconds) => {
    const wanted = await open({}, COUNT, seconds.early)
    const outcomes = await stage.scan()
    expect(outcomes).toHaveLength(COUNT)
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ outcome: 'created', code: null })
      expect(outcome.message).toMatch(/^Created Task \S+\.$/)
      expect(outcome.changes).toMatchObject([{ side: 'tracker', field: 'ticket' }])
    }
    expect(titles()).toEqual(wanted)
    expect(calls()).toBe(seconds.wantedCalls)
    const told = await stage.wired.store.events.list({ kind: 'reconcile', limit: 500 })
    expect(told).toHaveLength(COUNT)
    for (const { requestIds } of told) expect(requestIds).not.toEqual([])
    stage.clear()
    stage.passTime(1000)
    expect(await stage.scan()).toEqual([])
    expect(sideOf(stage).server.journal.count().writes).toBe(0)
  })

  it.each(['before', 'after'] as const)('makes each once although a reply is lost %s the effect', async (reset) => {
    const wanted = await open({}, 60)
    sideOf(stage).server.faults.add({ path: many, reset, times: 1 })
    const outcomes = await stage.scan()
    expect(outcomes.filter(({ outcome }) => outcome !== 'created')).toMatchObject([
      { outcome: 'failed', code: 'unreachable', issue: null },
    ])
    // Of fifty nobody knows; the other ten are made.
    expect(titles()).toHaveLength(reset === 'after' ? 60 : 10)
    stage.github.act.label({ as: 'ada', number: 1, labels: ['ui'] })
    for (let round = 0; round < 3; round++) {
      stage.passTime(60_000)
      await stage.scan()
    }
    expect(titles()).toEqual(wanted)
    const first = sideOf(stage)
      .keys()
      .find((key) => sideOf(stage).seen(key).title === 'Issue 1')
    expect(sideOf(stage).seen(first!).labels.toSorted(), 'what came in between is there too').toEqual(['bug', 'ui'])
    stage.clear()
    expect(await stage.scan()).toEqual([])
  })

  it('makes each once although another machine, too, is at it', async () => {
    const wanted = await open({}, 60)
    const other = await stage.again()
    const { scan } = await import('../../src/sync/scan.ts')
    const along = async () => {
      for await (const outcome of scan(other.deps, { owner: 'acme', repo: 'rocket' })) void outcome
    }
    await Promise.all([stage.scan(), along()])
    await stage.scan()
    expect(titles()).toEqual(wanted)
  })

  it('makes one that is refused by itself, without what was refused', async () => {
    const fields =
      to === 'jira'
        ? { Team: { labels: { odd: 'Nobody' } } }
        : { 'Microsoft.VSTS.Common.Priority': { labels: { odd: 99 } } }
    const wanted = await open({ routes: [{ ...route, fields }] }, 10)
    stage.github.act.label({ as: 'ada', number: 3, labels: ['odd'] })
    const outcomes = await stage.scan()
    expect(titles()).toEqual(wanted)
    const refused = outcomes.filter(({ code }) => code !== null)
    expect(refused).toMatchObject([{ issue: 'acme/rocket#3', outcome: 'created', code: 'field-refused' }])
    expect(calls()).toBe(1)
  })

  it('leaves each issue to itself while the tracker is down, and makes up for it', async () => {
    const wanted = await open({}, 10)
    sideOf(stage).server.faults.add({ status: 503 })
    expect(new Set((await stage.scan()).map(({ outcome }) => outcome))).toEqual(new Set(['failed']))
    sideOf(stage).server.faults.clear()
    stage.passTime(10 * 60_000)
    await stage.scan()
    expect(titles()).toEqual(wanted)
  })

  it('takes the ticket that an issue names, closes those that are closed, and copies what was said', async () => {
    stage = await openStage({ routes: [{ ...route, when: { state: 'any' } }] })
    const side = sideOf(stage)
    const key = side.create({ title: 'Known already' })
    stage.github.act.openIssue({ as: 'ada', title: 'One', body: `This is ${to === 'jira' ? key : `AB#${key}`}.` })
    const closed = stage.github.act.openIssue({ as: 'ada', title: 'Two' })
    stage.github.act.closeIssue({ as: 'ada', number: closed.number, reason: 'completed' })
    const talked = stage.github.act.openIssue({ as: 'ada', title: 'Three' })
    stage.github.act.comment({ as: 'grace', number: talked.number, body: 'A word.' })
    await stage.scan()
    const seen = side.keys().map((each) => side.seen(each))
    expect(seen.map(({ title, state }) => [title, state])).toEqual([
      ['Known already', 'To Do'],
      ['Two', 'Done'],
      ['Three', 'To Do'],
    ])
    expect(seen.map(({ comments }) => comments.length)).toEqual([0, 0, 1])
    expect(calls()).toBe(1)
  })

  it('only prints what it would make when that is wanted', async () => {
    await open({}, 5)
    const outcomes = await stage.scan({ dryRun: true })
    expect(outcomes.map(({ message }) => message)).toEqual(
      Array(5).fill('Would create a Task in ' + (to === 'jira' ? 'PLAT.' : 'Fabrikam.')),
    )
    expect(sideOf(stage).server.journal.count().writes).toBe(0)
  })
})

describe.each([
  ['without the call for many', { switches: { batchEndpoint: false } }],
  ['2019', { version: '2019' }],
] as const)('a first scan against Azure %s', (_, azure) => {
  it('makes every ticket all the same', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], azure })
    for (let n = 1; n <= 60; n++) stage.github.act.openIssue({ as: 'ada', title: `Issue ${n}` })
    expect((await stage.scan()).map(({ outcome }) => outcome)).toEqual(Array(60).fill('created'))
    expect(stage.boards.keys()).toHaveLength(60)
    const asked = stage.asked().azure.filter((request) => request.includes('$batch'))
    expect(asked).toHaveLength('switches' in azure ? 1 : 2)
    expect(await stage.scan()).toEqual([])
  })
})
