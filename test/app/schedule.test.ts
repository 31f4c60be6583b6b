import { describe, expect, it } from 'vitest'
import { startSchedule } from '../../src/app/schedule.ts'
import { openStore } from '../../src/store/store.ts'
import { until } from '../contract/queue.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let now = new Date('2026-05-01T00:00:00Z')
const clock = { now: () => now }

describe('scheduled work', () => {
  it('is done once per period, however many processes there are, and is told when it was done last', async () => {
    const store = await openStore('memory:', { clock })
    const told: (string | null)[] = []
    const job = {
      name: 'look',
      everyMs: 600_000,
      async run(before: Date | null) {
        told.push(before?.toISOString() ?? null)
      },
    }
    const round = async () => {
      const all = [1, 2, 3].map(() => startSchedule([job], { store, clock, log }))
      await Promise.all(all.map((each) => each.stop()))
    }
    await round()
    expect(told).toEqual([null])
    now = new Date('2026-05-01T00:09:59Z')
    await round()
    expect(told).toHaveLength(1)
    now = new Date('2026-05-01T00:10:00Z')
    await round()
    expect(told).toEqual([null, '2026-05-01T00:00:00.000Z'])
    await store.close()
  })

  it('that may have been missed is done at the start of each process too, and only once by it', async () => {
    const store = await openStore('memory:', { clock })
    let done = 0
    const job = { name: 'look', everyMs: 600_000, atStart: true, run: async () => void (done += 1) }
    const first = startSchedule([job], { store, clock, log })
    await until(() => done === 1)
    now = new Date(now.getTime() + 1_000)
    await Promise.all([first.stop(), startSchedule([job], { store, clock, log }).stop()])
    expect(done).toBe(2)
    await store.close()
  })

  it('that failed is tried at the next look, and keeps no other from its turn', async () => {
    const store = await openStore('memory:', { clock })
    let fails = 0
    let others = 0
    const jobs = [
      {
        name: 'fails',
        everyMs: 1_000,
        async run() {
          fails += 1
          throw new Error('not today')
        },
      },
      {
        name: 'other',
        everyMs: 1_000,
        async run() {
          others += 1
        },
      },
    ]
    for (let round = 1; round <= 2; round++) {
      const schedule = startSchedule(jobs, { store, clock, log })
      await until(() => fails === round)
      await schedule.stop()
    }
    expect(others).toBe(1)
    await store.close()
  })
})
