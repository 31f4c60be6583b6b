import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import type { ArchiveSource } from '../../src/people/source.ts'
import { describeWithData, hasSharedData, sharedDataPath } from '../shared-data.ts'
import { countKinds, inChunks, readAll } from './archives.ts'

const path = (name: string): string => sharedDataPath(`archives/${name}`)

const reader = hasSharedData ? createKeyDecryptor(readFileSync(path('reader.pem')), 'reader.pem') : undefined!

/** The same archive in every way it may come; all must end alike. */
const manners: Record<string, (name: string) => ArchiveSource> = {
  'from a path': path,
  'from memory': (name) => readFileSync(path(name)),
  gzipped: (name) => gzipSync(readFileSync(path(name))),
  'in chunks of 7 bytes': (name) => inChunks(readFileSync(path(name)), 7),
}

for (const [manner, source] of Object.entries(manners)) {
  describeWithData(`the sample archives, ${manner}`, () => {
    const read = (name: string) => readAll(source(name), { decryptor: reader })

    it('small.tar: four persons, five addresses, and the empty ones skipped by name', async () => {
      const { records, error } = await read('small.tar')
      expect(error).toBeNull()
      expect(countKinds(records)).toEqual({ person: 4, address: 5, option: 3, 'person-address': 5, skipped: 2 })
      expect(records.filter(({ kind }) => kind === 'skipped')).toEqual([
        { kind: 'skipped', model: 'sentry.email', pk: 10, reason: 'empty-address' },
        { kind: 'skipped', model: 'sentry.useremail', pk: 14, reason: 'empty-address' },
      ])
      expect(records).toContainEqual(expect.objectContaining({ kind: 'option', pk: 4, user: 7, project: 5 }))
    })

    it('plain.json: the same rows as small.tar', async () => {
      expect(await readAll(source('plain.json'))).toEqual(await read('small.tar'))
    })

    it('organization.tar: organizations, members, environments and releases as well', async () => {
      const { records, error } = await read('organization.tar')
      expect(error).toBeNull()
      expect(countKinds(records)).toEqual({
        organization: 2,
        person: 5,
        member: 6,
        environment: 3,
        release: 4,
        address: 5,
        'person-address': 5,
        option: 3,
        skipped: 2,
      })
      expect(records).toContainEqual({
        kind: 'member',
        model: 'sentry.organizationmember',
        pk: 8,
        organization: 4,
        user: null,
        email: 'invited.guest@example.org',
        role: 'member',
      })
    })

    it('organization.tar in the scope of people: the other models are skipped as out of scope', async () => {
      const { records } = await readAll(source('organization.tar'), { decryptor: reader, scope: 'user' })
      expect(countKinds(records)).toEqual({ person: 5, address: 5, 'person-address': 5, option: 3, skipped: 17 })
      const outside = records.filter((record) => record.kind === 'skipped' && record.reason === 'out-of-scope')
      expect([...new Set(outside.map(({ model }) => model))]).toEqual([
        'sentry.organization',
        'sentry.organizationmember',
        'sentry.environment',
        'sentry.release',
      ])
      expect(records).toContainEqual(expect.objectContaining({ kind: 'option', pk: 4, organization: 4 }))
    })

    it('duplicate-username.tar: both persons come with their own addresses', async () => {
      const { records } = await read('duplicate-username.tar')
      const people = records.filter((record) => record.kind === 'person')
      expect(people.map(({ pk, username }) => [pk, username])).toEqual([
        [1, 'sam-okafor'],
        [2, 'sam-okafor'],
      ])
      const owners = records.filter((record) => record.kind === 'person-address').map(({ user }) => user)
      expect(owners).toEqual([1, 2])
    })

    const failures = [
      ['wrong-key.tar', 'archive-wrong-key', /sealed for another key/, 0],
      ['key-mismatch.tar', 'archive-key-mismatch', /key\.pub is not its public half/, 0],
      ['tampered.tar', 'archive-not-authentic', /export\.json is not authentic/, 0],
      ['truncated.tar', 'archive-truncated', /ends early/, 0],
      ['missing-data-key.tar', 'archive-entry-missing', /lacks data\.key/, 0],
      ['extra-entry.tar', 'archive-entry-unknown', /"notes\.txt"/, 0],
      ['not-json.tar', 'archive-not-json', /"<" is unexpected at byte 1379, after 2 rows/, 2],
      ['unknown-model.tar', 'archive-model-unknown', /sentry\.paperclip \(row 1\)/, 6],
      ['bad-user.tar', 'archive-record-bad', /sentry\.user 2 .*username/, 1],
    ] as const

    it.each(failures)('%s: ends with %s', async (name, code, message, before) => {
      const { records, error } = await read(name)
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
      expect(error?.remedy).toBeTruthy()
      expect(records).toHaveLength(before)
    })

    it('no password and no hash passes, neither in a record nor in an error', async () => {
      const names = ['small.tar', 'organization.tar', 'duplicate-username.tar', ...failures.map(([name]) => name)]
      for (const name of names) {
        const { records, error } = await read(name)
        const seen = JSON.stringify([records, error?.message, error?.remedy, error?.details, error?.stack])
        expect(seen).not.toMatch(/not-a-(password|hash)/)
      }
    })
  })
}
