import { describe, expect, it } from 'vitest'
import { useAzure } from './stage.ts'

const start = useAzure()
const SUPPRESS = { 'x-tfs-fedauthredirect': 'Suppress' }

describe('api versions', () => {
  it.each([
    ['services', '', 'VssVersionNotSpecifiedException'],
    ['services', '7.2', 'VssInvalidPreviewVersionException'],
    ['services', '8.0', 'VssVersionOutOfRangeException'],
    ['services', 'latest', 'VssInvalidApiResourceVersionException'],
    ['2022', '7.1', 'VssVersionOutOfRangeException'],
    ['2019', '5.1', 'VssVersionOutOfRangeException'],
  ] as const)('on %s a write under "%s" is refused', async (version, api, typeKey) => {
    const { call } = await start({ version })
    const answer = await call('PATCH', `/_apis/wit/workitems/1${api && `?api-version=${api}`}`, {
      body: [{ op: 'add', path: '/fields/System.Title', value: 'x' }],
    })
    expect([answer.status, answer.body['typeKey']]).toEqual([400, typeKey])
  })

  it('are echoed, whether they came in the query or in Accept, and are optional for reading', async () => {
    const { call } = await start()
    const typeOf = async (path: string, headers = {}) =>
      (await call('GET', path, { headers })).headers.get('content-type')
    expect(await typeOf('/_apis/projects?api-version=5.0')).toBe('application/json; charset=utf-8; api-version=5.0')
    expect(await typeOf('/_apis/projects', { accept: 'application/json;api-version=6.0' })).toBe(
      'application/json; charset=utf-8; api-version=6.0',
    )
    expect(await typeOf('/_apis/projects')).toBe('application/json; charset=utf-8; api-version=7.1')
    expect((await call('GET', '/_apis/connectionData?api-version=7.1')).body['typeKey']).toBe(
      'VssInvalidPreviewVersionException',
    )
    expect(
      (await call('GET', '/_apis/connectionData?api-version=7.1-preview')).body['authenticatedUser']
        .providerDisplayName,
    ).toBe('Lockstep Sync')
  })

  it('can be those of a later update of a Server', async () => {
    const { call } = await start({ version: '2022', switches: { maxVersion: '7.1' } })
    expect((await call('GET', '/_apis/wit/workitems/1?api-version=7.1')).status).toBe(200)
  })
})

