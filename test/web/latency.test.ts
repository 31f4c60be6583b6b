import { describe, expect, it } from 'vitest'
import { issueTask, scanTask } from '../../src/app/tasks.ts'
import { openInbox } from '../../src/queue/inbox.ts'
import { openDatabase } from '../../src/store/database.ts'
import { measureLatency } from '../../src/web/latency.ts'
import { until } from '../contract/queue.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const repo = { owner: 'acme', repo: 'rocket' }

describe('the latency', () => {
  it('counts from the first event to the end of the work on it, and a scan is no event', async () => {
    let now = new Date('2026-05-01T00:00:00Z')
    const clock = { now: () => now }
    const database = await openDatabase('memory:')
    const told: number[] = []
    const inbox = openInbox({ database, clock, log, settleMs: 0, work: { pollMs: 10 } })
    const queue = measureLatency(inbox, clock, (seconds) => told.push(seconds))
    const look = issueTask({ ...repo, number: 1 }, { actor: 'ada' })
    await queue.add([look, scanTask(repo, {})])
    now = new Date('2026-05-01T00:00:02Z')
    await queue.add([look])
    now = new Date('2026-05-01T00:00:03Z')
    const done: string[] = []
    const worker = queue.work(async ({ kind }) => {
      done.push(kind)
      return { kind: 'done' }
    })
    await until(() => done.length === 2)
    await worker.stop()
    expect(done.toSorted()).toEqual(['issue', 'scan'])
    expect(told).toEqual([3])
    await queue.close()
    await database.close()
  })
})
