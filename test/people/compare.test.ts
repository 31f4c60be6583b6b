import { describe, expect, it } from 'vitest'
import { openArchive } from '../../src/people/archive.ts'
import { compareArchives } from '../../src/people/compare.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { createTestKeys, email, jsonBytes, sealRows, user, userEmail } from './archives.ts'
import { databases, importInto, openPeople } from './import-stage.ts'

const row = (model: string, pk: number, fields: object) => ({ model: `sentry.${model}`, pk, fields })
const option = (pk: number, user: number, key: string, value: unknown) => row('useroption', pk, { user, key, value })

const rows = [
  row('organization', 1, { name: 'Acme', slug: 'Night_Harbor' }),
  user(1, 'mona', { last_active: '2024-01-02T03:04:05.678Z', password: 'unspeakable', is_unclaimed: false }),
  user(2, 'idris', { last_active: null, is_active: true }),
  email(1, 'mona@example.com'),
  email(2, 'idris@example.com'),
  option(1, 1, 'timezone', 'UTC'),
  option(2, 2, 'timezone', 'Europe/Oslo'),
  userEmail(1, 1, 'mona@example.com'),
  userEmail(2, 2, 'idris@example.com'),
  row('organizationmember', 1, { organization: 1, user_id: 2, role: 'owner', inviter_id: 1 }),
]

async function compare(left: readonly unknown[], right: readonly unknown[]) {
  const [one, other] = [await openArchive(jsonBytes(left)), await openArchive(jsonBytes(right))]
  const { findings, total, pairs } = await compareArchives({ left: one, right: other })
  expect(total).toBe(findings.length)
  const shown = findings.map(
    ({ code, model, leftPk, rightPk, field }) =>
      `${code} ${[model.slice(7), leftPk ?? '', rightPk ?? '', field ?? ''].join(' ')}`,
  )
  return { findings, pairs, shown: shown.map((text) => text.replaceAll(/ +/g, ' ').trim()) }
}

/** The rows with other fields in one of them. */
const change = (at: number, fields: object) =>
  rows.map((row, index) => (index === at ? { ...row, fields: { ...row.fields, ...fields } } : row))

