import { describe, expect, it } from 'vitest'
import { measureComputing, measureSlowness } from '../../slowness.ts'
import { useAzure } from './stage.ts'

const start = useAzure()
const FEED = '/_apis/wit/reporting/workitemrevisions?api-version=7.1'
interface Value {
  readonly id: number
  readonly rev: number
  readonly fields: Record<string, unknown>
}
const marks = (values: readonly Value[]) => values.map(({ id, rev }) => `${id}.${rev}`)

describe('the feed of revisions', () => {
  it('is left and taken up again with its token', async () => {
    const { server, call } = await start({ switches: { reportingPageSize: 5 } })
    const first = await call('GET', FEED)
    expect(first.body).toMatchObject({ isLastBatch: false })
    const second = await call('GET', first.body['nextLink'])
    expect(second.body['isLastBatch']).toBe(true)
    expect(marks([...first.body['values'], ...second.body['values']])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((id) => `${id}.1`),
    )
    const rest = () => call('GET', `${FEED}&continuationToken=${second.body['continuationToken']}`)
    expect((await rest()).body).toMatchObject({
      values: [],
      isLastBatch: true,
      continuationToken: second.body['continuationToken'],
    })
    server.acts.setState({ id: 3, state: 'Doing' })
    server.acts.comment({ id: 2, text: 'hello' })
    expect(marks((await rest()).body['values'])).toEqual(['3.2', '2.2'])
  })

  it('leaves out long texts and shows people as text, unless told otherwise', async () => {
    const { call } = await start()
    const plain = (await call('GET', FEED)).body['values'][0].fields
    expect(plain).toMatchObject({ 'System.AssignedTo': 'Grace Murray <grace.murray@example.com>' })
    expect(plain).not.toHaveProperty('System.Description')
    const full = (
      await call('POST', `${FEED}&$expand=fields`, { body: { includeIdentityRef: true, types: ['Issue'] } })
    ).body['values'] as Value[]
    expect(marks(full)).toEqual(['1.1'])
    expect(full[0]!.fields).toMatchObject({
      'System.AssignedTo': { displayName: 'Grace Murray' },
      'System.Description': expect.stringContaining('sign-in') as string,
    })
    const chosen = (await call('GET', `${FEED}&fields=System.Id,System.Title`)).body['values'][0].fields
    expect(Object.keys(chosen)).toEqual(['System.Id', 'System.Title'])
  })

  it('shows deletions, newest revisions and discussions when asked for them', async () => {
    const { server, call } = await start()
    server.acts.comment({ id: 1, text: 'hello' })
    server.acts.deleteWorkItem({ id: 2 })
    const read = async (query: string) => marks((await call('GET', `${FEED}&${query}`)).body['values'])
    expect(await read('')).not.toContain('2.1')
    expect(await read('includeDeleted=true')).toContain('2.2')
    expect(await read('includeLatestOnly=true')).toEqual(['3.1', '4.1', '5.1', '6.1', '7.1', '1.2'])
    expect(await read('includeDiscussionChangesOnly=true')).toEqual(['1.2'])
    const discussions = await call(
      'GET',
      '/_apis/wit/reporting/workItemRevisions/discussions?api-version=7.1-preview.1',
    )
    expect(marks(discussions.body['values'])).toEqual(['1.2'])
  })

  it('starts at a moment, and refuses a token it never gave', async () => {
    const { server, call } = await start()
    server.clock.set('2030-01-01T00:00:00Z')
    server.acts.setState({ id: 3, state: 'Doing' })
    const late = await call('GET', `${FEED}&startDateTime=2029-12-31T00:00:00Z`)
    expect(marks(late.body['values'])).toEqual(['3.2'])
    expect((await call('GET', `${FEED}&continuationToken=what`)).status).toBe(400)
  })

  it('of ten thousand items answers a poll at once', async () => {
    const { server, call } = await start({ seed: 'large' })
    const token = `${server.world.watermark};0;0`
    server.acts.setState({ id: 5000, state: 'Doing' })
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const poll = async () => await call('GET', `${FEED}&continuationToken=${token}`)
      const { ms, result } = await measureComputing(poll)
      times.push(ms)
      expect(marks(result.body['values'])).toEqual(['5000.2'])
    }
    expect(Math.min(...times)).toBeLessThan(500 * (await measureSlowness()))
  })
})

