import { sql } from 'kysely'
import type { Migrate } from './migration.ts'

export const queue: Migrate = async (kysely, { text }) => {
  const { schema } = kysely

  await schema
    .createTable('queue')
    .addColumn('key', text, (column) => column.primaryKey().notNull())
    .addColumn('lane', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('facts', text, (column) => column.notNull())
    .addColumn('comments', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('due_at', text, (column) => column.notNull())
    .addColumn('added_at', text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('taken_by', text)
    .addColumn('code', text)
    .addColumn('message', text)
    .addColumn('remedy', text)
    .addColumn('failed_at', text)
    .execute()
  const alive = sql<boolean>`state <> 'dead'`
  await schema.createIndex('queue_by_turn').on('queue').columns(['lane', 'due_at']).where(alive).execute()
  await schema.createIndex('queue_by_time').on('queue').column('due_at').where(alive).execute()

  await schema
    .createTable('deliveries')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('at', text, (column) => column.notNull())
    .execute()
  await schema.createIndex('deliveries_by_time').on('deliveries').column('at').execute()
}
