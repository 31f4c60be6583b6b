import { type Dialect, type PostgresPoolClient, PostgresDialect, sql } from 'kysely'
import { DatabaseError, Pool, type PoolClient, types } from 'pg'
import type { Engine } from './engine.ts'
import type { Columns } from './migrations/migration.ts'
import { reach } from './postgres-errors.ts'
import { createPostgresLocks } from './postgres-locks.ts'

const CONNECTIONS = 10
const INT8 = 20

/** First half of the two-part key of the lock on the end of the event stream; locks of work have one-part keys. */
const LOCK_CLASS = 0x10c5

export function openPostgres(url: string): Engine {
  const locks = createPostgresLocks(url)
  return {
    name: 'postgres',
    dialect: createDialect(url),
    columns,
    takeLock: locks.take,
    /*
     * Ids are drawn when a row is inserted, but rows are seen when they are committed: without care a reader at id 7
     * would miss the 6 of a slower transaction. Waiting until no older transaction runs (the xmin of a snapshot)
     * would let any long transaction on the server hold up the stream. So the writers queue up for the end of the
     * stream, from their insert, which comes last, to their commit.
     */
    orderEvents: async (transaction) =>
      void (await sql`select pg_advisory_xact_lock(${LOCK_CLASS}, 1)`.execute(transaction)),
    // By itself it looks at tables when they have been committed, and at temporary ones never: until then each takes the
    // other to be tiny, and a join of two walks one of them for every row of the other.
    analyze: async (transaction, tables) =>
      void (await sql`analyze ${sql.join(tables.map((table) => sql.table(table)))}`.execute(transaction)),
    isUniqueViolation: (error) => error instanceof DatabaseError && error.code === '23505',
    close: locks.close,
  }
}

const columns: Columns = {
  text: sql`text collate "C"`,
  id: (table) => table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity()),
}

function createDialect(url: string): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    application_name: 'lockstep',
    // On this pool only: a type parser set on pg itself would hold for everybody's pools.
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        type === INT8 ? Number : types.getTypeParser(type, format as 'text'),
    },
  })
  // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => tellProblems(await reach(() => pool.connect())),
      end: () => pool.end(),
    },
  })
}

function tellProblems(client: PoolClient): PostgresPoolClient {
  // The other form of `query` is for cursors, which the dialect is not given.
  const query = (text: string, values: readonly unknown[]) => reach(() => client.query(text, [...values]))
  return { query: query as unknown as PostgresPoolClient['query'], release: (error) => client.release(error) }
}
