import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePublicKey } from '../../src/people/keys.ts'
import { jsonBytes } from '../people/archives.ts'
import { open, rows } from './people-stage.ts'

// To find two large primes takes as long as it takes.
describe('keys and archives', () => {
  it('a new pair of keys seals and opens, and the private one is for its owner alone', async () => {
    const { run, write, read, folder } = await open()
    expect((await run('keygen', 'team')).code).toBe(0)
    expect((await stat(join(folder, 'team.pem'))).mode & 0o777).toBe(0o600)
    expect((await run('keygen', 'team')).stderr).toContain('exists already')
    await write('people.json', jsonBytes(rows))
    expect(parsePublicKey(await read('team.pub.pem')).asymmetricKeyDetails?.modulusLength).toBe(4096)
    const sealed = await run('seal', 'people.json', 'people.tar', '--encrypt-with', 'team.pub.pem')
    expect(sealed).toMatchObject({ code: 0, stdout: 'people.tar is sealed, with 4 rows.\n' })
    expect((await run('import', 'people.tar', '--decrypt-with', 'team.pem')).code).toBe(0)
    expect((await run('seal', 'people.json', 'other.tar')).code).toBe(2)
    await write('bad.json', jsonBytes([...rows, { model: 'sentry.user', pk: 9, fields: {} }]))
    const bad = await run('seal', 'bad.json', 'bad.tar', '--encrypt-with', 'team.pub.pem')
    expect(bad).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^sentry\.user 9 is not usable: username is missing\.\n/),
    })
    expect(await readdir(folder)).not.toContain('bad.tar')
  })
})
