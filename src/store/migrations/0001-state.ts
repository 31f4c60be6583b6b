import { sql } from 'kysely'
import type { Migrate } from './migration.ts'

export const state: Migrate = async (kysely, { id, text }) => {
  const { schema } = kysely

  await schema
    .createTable('links')
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('repo', text, (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('connection', text, (column) => column.notNull())
    .addColumn('ticket', text, (column) => column.notNull())
    .addColumn('ticket_id', text, (column) => column.notNull())
    .addColumn('base', text, (column) => column.notNull())
    .addColumn('comments', text, (column) => column.notNull())
    .addColumn('conflicts', text, (column) => column.notNull())
    .addColumn('said', text, (column) => column.notNull())
    .addColumn('notice', text)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('outcome', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .addColumn('text', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('links_issue', ['repository', 'number', 'connection'])
    .addUniqueConstraint('links_ticket', ['connection', 'ticket'])
    .addUniqueConstraint('links_ticket_id', ['connection', 'ticket_id'])
    .execute()
  for (const column of ['connection', 'outcome'] as const) {
    await schema.createIndex(`links_by_${column}`).on('links').columns([column, 'repository', 'number']).execute()
  }

  await schema
    .createTable('claims')
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('owner', text, (column) => column.notNull())
    .addColumn('repo', text, (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('connection', text, (column) => column.notNull())
    .addColumn('claimed_by', text, (column) => column.notNull())
    .addColumn('claimed_at', text, (column) => column.notNull())
    .addColumn('until', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('claims_issue', ['repository', 'number', 'connection'])
    .execute()

  await schema
    .createTable('cursors')
    .addColumn('name', text, (column) => column.primaryKey().notNull())
    .addColumn('value', text, (column) => column.notNull())
    .execute()

  await id(schema.createTable('events'))
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('organization', text)
    .addColumn('issue', text)
    .addColumn('ticket', text)
    .addColumn('actor', text)
    .addColumn('outcome', text)
    .addColumn('code', text)
    .addColumn('message', text, (column) => column.notNull())
    .addColumn('changes', text, (column) => column.notNull())
    .addColumn('request_ids', text, (column) => column.notNull())
    .addColumn('details', text, (column) => column.notNull())
    .execute()
  for (const column of ['organization', 'kind'] as const) {
    await schema.createIndex(`events_by_${column}`).on('events').columns([column, 'id']).execute()
  }
  for (const column of ['issue', 'ticket'] as const) {
    const expression = sql`lower(${sql.ref(column)}), id`
    await schema.createIndex(`events_by_${column}`).on('events').expression(expression).execute()
  }
}
