import { describe, expect, it } from 'vitest'
import { openArchive } from '../../src/people/archive.ts'
import { chooseBySlug, chooseByUsername, parseNames, readChosen } from '../../src/people/filter.ts'
import { collect, email, failureOf, jsonBytes, user, userEmail } from './archives.ts'

const rows = [
  { model: 'sentry.organization', pk: 1, fields: { name: 'Acme', slug: 'acme' } },
  user(1, 'mona-castell', { email: 'Mona@Example.com' }),
  user(2, 'idris-falk', { email: 'shared@example.com' }),
  user(3, 'yuki-tanabe', { email: 'shared@example.com' }),
  { model: 'sentry.organizationmember', pk: 1, fields: { organization: 1, user_id: 1, role: 'owner' } },
  { model: 'sentry.organizationmember', pk: 2, fields: { organization: 1, user_id: 2, role: 'member' } },
  {
    model: 'sentry.organizationmember',
    pk: 3,
    fields: { organization: 1, user_id: null, email: 'guest@example.com', role: 'member' },
  },
  email(1, 'mona@example.com'),
  email(2, 'shared@example.com'),
  email(3, 'mona.second@example.com'),
  { model: 'sentry.useroption', pk: 1, fields: { user: 1, key: 'theme', value: 'dark' } },
  { model: 'sentry.useroption', pk: 2, fields: { user: 3, key: 'theme', value: 'dark' } },
  userEmail(1, 1, 'mona@example.com'),
  userEmail(2, 1, 'Mona.Second@example.com'),
  userEmail(3, 2, 'shared@example.com'),
  userEmail(4, 3, 'shared@example.com'),
]

async function choose(names: string) {
  const archive = await openArchive(jsonBytes(rows))
  const choice = await chooseByUsername(archive, parseNames(names))
  const records = await collect(readChosen(archive, { choice }))
  const kept = records.filter(({ kind }) => kind !== 'skipped').map(({ model, pk }) => `${model.slice(7)} ${pk}`)
  return { choice, records, kept }
}

describe('choosing people by username', () => {
  it('takes names between commas or on lines, without blanks and letter case', () => {
    expect([...parseNames('mona-castell, Idris-Falk ,\r\n  yuki-tanabe\n\n,')]).toEqual([
      'mona-castell',
      'idris-falk',
      'yuki-tanabe',
    ])
  })

  it('takes a name in whatever form its accents are written', async () => {
    const archive = await openArchive(jsonBytes([user(1, 'Ren\u00e9')]))
    expect((await chooseByUsername(archive, parseNames('rene\u0301'))).people).toEqual(new Set([1]))
  })

  it('keeps a person with all their addresses, not only the first', async () => {
    const { kept, choice } = await choose(' MONA-Castell ')
    expect(kept).toEqual([
      'organization 1',
      'user 1',
      'organizationmember 1',
      'organizationmember 3',
      'email 1',
      'email 3',
      'useroption 1',
      'useremail 1',
      'useremail 2',
    ])
    expect(choice.unknown).toEqual([])
  })

  it('keeps an address once that two of the chosen share', async () => {
    const { kept } = await choose('idris-falk,yuki-tanabe')
    expect(kept.filter((row) => /^(user|email) /.test(row))).toEqual(['user 2', 'user 3', 'email 2'])
  })

  it('reports the rows of all others as skipped', async () => {
    const { records } = await choose('mona-castell')
    expect(records).toHaveLength(rows.length)
    expect(records).toContainEqual({ kind: 'skipped', model: 'sentry.user', pk: 2, reason: 'not-chosen' })
    expect(records).toContainEqual({ kind: 'skipped', model: 'sentry.useroption', pk: 2, reason: 'not-chosen' })
  })

  it('chooses nobody where no name is given', async () => {
    for (const names of ['', ' \n ', ',,']) {
      const { kept } = await choose(names)
      expect(kept).toEqual(['organization 1', 'organizationmember 3'])
    }
  })

  it('says which names nobody has', async () => {
    expect((await choose('mona-castell,nobody-here')).choice.unknown).toEqual(['nobody-here'])
  })

  it('remembers the chosen only, however many there are', async () => {
    const many = Array.from({ length: 500 }, (_, index) => user(index + 1, `person-${index}`))
    const archive = await openArchive(jsonBytes(many))
    const { people, addresses } = await chooseByUsername(archive, parseNames('person-7'))
    expect([people.size, addresses.size]).toEqual([1, 1])
  })

  it('fails ahead of the import where the archive is bad', async () => {
    const archive = await openArchive(jsonBytes([...rows, { model: 'sentry.paperclip', pk: 1, fields: {} }]))
    expect((await failureOf(chooseByUsername(archive, new Set()))).code).toBe('archive-model-unknown')
  })
})

