import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { LockstepError } from '../../core/errors.ts'
import type { Database } from '../database.ts'
import { state } from './0001-state.ts'
import { people } from './0002-people.ts'
import { web } from './0003-web.ts'
import { queue } from './0004-queue.ts'
import type { Columns, Migrate } from './migration.ts'

/** In the order of their names; one that was released is never changed again. */
const migrations: Readonly<Record<string, Migrate>> = {
  '0001-state': state,
  '0002-people': people,
  '0003-web': web,
  '0004-queue': queue,
}

/** All of it happens in one transaction under a lock, so any number of processes may start at once. */
export async function migrate(kysely: Kysely<Database>, columns: Columns): Promise<void> {
  const named = Object.entries(migrations).map(([name, migrate]): [string, Migration] => [
    name,
    { up: (transaction) => migrate(transaction, columns) },
  ])
  const provider = { getMigrations: async () => Object.fromEntries(named) }
  const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest()
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) throw tooNew(error)
  if (error !== undefined) throw error
}

const tooNew = (cause: Error): LockstepError =>
  new LockstepError('state-unreadable', 'The database of the store was made by another version of Lockstep.', {
    remedy: 'Use that version, or a newer one.',
    details: { reason: cause.message },
    cause,
  })
