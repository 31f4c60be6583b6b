import type { Cursors } from '../core/store.ts'
import type { StoreDatabase } from './database.ts'

export function createCursors({ kysely }: StoreDatabase): Cursors {
  return {
    async find(name) {
      const row = await kysely.selectFrom('cursors').select('value').where('name', '=', name).executeTakeFirst()
      return row?.value
    },
    async save(name, value) {
      await kysely
        .insertInto('cursors')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
    async remove(name) {
      await kysely.deleteFrom('cursors').where('name', '=', name).execute()
    },
  }
}
