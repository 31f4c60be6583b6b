import type { Environment } from '../config/environment.ts'
import type { PeopleStore } from '../core/directory.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import type { Queue } from '../core/queue.ts'
import type { Client } from '../github/client.ts'
import { createStateRef } from '../github/state-ref.ts'
import type { QueueOptions } from '../queue/inbox.ts'
import type { StoreDatabase } from '../store/database.ts'
import { openRefStore } from '../store/ref.ts'
import type { WireInput } from '../wire.ts'

type StateInput = Pick<WireInput, 'environment' | 'repo' | 'keep' | 'store' | 'peopleStore'>

export interface State {
  readonly store: Store
  readonly people: PeopleStore | null
  readonly damaged: readonly string[]
  save(): Promise<void>
  close(): Promise<void>
}

const unsaved = { people: null, damaged: [], save: async () => {}, close: async () => {} }

/** Where the links are kept: given already, in a database, or in a git ref of the repository. */
export async function openState(input: StateInput, client: Client, clock: Clock): Promise<State> {
  const { environment, repo, keep } = input
  if (input.store !== undefined) return { ...unsaved, store: input.store, people: input.peopleStore ?? null }
  if (environment.state.kind !== 'ref') {
    // A database and its driver are loaded only by those who use one.
    const { createStore } = await import('../store/store.ts')
    const { createPeopleStore, database } = await openPeopleTables(environment)
    const store = createStore(database, { clock })
    return { ...unsaved, store, people: createPeopleStore(database, { clock }), close: store.close }
  }
  const store = await openRefStore({ git: createStateRef({ client, repo }), clock })
  const { damaged } = store
  return keep === false
    ? { ...unsaved, store, damaged }
    : { ...unsaved, store, damaged, save: store.flush, close: store.close }
}

/** The people of a database; a git ref keeps none, so that what is imported there is gone when the process ends. */
export async function openPeople(
  environment: Pick<Environment, 'state'>,
  clock: Clock,
): Promise<{ readonly people: PeopleStore; close(): Promise<void> }> {
  const { createPeopleStore, database } = await openPeopleTables(environment)
  return { people: createPeopleStore(database, { clock }), close: database.close }
}

async function openPeopleTables(environment: Pick<Environment, 'state'>) {
  const { openDatabase } = await import('../store/database.ts')
  const { createPeopleStore } = await import('../store/people.ts')
  return { createPeopleStore, database: await openDatabase(storeTarget(environment)) }
}

export interface Kept {
  readonly store: Store
  readonly people: PeopleStore
  readonly queue: Queue
  readonly database: StoreDatabase
  close(): Promise<void>
}

/** What the app keeps, all in one database. */
export async function openKept(
  environment: Pick<Environment, 'state'>,
  { clock, log, queue: options = {} }: { readonly clock: Clock; readonly log: Log; readonly queue?: QueueOptions },
): Promise<Kept> {
  const { createPeopleStore, database } = await openPeopleTables(environment)
  const { createStore } = await import('../store/store.ts')
  const { openInbox } = await import('../queue/inbox.ts')
  const url = environment.state.kind === 'postgres' ? environment.state.url : undefined
  const queue = openInbox({ ...options, database, url, clock, log })
  return {
    store: createStore(database, { clock }),
    people: createPeopleStore(database, { clock }),
    queue,
    database,
    async close() {
      await queue.close()
      await database.close()
    },
  }
}

function storeTarget({ state }: Pick<Environment, 'state'>): string {
  switch (state.kind) {
    case 'postgres':
      return state.url
    case 'sqlite':
      return `sqlite:${state.file}`
    default:
      return 'memory:'
  }
}
