import type { Dialect, Kysely } from 'kysely'
import type { Database } from './database.ts'
import type { TakeLock } from './locks.ts'
import type { Columns } from './migrations/migration.ts'

/** What differs between SQLite and PostgreSQL. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres'
  readonly dialect: Dialect
  readonly columns: Columns
  /** Excludes other processes; those within this one are kept apart before. */
  readonly takeLock: TakeLock
  /** Makes this transaction's events come after those of every other one, ids and commits alike. */
  readonly orderEvents: (transaction: Kysely<Database>) => Promise<void>
  /** Tells the planner how large these tables have become, before a question about all of their rows. */
  readonly analyze: (transaction: Kysely<Database>, tables: readonly string[]) => Promise<void>
  readonly isUniqueViolation: (error: unknown) => boolean
  /** Closes what the dialect's own driver does not. */
  readonly close: () => Promise<void>
}
