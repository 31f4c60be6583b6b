import type { Migrate } from './migration.ts'

export const web: Migrate = async ({ schema }, { text }) => {
  await schema
    .createTable('sessions')
    .addColumn('id_hash', text, (column) => column.primaryKey().notNull())
    .addColumn('login', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('local', 'integer', (column) => column.notNull())
    .addColumn('sealed_token', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('expires_at', text, (column) => column.notNull())
    .execute()
  await schema.createIndex('sessions_by_end').on('sessions').column('expires_at').execute()

  await schema
    .createTable('hooks')
    .addColumn('connection', text, (column) => column.notNull())
    .addColumn('project', text, (column) => column.notNull())
    .addColumn('event', text, (column) => column.notNull())
    .addColumn('hook_id', text, (column) => column.notNull())
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('checked_at', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('hooks_key', ['connection', 'project', 'event'])
    .execute()
}
