import type { Migrate } from './migration.ts'

export const people: Migrate = async (kysely, { id, text }) => {
  const { schema } = kysely

  await id(schema.createTable('people'))
    .addColumn('login', text, (column) => column.notNull())
    .addColumn('login_key', text, (column) => column.notNull().unique())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('active', 'integer', (column) => column.notNull())
    .addColumn('human', 'integer', (column) => column.notNull())
    .addColumn('joined_at', text)
    .addColumn('import', text, (column) => column.notNull())
    .addColumn('seen_at', text, (column) => column.notNull())
    .execute()

  await schema
    .createTable('person_addresses')
    .addColumn('person', 'bigint', (column) => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('email', text, (column) => column.notNull())
    .addColumn('email_key', text, (column) => column.notNull())
    .addColumn('verified', 'integer', (column) => column.notNull())
    .addColumn('main', 'integer', (column) => column.notNull())
    .addColumn('seen_at', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('person_addresses_key', ['person', 'email_key'])
    .execute()
  await schema.createIndex('person_addresses_by_email').on('person_addresses').column('email_key').execute()

  await schema
    .createTable('person_options')
    .addColumn('person', 'bigint', (column) => column.notNull().references('people.id').onDelete('cascade'))
    // 0 where the option holds everywhere.
    .addColumn('organization', 'bigint', (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('person_options_key', ['person', 'organization', 'key'])
    .execute()

  await schema
    .createTable('addresses')
    .addColumn('email_key', text, (column) => column.primaryKey().notNull())
    .addColumn('email', text, (column) => column.notNull())
    .execute()

  await id(schema.createTable('organizations'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('slug', text, (column) => column.notNull())
    .addColumn('created_at', text)
    .addColumn('import', text, (column) => column.notNull())
    .execute()
  await schema.createIndex('organizations_by_slug').on('organizations').column('slug').execute()

  await schema
    .createTable('organization_slugs')
    .addColumn('slug', text, (column) => column.primaryKey().notNull())
    .addColumn('organization', 'bigint', (column) =>
      column.notNull().unique().references('organizations.id').onDelete('cascade'),
    )
    .execute()

  const ofOrganization = (table: 'members' | 'environments' | 'releases') =>
    schema
      .createTable(table)
      .addColumn('organization', 'bigint', (column) =>
        column.notNull().references('organizations.id').onDelete('cascade'),
      )

  await ofOrganization('members')
    // `person:7`, or `email:…` of somebody who is only invited.
    .addColumn('member', text, (column) => column.notNull())
    .addColumn('person', 'bigint', (column) => column.references('people.id').onDelete('cascade'))
    .addColumn('email', text)
    .addColumn('role', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('members_key', ['organization', 'member'])
    .execute()

  await ofOrganization('environments')
    .addColumn('name', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('environments_key', ['organization', 'name'])
    .execute()

  await ofOrganization('releases')
    .addColumn('version', text, (column) => column.notNull())
    .addColumn('created_at', text)
    .addColumn('released_at', text)
    .addPrimaryKeyConstraint('releases_key', ['organization', 'version'])
    .execute()

  await schema
    .createTable('imports')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('archive', text, (column) => column.notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('started_at', text, (column) => column.notNull())
    .addColumn('finished_at', text, (column) => column.notNull())
    .addColumn('summary', text, (column) => column.notNull())
    .execute()

  await schema
    .createTable('import_chunks')
    .addColumn('import', text, (column) => column.notNull().references('imports.id').onDelete('cascade'))
    .addColumn('model', text, (column) => column.notNull())
    // Rows of the model, counted from 1.
    .addColumn('first_ordinal', 'integer', (column) => column.notNull())
    .addColumn('last_ordinal', 'integer', (column) => column.notNull())
    .addColumn('first_pk', 'bigint', (column) => column.notNull())
    .addColumn('last_pk', 'bigint', (column) => column.notNull())
    .addColumn('first_id', 'bigint')
    .addColumn('last_id', 'bigint')
    .addColumn('outcomes', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('import_chunks_key', ['import', 'model', 'first_ordinal'])
    .execute()

  await schema
    .createTable('matches')
    .addColumn('connection', text, (column) => column.notNull())
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('login_key', text, (column) => column.notNull())
    .addColumn('login', text, (column) => column.notNull())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('account', text, (column) => column.notNull())
    .addColumn('email', text)
    .addColumn('source', text, (column) => column.notNull())
    // Fingerprint of what the match rests on: with other addresses it holds no longer.
    .addColumn('basis', text, (column) => column.notNull())
    .addColumn('seen_at', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('matches_key', ['connection', 'project', 'login_key'])
    .execute()
  await schema.createIndex('matches_by_account').on('matches').columns(['connection', 'account_id']).execute()
  await schema.createIndex('matches_by_login').on('matches').column('login_key').execute()

  await schema
    .createTable('answers')
    .addColumn('key', text, (column) => column.primaryKey().notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('saved_at', text, (column) => column.notNull())
    .execute()
}
