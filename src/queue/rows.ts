import { type Insertable, type RawBuilder, type Selectable, sql } from 'kysely'
import type { ErrorCode } from '../core/errors.ts'
import type { Entry, FailedEntry, FailedFilter, Task } from '../core/queue.ts'
import type { StoreDatabase } from '../store/database.ts'
import type { QueueTable } from '../store/queue-tables.ts'

/** An entry in somebody's hands. */
export interface Taken {
  readonly entry: Entry
  /** As it was when it was taken: a task that joined since makes it differ. */
  readonly version: number
  readonly takenBy: string
}

export const taskToRow = (
  { key, lane, kind, facts, comments }: Task,
  { now, due }: { readonly now: Date; readonly due: Date },
): Insertable<QueueTable> => ({
  key,
  lane,
  kind,
  facts: JSON.stringify(facts),
  comments: comments === true ? 1 : 0,
  version: 1,
  state: 'waiting',
  due_at: due.toISOString(),
  added_at: now.toISOString(),
  attempts: 0,
  taken_by: null,
  code: null,
  message: null,
  remedy: null,
  failed_at: null,
})

const entryFromRow = (row: Selectable<QueueTable>): Entry => ({
  key: row.key,
  lane: row.lane,
  kind: row.kind,
  facts: JSON.parse(row.facts) as Entry['facts'],
  comments: row.comments === 1,
  addedAt: row.added_at,
  attempts: row.attempts,
})

export const takenFromRow = (row: Selectable<QueueTable>): Taken => ({
  entry: entryFromRow(row),
  version: row.version,
  takenBy: row.taken_by ?? '',
})

export const failedFromRow = (row: Selectable<QueueTable>): FailedEntry => ({
  ...entryFromRow(row),
  code: (row.code ?? 'internal') as ErrorCode,
  message: row.message ?? '',
  remedy: row.remedy,
  failedAt: row.failed_at ?? row.due_at,
})

/** Takes rows without waiting for those that another process has its hands on; SQLite lets only one write at a time anyway. */
export const skipLocked = ({ dialect }: StoreDatabase): RawBuilder<unknown> =>
  dialect === 'postgres' ? sql`for update skip locked` : sql``

export function isFailed({ lane, code, key }: FailedFilter & { readonly key?: string }): RawBuilder<boolean> {
  const conditions = [
    sql`state = 'dead'`,
    ...(lane === undefined ? [] : [sql`lane = ${lane}`]),
    ...(code === undefined ? [] : [sql`code = ${code}`]),
    ...(key === undefined ? [] : [sql`key = ${key}`]),
  ]
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
