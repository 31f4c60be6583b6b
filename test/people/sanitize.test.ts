import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openArchive } from '../../src/people/archive.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { sanitizeArchive } from '../../src/people/sanitize.ts'
import type { ArchiveSource } from '../../src/people/source.ts'
import { describeWithData, hasSharedData, sharedDataPath } from '../shared-data.ts'
import { createTestKeys, email, jsonBytes, readAll, sealRows, user, userEmail } from './archives.ts'
import { databases, importInto, sharePeople } from './import-stage.ts'

interface Row {
  readonly model: string
  readonly pk: number
  readonly fields: Record<string, unknown>
}

async function sanitize(source: ArchiveSource, options: Parameters<typeof openArchive>[1] = {}) {
  const { json, countRows } = sanitizeArchive(await openArchive(source, options))
  const copy = await text(Readable.from(json.read()))
  return { copy, rows: JSON.parse(copy) as Row[], count: countRows() }
}

const row = (model: string, pk: number, fields: object) => ({ model: `sentry.${model}`, pk, fields })

const rows = [
  row('organization', 4, { name: 'Acme Observatory', slug: 'acme-observatory', flags: '1', default_role: 'member' }),
  user(3, 'mona-castell', {
    name: 'Mona Castell',
    email: 'Mona.Castell@Example.com',
    password: 'pbkdf2$unspeakable',
    is_staff: true,
    flags: '0',
    last_login: null,
    date_joined: '2021-03-04T00:03:03.111Z',
    last_active: '2021-03-04T00:03:03.112+01:00',
  }),
  user(7, 'idris', { email: 'idris@example.org', date_joined: '2023-03-04T00:03:03.111Z', last_active: '' }),
  email(1, 'mona.castell@example.com'),
  row('useroption', 1, { user: 3, key: 'timezone', value: '"Europe/Lisbon"' }),
  row('useroption', 2, { user: 3, key: 'phone', value: 4_917_012_345_678 }),
  row('useroption', 3, { user: 3, key: 'clock_24_hours', value: true }),
  row('useroption', 4, { user: 3, key: 'defaults', value: { 'mona@example.com': ['Acme', { deep: 'unspeakable' }] } }),
  row('useroption', 5, { user: 7, key: 'timezone', value: 'Europe/Oslo' }),
  userEmail(1, 3, 'mona.castell@example.com'),
  row('organizationmember', 9, { organization: 4, user_id: 3, role: 'owner', email: null, token: 'unspeakable' }),
  row('projectkey', 2, { project: 12, public_key: 'unspeakable', 'Odd Column': 1 }),
  row('release', 1, { organization_id: 4, version: 'observatory-web@1.4.0' }),
]

