import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { probotOptions } from '../../src/app.ts'
import { freshPostgres } from '../postgres.ts'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

const asked = ({ journal }: AppStage['github'] | AppStage['azure']) =>
  journal.entries.map(({ method, path }) => `${method} ${path}`)

describe('an issue assigned on GitHub', () => {
  it.each([
    { name: 'SQLite', state: async () => ({ kind: 'memory' }) as const },
    { name: 'PostgreSQL', state: async () => ({ kind: 'postgres', url: await freshPostgres() }) as const },
  ])('moves the assignee of its work item at once, with the queue on $name', async ({ state }) => {
    stage = await openAppStage({ state: await state() })
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start', assignees: ['ada'] })
    await stage.settle()
    expect(stage.kept.store.links).toBeDefined()
    const [link] = await stage.kept.store.links.ofIssue({ owner: 'acme', repo: 'rocket', number })
    expect(link).toMatchObject({ ticket: { connection: 'boards' }, outcome: 'created' })

    stage.github.act.unassign({ as: 'ada', number, assignees: ['ada'] })
    stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
    await stage.settle()
    const entries = await stage.kept.store.events.list({ issue: `acme/rocket#${number}`, limit: 1 })
    expect(entries).toMatchObject([
      { outcome: 'updated', actor: 'ada', changes: [{ side: 'tracker', field: 'assignee', after: 'Grace Murray' }] },
    ])
    expect(await stage.kept.queue.failed()).toEqual([])
  })

  it('opened with labels and people in one go makes one work item', async () => {
    stage = await openAppStage()
    stage.github.act.openIssue({ as: 'ada', title: 'One', labels: ['bug', 'documentation'], assignees: ['ada', 'grace'] })
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(1)
    expect(asked(stage.azure).filter((line) => line.startsWith('POST') && line.includes('workitems/$'))).toHaveLength(1)
  })
})
