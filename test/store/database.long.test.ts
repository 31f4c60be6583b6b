import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { openStore } from '../../src/store/store.ts'
import { parseTarget } from '../../src/store/target.ts'
import { until } from '../contract/queue.ts'
import { freshPostgres } from '../postgres.ts'
import { entry, link } from './records.ts'

const deps = { clock: { now: () => new Date() } }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-database-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the address of a store', () => {
  it.each([
    ['postgres://u:p@h/d', { dialect: 'postgres', url: 'postgres://u:p@h/d' }],
    ['postgresql://h/d?sslmode=require', { dialect: 'postgres', url: 'postgresql://h/d?sslmode=require' }],
    ['sqlite:data/lockstep.sqlite', { dialect: 'sqlite', file: 'data/lockstep.sqlite' }],
    ['memory:', { dialect: 'sqlite', file: null }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target)
  })

  it.each(['', 'sqlite:', 'mysql://root:hunter2@h/d', 'postgres:hunter2', 'hunter2'])(
    'that is none is refused without repeating it: %j',
    (text) => {
      expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'environment-invalid' }))
      expect(() => parseTarget(text)).not.toThrow(/hunter2/)
    },
  )
})

describe('a SQLite file', () => {
  it('is for its owner alone to read', async () => {
    const file = join(folder, 'mine.sqlite')
    const store = await openStore(`sqlite:${file}`, deps)
    await store.cursors.save('a', 'b')
    const modes = await Promise.all(
      [file, `${file}-wal`].map(async (path) => ((await stat(path)).mode & 0o777).toString(8)),
    )
    await store.close()
    expect(modes).toEqual(['600', '600'])
  })

  it('that somebody else is setting up is waited for', async () => {
    const file = join(folder, 'new.sqlite')
    const other = new DatabaseSync(file)
    other.exec('begin immediate; create table theirs (id integer)')
    let opened = false
    const opening = openDatabase(`sqlite:${file}`).then(async (database) => {
      opened = true
      await database.close()
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(opened).toBe(false)
    other.exec('commit')
    other.close()
    await opening
  })

  it('that is none is told as such', async () => {
    const file = join(folder, 'text.sqlite')
    await writeFile(file, 'this is no database, however long one looks at it '.repeat(100))
    await expect(openStore(`sqlite:${file}`, deps)).rejects.toMatchObject({ code: 'state-unreadable' })
  })

  it('that cannot be made is told as such', async () => {
    const file = join(folder, 'text.sqlite', 'below', 'a', 'file.sqlite')
    await writeFile(join(folder, 'text.sqlite'), 'x')
    await expect(openStore(`sqlite:${file}`, deps)).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})

it('a database that a newer version migrated is left alone', async () => {
  const target = `sqlite:${join(folder, 'newer.sqlite')}`
  const database = await openDatabase(target)
  const migrations = database.kysely.withTables<{ kysely_migration: { name: string; timestamp: string } }>()
  const timestamp = new Date().toISOString()
  await migrations.insertInto('kysely_migration').values({ name: '9999-future', timestamp }).execute()
  await database.close()
  await expect(openDatabase(target)).rejects.toMatchObject({ code: 'state-unreadable' })
})

describe('PostgreSQL', () => {
  /** Resolves when they have ended. */
  async function endConnections(url: string, where: string): Promise<void> {
    const client = new Client({ connectionString: url })
    await client.connect()
    const others = `pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and ${where}`
    await client.query(`select pg_terminate_backend(pid) from ${others}`)
    await until(async () => (await client.query(`select pid from ${others}`)).rowCount === 0)
    await client.end()
  }

  it('that is not there is told as such, and worth another try', async () => {
    const attempt = openStore('postgres://nobody:hunter2@127.0.0.1:1/none', deps)
    await expect(attempt).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
    await expect(attempt).rejects.not.toThrow(/hunter2/)
  })

  it('may restart: what comes after works again', async () => {
    const url = await freshPostgres()
    const store = await openStore(url, deps)
    await store.cursors.save('a', 'b')
    await store.withLock('k', async () => undefined)
    await endConnections(url, 'true')
    // This process hears of it a little later.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await store.cursors.find('a')).toBe('b')
    expect(await store.withLock('k', async () => 'again')).toBe('again')
    await store.close()
  })

  it('tells the holder of a lock that was lost with its connection', async () => {
    const url = await freshPostgres()
    const [store, other] = [await openStore(url, deps), await openStore(url, deps)]
    const work = store.withLock('k', async () => {
      await endConnections(url, "application_name = 'lockstep locks'")
      return await other.withLock('k', async () => 'inside too')
    })
    await expect(work).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
    await store.close()
    await other.close()
  })

  it('rolls the link back when its entries cannot be written', async () => {
    const url = await freshPostgres()
    const store = await openStore(url, deps)
    const bad = entry('bad', { at: null as unknown as string })
    await expect(store.links.save(link(1), [entry('good'), bad])).rejects.toThrow(/null value/)
    expect(await store.links.count({})).toBe(0)
    expect(await store.events.list({})).toEqual([])
    await store.close()
  })
})
