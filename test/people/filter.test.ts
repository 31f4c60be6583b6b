import { describe, expect, it } from 'vitest'
import { openArchive } from '../../src/people/archive.ts'
import { chooseByUsername, parseUsernames, readChosen } from '../../src/people/filter.ts'
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
  const choice = await chooseByUsername(archive, parseUsernames(names))
  const records = await collect(readChosen(archive, { choice }))
  const kept = records.filter(({ kind }) => kind !== 'skipped').map(({ model, pk }) => `${model.slice(7)} ${pk}`)
  return { choice, records, kept }
}

describe('choosing people by username', () => {
  it('takes names between commas or on lines, without blanks and letter case', () => {
    expect([...parseUsernames('mona-castell, Idris-Falk ,\r\n  yuki-tanabe\n\n,')]).toEqual([
      'mona-castell',
      'idris-falk',
      'yuki-tanabe',
    ])
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
    const { people, addresses } = await chooseByUsername(archive, parseUsernames('person-7'))
    expect([people.size, addresses.size]).toEqual([1, 1])
  })

  it('fails ahead of the import where the archive is bad', async () => {
    const archive = await openArchive(jsonBytes([...rows, { model: 'sentry.paperclip', pk: 1, fields: {} }]))
    expect((await failureOf(chooseByUsername(archive, new Set()))).code).toBe('archive-model-unknown')
  })
})
