import { type Kysely, sql } from 'kysely'
import type { ImportWriter } from '../core/directory.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Database, StoreDatabase } from './database.ts'
import { type Bulk, insertBulk, isOneOf } from './bulk.ts'
import { createBooks } from './import-rows.ts'

type Row = Readonly<Record<string, unknown>>
type Found = { readonly id: number }

const columns = {
  people: {
    login: 'text',
    login_key: 'text',
    name: 'text',
    active: 'integer',
    human: 'integer',
    joined_at: 'text',
    import: 'text',
    seen_at: 'text',
  },
  organizations: { name: 'text', slug: 'text', created_at: 'text', import: 'text' },
  personAddresses: {
    person: 'bigint',
    email: 'text',
    email_key: 'text',
    verified: 'integer',
    main: 'integer',
    seen_at: 'text',
  },
  addresses: { email_key: 'text', email: 'text' },
  options: { person: 'bigint', organization: 'bigint', key: 'text', value: 'text' },
  members: { organization: 'bigint', member: 'text', person: 'bigint', email: 'text', role: 'text' },
  environments: { organization: 'bigint', name: 'text' },
  releases: { organization: 'bigint', version: 'text', created_at: 'text', released_at: 'text' },
} as const

/** What an import writes, batch by batch, within its transaction. */
export function createImportWriter(
  transaction: Kysely<Database>,
  database: StoreDatabase,
  { now }: { readonly now: string },
): ImportWriter {
  const { dialect } = database
  const books = createBooks(transaction, database)
  let id = ''

  const insert = <Returned = never>(bulk: Bulk) => insertBulk<Returned>(transaction, dialect, bulk)

  /** Inserts what is not there yet; answers for each row whether it was: of two alike the first. */
  async function insertNew(
    table: string,
    key: readonly string[],
    { columns, rows }: Pick<Bulk, 'columns' | 'rows'>,
  ): Promise<readonly boolean[]> {
    const inserted = await insert<Row>({ table, columns, rows, conflict: sql`do nothing`, returning: key })
    const keyOf = (row: Row) => JSON.stringify(key.map((name) => row[name]))
    const left = new Set(inserted.map(keyOf))
    return rows.map((row) => left.delete(keyOf(row)))
  }

  return {
    ...books,
    async begin(about) {
      id = about.id
      return books.begin(about)
    },

    async findLogins(keys) {
      if (keys.length === 0) return new Map()
      const query = transaction
        .selectFrom('people')
        .select(['id', 'login_key'])
        .where(isOneOf(dialect, 'login_key', keys))
      return new Map((await query.execute()).map((row) => [row.login_key, row.id]))
    },

    async findSlugs(slugs) {
      if (slugs.length === 0) return new Set()
      // Those of this import are reserved at its end only.
      const query = transaction
        .selectFrom('organization_slugs')
        .select('slug')
        .where(isOneOf(dialect, 'slug', slugs))
        .union(
          transaction
            .selectFrom('organizations')
            .select('slug')
            .where(isOneOf(dialect, 'slug', slugs)),
        )
      return new Set((await query.execute()).map(({ slug }) => slug))
    },

    async insertPeople(people) {
      const rows = people.map(({ login, name, active, human, joinedAt }) => ({
        login,
        login_key: normalizeLogin(login),
        name,
        active: Number(active),
        human: Number(human),
        joined_at: joinedAt,
        import: id,
        seen_at: now,
      }))
      const returning = ['id', 'login_key']
      const inserted = await insert<Found & Row>({ table: 'people', columns: columns.people, rows, returning })
      return inOrder(rows, inserted, ({ login_key }) => login_key)
    },

    async insertOrganizations(organizations) {
      const rows = organizations.map(({ name, slug, createdAt }) => ({ name, slug, created_at: createdAt, import: id }))
      const returning = ['id', 'slug']
      const inserted = await insert<Found & Row>({
        table: 'organizations',
        columns: columns.organizations,
        rows,
        returning,
      })
      return inOrder(rows, inserted, ({ slug }) => slug)
    },

    async savePersonAddresses(addresses) {
      const rows = addresses.map(({ person, email, verified, main }) => ({
        person,
        email,
        email_key: normalizeEmail(email),
        verified: Number(verified),
        main: Number(main),
        seen_at: now,
      }))
      // A statement may not touch a row twice.
      const distinct = new Map<string, Row>()
      for (const row of rows) {
        const key = `${row.person} ${row.email_key}`
        if (row.verified === 1 || !distinct.has(key)) distinct.set(key, row)
      }
      await insert({
        table: 'person_addresses',
        columns: columns.personAddresses,
        rows: [...distinct.values()],
        conflict: sql`(person, email_key) do update set verified = 1
          where excluded.verified = 1 and person_addresses.verified = 0`,
      })
    },

    insertAddresses: (emails) =>
      insertNew('addresses', ['email_key'], {
        columns: columns.addresses,
        rows: emails.map((email) => ({ email, email_key: normalizeEmail(email) })),
      }),

    insertOptions: (options) =>
      insertNew('person_options', ['person', 'organization', 'key'], {
        columns: columns.options,
        rows: options.map(({ organization, value, ...option }) => ({
          ...option,
          organization: organization ?? 0,
          value: JSON.stringify(value),
        })),
      }),

    insertMembers: (members) =>
      insertNew('members', ['organization', 'member'], {
        columns: columns.members,
        rows: members.map((member) => ({
          ...member,
          member: member.person === null ? `email:${normalizeEmail(member.email ?? '')}` : `person:${member.person}`,
        })),
      }),

    insertEnvironments: (environments) =>
      insertNew('environments', ['organization', 'name'], {
        columns: columns.environments,
        rows: environments.map((environment) => ({ ...environment })),
      }),

    insertReleases: (releases) =>
      insertNew('releases', ['organization', 'version'], {
        columns: columns.releases,
        rows: releases.map(({ organization, version, createdAt, releasedAt }) => ({
          organization,
          version,
          created_at: createdAt,
          released_at: releasedAt,
        })),
      }),

    async countMatchable({ verifiedOnly, domains }) {
      await database.analyze(transaction, ['import_rows', 'people', 'person_addresses'])
      const { count } = await transaction
        .selectFrom('people')
        .where('active', '=', 1)
        .where('human', '=', 1)
        .where('id', 'in', (from) =>
          from.selectFrom('import_rows').select('id').where('model', '=', 'sentry.user').where('id', 'is not', null),
        )
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('person_addresses')
              .select('email_key')
              .whereRef('person_addresses.person', '=', 'people.id')
              .where(({ eb, or }) =>
                or([
                  eb('verified', '>=', verifiedOnly ? 1 : 0),
                  ...domains.map((domain) => eb('email_key', 'like', `%@${escapeLike(domain.toLowerCase())}`)),
                ]),
              ),
          ),
        )
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

// Of a domain only the underscore would mean something else, and no domain has one.
const escapeLike = (domain: string): string => domain.replaceAll(/[%_\\]/g, '')

/** The ids of the rows, which a database returns in any order. */
function inOrder(
  rows: readonly Row[],
  found: readonly (Found & Row)[],
  keyOf: (row: Row) => unknown,
): readonly number[] {
  const ids = new Map(found.map((row) => [keyOf(row), row.id]))
  return rows.map((row) => ids.get(keyOf(row)) ?? Number.NaN)
}
