import type { Kysely, Selectable } from 'kysely'
import type { ImportChunk, PeopleStore, StoredImport } from '../core/directory.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Person } from '../core/people.ts'
import type { Clock } from '../core/ports.ts'
import type { Database, StoreDatabase } from './database.ts'
import { createImportWriter } from './import-writer.ts'
import { createMatches } from './matches.ts'
import type { ImportTable, PersonTable } from './people-tables.ts'

export function createPeopleStore(database: StoreDatabase, { clock }: { readonly clock: Clock }): PeopleStore {
  const { kysely } = database
  const people = () => kysely.selectFrom('people').selectAll()

  return {
    async findPerson(login) {
      const rows = await people().where('login_key', '=', normalizeLogin(login)).execute()
      return (await complete(kysely, rows))[0]
    },

    async findByEmail(email) {
      const owners = kysely
        .selectFrom('person_addresses')
        .select('person')
        .where('email_key', '=', normalizeEmail(email))
      return complete(kysely, await people().where('id', 'in', owners).orderBy('login_key').execute())
    },

    async list({ after, limit, text = '' }) {
      let query = people()
      if (after !== undefined) query = query.where('login_key', '>', normalizeLogin(after))
      if (text !== '') {
        const piece = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '')}%`
        query = query.where(({ eb, or, fn, selectFrom }) =>
          or([
            eb('login_key', 'like', piece),
            eb(fn('lower', ['name']), 'like', piece),
            eb('id', 'in', selectFrom('person_addresses').select('person').where('email_key', 'like', piece)),
          ]),
        )
      }
      return complete(kysely, await query.orderBy('login_key').limit(limit).execute())
    },

    async count() {
      const { all } = await kysely
        .selectFrom('people')
        .select(({ fn }) => fn.countAll<number>().as('all'))
        .executeTakeFirstOrThrow()
      return Number(all)
    },

    ...createMatches(kysely, clock),

    async findImport(id) {
      const row = await kysely.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : importFromRow(row, await readChunks(kysely, id))
    },

    async listImports() {
      const rows = await kysely.selectFrom('imports').selectAll().orderBy('started_at').execute()
      return Promise.all(rows.map(async (row) => importFromRow(row, await readChunks(kysely, row.id))))
    },

    import(work, { dryRun = false } = {}) {
      type Done = { readonly result: Awaited<ReturnType<typeof work>> }
      return database.withLock('people import', async () => {
        let tried: Done | undefined
        try {
          return await database.transaction(async (transaction) => {
            const now = clock.now().toISOString()
            const result = await work(createImportWriter(transaction, database, { now }))
            if (!dryRun) return result
            tried = { result }
            throw new Error('A trial run is rolled back.')
          })
        } catch (error) {
          if (tried === undefined) throw error
          return tried.result
        }
      })
    },
  }
}

/** Rows of people with their addresses and accounts, in the same order. */
async function complete(
  kysely: Kysely<Database>,
  rows: readonly Selectable<PersonTable>[],
): Promise<readonly Person[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const addresses = await kysely
    .selectFrom('person_addresses')
    .selectAll()
    .where('person', 'in', ids)
    .orderBy('main', 'desc')
    .orderBy('email_key')
    .execute()
  const keys = rows.map((row) => row.login_key)
  const accounts = await kysely
    .selectFrom('matches')
    .select(['login_key', 'connection', 'account_id'])
    .distinct()
    .where('login_key', 'in', keys)
    .orderBy('connection')
    .execute()
  const addressesOf = Map.groupBy(addresses, ({ person }) => person)
  const accountsOf = Map.groupBy(accounts, (row) => row.login_key)
  return rows.map((row) => ({
    id: String(row.id),
    logins: [row.login],
    name: row.name === '' ? null : row.name,
    addresses: (addressesOf.get(row.id) ?? []).map(({ email, verified, main, seen_at }) => ({
      email,
      verified: verified === 1,
      primary: main === 1,
      source: 'archive' as const,
      seenAt: seen_at,
    })),
    accounts: (accountsOf.get(row.login_key) ?? []).map(({ connection, account_id }) => ({
      connection,
      id: account_id,
    })),
    active: row.active === 1,
    human: row.human === 1,
  }))
}

async function readChunks(kysely: Kysely<Database>, id: string): Promise<readonly ImportChunk[]> {
  const rows = await kysely
    .selectFrom('import_chunks')
    .selectAll()
    .where('import', '=', id)
    .orderBy('model')
    .orderBy('first_ordinal')
    .execute()
  return rows.map((row) => ({
    model: row.model,
    firstOrdinal: row.first_ordinal,
    lastOrdinal: row.last_ordinal,
    firstPk: row.first_pk,
    lastPk: row.last_pk,
    firstId: row.first_id,
    lastId: row.last_id,
    outcomes: JSON.parse(row.outcomes) as ImportChunk['outcomes'],
  }))
}

const importFromRow = (row: Selectable<ImportTable>, chunks: readonly ImportChunk[]): StoredImport => ({
  id: row.id,
  archive: row.archive,
  scope: row.scope,
  actor: row.actor,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  summary: JSON.parse(row.summary) as unknown,
  chunks,
})
