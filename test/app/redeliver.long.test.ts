import { afterEach, describe, expect, it } from 'vitest'
import { redeliverMissed } from '../../src/app/redeliver.ts'
import { until } from '../contract/queue.ts'
import { openAppStage, type AppStage } from './stage.ts'

let stage: AppStage
afterEach(async () => await stage.close())

const log = { debug() {}, info() {}, warn() {}, error() {} }
const since = new Date(0)

describe('deliveries that did not arrive', () => {
  it('are asked for again, each once, and then their issues are in step', async () => {
    stage = await openAppStage()
    await stage.settle()
    stage.github.faults.add({ on: 'webhook', webhook: 'lose', times: 2 })
    stage.github.act.openIssue({ as: 'ada', title: 'Lost' })
    stage.github.act.openIssue({ as: 'ada', title: 'Lost as well' })
    stage.github.act.openIssue({ as: 'ada', title: 'Arrived' })
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(1)

    expect(await redeliverMissed(stage.app.installations.app, { since, log })).toBe(2)
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(3)
    expect(await redeliverMissed(stage.app.installations.app, { since, log })).toBe(0)
  })

  it('and do not arrive after three more tries are left to the nightly scan', async () => {
    stage = await openAppStage({ start: false })
    stage.github.faults.add({ on: 'webhook', webhook: 'lose', times: 4 })
    stage.github.act.openIssue({ as: 'ada', title: 'Lost again and again' })
    await stage.github.deliveries.settle()
    for (let tries = 1; tries <= 3; tries++) {
      expect(await redeliverMissed(stage.app.installations.app, { since, log })).toBe(1)
      await stage.github.deliveries.settle()
    }
    expect(await redeliverMissed(stage.app.installations.app, { since, log })).toBe(0)
    expect(stage.azure.world.items.size).toBe(0)

    stage.app.start()
    await until(() => stage.azure.world.items.size === 1)
    await stage.settle()
    expect(stage.azure.world.items.size).toBe(1)
  })

  it('are found behind many pages of others', async () => {
    stage = await openAppStage({ start: false })
    stage.github.faults.add({ on: 'webhook', webhook: 'lose', times: 1 })
    stage.github.act.openIssue({ as: 'ada', title: 'Lost long ago' })
    for (let index = 0; index < 120; index++) stage.github.act.openIssue({ as: 'ada', title: `Issue ${index}` })
    await stage.github.deliveries.settle()
    expect(await redeliverMissed(stage.app.installations.app, { since, log })).toBe(1)
  })
})
