import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Engine } from './engine.ts'
import type { Columns } from './migrations/migration.ts'
import { asStoreError, isBusy, isUniqueViolation } from './sqlite-errors.ts'
import { createSqliteLocks } from './sqlite-locks.ts'

/*
 * An import keeps a table of its own beside what it writes, both far larger than the two megabytes that SQLite remembers
 * of each unless told otherwise.
 */
const CACHE_KIBIBYTES = 16_000
const TEMPORARY_CACHE_KIBIBYTES = 8_000

// SQLite's own waiting stops the whole process, so it gets little time and the rest is waited for asynchronously.
const BUSY_MS = 50
const BUSY_TRIES = 300

export async function openSqlite(file: string | null): Promise<Engine> {
  const database = file === null ? new DatabaseSync(':memory:') : await openFile(file)
  const locks = file === null ? null : createSqliteLocks(file)
  return {
    name: 'sqlite',
    dialect: createDialect(database),
    columns,
    takeLock: locks === null ? async () => async () => undefined : locks.take,
    // A transaction that writes is alone in SQLite, from its first statement on.
    orderEvents: async () => undefined,
    // Its plans go by the keys, not by how many rows there are.
    analyze: async () => undefined,
    isUniqueViolation,
    close: async () => locks?.close(),
  }
}

async function openFile(file: string): Promise<DatabaseSync> {
  const database = createFile(file)
  try {
    // Whoever is setting up a new file at this moment has it to himself.
    await untilFree(() => database.exec('pragma journal_mode = wal; pragma synchronous = full'))
    // A negative number is in kibibytes, a positive one in pages.
    database.exec(`pragma cache_size = -${CACHE_KIBIBYTES}; pragma temp.cache_size = -${TEMPORARY_CACHE_KIBIBYTES}`)
    return database
  } catch (error) {
    database.close()
    throw asStoreError(error)
  }
}

function createFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true })
    // It holds people's addresses: for nobody else to read.
    closeSync(openSync(file, 'a', 0o600))
    return new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
  } catch (error) {
    throw asStoreError(error)
  }
}

const columns: Columns = {
  text: sql`text`,
  id: (table) => table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement()),
}

function createDialect(database: DatabaseSync): Dialect {
  const adapter = new SqliteAdapter()
  // SQLite rolls back DDL like anything else; Kysely leaves it out, and would run migrations without a transaction.
  Object.defineProperty(adapter, 'supportsTransactionalDdl', { value: true })
  return {
    createAdapter: () => adapter,
    createDriver: () => createDriver(database),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createDriver(database: DatabaseSync): Driver {
  const prepare = createPreparer(database)
  const connection: DatabaseConnection = {
    executeQuery: (query) => untilFree(() => execute(prepare, query)),
    streamQuery: () => {
      throw new Error('Read in pages instead: a stream would hold the only connection.')
    },
  }
  const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement))
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    // A transaction that begins by reading cannot wait for another writer later on: SQLite refuses it at once.
    beginTransaction: async () => void (await run('begin immediate')),
    commitTransaction: async () => void (await run('commit')),
    rollbackTransaction: async () => void (await run('rollback')),
    destroy: async () => database.close(),
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly reads: boolean
}
type Prepare = (text: string) => Prepared

const MOST_PREPARED = 100
/** Longer ones write many rows at once, and are as many as there are counts of rows. */
const LONGEST_KEPT = 4_000

/** The same few questions are asked again and again: each is prepared once. */
function createPreparer(database: DatabaseSync): Prepare {
  const kept = new Map<string, Prepared>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    const prepared = { statement, reads: statement.columns().length > 0 }
    if (text.length > LONGEST_KEPT) return prepared
    if (kept.size >= MOST_PREPARED) kept.clear()
    kept.set(text, prepared)
    return prepared
  }
}

function execute<Row>(prepare: Prepare, { sql: text, parameters }: CompiledQuery): QueryResult<Row> {
  const { statement, reads } = prepare(text)
  const values = parameters as SQLInputValue[]
  if (reads) return { rows: statement.all(...values) as Row[] }
  const { changes, lastInsertRowid } = statement.run(...values)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

async function untilFree<Result>(work: () => Result): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || tries === BUSY_TRIES) throw asStoreError(error)
    }
    await sleep(Math.random() * BUSY_MS)
  }
}
