import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createArchiveSource } from '../../src/people/archive-source.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { createTestKeys, failureOf, jsonBytes, sealRows, user, userEmail } from './archives.ts'

const rows = [
  user(1, 'Mona', { email: 'Mona@Example.com' }),
  user(2, 'idris', { email: 'idris@example.org', is_active: false }),
  user(3, 'mona', { email: 'second@example.com' }),
  userEmail(1, 1, 'mona@example.com'),
  userEmail(2, 1, 'mona@example.org'),
  userEmail(3, 3, 'second@example.com'),
]

describe('an archive as a source of addresses, without any database', () => {
  it('opens a sealed one in memory when somebody is first asked for', async () => {
    const keys = await createTestKeys()
    const source = createArchiveSource(await sealRows(rows, keys), {
      decryptor: createKeyDecryptor(keys.privateKey),
      domains: ['example.com'],
    })
    expect(await source.findAddresses('MONA')).toMatchObject([
      { email: 'Mona@Example.com', verified: true, source: 'archive' },
      { email: 'mona@example.org', verified: false, source: 'archive' },
    ])
    expect(await source.findLogins('MONA@example.COM')).toEqual(['Mona'])
    expect(await source.findAddresses('nobody')).toEqual([])
  })

  it('knows who is not active, and lets the first one keep a login', async () => {
    const source = createArchiveSource(jsonBytes(rows))
    expect(await source.findStanding?.('idris')).toEqual({ active: false, human: true })
    expect(await source.findLogins('second@example.com')).toEqual([])
  })

  it('reads the archive once, and says what is wrong with it', async () => {
    const folder = await mkdtemp(`${tmpdir()}/lockstep-source-`)
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = `${folder}/people.json`
    await writeFile(path, jsonBytes(rows))
    const source = createArchiveSource(path)
    await source.findLogins('mona@example.com')
    await rm(path)
    expect(await source.findLogins('mona@example.com')).toEqual(['Mona'])
    expect((await failureOf(createArchiveSource(path).findLogins('x@example.com'))).code).toBe('archive-unreadable')
  })
})
