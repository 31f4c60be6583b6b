import { describe, expect, it } from 'vitest'
import { parseNames } from '../../src/people/filter.ts'
import { email, failureOf, jsonBytes, user, userEmail } from './archives.ts'
import { countRows, databases, dumpPeople, importInto, openPeople, sharePeople } from './import-stage.ts'
import type { OpenedPeople } from './import-stage.ts'

const option = (pk: number, user: number, key: string, value: unknown, fields: object = {}) => ({
  model: 'sentry.useroption',
  pk,
  fields: { user, key, value, ...fields },
})
const organization = (pk: number, slug: string) => ({
  model: 'sentry.organization',
  pk,
  fields: { name: slug, slug, date_added: '2024-01-02T03:04:05.678Z' },
})
const member = (pk: number, organization: number, user: number | null, fields: object = {}) => ({
  model: 'sentry.organizationmember',
  pk,
  fields: { organization, user_id: user, email: null, role: 'member', ...fields },
})

const people = async (opened: OpenedPeople) =>
  (await opened.store.list({ limit: 100 })).map(({ logins, addresses }) => [
    logins[0],
    addresses.map(({ email, verified }) => `${email}${verified ? ' verified' : ''}`),
  ])

describe.each(databases)('an import into %s', (_, create) => {
  const open = sharePeople(create)

  it('keeps people with all their addresses, none of them verified', async () => {
    const opened = open()
    const summary = await importInto(opened.store, [
      user(3, 'mona-castell', { email: 'Mona@Example.com' }),
      email(1, 'mona@example.com'),
      email(2, 'm.castell@example.com'),
      userEmail(1, 3, 'mona@example.com'),
      userEmail(2, 3, 'm.castell@example.com'),
      userEmail(3, 3, 'third@example.com'),
    ])
    expect(await people(opened)).toEqual([
      ['mona-castell', ['Mona@Example.com', 'm.castell@example.com', 'third@example.com']],
    ])
    expect(summary.models).toEqual({
      'sentry.user': { inserted: 1, existing: 0, merged: 0, renamed: 0, skipped: 0 },
      'sentry.email': { inserted: 2, existing: 0, merged: 0, renamed: 0, skipped: 0 },
      'sentry.useremail': { inserted: 3, existing: 0, merged: 0, renamed: 0, skipped: 0 },
    })
    expect(summary.matchable).toBe(0)
  })

  it('leaves an address verified where its domain is trusted and the archive says so', async () => {
    const opened = open()
    const claimed = (pk: number, email: string, is_verified: boolean) => ({
      model: 'sentry.useremail',
      pk,
      fields: { user: 1, email, is_verified },
    })
    const rows = [
      user(1, 'mona', { email: 'mona@example.com' }),
      claimed(1, 'MONA@EXAMPLE.COM', true),
      claimed(2, 'mona@example.org', true),
      claimed(3, 'other@example.com', false),
      claimed(4, 'mona@sub.example.com', true),
    ]
    const summary = await importInto(opened.store, rows, { domains: ['Example.com'] })
    expect(await people(opened)).toEqual([
      ['mona', ['mona@example.com verified', 'mona@example.org', 'mona@sub.example.com', 'other@example.com']],
    ])
    expect(summary.matchable).toBe(1)
  })

  it('counts who can be matched by the rules of the config', async () => {
    const { store } = open()
    const rows = [user(1, 'mona'), user(2, 'gone', { is_active: false }), user(3, 'none', { email: '' })]
    expect(await importInto(store, rows, { dryRun: true })).toMatchObject({ matchable: 0 })
    expect(await importInto(store, rows, { dryRun: true, match: 'any' })).toMatchObject({ matchable: 1 })
    expect(await importInto(store, rows, { dryRun: true, domains: ['example.com'] })).toMatchObject({ matchable: 1 })
    // Only people.domains is asked again at each match.
    expect(await importInto(store, rows, { dryRun: true, trusted: ['example.com'] })).toMatchObject({ matchable: 0 })
    const claimed = [...rows, userEmail(1, 1, 'mona@example.com')]
    expect(await importInto(store, claimed, { dryRun: true, trusted: ['example.com'] })).toMatchObject({ matchable: 1 })
  })

  it('gives a person whose login is taken another one, also where only the letter case differs', async () => {
    const opened = open()
    await importInto(opened.store, [user(1, 'Owner', { email: 'first@example.com' })])
    const summary = await importInto(opened.store, [
      user(7, 'owner', { email: 'second@example.com' }),
      userEmail(1, 7, 'second@example.com'),
      option(1, 7, 'theme', 'dark'),
    ])
    const [first, second] = await people(opened)
    expect(first).toEqual(['Owner', ['first@example.com']])
    expect(second?.[0]).toMatch(/^owner-[a-z0-9]{2,3}$/)
    expect(second?.[1]).toEqual(['second@example.com'])
    expect(summary.models['sentry.user']).toMatchObject({ renamed: 1, inserted: 0 })
    expect(summary.models['sentry.useremail']).toMatchObject({ inserted: 1 })
    expect(await countRows(opened.database)).toMatchObject({ people: 2, person_options: 1 })
  })

  it('merges them where that is asked for: what is there stays as it was', async () => {
    const opened = open()
    await importInto(opened.store, [user(1, 'owner', { name: 'First', email: 'first@example.com' })])
    const summary = await importInto(
      opened.store,
      [
        user(7, 'OWNER', { name: 'Second', email: 'second@example.com' }),
        email(1, 'second@example.com'),
        userEmail(1, 7, 'second@example.com'),
        option(1, 7, 'theme', 'dark'),
      ],
      { merge: true },
    )
    expect(await opened.store.findPerson('owner')).toMatchObject({ name: 'First', logins: ['owner'] })
    expect(await people(opened)).toEqual([['owner', ['first@example.com']]])
    expect(summary.models['sentry.user']).toMatchObject({ merged: 1 })
    expect(summary.models['sentry.email']).toMatchObject({ inserted: 1 })
    expect(summary.skipped).toEqual([
      { model: 'sentry.useremail', pk: 1, reason: 'belongs to somebody who was merged, and keeps what they have' },
      { model: 'sentry.useroption', pk: 1, reason: 'belongs to somebody who was merged, and keeps what they have' },
    ])
  })

  it('finds a free login however many are taken', async () => {
    const opened = open()
    const rows = Array.from({ length: 300 }, (_, index) => user(index + 1, 'same', { email: '' }))
    const summary = await importInto(opened.store, rows)
    expect(summary.models['sentry.user']).toMatchObject({ inserted: 1, renamed: 299 })
    const logins = (await opened.store.list({ limit: 1000 })).map(({ logins }) => logins[0])
    expect(new Set(logins).size).toBe(300)
    for (const login of logins) expect(login).toMatch(/^same(-([a-z0-9]{2,3}|[a-z0-9]{5}))?$/)
  })

  it('cuts a long login so that the new one fits', async () => {
    const opened = open()
    const long = 'x'.repeat(128)
    await importInto(opened.store, [user(1, long, { email: '' }), user(2, long, { email: '' })])
    const renamed = (await opened.store.list({ limit: 10 })).find(({ logins }) => logins[0] !== long)
    expect(renamed?.logins[0]).toMatch(/^x+-[a-z0-9]{2,3}$/)
    expect(renamed?.logins[0]).toHaveLength(128)
  })

  it('skips and reports what points at nothing, instead of dropping it', async () => {
    const { store } = open()
    const summary = await importInto(store, [
      user(1, 'mona'),
      option(1, 1, 'theme', 'dark'),
      option(2, 1, 'theme', 'light'),
      option(3, 1, 'alerts', true, { project: 5 }),
      option(4, 1, 'alerts', true, { organization: 4 }),
      option(5, 9, 'alerts', true),
      userEmail(1, 9, 'nobody@example.com'),
    ])
    expect(summary.skipped.map(({ model, pk, reason }) => `${model.slice(7)} ${pk} ${reason}`)).toEqual([
      'useroption 2 is there already',
      'useroption 3 points at something that was not imported',
      'useroption 4 points at something that was not imported',
      'useroption 5 points at something that was not imported',
      'useremail 1 points at something that was not imported',
    ])
  })

  it('of chosen people brings nobody else, and each address once', async () => {
    const opened = open()
    const rows = [
      user(1, 'mona', { email: 'mona@example.com' }),
      user(2, 'idris', { email: 'shared@example.com' }),
      user(3, 'yuki', { email: 'shared@example.com' }),
      email(1, 'mona@example.com'),
      email(2, 'shared@example.com'),
      userEmail(1, 1, 'mona@example.com'),
      userEmail(2, 2, 'shared@example.com'),
      userEmail(3, 3, 'shared@example.com'),
    ]
    const summary = await importInto(opened.store, rows, { usernames: parseNames(' Idris ,yuki, nobody') })
    expect(summary.unknown).toEqual(['nobody'])
    expect((await people(opened)).map(([login]) => login)).toEqual(['idris', 'yuki'])
    expect(await countRows(opened.database)).toMatchObject({ people: 2, addresses: 1 })
    const nobody = await importInto(opened.store, rows, { usernames: parseNames('') })
    expect(nobody.models['sentry.user']).toMatchObject({ inserted: 0, skipped: 3 })
  })

  it('of one chosen person brings one person with one address, in chunks that count the others too', async () => {
    const opened = open()
    const all = [1, 2, 3]
    const rows = [
      ...all.map((pk) => user(pk, `user-${pk}`)),
      ...all.map((pk) => email(pk, `user-${pk}@example.com`)),
      ...all.map((pk) => userEmail(pk, pk, `user-${pk}@example.com`)),
    ]
    const { id } = await importInto(opened.store, rows, { usernames: parseNames('user-2') })
    expect(await people(opened)).toEqual([['user-2', ['user-2@example.com']]])
    expect(await countRows(opened.database)).toMatchObject({ people: 1, addresses: 1, person_addresses: 1 })
    const { chunks } = (await opened.store.findImport(id))!
    expect(chunks).toHaveLength(3)
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ firstOrdinal: 1, lastOrdinal: 3, outcomes: { inserted: 1, skipped: 2 } })
    }
  })

  it('of chosen organizations brings their members only', async () => {
    const opened = open()
    const rows = [
      organization(1, 'acme'),
      organization(2, 'globex'),
      ...[1, 2, 3].map((pk) => user(pk, `user-${pk}`)),
      ...[1, 2, 3].map((pk) => email(pk, `user-${pk}@example.com`)),
      ...[1, 2, 3].map((pk) => userEmail(pk, pk, `user-${pk}@example.com`)),
      member(1, 1, 1),
      member(2, 2, 2),
      member(3, 2, null, { email: 'guest@example.com' }),
    ]
    const choose = (slugs: string) =>
      importInto(opened.store, rows, { scope: 'organization', slugs: parseNames(slugs) })
    const nobody = await choose(' ')
    expect(nobody.models).toMatchObject({ 'sentry.user': { inserted: 0, skipped: 3 } })
    expect(await countRows(opened.database)).toMatchObject({ organizations: 0, people: 0, addresses: 0, members: 0 })
    const some = await choose('Globex, initech')
    expect(some.unknown).toEqual(['initech'])
    expect(await people(opened)).toEqual([['user-2', ['user-2@example.com']]])
    expect(await countRows(opened.database)).toMatchObject({ organizations: 1, people: 1, addresses: 1, members: 2 })
    expect(await choose('initech,globex')).toMatchObject({ id: some.id, repeated: true })
  })

  it('of an empty archive touches nothing that is there', async () => {
    const opened = open()
    await importInto(opened.store, [user(1, 'mona')])
    const { imports: _before, ...before } = await dumpPeople(opened.database)
    const summary = await importInto(opened.store, [])
    expect(summary.models).toEqual({})
    const { imports: _after, ...after } = await dumpPeople(opened.database)
    expect(after).toEqual(before)
  })

  it('of organizations brings members, invitations, environments and releases', async () => {
    const opened = open()
    const release = (pk: number, organization: number, version: string) => ({
      model: 'sentry.release',
      pk,
      fields: { organization_id: organization, version, date_added: null, date_released: null },
    })
    const environment = (pk: number, organization: number, name: string) => ({
      model: 'sentry.environment',
      pk,
      fields: { organization_id: organization, name },
    })
    const summary = await importInto(
      opened.store,
      [
        organization(1, 'acme'),
        organization(2, 'Night_Harbor'),
        organization(3, '1234'),
        user(1, 'mona'),
        member(1, 1, 1, { role: 'owner' }),
        member(2, 1, null, { email: 'guest@example.org' }),
        member(3, 1, 77),
        member(4, 9, 1),
        environment(1, 1, 'production'),
        environment(2, 1, 'production'),
        environment(3, 2, 'production'),
        release(1, 1, 'web@1.0'),
        release(2, 2, 'web@1.0'),
        option(1, 1, 'alerts', true, { organization_id: 1 }),
      ],
      { scope: 'organization' },
    )
    expect(summary.models).toMatchObject({
      'sentry.organization': { inserted: 1, renamed: 2 },
      'sentry.organizationmember': { inserted: 2, skipped: 2 },
      'sentry.environment': { inserted: 2, existing: 1 },
      'sentry.release': { inserted: 2 },
      'sentry.useroption': { inserted: 1 },
    })
    const slugs = await opened.database.kysely
      .selectFrom('organization_slugs')
      .innerJoin('organizations', 'organizations.id', 'organization_slugs.organization')
      .select(['organization_slugs.slug', 'organizations.name'])
      .orderBy('organizations.id')
      .execute()
    expect(slugs).toEqual([
      { slug: 'acme', name: 'acme' },
      { slug: 'night-harbor', name: 'Night_Harbor' },
      { slug: expect.stringMatching(/^1234-[a-z0-9]{2}$/), name: '1234' },
    ])
  })

  it('gives an organization whose slug is taken another one, and reserves it', async () => {
    const opened = open()
    await importInto(opened.store, [organization(1, 'acme')], { scope: 'organization' })
    await importInto(opened.store, [organization(8, 'acme'), organization(9, 'ACME')], { scope: 'organization' })
    const slugs = await opened.database.kysely.selectFrom('organization_slugs').select('slug').orderBy('slug').execute()
    expect(slugs).toHaveLength(3)
    expect(slugs[0]?.slug).toBe('acme')
    for (const { slug } of slugs.slice(1)) expect(slug).toMatch(/^acme-[a-z0-9]{2,3}$/)
  })

  it('reserves no slugs where only people are imported', async () => {
    const opened = open()
    const summary = await importInto(opened.store, [organization(1, 'acme'), user(1, 'mona')])
    expect(summary.models['sentry.organization']).toMatchObject({ skipped: 1 })
    expect(await countRows(opened.database)).toMatchObject({ organizations: 0, organization_slugs: 0, people: 1 })
  })

  it('tells of every row in the event stream, and names no address there', async () => {
    const opened = open()
    await importInto(
      opened.store,
      [organization(1, 'acme'), user(1, 'mona'), member(1, 1, 1), email(1, 'mona@example.com'), email(2, '')],
      { scope: 'organization' },
    )
    const entries = await opened.events.list({ kind: 'import', after: 0 })
    expect(entries.map(({ message }) => message)).toEqual([
      'sentry.organization 1 inserted as acme',
      'sentry.user 1 inserted as mona',
      'sentry.organizationmember 1 inserted',
      'sentry.email 1 inserted',
      'sentry.email 2 skipped: empty-address',
    ])
    expect(entries.map(({ organization }) => organization)).toEqual(['acme', null, 'acme', null, null])
    expect(entries[1]).toMatchObject({ actor: 'test', outcome: 'inserted', changes: [], requestIds: [] })
    expect(entries[1]?.details).toMatchObject({ model: 'sentry.user', pk: 1, id: expect.any(Number) })
    expect(JSON.stringify(entries)).not.toContain('@')
  })

  it('is done once, however often it is asked for', async () => {
    const opened = open()
    const rows = [user(1, 'mona'), user(2, 'mona'), userEmail(1, 1, 'mona@example.com')]
    const first = await importInto(opened.store, rows)
    const before = await dumpPeople(opened.database)
    const second = await importInto(opened.store, rows)
    expect(await dumpPeople(opened.database)).toEqual(before)
    expect(second).toMatchObject({ id: first.id, repeated: true })
    expect(second.models['sentry.user']).toEqual({ inserted: 0, existing: 2, merged: 0, renamed: 0, skipped: 0 })
  })

  it('is another one with other choices', async () => {
    const { store } = open()
    const rows = [user(1, 'mona')]
    const ids = new Set<string>()
    const choices = [{}, { merge: true }, { scope: 'organization' }, { trusted: ['example.com'] }] as const
    for (const choice of choices) ids.add((await importInto(store, rows, { ...choice, dryRun: true })).id)
    for (const names of ['mona', 'idris']) {
      ids.add((await importInto(store, rows, { usernames: parseNames(names), dryRun: true })).id)
    }
    for (const slugs of ['acme', 'globex']) {
      ids.add((await importInto(store, rows, { scope: 'organization', slugs: parseNames(slugs), dryRun: true })).id)
    }
    expect(ids.size).toBe(8)
    expect(ids).toContain((await importInto(store, rows, { domains: ['example.com'], dryRun: true })).id)
  })

  it('that races with the same import ends with one of them, and both answer alike', async () => {
    const target = await create()
    const [one, other] = [await openPeople(target), await openPeople(target)]
    const rows = Array.from({ length: 50 }, (_, index) => user(index + 1, `person-${index}`))
    const summaries = await Promise.all([importInto(one.store, rows), importInto(other.store, rows)])
    expect(summaries.map(({ repeated }) => repeated).sort()).toEqual([false, true])
    expect(summaries[0]?.id).toBe(summaries[1]?.id)
    expect(await countRows(one.database)).toMatchObject({ people: 50, imports: 1, import_chunks: 1, events: 50 })
  })

  it('tells its story in chunks of one model', async () => {
    const { store } = open()
    const rows = [
      ...Array.from({ length: 400 }, (_, index) => user(index + 5, `person-${index}`, { email: '' })),
      email(3, 'one@example.com'),
      email(4, ''),
    ]
    const { id } = await importInto(store, rows)
    const { chunks, ...about } = (await store.findImport(id))!
    expect(about).toMatchObject({ scope: 'user', actor: 'test', summary: { matchable: 0 } })
    expect(chunks.map(({ firstId: _first, lastId: _last, ...chunk }) => chunk)).toEqual([
      {
        model: 'sentry.email',
        firstOrdinal: 1,
        lastOrdinal: 2,
        firstPk: 3,
        lastPk: 4,
        outcomes: { inserted: 1, skipped: 1 },
      },
      {
        model: 'sentry.user',
        firstOrdinal: 1,
        lastOrdinal: 250,
        firstPk: 5,
        lastPk: 254,
        outcomes: { inserted: 250 },
      },
      {
        model: 'sentry.user',
        firstOrdinal: 251,
        lastOrdinal: 400,
        firstPk: 255,
        lastPk: 404,
        outcomes: { inserted: 150 },
      },
    ])
    expect(chunks[1]!.lastId! - chunks[1]!.firstId!).toBe(249)
  })

  it('gives everything else in the process its turn, after each batch and while its end is written', async () => {
    let turns = 0
    let next = setImmediate(function count() {
      turns++
      next = setImmediate(count)
    })
    const rows = Array.from({ length: 6_000 }, (_, index) => email(index + 1, `person.${index}@example.com`))
    const turnsAt: number[] = []
    await importInto(open().store, rows, { onRows: () => turnsAt.push(turns) })
    clearImmediate(next)
    expect(turnsAt).toHaveLength(24)
    expect(new Set(turnsAt).size).toBe(24)
    // One after the last batch, and one after each 5,000 entries of the event stream.
    expect(turns - turnsAt.at(-1)!).toBeGreaterThanOrEqual(3)
  })

  it('tried out writes nothing', async () => {
    const opened = open()
    const summary = await importInto(opened.store, [user(1, 'mona')], { dryRun: true })
    expect(summary.models['sentry.user']).toMatchObject({ inserted: 1 })
    expect(Object.values(await countRows(opened.database)).every((count) => count === 0)).toBe(true)
  })

  const bad: [string, unknown, string][] = [
    ['an unknown model', { model: 'sentry.paperclip', pk: 1, fields: {} }, 'archive-model-unknown'],
    ['a bad row', user(9, 'x'.repeat(129)), 'archive-record-bad'],
    ['an unknown time zone', option(1, 1, 'timezone', 'MiddleEarth/Gondor'), 'archive-record-bad'],
    ['a row that stands twice', user(1, 'again'), 'archive-record-bad'],
    ['no row at all', 5, 'archive-not-json'],
  ]
  it.each(bad)('with %s keeps nothing, not even the rows before it', async (_, row, code) => {
    const opened = open()
    const good = Array.from({ length: 300 }, (_, index) => user(index + 1, `person-${index}`))
    const error = await failureOf(importInto(opened.store, [...good, row]))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^[^\n]+\.$/)
    expect(Object.values(await countRows(opened.database)).every((count) => count === 0)).toBe(true)
    // The store is as usable as before.
    await importInto(opened.store, jsonBytes([user(1, 'mona')]))
    expect(await opened.store.count()).toBe(1)
  })
})
