import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest'
import type { PeopleStore } from '../../src/core/directory.ts'
import type { Clock } from '../../src/core/ports.ts'
import { openArchive } from '../../src/people/archive.ts'
import { importPeople } from '../../src/people/import.ts'
import type { ImportInput } from '../../src/people/import.ts'
import type { ArchiveSource } from '../../src/people/source.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { StoreDatabase } from '../../src/store/database.ts'
import { createEvents } from '../../src/store/events.ts'
import { createPeopleStore } from '../../src/store/people.ts'
import { freshPostgres } from '../postgres.ts'
import { jsonBytes, now } from './archives.ts'

export const clock: Clock = { now: () => now }

type AtEnd = (cleanUp: () => Promise<void>) => void
type Create = (atEnd?: AtEnd) => Promise<string>

/** Where a test may keep people: gone when the test is. */
export const databases: readonly (readonly [name: string, create: Create])[] = [
  [
    'SQLite',
    async (atEnd = onTestFinished) => {
      const folder = await mkdtemp(join(tmpdir(), 'lockstep-people-'))
      atEnd(() => rm(folder, { recursive: true }))
      return `sqlite:${folder}/people.sqlite`
    },
  ],
  ['PostgreSQL', freshPostgres],
]

interface OpenOptions {
  readonly time?: Clock
  readonly atEnd?: AtEnd
}

export async function openPeople(target: string, { time = clock, atEnd = onTestFinished }: OpenOptions = {}) {
  const database = await openDatabase(target)
  atEnd(() => database.close())
  const store: PeopleStore = createPeopleStore(database, { clock: time })
  return { database, store, events: createEvents(database) }
}

export type OpenedPeople = Awaited<ReturnType<typeof openPeople>>

/** One database for all tests around it, empty when each begins: a new one takes longer than most of them. */
export function sharePeople(create: Create): () => OpenedPeople {
  let opened: OpenedPeople | undefined
  const cleanUps: (() => Promise<void>)[] = []
  const atEnd: AtEnd = (cleanUp) => void cleanUps.unshift(cleanUp)
  beforeAll(async () => void (opened = await openPeople(await create(atEnd), { atEnd })))
  beforeEach(() => emptyPeople(opened!.database))
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })
  return () => opened!
}

/** Imports rows, or an archive, as a person at the command line would. */
export async function importInto(
  store: PeopleStore,
  source: ArchiveSource | readonly unknown[],
  { decryptor, ...input }: Partial<ImportInput> & { readonly decryptor?: Parameters<typeof openArchive>[1] } = {},
) {
  const bytes = Array.isArray(source) ? jsonBytes(source) : (source as ArchiveSource)
  const archive = await openArchive(bytes, decryptor)
  return importPeople({ archive, store, clock, scope: 'user', actor: 'test', ...input })
}

const tables = [
  'people',
  'person_addresses',
  'person_options',
  'addresses',
  'organizations',
  'organization_slugs',
  'members',
  'environments',
  'releases',
  'imports',
  'import_chunks',
  'events',
] as const

/** What points at a table goes before it. */
const emptyPeople = ({ transaction }: StoreDatabase): Promise<void> =>
  transaction(async (all) => {
    for (const table of tables.toReversed()) await all.deleteFrom(table).execute()
  })

/** Every row that an import may write, by table, in an order that does not depend on the database. */
export async function dumpPeople({ kysely }: StoreDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const dumped: Record<string, readonly string[]> = {}
  for (const table of tables) {
    const rows = await kysely.selectFrom(table).selectAll().execute()
    dumped[table] = rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort()
  }
  return dumped
}

export const countRows = async (database: StoreDatabase): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(Object.entries(await dumpPeople(database)).map(([table, rows]) => [table, rows.length]))