describe('a query', () => {
  const ask = (call: Awaited<ReturnType<typeof start>>['call'], query: string, suffix = '', project = '/Fabrikam') =>
    call('POST', `${project}/_apis/wit/wiql?api-version=7.1${suffix}`, { body: { query } })

  it.each([
    ["[System.TeamProject] = @project AND [System.State] <> 'Done'", [1, 2, 3]],
    ["[System.WorkItemType] IN ('Bug', 'Epic')", [3, 4]],
    ["[System.WorkItemType] NOT IN ('Bug', 'Epic', 'Task')", [1, 5, 6, 7]],
    ["[System.Title] CONTAINS 'PASSWORD'", [1]],
    ["[System.Description] CONTAINS WORDS 'sign-in loops'", [1]],
    ["[System.AreaPath] UNDER 'Fabrikam\\Website'", [1]],
    ["[System.Tags] CONTAINS 'regression'", [1]],
    ["[System.AssignedTo] = 'Grace Murray <grace.murray@example.com>'", [1]],
    ["[System.AssignedTo] = ''", [3, 4, 5, 6, 7]],
    ['NOT ([System.Id] > 2 OR [System.Id] = 1)', [2]],
    ['[System.Id] >= 2 AND [System.Id] <= 3', [2, 3]],
    ['[System.CreatedDate] >= @today - 1 AND [System.TeamProject] = @project', [1, 2, 3]],
    ['[System.CreatedDate] > @today', []],
    ["[System.Title] = 'it''s'", []],
    ['[System.CreatedBy] = @me', []],
  ])('WHERE %s', async (where, ids) => {
    const { call } = await start()
    const answer = await ask(call, `SELECT [System.Id] FROM WorkItems WHERE ${where}`)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body['workItems'].map((each: { id: number }) => each.id)).toEqual(ids)
  })

  it('orders and cuts', async () => {
    const { call } = await start()
    const answer = await ask(call, 'select [System.Id], [Title] from workitems order by [System.Title] desc', '&$top=2')
    expect(answer.body['workItems'].map((each: { id: number }) => each.id)).toEqual([4, 6])
    expect(answer.body).toMatchObject({
      columns: [{ name: 'ID' }, { referenceName: 'System.Title' }],
      sortColumns: [{ descending: true }],
    })
  })

  it.each([
    'SELECT [System.Id] FROM WorkItems WHERE [No.Such] = 1',
    'SELECT [System.Id] FROM WorkItems WHERE [System.Id] = ',
    "SELECT [System.Id] FROM WorkItems WHERE [System.Id] = 'x'",
    'SELECT [System.Id] FROM WorkItems WHERE ([System.Id] = 1',
    'SELECT [System.Id] FROM Nowhere',
    "SELECT [System.Id] FROM WorkItems WHERE [System.Title] = 'open",
    '',
  ])('that cannot be understood is refused: %s', async (query) => {
    const { call } = await start()
    expect((await ask(call, query)).status).toBe(400)
  })

  it('knows days only, unless it is told to be precise', async () => {
    const { server, call } = await start()
    server.clock.set('2030-01-01T12:00:00Z')
    server.acts.setState({ id: 3, state: 'Doing' })
    const query = "SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] >= '2030-01-01T13:00:00Z'"
    expect((await ask(call, query)).status).toBe(400)
    expect((await ask(call, query, '&timePrecision=true')).body['workItems']).toEqual([])
    server.acts.set({ switches: { wiqlRefusesTimes: false } })
    expect((await ask(call, query)).body['workItems']).toMatchObject([{ id: 3 }])
    expect((await ask(call, query.replace('T13:00:00Z', ''))).body['workItems']).toMatchObject([{ id: 3 }])
  })

  it('needs a project in the address for @project', async () => {
    const { call } = await start()
    expect(
      (await ask(call, 'SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project', '', '')).status,
    ).toBe(400)
  })
})
