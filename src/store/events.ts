import type { Kysely } from 'kysely'
import type { StreamEntry } from '../core/events.ts'
import type { Events } from '../core/store.ts'
import type { Database, StoreDatabase } from './database.ts'
import { entryFromRow, entryToRow } from './rows.ts'

/** SQLite takes 32,766 parameters in a statement. */
const ROWS_AT_ONCE = 1_000

/** To be the last step of a transaction, since it holds up every other writer of the stream. */
export async function appendEntries(
  transaction: Kysely<Database>,
  entries: readonly StreamEntry[],
  { orderEvents }: StoreDatabase,
): Promise<void> {
  if (entries.length === 0) return
  await orderEvents(transaction)
  for (let start = 0; start < entries.length; start += ROWS_AT_ONCE) {
    const rows = entries.slice(start, start + ROWS_AT_ONCE).map(entryToRow)
    await transaction.insertInto('events').values(rows).execute()
  }
}

export function createEvents(database: StoreDatabase): Events {
  return {
    append: (entries) => database.transaction((transaction) => appendEntries(transaction, entries, database)),
    async list({ organization, issue, ticket, kind, after, limit }) {
      let query = database.kysely.selectFrom('events').selectAll()
      if (organization !== undefined) query = query.where('organization', '=', organization.toLowerCase())
      if (issue !== undefined) query = query.where(({ fn }) => fn('lower', ['issue']), '=', issue.toLowerCase())
      if (ticket !== undefined) query = query.where(({ fn }) => fn('lower', ['ticket']), '=', ticket.toLowerCase())
      if (kind !== undefined) query = query.where('kind', '=', kind)
      if (after !== undefined) query = query.where('id', '>', after)
      if (limit !== undefined) query = query.limit(limit)
      const rows = await query.orderBy('id', after === undefined ? 'desc' : 'asc').execute()
      return rows.map(entryFromRow)
    },
  }
}
