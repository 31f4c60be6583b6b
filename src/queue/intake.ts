import { type Insertable, type Kysely, sql } from 'kysely'
import type { Task } from '../core/queue.ts'
import type { Clock } from '../core/ports.ts'
import type { Database, StoreDatabase } from '../store/database.ts'
import type { QueueTable } from '../store/queue-tables.ts'
import { taskToRow } from './rows.ts'

export interface IntakeDeps {
  readonly database: StoreDatabase
  readonly clock: Clock
  /** How long an entry waits for more of its kind to join, in milliseconds. */
  readonly settleMs: number
  readonly onAdded: () => void
}

interface Waiting {
  readonly tasks: readonly Task[]
  readonly delivery: string | undefined
  resolve(fresh: boolean): void
  reject(error: unknown): void
}

// SQLite takes 32,766 parameters in a statement; a row has 15.
const AT_ONCE = 1_000

/** Whatever arrives while one transaction commits goes into the next one together: the disk is asked once for all of them. */
export function createIntake({ database, clock, settleMs, onAdded }: IntakeDeps) {
  const waiting: Waiting[] = []
  let flushing: Promise<void> | undefined

  async function flushAll(): Promise<void> {
    // What arrives in the same turn of the event loop should not miss the batch.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting.splice(0, AT_ONCE)
      try {
        const fresh = await write(batch)
        batch.forEach((each, index) => each.resolve(fresh[index] === true))
        onAdded()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    flushing = undefined
  }

  async function write(batch: readonly Waiting[]): Promise<readonly boolean[]> {
    const now = clock.now()
    const due = new Date(now.getTime() + settleMs)
    return await database.transaction(async (transaction) => {
      const ids = [...new Set(batch.flatMap(({ delivery }) => delivery ?? []))].sort()
      const unseen = new Set(
        ids.length === 0
          ? []
          : (
              await transaction
                .insertInto('deliveries')
                .values(ids.map((id) => ({ id, at: now.toISOString() })))
                .onConflict((conflict) => conflict.doNothing())
                .returning('id')
                .execute()
            ).map(({ id }) => id),
      )
      // `delete` takes the first of two equal deliveries within the batch.
      const fresh = batch.map(({ delivery }) => delivery === undefined || unseen.delete(delivery))
      const tasks = joinTasks(batch.flatMap((each, index) => (fresh[index] === true ? each.tasks : [])))
      for (let start = 0; start < tasks.length; start += AT_ONCE) {
        const rows = tasks.slice(start, start + AT_ONCE).map((task) => taskToRow(task, { now, due }))
        await upsert(transaction, rows)
      }
      return fresh
    })
  }

  return {
    add(tasks: readonly Task[], delivery?: string): Promise<boolean> {
      const added = new Promise<boolean>((resolve, reject) => waiting.push({ tasks, delivery, resolve, reject }))
      flushing ??= flushAll()
      return added
    },
    /** Resolves when nothing is on its way any more. */
    async settle(): Promise<void> {
      await flushing
    },
  }
}

/** One task per key, always in the same order: two batches that wait for each other's rows would be a deadlock. */
function joinTasks(tasks: readonly Task[]): readonly Task[] {
  const joined = new Map<string, Task>()
  for (const task of tasks) {
    const comments = task.comments === true || joined.get(task.key)?.comments === true
    joined.set(task.key, { ...task, comments })
  }
  return [...joined.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

const ifDead = (revived: string, otherwise: string) =>
  sql<never>`case when queue.state = 'dead' then ${sql.raw(revived)} else ${sql.raw(otherwise)} end`

/**
 * Joins what is there. Neither a pause nor a lease is cut short by it: who is being worked on is looked at again by its
 * new version, and who waits out a failure or a limit goes on waiting. The dead come back to life.
 */
async function upsert(transaction: Kysely<Database>, rows: readonly Insertable<QueueTable>[]): Promise<void> {
  await transaction
    .insertInto('queue')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        lane: sql`excluded.lane`,
        facts: sql`excluded.facts`,
        comments: sql`case when excluded.comments > queue.comments then excluded.comments else queue.comments end`,
        version: sql`queue.version + 1`,
        added_at: sql`case when queue.state in ('dead', 'running') then excluded.added_at else queue.added_at end`,
        due_at: ifDead('excluded.due_at', 'queue.due_at'),
        attempts: ifDead('0', 'queue.attempts'),
        state: ifDead("'waiting'", 'queue.state'),
      }),
    )
    .execute()
}
