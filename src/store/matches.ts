import type { Kysely, Selectable } from 'kysely'
import type { PeopleStore, StoredMatch } from '../core/directory.ts'
import { normalizeLogin } from '../core/people.ts'
import type { Clock } from '../core/ports.ts'
import type { Database } from './database.ts'
import type { MatchTable } from './people-tables.ts'

/** Who was found to be whom, and what servers answered. */
export function createMatches(kysely: Kysely<Database>, clock: Clock): Pick<PeopleStore, 'matches' | 'answers'> {
  return {
    matches: {
      async find(login, connection, project) {
        const row = await kysely
          .selectFrom('matches')
          .selectAll()
          .where('connection', '=', connection)
          .where('project', '=', project)
          .where('login_key', '=', normalizeLogin(login))
          .executeTakeFirst()
        return row === undefined ? undefined : fromRow(row)
      },
      async ofAccount(connection, accountId) {
        const row = await kysely
          .selectFrom('matches')
          .selectAll()
          .where('connection', '=', connection)
          .where('account_id', '=', accountId)
          .orderBy('seen_at', 'desc')
          .limit(1)
          .executeTakeFirst()
        return row === undefined ? undefined : fromRow(row)
      },
      async save(match) {
        const row = toRow(match)
        await kysely
          .insertInto('matches')
          .values(row)
          .onConflict((conflict) => conflict.columns(['connection', 'project', 'login_key']).doUpdateSet(row))
          .execute()
      },
      async remove(login, connection, project) {
        await kysely
          .deleteFrom('matches')
          .where('connection', '=', connection)
          .where('project', '=', project)
          .where('login_key', '=', normalizeLogin(login))
          .execute()
      },
    },

    answers: {
      async find(key) {
        const row = await kysely.selectFrom('answers').selectAll().where('key', '=', key).executeTakeFirst()
        return row === undefined ? undefined : { value: JSON.parse(row.value) as unknown, savedAt: row.saved_at }
      },
      async save(key, value) {
        const row = { key, value: JSON.stringify(value), saved_at: clock.now().toISOString() }
        await kysely
          .insertInto('answers')
          .values(row)
          .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
          .execute()
      },
    },
  }
}

const toRow = ({ login, connection, project, account, email, source, basis, seenAt }: StoredMatch): MatchTable => ({
  connection,
  project,
  login_key: normalizeLogin(login),
  login,
  account_id: account.id,
  account: JSON.stringify(account),
  email,
  source,
  basis,
  seen_at: seenAt,
})

const fromRow = (row: Selectable<MatchTable>): StoredMatch => ({
  login: row.login,
  connection: row.connection,
  project: row.project,
  account: JSON.parse(row.account) as StoredMatch['account'],
  email: row.email,
  source: row.source as StoredMatch['source'],
  basis: row.basis,
  seenAt: row.seen_at,
})