const option = (pk: number, user: number, fields: object = {}) => ({
  model: 'sentry.useroption',
  pk,
  fields: { user, key: 'theme', value: 'dark', ...fields },
})
const member = (pk: number, organization: number, user: number | null, fields: object = {}) => ({
  model: 'sentry.organizationmember',
  pk,
  fields: { organization, user_id: user, role: 'member', ...fields },
})
const owned = (model: string, pk: number, organization: number, fields: object) => ({
  model: `sentry.${model}`,
  pk,
  fields: { organization_id: organization, ...fields },
})

// As an export has them: who is a member comes after the people.
const two = [
  { model: 'sentry.organization', pk: 1, fields: { name: 'Acme', slug: 'Acme' } },
  { model: 'sentry.organization', pk: 2, fields: { name: 'Globex', slug: 'globex' } },
  user(1, 'mona', { email: 'Mona@example.com' }),
  user(2, 'idris', { email: 'shared@example.com' }),
  user(3, 'yuki', { email: 'shared@example.com' }),
  user(4, 'nobodys', { email: 'nobodys@example.com' }),
  email(1, 'mona@example.com'),
  email(2, 'shared@example.com'),
  email(3, 'second@example.com'),
  email(4, 'nobodys@example.com'),
  option(1, 2),
  option(2, 2, { organization_id: 1 }),
  option(3, 2, { organization_id: 2 }),
  option(4, 3),
  option(5, 4),
  userEmail(1, 1, 'mona@example.com'),
  userEmail(2, 2, 'shared@example.com'),
  userEmail(3, 2, 'Second@example.com'),
  userEmail(4, 3, 'shared@example.com'),
  userEmail(5, 4, 'nobodys@example.com'),
  member(1, 1, 1),
  member(2, 1, 2),
  member(3, 2, 2),
  member(4, 2, 3),
  member(5, 1, null, { email: 'guest@example.com' }),
  member(6, 2, null, { email: 'other@example.com' }),
  owned('environment', 1, 1, { name: 'production' }),
  owned('environment', 2, 2, { name: 'production' }),
  owned('release', 1, 1, { version: 'web@1.0' }),
  owned('release', 2, 2, { version: 'web@1.0' }),
]

async function chooseOf(slugs: string) {
  const archive = await openArchive(jsonBytes(two))
  const choice = await chooseBySlug(archive, parseNames(slugs))
  const records = await collect(readChosen(archive, { choice }))
  const kept = records.filter(({ kind }) => kind !== 'skipped').map(({ model, pk }) => `${model.slice(7)} ${pk}`)
  return { choice, kept }
}

describe('choosing organizations by slug', () => {
  it('keeps their members with all addresses and options, environments and releases, and nobody else', async () => {
    const { kept, choice } = await chooseOf(' acme ,')
    expect(kept).toEqual([
      'organization 1',
      'user 1',
      'user 2',
      'email 1',
      'email 2',
      'email 3',
      'useroption 1',
      'useroption 2',
      'useremail 1',
      'useremail 2',
      'useremail 3',
      'organizationmember 1',
      'organizationmember 2',
      'organizationmember 5',
      'environment 1',
      'release 1',
    ])
    expect(choice.unknown).toEqual([])
  })

  it('of all of them leaves out only who is in none', async () => {
    const { kept } = await chooseOf('acme,globex')
    const all = two.map(({ model, pk }) => `${model.slice(7)} ${pk}`)
    expect(all.filter((row) => !kept.includes(row))).toEqual(['user 4', 'email 4', 'useroption 5', 'useremail 5'])
  })

  it('says which slugs no organization has, and keeps nothing where no slug is given', async () => {
    expect((await chooseOf('acme,initech')).choice.unknown).toEqual(['initech'])
    for (const slugs of ['', ' , ']) expect((await chooseOf(slugs)).kept).toEqual([])
  })

  it('remembers the chosen only', async () => {
    const { choice } = await chooseOf('globex')
    expect(choice).toEqual({
      organizations: new Set([2]),
      people: new Set([2, 3]),
      addresses: new Set(['shared@example.com', 'second@example.com']),
      unknown: [],
    })
  })
})
