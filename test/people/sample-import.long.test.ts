import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { describeWithData, hasSharedData, sharedDataPath } from '../shared-data.ts'
import { failureOf } from './archives.ts'
import { countRows, databases, dumpPeople, importInto, sharePeople } from './import-stage.ts'
import type { OpenedPeople } from './import-stage.ts'

const path = (name: string) => sharedDataPath(`archives/${name}`)
const decryptor = hasSharedData ? { decryptor: createKeyDecryptor(readFileSync(path('reader.pem'))) } : {}

for (const [name, create] of databases) {
  describeWithData(`the sample archives, imported into ${name}`, () => {
    const open = sharePeople(create)
    const logins = async ({ store }: OpenedPeople) => (await store.list({ limit: 100 })).map(({ logins }) => logins[0])

    it('small.tar: four persons, five addresses, two options, and three rows skipped by name', async () => {
      const opened = open()
      const { skipped } = await importInto(opened.store, path('small.tar'), { decryptor })
      expect(await logins(opened)).toEqual(['ci-runner-bot', 'DevonReyes', 'mona-castell', 'tilda-brook'])
      expect(await countRows(opened.database)).toMatchObject({
        people: 4,
        addresses: 5,
        person_addresses: 5,
        person_options: 2,
      })
      expect(skipped.map(({ model, pk }) => `${model} ${pk}`).sort()).toEqual([
        'sentry.email 10',
        'sentry.useremail 14',
        'sentry.useroption 4',
      ])
      expect(await opened.store.findPerson('tilda-brook')).toMatchObject({ active: false })
      expect(await opened.store.findPerson('CI-runner-bot')).toMatchObject({ addresses: [] })
    })

    it('plain.json: the same rows as small.tar', async () => {
      const { store } = open()
      const one = await importInto(store, path('small.tar'), { decryptor, dryRun: true })
      const other = await importInto(store, path('plain.json'), { dryRun: true })
      expect(other.models).toEqual(one.models)
      expect(other.skipped).toEqual(one.skipped)
    })

    it('organization.tar: organizations with all that belongs to them', async () => {
      const opened = open()
      const { skipped, models } = await importInto(opened.store, path('organization.tar'), {
        decryptor,
        scope: 'organization',
      })
      expect(await countRows(opened.database)).toMatchObject({
        organizations: 2,
        organization_slugs: 2,
        people: 5,
        addresses: 5,
        members: 6,
        environments: 3,
        releases: 4,
        person_options: 3,
      })
      expect(models['sentry.organizationmember']).toMatchObject({ inserted: 6 })
      expect([...new Set(skipped.map(({ reason }) => reason))]).toEqual(['the address is empty'])
    })

    it('organization.tar, people alone: the other models are outside the scope', async () => {
      const opened = open()
      const { skipped } = await importInto(opened.store, path('organization.tar'), { decryptor })
      expect(await countRows(opened.database)).toMatchObject({
        organizations: 0,
        people: 5,
        addresses: 5,
        person_options: 2,
      })
      expect(skipped.filter(({ reason }) => reason.startsWith('outside'))).toHaveLength(15)
      expect(skipped).toContainEqual(expect.objectContaining({ model: 'sentry.useroption', pk: 4 }))
    })

    it('duplicate-username.tar: two persons, each with their own address', async () => {
      const opened = open()
      await importInto(opened.store, path('duplicate-username.tar'), { decryptor })
      const people = await opened.store.list({ limit: 9 })
      expect(people.map(({ logins }) => logins[0])).toEqual([
        'sam-okafor',
        expect.stringMatching(/^sam-okafor-[a-z0-9]{2,3}$/),
      ])
      expect(people.every(({ addresses }) => addresses.length === 1)).toBe(true)
    })

    it('duplicate-username.tar, merging: one person, with sam@example.org only', async () => {
      const opened = open()
      const { skipped, models } = await importInto(opened.store, path('duplicate-username.tar'), {
        decryptor,
        merge: true,
      })
      const [sam, ...others] = await opened.store.list({ limit: 9 })
      expect(others).toEqual([])
      expect(sam?.addresses.map(({ email }) => email)).toEqual(['sam@example.org'])
      expect(models['sentry.user']).toMatchObject({ inserted: 1, merged: 1 })
      expect(skipped.length).toBeGreaterThan(0)
    })

    it.each([
      'wrong-key.tar',
      'key-mismatch.tar',
      'tampered.tar',
      'truncated.tar',
      'missing-data-key.tar',
      'extra-entry.tar',
      'not-json.tar',
      'unknown-model.tar',
      'bad-user.tar',
    ])('%s: one sentence, and nothing written', async (archive) => {
      const opened = open()
      const error = await failureOf(importInto(opened.store, path(archive), { decryptor }))
      expect(error.message).toMatch(/^[^\n]+\.$/)
      expect(error.remedy).toBeTruthy()
      expect(Object.values(await countRows(opened.database)).every((count) => count === 0)).toBe(true)
    })

    it('no password, no hash and no right reaches the store', async () => {
      const opened = open()
      for (const archive of ['small.tar', 'organization.tar', 'duplicate-username.tar']) {
        await importInto(opened.store, path(archive), { decryptor, scope: 'organization' })
      }
      expect(JSON.stringify(await dumpPeople(opened.database))).not.toMatch(/not-a-|superuser|is_staff/)
    })
  })
}
