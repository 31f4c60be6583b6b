import { afterEach, describe, expect, it } from 'vitest'
import { createBackfills } from '../../src/app/backfills.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createStore } from '../../src/store/store.ts'
import { openAppStage, type AppStage } from './stage.ts'

const repo = { owner: 'acme', repo: 'rocket' }

describe('a backfill in the app', () => {
  let stage: AppStage
  afterEach(async () => await stage.close())

  /** Issues that the app was not told of. */
  async function openOlder(...titles: readonly string[]): Promise<void> {
    stage.github.act.setWebhook({ url: '' })
    for (const title of titles) stage.github.act.openIssue({ as: 'ada', title })
    stage.github.act.setWebhook({ url: stage.hookUrl })
  }

  it('is queued as soon as somebody asks, and known to nobody before', async () => {
    stage = await openAppStage({ start: false })
    expect(await stage.app.findBackfill(repo)).toBeUndefined()
    await stage.app.backfill(repo, 'grace')
    const queued = { state: 'queued', actor: 'grace', created: 0, updated: 0, failed: 0, reason: null }
    expect(await stage.app.findBackfill({ owner: 'ACME', repo: 'Rocket' })).toMatchObject(queued)
    expect(await stage.kept.queue.depth()).toMatchObject({ waiting: 1 })
  })

  it('tells at its end what it made, and who asked stands in the history', async () => {
    stage = await openAppStage()
    await openOlder('One', 'Two', 'Three')
    await stage.app.backfill(repo, 'grace')
    await stage.settle()
    expect(await stage.app.findBackfill(repo)).toMatchObject({ state: 'done', created: 3, failed: 0, reason: null })
    const made = await stage.kept.store.events.list({ kind: 'reconcile', limit: 10 })
    expect(made.map(({ outcome, actor }) => `${outcome} by ${actor}`)).toEqual(Array(3).fill('created by grace'))

    await stage.app.backfill(repo, 'ada')
    await stage.settle()
    expect(await stage.app.findBackfill(repo)).toMatchObject({ state: 'done', actor: 'ada', created: 0, updated: 0 })
  })

  it('counts what failed', async () => {
    stage = await openAppStage()
    await openOlder('One', 'Two')
    stage.azure.faults.add({ status: 401, body: {} })
    await stage.app.backfill(repo, 'grace')
    await stage.settle()
    expect(await stage.app.findBackfill(repo)).toMatchObject({ state: 'done', created: 0, failed: 2 })
  })

  it('says why it was given up, and goes on when it is asked for again', async () => {
    stage = await openAppStage()
    await openOlder('One')
    stage.github.faults.add({ path: '/issues', status: 403, body: { message: 'Resource not accessible' } })
    await stage.app.backfill(repo, 'grace')
    await stage.settle()
    expect(await stage.app.findBackfill(repo)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/\S/) })
    stage.github.faults.clear()
    await stage.app.backfill(repo, 'grace')
    await stage.settle()
    expect(await stage.app.findBackfill(repo)).toMatchObject({ state: 'done', created: 1, reason: null })
  })
})

describe('how far a backfill is', () => {
  it('is told every two seconds while it runs', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z')
    const clock = { now: () => new Date(now) }
    const store = createStore(await openDatabase('memory:'), { clock })
    const backfills = createBackfills({ cursors: store.cursors, queue: { add: async () => true }, clock })
    const standing = async () => await backfills.find(repo)
    try {
      const progress = await backfills.begin(repo, 'ada')
      const since = '2026-03-01T10:00:00.000Z'
      expect(await standing()).toMatchObject({ state: 'running', since, created: 0 })
      now += 1_999
      await progress.add({ outcome: 'created' })
      expect(await standing()).toMatchObject({ created: 0 })
      now += 1
      for (const outcome of ['updated', 'skipped', 'failed'] as const) await progress.add({ outcome })
      expect(await standing()).toMatchObject({ state: 'running', since, created: 1, updated: 1, failed: 0 })
      await progress.save()
      expect(await standing()).toMatchObject({ created: 1, updated: 1, failed: 1 })
      const reason = { code: 'limit-reached', message: 'Used up.', remedy: null } as const
      await backfills.end(repo, { kind: 'blocked', until: '2026-03-01T11:00:00.000Z', reason })
      expect(await standing()).toMatchObject({ state: 'queued', reason: 'Used up.', created: 1 })
    } finally {
      await store.close()
    }
  })
})
