import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database, StoreDatabase } from './database.ts'

type Dialect = StoreDatabase['dialect']

/** The type of each column, in the order in which they are written. */
export type BulkColumns = Readonly<Record<string, 'text' | 'integer' | 'bigint'>>

export interface Bulk {
  readonly table: string
  readonly columns: BulkColumns
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** After `on conflict`; a conflict is an error unless given. */
  readonly conflict?: RawBuilder<unknown>
  readonly returning?: readonly string[]
}

/**
 * Inserts a batch that travels as one JSON text: a parameter for each value costs several times as much time and
 * memory, in the database and before it.
 */
export async function insertBulk<Returned = never>(
  transaction: Kysely<Database>,
  dialect: Dialect,
  { table, columns, rows, conflict, returning = [] }: Bulk,
): Promise<readonly Returned[]> {
  if (rows.length === 0) return []
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)))
  // "where true" tells SQLite that no join condition follows.
  const statement = sql<Returned>`
    insert into ${sql.table(table)} (${names}) select ${names} from ${expand(dialect, rows, columns)} where true
    ${conflict === undefined ? sql`` : sql`on conflict ${conflict}`}
    ${returning.length === 0 ? sql`` : sql`returning ${sql.join(returning.map((name) => sql.ref(name)))}`}
  `
  return (await statement.execute(transaction)).rows
}

/** Rows of the database out of a JSON text. */
function expand(dialect: Dialect, rows: Bulk['rows'], columns: BulkColumns): RawBuilder<unknown> {
  const json = JSON.stringify(rows)
  const all = Object.entries(columns)
  if (dialect === 'postgres') {
    const types = sql.join(all.map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`))
    return sql`json_to_recordset(${json}::json) as sent (${types})`
  }
  const values = sql.join(all.map(([name]) => sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`))
  return sql`(select ${values} from json_each(${json})) as sent`
}

/** Whether a column has one of the values, which travel as one parameter. */
export function isOneOf(dialect: Dialect, column: string, values: readonly (string | number)[]): RawBuilder<boolean> {
  const json = JSON.stringify([...new Set(values)])
  const all =
    dialect === 'sqlite'
      ? sql`select value from json_each(${json})`
      : typeof values[0] === 'number'
        ? sql`select value::bigint from json_array_elements_text(${json}::json)`
        : sql`select value from json_array_elements_text(${json}::json)`
  return sql<boolean>`${sql.ref(column)} in (${all})`
}
