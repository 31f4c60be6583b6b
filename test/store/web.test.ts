import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type StoreDatabase } from '../../src/store/database.ts'
import { createHookRegistrations } from '../../src/store/hooks.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { freshPostgres } from '../postgres.ts'

describe.each([
  ['SQLite', () => Promise.resolve('memory:')],
  ['PostgreSQL', freshPostgres],
])('what the web keeps on %s', (_, target) => {
  let database: StoreDatabase
  beforeAll(async () => {
    database = await openDatabase(await target())
  })
  afterAll(() => database.close())

  it('knows a session until it ends', async () => {
    const sessions = createSessions(database)
    const session = {
      idHash: 'hash',
      login: 'ada',
      name: 'Ada',
      local: false,
      sealedToken: 'sealed',
      createdAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-01T08:00:00.000Z',
    }
    await sessions.save(session)
    expect(await sessions.find('hash')).toEqual(session)
    await sessions.sweep(new Date('2026-01-01T08:00:00.000Z'))
    expect(await sessions.find('hash')).toEqual(session)
    await sessions.sweep(new Date('2026-01-01T08:00:00.001Z'))
    expect(await sessions.find('hash')).toBeUndefined()
    await sessions.save({ ...session, local: true, sealedToken: null })
    await sessions.remove('hash')
    expect(await sessions.find('hash')).toBeUndefined()
  })

  it('keeps one registration for each event of a project', async () => {
    const registrations = createHookRegistrations(database)
    const registration = {
      connection: 'boards',
      project: 'P',
      event: 'workitem.updated',
      hookId: '7',
      url: 'https://lockstep.example.com/hooks/azure/boards',
      generation: 1,
      checkedAt: '2026-01-01T00:00:00.000Z',
    }
    await registrations.save(registration)
    await registrations.save({ ...registration, hookId: '8', generation: 2 })
    await registrations.save({ ...registration, connection: 'other' })
    expect(await registrations.list('boards')).toEqual([{ ...registration, hookId: '8', generation: 2 }])
    await registrations.remove(registration)
    expect(await registrations.list('boards')).toEqual([])
    expect(await registrations.list('other')).toHaveLength(1)
  })
})
