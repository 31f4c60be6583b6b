import type { HookRegistrations } from '../core/hooks.ts'
import type { StoreDatabase } from './database.ts'

export const createHookRegistrations = ({ kysely }: StoreDatabase): HookRegistrations => ({
  async list(connection) {
    const rows = await kysely
      .selectFrom('hooks')
      .selectAll()
      .where('connection', '=', connection)
      .orderBy('project')
      .orderBy('event')
      .execute()
    return rows.map(({ hook_id: hookId, checked_at: checkedAt, ...row }) => ({ ...row, hookId, checkedAt }))
  },
  async save({ hookId, checkedAt, connection, project, event, url, generation }) {
    const row = { connection, project, event, hook_id: hookId, url, generation, checked_at: checkedAt }
    await kysely
      .insertInto('hooks')
      .values(row)
      .onConflict((conflict) => conflict.columns(['connection', 'project', 'event']).doUpdateSet(row))
      .execute()
  },
  async remove({ connection, project, event }) {
    const mine = kysely.deleteFrom('hooks').where('connection', '=', connection)
    await mine.where('project', '=', project).where('event', '=', event).execute()
  },
})
