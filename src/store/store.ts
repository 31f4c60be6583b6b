import type { Clock } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import { createCursors } from './cursors.ts'
import { openDatabase, type StoreDatabase } from './database.ts'
import { createEvents } from './events.ts'
import { createLinks } from './links.ts'

export interface StoreDeps {
  readonly clock: Clock
}

/** `target` is `postgres://…`, `sqlite:FILE` or `memory:`. */
export const openStore = async (target: string, deps: StoreDeps): Promise<Store> =>
  createStore(await openDatabase(target), deps)

/** For when the database is shared with other parts; closing the store closes it. */
export const createStore = (database: StoreDatabase, { clock }: StoreDeps): Store => ({
  links: createLinks(database, clock),
  cursors: createCursors(database),
  events: createEvents(database),
  withLock: database.withLock,
  close: database.close,
})
