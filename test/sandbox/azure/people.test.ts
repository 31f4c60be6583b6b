import { describe, expect, it } from 'vitest'
import { useAzure } from './stage.ts'

const start = useAzure()
const assign = (value: unknown) => [{ op: 'add', path: '/fields/System.AssignedTo', value }]
const ITEM = '/_apis/wit/workitems/2?api-version=7.1'

describe('assigning', () => {
  it.each([
    ['a mail', 'GRACE.murray@example.com', 'Grace Murray'],
    ['a mail that is not the sign-in name', 'hedy.kiesler@example.com', 'Hedy Kiesler'],
    ['a sign-in name', 'hkiesler@corp.example.com', 'Hedy Kiesler'],
    ['a name with a mail', 'Grace Murray <grace.murray@example.com>', 'Grace Murray'],
    ['a name with a mail and no blank', 'Grace Murray<grace.murray@example.com>', 'Grace Murray'],
    ['a unique name', 'Grace Murray', 'Grace Murray'],
    ['an identity', { uniqueName: 'grace.murray@example.com' }, 'Grace Murray'],
    ['a stakeholder', 'linus.holm@example.com', 'Linus Holm'],
  ])('takes %s', async (_, value, name) => {
    const { call } = await start()
    const answer = await call('PATCH', ITEM, { body: assign(value) })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body['fields']['System.AssignedTo'].displayName).toBe(name)
  })

  it.each([
    ['a stranger', 'nobody@example.com'],
    ['a directory account that was never added', 'katherine.cole@example.com'],
    ['somebody whose access was removed', 'margaret.stein@example.com'],
  ])('refuses %s', async (_, value) => {
    const { call } = await start()
    const answer = await call('PATCH', ITEM, { body: assign(value) })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      message: `The identity value '${value}' for field 'Assigned To' is an unknown identity.`,
      customProperties: { ReferenceName: 'System.AssignedTo' },
    })
  })

  it('refuses a bare identity id', async () => {
    const { server, call } = await start()
    const id = [...server.world.people.keys()][1]
    expect((await call('PATCH', ITEM, { body: assign(id) })).body['message']).toMatch(/unknown identity/)
  })

  it('may still know people whose access was removed', async () => {
    const { call } = await start({ switches: { removedAreUnknown: false } })
    expect((await call('PATCH', ITEM, { body: assign('margaret.stein@example.com') })).status).toBe(200)
  })

  it('refuses a name that two people have', async () => {
    const { server, call } = await start()
    server.acts.addPerson({ displayName: 'Grace Murray', mail: 'other.grace@example.com' })
    expect((await call('PATCH', ITEM, { body: assign('Grace Murray') })).status).toBe(400)
  })

  it('keeps any text when rules are bypassed', async () => {
    const { call } = await start()
    const answer = await call('PATCH', `${ITEM}&bypassRules=true`, { body: assign('Somebody Else') })
    expect(answer.body['fields']['System.AssignedTo']).toBe('Somebody Else')
  })

  it('shows DOMAIN\\user on a Server, and takes it', async () => {
    const { call } = await start({ version: '2022' })
    const answer = await call('PATCH', '/_apis/wit/workitems/2?api-version=7.0', {
      body: assign('FABRIKAM\\grace.murray'),
    })
    expect(answer.body['fields']['System.AssignedTo'].uniqueName).toBe('FABRIKAM\\grace.murray')
  })
})

describe('the directory of Services', () => {
  const GRAPH = '/_vssps/contoso/_apis/graph/users?api-version=7.1-preview.1'

  it('is read page by page with a token in a header', async () => {
    const { call } = await start({ switches: { graphPageSize: 4 } })
    const first = await call('GET', GRAPH)
    const token = first.headers.get('x-ms-continuationtoken')!
    const second = await call('GET', `${GRAPH}&continuationToken=${encodeURIComponent(token)}`)
    expect(second.headers.get('x-ms-continuationtoken')).toBeNull()
    const people = [...first.body['value'], ...second.body['value']] as { mailAddress: string; displayName: string }[]
    expect(people.map(({ mailAddress }) => mailAddress)).toEqual([
      'lockstep@example.com',
      'Ada.Byron@example.com',
      'grace.murray@example.com',
      'hedy.kiesler@example.com',
      'linus.holm@example.com',
      '',
    ])
  })

  it('is searched by the start of a name or mail', async () => {
    const { call } = await start()
    const found = await call('POST', '/_vssps/contoso/_apis/graph/subjectquery?api-version=7.1-preview.1', {
      body: { query: 'byr', subjectKind: ['User'] },
    })
    expect(found.body['value']).toMatchObject([{ displayName: 'Ada Byron' }])
  })

  it('tells entitlements, filtered by name', async () => {
    const { call } = await start()
    const found = await call(
      'GET',
      "/_vsaex/contoso/_apis/userentitlements?$filter=name eq 'linus'&api-version=7.1-preview.4",
    )
    expect(found.body['items']).toMatchObject([
      { user: { mailAddress: 'linus.holm@example.com' }, accessLevel: { licenseDisplayName: 'Stakeholder' } },
    ])
    const old = await call(
      'GET',
      "/_vsaex/contoso/_apis/userentitlements?$filter=name eq 'linus'&api-version=5.0-preview.2",
    )
    expect(old.body['members']).toHaveLength(1)
  })
})

describe('identities', () => {
  it.each([
    ['services', '/_vssps/contoso/_apis/identities', '7.1'],
    ['2022', '/_apis/identities', '7.0'],
  ] as const)('are found by mail on %s, and the removed are not said to be active', async (version, path, api) => {
    const { call } = await start({ version })
    const read = (mail: string) =>
      call('GET', `${path}?searchFilter=MailAddress&filterValue=${mail}&api-version=${api}`)
    expect((await read('ada.byron@example.com')).body['value']).toMatchObject([
      { isActive: true, properties: { Mail: { $value: 'Ada.Byron@example.com' } } },
    ])
    const removed = (await read('margaret.stein@example.com')).body['value'] as object[]
    expect(removed).toHaveLength(1)
    expect(removed[0]).not.toHaveProperty('isActive')
  })

  it('have no graph and no entitlements on a Server', async () => {
    const { call } = await start({ version: '2022' })
    expect((await call('GET', '/_apis/graph/users?api-version=7.0-preview.1')).status).toBe(404)
    expect((await call('GET', '/_apis/userentitlements?api-version=7.0-preview.3')).status).toBe(404)
  })
})
