import type { Sessions } from '../core/sessions.ts'
import type { StoreDatabase } from './database.ts'

export const createSessions = ({ kysely }: StoreDatabase): Sessions => ({
  async find(idHash) {
    const row = await kysely.selectFrom('sessions').selectAll().where('id_hash', '=', idHash).executeTakeFirst()
    if (row === undefined) return undefined
    return {
      idHash: row.id_hash,
      login: row.login,
      name: row.name,
      local: row.local === 1,
      sealedToken: row.sealed_token,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    }
  },
  async save(session) {
    const row = {
      id_hash: session.idHash,
      login: session.login,
      name: session.name,
      local: session.local ? 1 : 0,
      sealed_token: session.sealedToken,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
    }
    await kysely
      .insertInto('sessions')
      .values(row)
      .onConflict((conflict) => conflict.column('id_hash').doUpdateSet(row))
      .execute()
  },
  async remove(idHash) {
    await kysely.deleteFrom('sessions').where('id_hash', '=', idHash).execute()
  },
  async sweep(before) {
    await kysely.deleteFrom('sessions').where('expires_at', '<', before.toISOString()).execute()
  },
})