describe('two archives', () => {
  it('are equal where they are the same', async () => {
    expect(await compare(rows, rows)).toEqual({ findings: [], pairs: rows.length, shown: [] })
    expect((await compare([], [])).shown).toEqual([])
  })

  it('are equal with other row numbers, whoever points at them', async () => {
    const other = [
      row('organization', 5, { name: 'Acme', slug: 'Night_Harbor' }),
      // People, addresses and options are known by their names, so their order does not matter.
      user(12, 'idris', rows[2]!.fields),
      user(31, 'mona', rows[1]!.fields),
      email(3, 'idris@example.com'),
      email(8, 'mona@example.com'),
      option(6, 12, 'timezone', 'Europe/Oslo'),
      option(7, 31, 'timezone', 'UTC'),
      { ...userEmail(1, 31, 'mona@example.com'), pk: 4 },
      { ...userEmail(2, 12, 'idris@example.com'), pk: 5 },
      row('organizationmember', 2, { organization: 5, user_id: 12, role: 'owner', inviter_id: 31 }),
    ]
    expect((await compare(rows, other)).shown).toEqual([])
    const exchanged = other.map((row) =>
      row.pk === 2 ? { ...row, fields: { ...row.fields, user_id: 31, inviter_id: 12 } } : row,
    )
    expect((await compare(rows, exchanged)).shown).toEqual([
      'reference organizationmember 1 2 user_id',
      'reference organizationmember 1 2 inviter_id',
    ])
  })

  it('compare a reference to what neither holds by its number', async () => {
    const outside = (project: number) => [row('projectkey', 1, { project_id: project })]
    expect((await compare(outside(7), outside(7))).shown).toEqual([])
    expect((await compare(outside(7), outside(8))).shown).toEqual(['reference projectkey 1 1 project_id'])
    const inside = [row('project', 8, {})]
    expect((await compare([...inside, ...outside(7)], [...inside, ...outside(8)])).shown).toHaveLength(1)
  })

  it('may differ by the suffix of a login or a slug on the right', async () => {
    expect((await compare(rows, change(1, { username: 'mona-x7' }))).shown).toEqual([])
    expect((await compare(rows, change(0, { slug: 'night-harbor-k2f' }))).shown).toEqual([])
    expect((await compare(change(1, { username: 'mona-x7' }), rows)).shown).toEqual(['suffix user 1 1 username'])
    for (const username of ['monas', 'mona-', 'mona-Castell']) {
      expect((await compare(rows, change(1, { username }))).shown).toEqual(['suffix user 1 1 username'])
    }
  })

  it('may differ by what an import makes anew, and by moments that moved forward', async () => {
    const anew = { is_unclaimed: true, password: 'another', last_password_change: '2025-01-01T00:00:00.000Z' }
    expect((await compare(rows, change(1, anew))).shown).toEqual([])
    expect((await compare(rows, change(7, { validation_hash: 'x', is_verified: false }))).shown).toEqual([])
    expect((await compare(rows, change(1, { last_active: '2024-01-02T03:04:05.679Z' }))).shown).toEqual([])
    expect((await compare(rows, change(1, { last_active: '2024-01-02T04:04:05.678+01:00' }))).shown).toEqual([])
    expect((await compare(rows, change(1, { last_active: '2024-01-02T03:04:05.677Z' }))).shown).toEqual([
      'moved-back user 1 1 last_active',
    ])
  })

  it('are told apart by a value, and by a field that one side has alone', async () => {
    expect((await compare(rows, change(2, { is_active: false }))).findings).toMatchObject([
      { code: 'value', field: 'is_active', ordinal: 1, reason: 'true on the left, false on the right' },
    ])
    expect((await compare(rows, change(6, { value: { nested: [1] } }))).shown).toEqual(['value useroption 2 2 value'])
    expect((await compare(rows, change(2, { last_active: '2024-01-02T03:04:05.678Z' }))).findings).toMatchObject([
      { code: 'one-sided', field: 'last_active', reason: 'stands on the right only' },
    ])
    expect((await compare(change(2, { avatar: 'x' }), rows)).shown).toEqual(['one-sided user 2 2 avatar'])
    expect((await compare(rows, change(2, { avatar: null }))).shown).toEqual([])
  })

  it('are told apart without showing an address, a name or a secret', async () => {
    const { findings, shown } = await compare(
      rows,
      change(1, { email: 'castell@example.org', password: 'hidden', name: 'Mona Castell' }),
    )
    expect(shown).toEqual(['value user 1 1 name', 'address user 1 1 email', 'secret user 1 1 password'])
    expect(findings[1]?.reason).toBe('m…@….com on the left, c…@….org on the right')
    expect(JSON.stringify(findings)).not.toMatch(/castell|mona|example|unspeakable|hidden/i)
  })

  it.each([
    [3, 4, '3 on the left, 4 on the right'],
    [4_917_012_345_678, 5, 'another value on the left, 5 on the right'],
    [
      '2024-01-02T03:04:05Z',
      '2024-01-02T03:04:05Z, Castell',
      '2024-01-02T03:04:05Z on the left, a text of 29 characters on the right',
    ],
  ])('show of %j and %j no more than is harmless', async (left, right, reason) => {
    const { findings } = await compare(change(6, { value: left }), change(6, { value: right }))
    expect(findings).toMatchObject([{ code: 'value', reason }])
  })

  it('are not compared further where a count differs', async () => {
    const more = [...rows, userEmail(3, 2, 'more@example.com')]
    const { findings, pairs } = await compare(rows, [...more, row('release', 1, {})])
    expect(pairs).toBe(0)
    expect(findings.map(({ model, reason }) => `${model}: ${reason}`)).toEqual([
      'sentry.release: 0 rows on the left, 1 on the right',
      'sentry.useremail: 2 rows on the left, 3 on the right',
    ])
    expect((await compare(more, rows)).shown).toEqual(['unequal-counts useremail'])
  })

  it('are not compared further where rows stand twice or out of order', async () => {
    expect((await compare(rows, [...rows, userEmail(2, 1, 'x@example.com')])).shown).toEqual(['duplicate useremail 2'])
    const disordered = rows.with(7, rows[8]!).with(8, rows[7]!)
    const { findings } = await compare(disordered, rows)
    expect(findings).toMatchObject([
      { code: 'unordered', model: 'sentry.useremail', leftPk: 1, rightPk: null, reason: 'comes after 2 on the left' },
    ])
    // In the order of their names people may stand as well.
    const byName = [user(2, 'idris'), user(1, 'mona')]
    expect((await compare(byName, byName.toReversed())).shown).toEqual([])
    const neither = [user(2, 'mona'), user(1, 'idris')]
    expect((await compare(byName, neither)).shown).toEqual(['unordered user 1'])
  })

  it('must be lists of rows', async () => {
    await expect(compare(rows, [{ model: 'sentry.user' }])).rejects.toMatchObject({ code: 'archive-record-bad' })
  })
})

describe('a round trip', () => {
  it('by sealing is equal, and is not when a row was changed before', async () => {
    const keys = await createTestKeys()
    const decryptor = createKeyDecryptor(keys.privateKey)
    const open = async (sealed: readonly unknown[]) => ({
      left: await openArchive(jsonBytes(rows)),
      right: await openArchive(await sealRows(sealed, keys), { decryptor }),
    })
    expect((await compareArchives(await open(rows))).total).toBe(0)
    expect((await compareArchives(await open(change(2, { is_active: false })))).total).toBe(1)
  })

  it('through the directory is equal but for suffixes and what counts as verified', async () => {
    const { store } = await openPeople(await databases[0]![1]())
    await importInto(store, [user(1, 'mona', { email: 'first@example.com' })])
    const people = ['mona', 'idris', 'yuki']
    const before = [
      ...people.map((name, index) => row('user', index + 7, { username: name, name, is_active: true })),
      ...people.map((name, index) => userEmail(index + 3, index + 7, `${name}@example.com`)),
    ]
    await importInto(store, before)
    const held = (await store.list({ limit: 10 })).filter(
      ({ addresses }) => addresses[0]?.email !== 'first@example.com',
    )
    const listed = people.map((name) => held.find(({ logins }) => logins[0]?.startsWith(name))!)
    expect(listed[0]?.logins[0]).toMatch(/^mona-/)
    const after = [
      ...listed.map(({ logins, name, active }, index) =>
        row('user', index, { username: logins[0], name, is_active: active }),
      ),
      ...listed.flatMap(({ addresses }, index) =>
        addresses.map(({ email, verified }) => row('useremail', index, { user: index, email, is_verified: verified })),
      ),
    ]
    expect((await compare(before, after)).shown).toEqual([])
    const tampered = [
      ...after.slice(0, -1),
      row('useremail', 2, { user: 1, email: 'yuki@example.com', is_verified: false }),
    ]
    expect((await compare(before, tampered)).shown).toEqual(['reference useremail 5 2 user'])
  })
})
