import { afterEach, describe, expect, it } from 'vitest'
import { openStage, trackerKinds } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
afterEach(async () => await stage.close())

describe.each(trackerKinds)('what a pair costs with $name', ({ to, sideOf }) => {
  const route = { to, type: { default: 'Task' } }

  it.each([10, 120])(
    'a scan of %i pairs with nothing new: two requests to GitHub, one to the tracker',
    async (count) => {
      stage = await openStage({ routes: [route] })
      for (let n = 1; n <= count; n++) {
        stage.github.act.openIssue({ as: 'ada', title: `Issue ${n}`, assignees: ['ada'] })
        stage.passTime(1000)
      }
      await stage.scan()
      expect(sideOf(stage).keys()).toHaveLength(count)
      // Life goes on past the minutes for which a tracker's index may lag behind.
      stage.passTime(5 * 60_000)
      sideOf(stage).create({ title: 'Elsewhere' })
      await stage.scan()
      stage.clear()
      expect(await stage.scan()).toEqual([])
      expect(stage.github.journal.count()).toMatchObject({ total: 2, writes: 0 })
      expect(sideOf(stage).server.journal.count()).toMatchObject({ total: 1, writes: 0 })

      // Our own write comes back in the next scan, and costs nothing more.
      stage.github.act.editIssue({ as: 'ada', number: 7, title: 'Another' })
      stage.clear()
      expect(await stage.scan()).toMatchObject([{ outcome: 'updated' }])
      expect(stage.github.journal.count()).toMatchObject({ total: 2 })
      const { reads, writes } = sideOf(stage).server.journal.count()
      expect(writes).toBe(1)
      expect(reads).toBeLessThanOrEqual(2)
      stage.clear()
      expect(await stage.scan()).toEqual([])
      expect(stage.github.journal.count()).toMatchObject({ total: 2, writes: 0 })
      expect(sideOf(stage).server.journal.count()).toMatchObject({ total: 1, writes: 0 })
    },
    300_000,
  )

  it('a field that changed in the tracker: one read and one write at GitHub besides', async () => {
    stage = await openStage({ routes: [route] })
    const side = sideOf(stage)
    stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.scan()
    await stage.scan()
    side.people.retitle(side.keys()[0]!, 'Two')
    stage.clear()
    expect(await stage.scan()).toMatchObject([{ outcome: 'updated' }])
    expect(stage.github.journal.count()).toMatchObject({ reads: 3, writes: 1 })
    expect(side.server.journal.count().total).toBeLessThanOrEqual(2)
  })
})

describe('a limit', () => {
  it('complaint 45: ends the run as blocked until a time, and the next run goes on from there', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], quick: true })
    for (let n = 1; n <= 80; n++) stage.github.act.openIssue({ as: 'ada', title: `Issue ${n}` })
    stage.azure.faults.add({
      path: String.raw`/\$batch`,
      nth: 2,
      status: 429,
      headers: { 'retry-after': '600' },
    })
    const outcomes = await stage.scan()
    const blocked = outcomes.filter(({ outcome }) => outcome === 'blocked')
    expect(blocked.length).toBeGreaterThan(0)
    expect(blocked.length).toBeLessThanOrEqual(4)
    expect(blocked[0]).toMatchObject({ code: 'limit-reached', until: expect.stringMatching(/^\d{4}-/) })
    expect(blocked[0]?.message).toMatch(/^Blocked until \d\d:\d\d UTC: /)
    const made = stage.boards.keys().length
    expect(made).toBe(50)
    stage.azure.faults.clear()
    stage.passTime(11 * 60_000)
    await stage.scan()
    expect(stage.boards.keys()).toHaveLength(80)
    expect(new Set(stage.boards.keys().map((key) => stage.boards.seen(key).title)).size).toBe(80)
  })

  it('of GitHub that stops the listing itself is told in the same way', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], quick: true })
    stage.github.faults.add({ status: 429, headers: { 'retry-after': '600' } })
    expect(await stage.scan()).toMatchObject([{ outcome: 'blocked', code: 'limit-reached', issue: null }])
  })
})

describe('complaint 41: a token that has expired', () => {
  it('is said once, not once per issue, and nothing is lost', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }], quick: true })
    stage.github.act.openIssue({ as: 'ada', title: 'First' })
    await stage.scan()
    for (let n = 1; n <= 30; n++) stage.github.act.openIssue({ as: 'ada', title: `Issue ${n}` })
    const token = stage.azure.world.tokens.get('ado_sandbox_pat')!
    stage.azure.world.tokens.delete('ado_sandbox_pat')
    const outcomes = await stage.scan()
    expect(outcomes.length).toBeLessThanOrEqual(5)
    expect(outcomes[0]).toMatchObject({ outcome: 'failed', code: 'not-signed-in' })
    expect(outcomes[0]?.remedy).toMatch(/token/)
    expect(JSON.stringify(outcomes)).not.toContain('ado_sandbox_pat')
    stage.azure.world.tokens.set('ado_sandbox_pat', token)
    await stage.scan()
    await stage.scan()
    expect(stage.boards.keys()).toHaveLength(31)
  })
})

describe('complaint 43: what happened', () => {
  it('stands in the event stream with its changes and the ids of its requests', async () => {
    stage = await openStage({ routes: [{ to: 'boards', type: { default: 'Task' } }] })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'One' })
    await stage.reconcile(number, { actor: 'ada' })
    stage.github.act.editIssue({ as: 'ada', number, title: 'Two' })
    await stage.reconcile(number, { actor: 'ada' })
    const [entry] = await stage.wired.store.events.list({ issue: `acme/rocket#${number}` })
    expect(entry).toMatchObject({
      kind: 'reconcile',
      actor: 'ada',
      outcome: 'updated',
      changes: [{ side: 'tracker', field: 'title', before: 'One', after: 'Two' }],
    })
    // One read on each side and one write.
    expect(entry?.requestIds).toHaveLength(3)
    expect(new Set(entry?.requestIds).size).toBe(3)
  })
})
