import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Clock, Log } from '../core/ports.ts'
import type { Depth, Queue } from '../core/queue.ts'
import type { StoreDatabase } from '../store/database.ts'
import { createBell } from './bell.ts'
import { createIntake } from './intake.ts'
import { failedFromRow, isFailed } from './rows.ts'
import { startWork, type WorkOptions } from './work.ts'

export interface InboxDeps extends QueueOptions {
  /** The store's; whoever opened it closes it, after the queue. */
  readonly database: StoreDatabase
  /** Of the same database, when it is PostgreSQL: its processes call each other. */
  readonly url?: string | undefined
  readonly clock: Clock
  readonly log: Log
}

export interface QueueOptions {
  /** How long an entry waits for more of its kind to join, in milliseconds. */
  readonly settleMs?: number
  readonly work?: Partial<Omit<WorkOptions, 'database' | 'clock' | 'log' | 'owner'>>
}

const SETTLE_MS = 100
// GitHub sends a delivery again for up to three days.
const REMEMBERED_MS = 4 * 24 * 3_600_000
const HOUR_MS = 3_600_000

const defaults = {
  concurrency: 16,
  perLane: 8,
  attempts: 8,
  backoffMs: 2_000,
  leaseMs: 30_000,
  pollMs: 1_000,
} as const

/** The durable queue: one table in the store's database, alike on SQLite and PostgreSQL. */
export function openInbox({ database, url, clock, log, settleMs = SETTLE_MS, work = {} }: InboxDeps): Queue {
  const { kysely } = database
  const workers = new Set<ReturnType<typeof startWork>>()
  const wake = () => {
    for (const worker of workers) worker.wake()
  }
  const bell = url === undefined ? undefined : createBell(url, { log, onRing: wake })
  const call = () => {
    wake()
    bell?.ring()
  }
  const intake = createIntake({ database, clock, settleMs, onAdded: call })

  async function forgetDeliveries(): Promise<void> {
    const before = new Date(clock.now().getTime() - REMEMBERED_MS).toISOString()
    await kysely.deleteFrom('deliveries').where('at', '<', before).execute()
  }

  return {
    async add(tasks, delivery) {
      return tasks.length > 0 && (await intake.add(tasks, delivery))
    },
    work(handle) {
      const worker = startWork(handle, { ...defaults, ...work, database, clock, log, owner: randomUUID() })
      workers.add(worker)
      const cleaning = setInterval(() => {
        forgetDeliveries().catch((cause: unknown) => log.warn('deliveries not forgotten', { cause }))
      }, HOUR_MS)
      return {
        async stop() {
          clearInterval(cleaning)
          await worker.stop()
          workers.delete(worker)
        },
      }
    },
    async depth() {
      const rows = await kysely
        .selectFrom('queue')
        .select(({ fn }) => ['state', fn.countAll<number>().as('count'), fn.min('due_at').as('oldest')])
        .groupBy('state')
        .execute()
      const of = (state: Exclude<keyof Depth, 'oldest'>) => rows.find((row) => row.state === state)
      const count = (state: Exclude<keyof Depth, 'oldest'>) => Number(of(state)?.count ?? 0)
      return {
        waiting: count('waiting'),
        running: count('running'),
        blocked: count('blocked'),
        dead: count('dead'),
        oldest: of('waiting')?.oldest ?? null,
      }
    },
    async failed({ limit = 100, ...filter } = {}) {
      const dead = kysely.selectFrom('queue').selectAll().where(isFailed(filter))
      return (await dead.orderBy('failed_at', 'desc').orderBy('key').limit(limit).execute()).map(failedFromRow)
    },
    async replay(filter) {
      const { numUpdatedRows } = await kysely
        .updateTable('queue')
        .set({ state: 'waiting', attempts: 0, due_at: clock.now().toISOString(), version: sql`version + 1` })
        .where(isFailed(filter))
        .executeTakeFirst()
      call()
      return Number(numUpdatedRows)
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop()))
      await intake.settle()
      await bell?.close()
    },
  }
}