describe('a copy for strangers', () => {
  it('holds no name, address, login, slug, secret or number that people entered', async () => {
    const { copy, count } = await sanitize(jsonBytes(rows))
    const real =
      /mona|castell|idris|acme|observatory|unspeakable|deep|odd|lisbon|oslo|pbkdf2|example\.org|4917012345678|03:03\.11/i
    expect(JSON.stringify(rows)).toMatch(real)
    expect(copy).not.toMatch(real)
    expect(count).toBe(rows.length)
  })

  it('keeps models, row numbers, references, columns, roles, and what is no text', async () => {
    const { rows: copies } = await sanitize(jsonBytes(rows))
    expect(copies.map(({ model, pk }) => [model, pk])).toEqual(rows.map(({ model, pk }) => [model, pk]))
    const [organization, mona, , , timezone, , clock, , oslo] = copies
    expect(organization?.fields).toMatchObject({ flags: '1', default_role: 'member' })
    expect(Object.keys(mona!.fields)).toEqual(Object.keys(rows[1]!.fields))
    expect(mona?.fields).toMatchObject({ is_staff: true, last_login: null, flags: '0' })
    expect(timezone?.fields).toEqual({ user: 3, key: 'timezone', value: '"UTC"' })
    expect(clock?.fields).toEqual({ user: 3, key: 'clock_24_hours', value: true })
    expect(oslo?.fields['value']).toBe('UTC')
    expect(copies.at(-3)?.fields).toMatchObject({ organization: 4, user_id: 3, role: 'owner', email: null })
  })

  it('has the same stand-in for the same text, and similar ones for the names of one person', async () => {
    const { rows: copies } = await sanitize(jsonBytes(rows))
    const [, mona, idris, address, , , , , , own] = copies
    expect(own?.fields['email']).toBe(address?.fields['email'])
    expect(String(mona?.fields['email']).toLowerCase()).toBe(address?.fields['email'])
    const [start] = String(mona?.fields['username']).split('-')
    expect(start).toMatch(/^[a-z\d]{12}$/)
    expect(String(mona?.fields['name']).toLowerCase()).toMatch(new RegExp(`^${start}-`))
    expect(address?.fields['email']).toMatch(new RegExp(`^${start}-[a-z\\d]+@[a-z\\d-]+\\.example\\.com$`))
    expect(mona?.fields['name']).not.toBe(mona?.fields['username'])
    expect(idris?.fields['email']).toMatch(new RegExp(`^${String(idris?.fields['username'])}@`))
  })

  it('is another one each time', async () => {
    const [one, other] = [await sanitize(jsonBytes(rows)), await sanitize(jsonBytes(rows))]
    expect(one.rows[1]?.fields['username']).not.toBe(other.rows[1]?.fields['username'])
    expect(one.rows[1]?.fields['date_joined']).not.toBe(other.rows[1]?.fields['date_joined'])
  })

  it('keeps the order of moments, and those that stand for none', async () => {
    const start = Date.parse('2020-01-01T00:00:00.000Z')
    const moments = Array.from({ length: 400 }, (_, index) => new Date(start + index * 7 * 3_600_000).toISOString())
    const never = '0001-01-01T00:00:00.000Z'
    const { rows: copies } = await sanitize(
      jsonBytes([...moments, ...moments, never].map((date_added, pk) => row('email', pk, { date_added }))),
    )
    const shown = copies.map(({ fields }) => String(fields['date_added']))
    const first = shown.slice(0, 400)
    expect(first).toEqual(first.toSorted())
    expect(new Set(first).size).toBe(400)
    expect(shown.slice(400, 800)).toEqual(first)
    expect(shown.at(-1)).toBe(never)
    expect(first.filter((moment, index) => moment === moments[index])).toEqual([])
  })

  it.each([
    ['an unknown model', { model: 'sentry.paperclip', pk: 1, fields: {} }, 'archive-model-unknown'],
    ['a row without a username', row('user', 9, { email: 'mona@example.com' }), 'archive-record-bad'],
    ['an unknown time zone', row('useroption', 9, { user: 3, key: 'timezone', value: 'Gondor' }), 'archive-record-bad'],
    ['no row at all', { mona: 'castell' }, 'archive-record-bad'],
  ])('of an archive with %s fails as that does', async (_, bad, code) => {
    const { copy } = await sanitize(jsonBytes([...rows, bad]))
    const { error } = await readAll(Buffer.from(copy))
    expect(error?.code).toBe(code)
    expect(copy).not.toMatch(/castell|gondor/i)
  })

  it('is made of nothing that was tampered with, and says what is wrong', async () => {
    const keys = await createTestKeys()
    const archive = await sealRows(rows, keys)
    const decryptor = createKeyDecryptor(keys.privateKey)
    expect((await sanitize(archive, { decryptor })).count).toBe(rows.length)
    const middle = archive.length - 2500
    archive[middle]! ^= 1
    await expect(sanitize(archive, { decryptor })).rejects.toMatchObject({ code: 'archive-not-authentic' })
    await expect(sanitize(Buffer.from('[{"model":'))).rejects.toMatchObject({ code: 'archive-truncated' })
  })
})

describeWithData('a copy of a sample archive', () => {
  const open = sharePeople(databases[0]![1])
  const key = hasSharedData ? readFileSync(sharedDataPath('archives/reader.pem')) : ''

  it.each(['small.tar', 'organization.tar', 'duplicate-username.tar'])('imports as %s does', async (name) => {
    const decryptor = createKeyDecryptor(key)
    const source = sharedDataPath(`archives/${name}`)
    const { copy } = await sanitize(source, { decryptor })
    for (const choices of [{}, { scope: 'organization' }, { merge: true }] as const) {
      const real = await importInto(open().store, source, { decryptor: { decryptor }, dryRun: true, ...choices })
      const other = await importInto(open().store, Buffer.from(copy), { dryRun: true, ...choices })
      expect(other).toEqual({ ...real, id: other.id })
    }
  })
})
