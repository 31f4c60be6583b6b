import { afterEach, describe, expect, it } from 'vitest'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

describe('an issue whose ticket is to be made', () => {
  it('at a tracker that is away for a while is tried again by itself', async () => {
    stage = await openAppStage()
    // More than a single request is sent again.
    stage.azure.faults.add({ status: 503, times: 4 })
    stage.github.act.openIssue({ as: 'ada', title: 'In a storm' })
    await stage.settle()
    expect(stage.worked.map(({ verdict }) => verdict)).toContain('retry')
    expect(stage.azure.world.items.size).toBe(1)
    expect(await stage.kept.queue.failed()).toEqual([])
  })
})
