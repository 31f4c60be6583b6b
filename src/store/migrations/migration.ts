import type { CreateTableBuilder, Kysely, RawBuilder } from 'kysely'
import type { Database } from '../database.ts'

/** One step of the schema, written once for both dialects. */
export type Migrate = (kysely: Kysely<Database>, columns: Columns) => Promise<void>

export interface Columns {
  /** Text compared byte by byte, whatever the locale of the server. */
  readonly text: RawBuilder<unknown>
  /** An ever growing primary key named `id`, never used twice. */
  readonly id: <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => CreateTableBuilder<Table, Column | 'id'>
}
