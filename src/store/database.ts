import { Kysely } from 'kysely'
import type { Engine } from './engine.ts'
import { createLocks, type WithLock } from './locks.ts'
import { migrate } from './migrations/index.ts'
import type { PeopleTables } from './people-tables.ts'
import type { QueueTables } from './queue-tables.ts'
import type { StateTables } from './tables.ts'
import { parseTarget, type Target } from './target.ts'
import type { WebTables } from './web-tables.ts'

/** Every table of the store, all migrations applied; a part with tables of its own adds them to `extends`. */
export interface Database extends StateTables, PeopleTables, WebTables, QueueTables {}

/** An open database with its migrations applied: what repositories are made from. */
export interface StoreDatabase {
  readonly kysely: Kysely<Database>
  readonly dialect: Engine['name']
  /**
   * Runs `work` in one transaction. Inside, only the handle it is given may be used: SQLite has a single connection,
   * and a query beside the transaction waits for its end. No network calls inside.
   */
  transaction<Result>(work: (transaction: Kysely<Database>) => Promise<Result>): Promise<Result>
  readonly withLock: WithLock
  readonly orderEvents: Engine['orderEvents']
  readonly analyze: Engine['analyze']
  readonly isUniqueViolation: Engine['isUniqueViolation']
  close(): Promise<void>
}

/** `target` is `postgres://…`, `sqlite:FILE` or `memory:`. */
export async function openDatabase(target: string): Promise<StoreDatabase> {
  const engine = await openEngine(parseTarget(target))
  const kysely = new Kysely<Database>({ dialect: engine.dialect })
  const close = async () => {
    await engine.close()
    await kysely.destroy()
  }
  try {
    await migrate(kysely, engine.columns)
  } catch (error) {
    await close()
    throw error
  }
  return {
    kysely,
    dialect: engine.name,
    transaction: (work) => kysely.transaction().execute(work),
    withLock: createLocks(engine.takeLock),
    orderEvents: engine.orderEvents,
    analyze: engine.analyze,
    isUniqueViolation: engine.isUniqueViolation,
    close,
  }
}

async function openEngine(target: Target): Promise<Engine> {
  // Imported on demand: the Action keeps its state without either, and need not carry `pg`.
  if (target.dialect === 'sqlite') return await (await import('./sqlite.ts')).openSqlite(target.file)
  return (await import('./postgres.ts')).openPostgres(target.url)
}
