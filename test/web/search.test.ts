import { describe, expect, it, onTestFinished } from 'vitest'
import { createSearchRoutes } from '../../src/web/search.ts'
import { openAzure } from '../trackers/azure/stage.ts'
import { openJira } from '../trackers/jira/stage.ts'

const TOKEN = 'a-token-of-some-length'

async function open() {
  const [jira, azure] = [await openJira({ seed: 'small' }), await openAzure({ seed: 'small' })]
  onTestFinished(async () => void (await Promise.all([jira.close(), azure.close()])))
  const routes = createSearchRoutes({
    token: TOKEN,
    async findConnection(organization, connection) {
      if (organization !== 'acme') return undefined
      if (connection === 'jira') return { tracker: jira.tracker, project: 'PLAT', name: 'Jira' }
      return connection === 'boards' ? { tracker: azure.tracker, project: 'Fabrikam', name: 'Azure DevOps' } : undefined
    },
  })
  async function ask(
    query: Record<string, string>,
    { connection = 'jira', organization = 'acme', token = TOKEN } = {},
  ) {
    const path = `/api/organizations/${organization}/connections/${connection}/search?${new URLSearchParams(query)}`
    const reply = await routes.request(path, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
  const requests = () => jira.server.journal.entries.map(({ path }) => path)
  return { ask, jira, azure, requests }
}

describe('a search', () => {
  it('is for who has the token, and for nobody where none is set', async () => {
    const { ask, requests } = await open()
    for (const token of ['', 'another', `${TOKEN}x`])
      expect((await ask({ field: 'assignee' }, { token })).status).toBe(401)
    const closed = createSearchRoutes({ token: null, findConnection: async () => undefined })
    const headers = { authorization: 'Bearer null' }
    expect((await closed.request('/api/organizations/a/connections/b/search', { headers })).status).toBe(401)
    expect(requests()).toEqual([])
  })

  it('in a connection that is not there is 404 without a body', async () => {
    const { ask } = await open()
    expect(await ask({}, { connection: 'other' })).toEqual({ status: 404, body: null })
    expect(await ask({}, { organization: 'other' })).toEqual({ status: 404, body: null })
  })

  it('asks for the field, and then for the query', async () => {
    const { ask, requests } = await open()
    const required = (name: string) => ({ status: 400, body: { detail: `${name} is a required parameter` } })
    expect(await ask({ query: 'x' })).toEqual(required('field'))
    expect(await ask({})).toEqual(required('field'))
    expect(await ask({ field: 'assignee' })).toEqual(required('query'))
    expect(await ask({ field: 'assignee', query: '' })).toEqual(required('query'))
    expect(requests()).toEqual([])
  })
})

describe('a search for people in Jira', () => {
  it.each(['assignee', 'reporter'])('labels a choice of %s with name, address and login', async (field) => {
    const { ask } = await open()
    expect(await ask({ field, query: 'ben', project: 'PLAT' })).toEqual({
      status: 200,
      body: [{ value: 'ben', label: 'Ben Ruiz - ben@example.com (ben)' }],
    })
  })

  it('leaves a hidden address out of the label', async () => {
    const { ask } = await open()
    expect((await ask({ field: 'assignee', query: 'cleo' })).body).toEqual([
      { value: 'cleo', label: 'Cleo Hidden (cleo)' },
    ])
  })

  it('turns the id of a project into its key, by a list that is kept', async () => {
    const { ask, jira } = await open()
    const id = [...jira.server.world.projects.values()].find(({ key }) => key === 'OPS')!.id
    for (const query of ['ben', 'ada']) await ask({ field: 'assignee', query, project: id })
    const sent = jira.server.journal.entries
    expect(sent.filter(({ path }) => path.endsWith('/rest/api/2/project'))).toHaveLength(1)
    expect(JSON.stringify(sent.filter(({ path }) => path.includes('assignable')))).toMatch(/OPS/)
    expect(await ask({ field: 'assignee', query: 'ben', project: '99999' })).toEqual({ status: 200, body: [] })
  })

  it('asks once for the same question within four minutes', async () => {
    const { ask, requests, jira } = await open()
    const searches = () => requests().filter((path) => path.includes('assignable')).length
    for (let time = 0; time < 3; time++) await ask({ field: 'assignee', query: 'ben' })
    expect(searches()).toBe(1)
    jira.server.clock.advance(241_000)
    await ask({ field: 'assignee', query: 'ben' })
    expect(searches()).toBe(2)
  })

  it('is 400 with one sentence when Jira fails', async () => {
    const { ask, jira } = await open()
    await ask({ field: 'assignee', query: 'warm up' })
    await jira.close()
    expect(await ask({ field: 'assignee', query: 'ben' })).toEqual({
      status: 400,
      body: { detail: 'Unable to fetch users from Jira' },
    })
  })
})

describe('a search for tickets', () => {
  it.each(['externalIssue', 'parent'])('in Jira finds %s by text and by key', async (field) => {
    const { ask } = await open()
    expect(await ask({ field, query: 'dark theme' })).toEqual({
      status: 200,
      body: [{ value: 'PLAT-2', label: '(PLAT-2) Add a dark theme' }],
    })
    expect((await ask({ field, query: 'plat-1' })).body).toEqual([
      { value: 'PLAT-1', label: '(PLAT-1) Login page does not load' },
    ])
  })

  it('in Jira cannot be made another query by quotes and backslashes', async () => {
    const { ask } = await open()
    for (const query of ['x\\" OR project = OPS OR text ~ "x', '" OR project = OPS OR text ~ "', 'x\\']) {
      expect(JSON.stringify((await ask({ field: 'externalIssue', query })).body)).not.toMatch(/\(OPS-/)
    }
    expect((await ask({ field: 'externalIssue', query: 'certificates' })).body).toEqual([
      { value: 'OPS-1', label: '(OPS-1) Renew the certificates' },
    ])
  })

  it('in Azure finds them by words of the title and by number', async () => {
    const { ask } = await open()
    const found = await ask({ field: 'externalIssue', query: 'password reset' }, { connection: 'boards' })
    expect(found).toEqual({
      status: 200,
      body: [
        {
          value: expect.any(String),
          label: expect.stringMatching(/^\(\d+\) Customers cannot sign in after a password/),
        },
      ],
    })
    const [first] = found.body as { value: string }[]
    expect(await ask({ field: 'parent', query: first!.value }, { connection: 'boards' })).toEqual(found)
  })

  it('is 400 when the tracker fails', async () => {
    const { ask, azure } = await open()
    await azure.close()
    expect((await ask({ field: 'externalIssue', query: 'x' }, { connection: 'boards' })).status).toBe(400)
  })
})

describe('other fields', () => {
  it('are suggested by Jira, without its bold letters', async () => {
    const { ask } = await open()
    expect(await ask({ field: 'labels', query: 'log' })).toEqual({
      status: 200,
      body: [{ value: 'login', label: 'login' }],
    })
  })

  it('of one’s own are asked for by number, in Jira’s way of writing it', async () => {
    const { ask, jira } = await open()
    await ask({ field: 'customfield_123', query: 'x' })
    expect(decodeURIComponent(JSON.stringify(jira.server.journal.entries.at(-1)))).toContain('cf[123]')
  })

  it('are 400 when Jira fails, and where there are none', async () => {
    const { ask, jira } = await open()
    await jira.close()
    expect(await ask({ field: 'labels', query: 'x' })).toEqual({
      status: 400,
      body: { detail: 'Unable to fetch autocomplete for labels from Jira' },
    })
    expect((await ask({ field: 'tags', query: 'x' }, { connection: 'boards' })).status).toBe(400)
  })

  it('people of Azure are found too', async () => {
    const { ask } = await open()
    expect((await ask({ field: 'assignee', query: 'grace' }, { connection: 'boards' })).body).toEqual([
      expect.objectContaining({ label: expect.stringContaining('Grace Murray - grace.murray@example.com') }),
    ])
  })
})