describe('signing in', () => {
  it('fails with 401 when redirects are suppressed and with a way to the sign-in page otherwise', async () => {
    const { call } = await start()
    const plain = await call('GET', '/_apis/projects', { pat: 'wrong', headers: SUPPRESS })
    expect([plain.status, plain.body['typeKey']]).toEqual([401, 'UnauthorizedRequestException'])
    const sent = await call('GET', '/_apis/projects', { pat: 'wrong' })
    expect(sent.status).toBe(302)
    expect(sent.headers.get('location')).toMatch(/_signin/)
  })

  it('may end on a page with status 203', async () => {
    const { call } = await start({ switches: { signIn: 'page203' } })
    const answer = await call('GET', '/_apis/projects', { pat: 'wrong' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([203, 'text/html; charset=utf-8'])
  })

  it('tells an expired token, and holds a token to its scopes', async () => {
    const { call } = await start()
    expect((await call('GET', '/_apis/projects', { pat: 'ado_sandbox_pat_expired' })).body['message']).toMatch(
      /expired/,
    )
    const write = (pat: string) =>
      call('PATCH', '/_apis/wit/workitems/1?api-version=7.1', {
        pat,
        body: [{ op: 'add', path: '/fields/System.Title', value: 'x' }],
      })
    expect((await write('ado_sandbox_pat_readonly')).status).toBe(403)
    expect((await write('ado_sandbox_pat_work')).status).toBe(200)
    expect((await call('GET', '/_vssps/contoso/_apis/graph/users', { pat: 'ado_sandbox_pat_work' })).status).toBe(403)
  })

  it('works with Entra, by secret or by workload identity', async () => {
    const { server, call } = await start()
    const client = [...server.world.apps.keys()][0]!
    const ask = (form: Record<string, string>) =>
      fetch(`${server.url}/_login/tenant/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: client,
          scope: '499b84ac-1321-427f-aa17-267ca6975798/.default',
          ...form,
        }),
      })
    expect((await ask({ client_secret: 'wrong' })).status).toBe(401)
    const bySecret = (await (await ask({ client_secret: 'ado_sandbox_secret' })).json()) as { access_token: string }
    const bearer = { authorization: `Bearer ${bySecret.access_token}` }
    expect((await call('GET', '/_apis/projects', { headers: bearer })).status).toBe(200)
    const jwt = [
      '{"alg":"none"}',
      JSON.stringify({ aud: 'api://AzureADTokenExchange', iss: 'https://token.example.com' }),
      'signature',
    ]
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.')
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt,
    }
    expect((await ask(assertion)).status).toBe(200)
    server.clock.advance(2 * 3_600_000)
    expect((await call('GET', '/_apis/projects', { headers: { ...bearer, ...SUPPRESS } })).status).toBe(401)
  })

  it('hides an item nobody may read behind the 404 of one that does not exist', async () => {
    const { server, call } = await start()
    server.acts.setReadable({ id: 1, readable: false })
    const answer = await call('GET', '/_apis/wit/workitems/1?api-version=7.1')
    expect([answer.status, answer.body['message']]).toEqual([
      404,
      'TF401232: Work item 1 does not exist, or you do not have permissions to read it.',
    ])
  })
})

describe('limits', () => {
  it('delay first, with 200 and the headers that say so, and block later', async () => {
    const { call } = await start({ switches: { limits: { units: 5, delayMs: 20 } } })
    const answers = []
    for (let n = 0; n < 11; n++) answers.push(await call('GET', '/_apis/projects'))
    expect(answers[0]!.headers.get('x-ratelimit-limit')).toBeNull()
    expect(answers[4]!.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(answers[4]!.headers.get('x-ratelimit-delay')).toBeNull()
    expect(answers[5]!.status).toBe(200)
    expect(answers[5]!.headers.get('x-ratelimit-delay')).toBe('0.020')
    expect(Number(answers[5]!.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answers[10]!.status).toBe(429)
    expect(answers[10]!.body['message']).toMatch(/^TF400733/)
  })

  it('are off unless switched on', async () => {
    const { call } = await start()
    expect((await call('GET', '/_apis/projects')).headers.get('x-ratelimit-limit')).toBeNull()
  })
})

describe('places', () => {
  it('of identities, graph and entitlements are told by the resource areas', async () => {
    const { server, call } = await start()
    const area = await call(
      'GET',
      '/_apis/resourceAreas/bb1e7ec9-e901-4b68-999a-de7012b920f8?api-version=7.1-preview.1',
    )
    expect(area.body['locationUrl']).toBe(`${server.url}/_vssps/contoso/`)
    expect((await call('GET', `${area.body['locationUrl']}_apis/graph/users?api-version=7.1-preview.1`)).status).toBe(
      200,
    )
  })

  it('of a Server are one', async () => {
    const { server, call } = await start({ version: '2022' })
    expect(server.collectionUrl).toMatch(/\/tfs\/DefaultCollection$/)
    expect((await call('GET', '/_apis/resourceAreas?api-version=7.0-preview.1')).body).toEqual({
      count: 0,
      value: null,
    })
  })

  it('that do not exist are told in plain text', async () => {
    const { call } = await start()
    const answer = await call('GET', '/_apis/wit/nothing?api-version=7.1')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
    expect(decodeURIComponent(answer.headers.get('x-tfs-serviceerror')!)).toBe(answer.text)
    expect(answer.headers.get('activityid')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('of projects come in pages', async () => {
    const { call } = await start({ switches: { projectPageSize: 3 } })
    const first = await call('GET', '/_apis/projects?api-version=7.1')
    const next = await call(
      'GET',
      `/_apis/projects?continuationToken=${first.headers.get('x-ms-continuationtoken')}&api-version=7.1`,
    )
    expect([first.body['count'], next.body['count'], next.headers.get('x-ms-continuationtoken')]).toEqual([3, 1, null])
    const skipped = await call('GET', '/_apis/projects?stateFilter=WellFormed&$skip=1&$top=2&api-version=4.1')
    expect(skipped.body['value'].map((each: { name: string }) => each.name)).toEqual(['FabrikamAgile', 'FabrikamScrum'])
  })
})

describe('the levers', () => {
  it('play acts, tell the state and start over', async () => {
    const { server, call } = await start()
    const acted = await call('POST', `${server.url}/_sandbox/act`, {
      body: { do: 'moveToProject', id: 1, project: 'FabrikamScrum', type: 'Task', as: 'ada.byron@example.com' },
    })
    expect(acted.body).toMatchObject({ id: 1, project: 'FabrikamScrum', state: 'To Do' })
    await call('POST', `${server.url}/_sandbox/act`, { body: { do: 'setParent', id: 1, parent: 6 } })
    await call('POST', `${server.url}/_sandbox/act`, { body: { do: 'addTag', id: 1, tag: 'moved' } })
    const item = await call('GET', '/_apis/wit/workitems/1?api-version=7.1')
    expect(item.body['fields']).toMatchObject({ 'System.Parent': 6, 'System.Tags': 'moved; regression; sign-in' })
    await call('POST', `${server.url}/_sandbox/reset`, { body: { seed: 'empty' } })
    expect(server.world.items.size).toBe(0)
    expect((await call('GET', '/_apis/projects')).body['count']).toBe(4)
  })

  it('bend types: a custom state, a required field, a forbidden move', async () => {
    const { server, call } = await start()
    server.acts.addState({ project: 'Fabrikam', type: 'Task', name: 'In Review', category: 'InProgress' })
    server.acts.addField({ referenceName: 'Custom.Team', name: 'Team' })
    server.acts.setRule({ project: 'Fabrikam', type: 'Task', field: 'Custom.Team', required: true })
    server.acts.forbidMove({ project: 'Fabrikam', type: 'Issue', from: 'To Do', to: 'Done' })
    const states = await call('GET', '/Fabrikam/_apis/wit/workitemtypes/Task/states?api-version=7.1')
    expect(states.body['value'].map((each: { name: string }) => each.name)).toEqual([
      'To Do',
      'Doing',
      'In Review',
      'Done',
    ])
    const make = (fields: object[]) =>
      call('POST', '/Fabrikam/_apis/wit/workitems/$Task?api-version=7.1', {
        body: [{ op: 'add', path: '/fields/System.Title', value: 'x' }, ...fields],
      })
    expect((await make([])).body['message']).toBe(
      'TF401320: Rule Error for field Team. Error code: Required, InvalidEmpty.',
    )
    expect((await make([{ op: 'add', path: '/fields/Custom.Team', value: 'Red' }])).status).toBe(200)
    expect(
      (
        await call('PATCH', '/_apis/wit/workitems/1?api-version=7.1', {
          body: [{ op: 'add', path: '/fields/System.State', value: 'Done' }],
        })
      ).status,
    ).toBe(400)
  })
})
