import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Link } from '../core/link.ts'
import type { Clock } from '../core/ports.ts'
import type { LinkFilter, Links } from '../core/store.ts'
import { createClaims, isPair } from './claims.ts'
import type { Database, StoreDatabase } from './database.ts'
import { appendEntries } from './events.ts'
import { repositoryOf, searchWordsOf } from './keys.ts'
import { lostRace } from './lost-race.ts'
import { linkFromRow, linkToRow } from './rows.ts'

export function createLinks(database: StoreDatabase, clock: Clock): Links {
  const { kysely, transaction } = database
  const links = () => kysely.selectFrom('links').selectAll()

  return {
    ...createClaims(database, clock),
    async find(issue, connection) {
      const row = await links().where(isPair(issue, connection)).executeTakeFirst()
      return row && linkFromRow(row)
    },
    async ofIssue(issue) {
      const query = links().where('repository', '=', repositoryOf(issue)).where('number', '=', issue.number)
      return (await query.orderBy('connection').execute()).map(linkFromRow)
    },
    async ofTicket({ connection, key }) {
      const row = await links().where('connection', '=', connection).where('ticket', '=', key).executeTakeFirst()
      return row && linkFromRow(row)
    },
    async ofTicketId(connection, id) {
      const row = await links().where('connection', '=', connection).where('ticket_id', '=', id).executeTakeFirst()
      return row && linkFromRow(row)
    },
    async list({ after, limit, ...filter }) {
      let query = matching(links(), filter)
      if (after !== undefined) query = query.where(isAfter(after, filter.repo !== undefined))
      if (limit !== undefined) query = query.limit(limit)
      return (await query.orderBy('repository').orderBy('number').orderBy('connection').execute()).map(linkFromRow)
    },
    async count(filter) {
      const query = matching(
        kysely.selectFrom('links').select(({ fn }) => fn.countAll<number>().as('count')),
        filter,
      )
      return (await query.executeTakeFirstOrThrow()).count
    },
    async tally(filter) {
      const counted = kysely
        .selectFrom('links')
        .select(['connection', 'state', 'outcome'])
        .select(({ fn }) => [fn.min('owner').as('owner'), fn.min('repo').as('repo')])
        .select(({ fn }) => fn.countAll<number>().as('count'))
      const rows = await matching(counted, filter)
        .groupBy(['repository', 'connection', 'state', 'outcome'])
        .orderBy('repository')
        .execute()
      return rows.map(({ owner, repo, state, ...kind }) => ({
        ...kind,
        repo: { owner, repo },
        state: state as Link['state'],
      }))
    },
    async save(link, entries = []) {
      try {
        await transaction(async (trx) => {
          if (!(await write(trx, link))) throw lostRace(link)
          await trx.deleteFrom('claims').where(isPair(link.issue, link.ticket.connection)).execute()
          await appendEntries(trx, entries, database)
        })
      } catch (error) {
        throw database.isUniqueViolation(error) ? lostRace(link, error) : error
      }
    },
    async remove(link, entries = []) {
      await transaction(async (trx) => {
        const mine = trx.deleteFrom('links').where(isPair(link.issue, link.ticket.connection))
        await mine.where('ticket_id', '=', link.ticketId).execute()
        await appendEntries(trx, entries, database)
      })
    },
  }
}

/** Answers false when the issue has another ticket; a ticket that has another issue violates a unique index. */
async function write(transaction: Kysely<Database>, link: Link): Promise<boolean> {
  const row = linkToRow(link)
  const written = await transaction
    .insertInto('links')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['repository', 'number', 'connection'])
        .doUpdateSet(row)
        .where('links.ticket_id', '=', row.ticket_id),
    )
    .returning('number')
    .executeTakeFirst()
  return written !== undefined
}

/** Within one repository it must not be compared: SQLite would read the repository from its start. */
function isAfter({ issue, ticket }: Pick<Link, 'issue' | 'ticket'>, oneRepository: boolean): RawBuilder<boolean> {
  if (oneRepository) return sql`(number, connection) > (${issue.number}, ${ticket.connection})`
  return sql`(repository, number, connection) > (${repositoryOf(issue)}, ${issue.number}, ${ticket.connection})`
}

// A range of the primary key; "0" is what comes after "/".
function isOwnedBy(owner: string): RawBuilder<boolean> {
  const name = owner.toLowerCase()
  return sql`(repository >= ${`${name}/`} and repository < ${`${name}0`})`
}

function matching<Row>(
  links: SelectQueryBuilder<Database, 'links', Row>,
  { repo, repos, owners, connection, outcome, outcomes, state, text }: LinkFilter,
): SelectQueryBuilder<Database, 'links', Row> {
  let query = links
  if (repo !== undefined) query = query.where('repository', '=', repositoryOf(repo))
  if (repos !== undefined) {
    const names = repos.map(repositoryOf)
    query = names.length === 0 ? query.where(sql<boolean>`1 = 0`) : query.where('repository', 'in', names)
  }
  if (owners !== undefined) query = query.where(({ or }) => or(owners.map(isOwnedBy)))
  if (state !== undefined) query = query.where('state', '=', state)
  if (outcomes !== undefined) {
    query = query.where(({ eb, or }) =>
      or(outcomes.map((one) => (one === null ? eb('outcome', 'is', null) : eb('outcome', '=', one)))),
    )
  }
  if (connection !== undefined) query = query.where('connection', '=', connection)
  if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  for (const word of searchWordsOf(text ?? '')) {
    const pattern = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`
    query = query.where(sql<boolean>`text like ${pattern} escape '\\'`)
  }
  return query
}
