import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../contract/queue.ts'
import { openWhole, SEARCH_TOKEN, type Whole } from './whole.ts'

let whole: Whole
beforeAll(async () => {
  whole = await openWhole()
  // The first daily examination is over.
  await until(() => whole.logged().some(({ repository }) => repository === 'acme/moon'))
})
afterAll(() => whole.close())

const json = async (reply: Response) => ({ status: reply.status, body: (await reply.json()) as unknown })

const options = '/api/organizations/acme/connections/jira/options?repository=rocket'
const pulls = () => [...whole.github.world.repo.issues.values()].filter(({ pull }) => pull !== null)

describe('the options over HTTP', () => {
  it('are described to whoever may write in the repository', async () => {
    const hedy = await whole.signIn('hedy')
    const { status, body } = await json(await hedy.go(options))
    expect(status).toBe(200)
    expect(body).toMatchObject({ connection: 'jira', options: expect.any(Array), values: { title: 'both' } })
    expect((await hedy.go(options.replace('acme', 'ACME'))).status).toBe(200)
  })

  it('are kept for a while, with their age', async () => {
    const hedy = await whole.signIn('hedy')
    // Scans go on meanwhile, but ask for no states.
    const asked = () => whole.jira.journal.entries.filter(({ path }) => path.endsWith('/statuses')).length
    await hedy.go(options)
    const kept = Date.now()
    await until(() => Date.now() > kept)
    const before = asked()
    const { body } = await json(await hedy.go(options))
    expect(asked()).toBe(before)
    expect((body as { ageMs: number }).ageMs).toBeGreaterThan(0)
    await hedy.go(`${options}&fresh=true`)
    expect(asked()).toBeGreaterThan(before)
  })

  it('belong to a repository, which has to be named as long as it is not clear', async () => {
    const hedy = await whole.signIn('hedy')
    const path = '/api/organizations/acme/connections/jira/options'
    const unclear = { code: 'usage', remedy: expect.stringContaining('?repository=NAME') }
    expect(await json(await hedy.go(path))).toMatchObject({ status: 400, body: unclear })
    expect(await json(await hedy.go(`${path}?repository=a/b`))).toMatchObject({ status: 400, body: { code: 'usage' } })
    expect(await json(await hedy.go(`${path}?repository=nowhere`))).toMatchObject({ status: 404 })
    const { body } = await json(await (await whole.signIn('ada')).go(`${path}?repository=bare`))
    expect(body).toMatchObject({ code: 'config-missing', detail: 'acme/bare has no .github/lockstep.yml.' })
  })

  it('are shown and changed by nobody else', async () => {
    expect((await whole.ask(options)).status).toBe(401)
    const passer = await whole.signIn('passer-by')
    const moon = options.replace('rocket', 'moon')
    for (const ask of [passer.go(options), passer.send('PUT', options, { title: 'off' })])
      expect(await json(await ask)).toMatchObject({ status: 403, body: { code: 'not-permitted' } })
    expect((await passer.go(moon)).status).toBe(404)
    expect((await passer.send('PUT', moon, { title: 'off' })).status).toBe(404)
    expect((await passer.go(options.replace('acme', 'globex'))).status).toBe(404)
    expect(pulls()).toEqual([])
  })

  it('turn into a pull request only with the token of our own pages', async () => {
    const hedy = await whole.signIn('hedy')
    const change = { title: 'to-tracker' }
    expect((await hedy.send('PUT', options, change, { 'x-csrf-token': 'guess' })).status).toBe(403)
    expect((await hedy.send('PUT', options, change, { origin: 'https://evil.example.org' })).status).toBe(403)
    expect(pulls()).toEqual([])
    const { status, body } = await json(await hedy.send('PUT', options, change))
    expect(status).toBe(202)
    expect(body).toMatchObject({ changed: true, pullRequest: { number: pulls()[0]?.number } })
    expect(pulls()[0]?.body).toMatch(/^hedy changed `title`/)
  })

  it('are refused with a sentence where they do not fit', async () => {
    const hedy = await whole.signIn('hedy')
    const reply = await json(await hedy.send('PUT', options, { nonsense: 1 }))
    expect(reply).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/nonsense/) } })
  })
})

describe('the search over HTTP', () => {
  const search = '/api/organizations/acme/connections/jira/search?field=assignee&query=ben'
  const found = [{ value: 'ben', label: 'Ben Ruiz - ben@example.com (ben)' }]

  it('answers people who work in the organization, and programs with the token', async () => {
    const hedy = await whole.signIn('hedy')
    expect(await json(await hedy.go(search))).toEqual({ status: 200, body: found })
    const headers = { authorization: `Bearer ${SEARCH_TOKEN}` }
    expect(await json(await whole.ask(search, { headers }))).toEqual({ status: 200, body: found })
  })

  it('answers nobody else', async () => {
    expect((await whole.ask(search)).status).toBe(401)
    const hedy = await whole.signIn('hedy')
    expect((await hedy.go(search, { headers: { authorization: 'Bearer guess' } })).status).toBe(401)
    expect((await hedy.go(search.replace('acme', 'globex'))).status).toBe(404)
    expect((await hedy.go(search.replace('jira', 'boards'))).status).toBe(404)
    const passer = await whole.signIn('passer-by')
    expect(await json(await passer.go(search))).toEqual({
      status: 403,
      body: { detail: 'You do not have permission to perform this action.' },
    })
  })

  it('asks for the field and the query after that', async () => {
    const hedy = await whole.signIn('hedy')
    const bare = search.replace(/\?.*/, '')
    expect(await json(await hedy.go(bare))).toEqual({ status: 400, body: { detail: 'field is a required parameter' } })
  })
})

describe('a backfill', () => {
  const path = '/api/organizations/acme/repositories/rocket/backfill'

  it('is for whoever may write there', async () => {
    expect((await whole.ask(path, { method: 'POST' })).status).toBe(403)
    const passer = await whole.signIn('passer-by')
    expect((await passer.send('POST', path, {})).status).toBe(403)
    expect((await passer.send('POST', path.replace('rocket', 'moon'), {})).status).toBe(404)
  })

  it('needs no body, whoever asks for it: a program may send none, or one without a length', async () => {
    const hedy = await whole.signIn('hedy')
    const headers = { 'x-csrf-token': hedy.csrf(), cookie: `lockstep=${hedy.jar.get('lockstep')}` }
    const post = async (body?: string) =>
      await new Promise<number | undefined>((resolve, reject) => {
        const sent = request(new URL(path, whole.running.url), { method: 'POST', headers })
        sent.on('response', (reply) => resolve(reply.resume().statusCode)).on('error', reject)
        if (body === undefined) sent.removeHeader('content-length')
        // In pieces, since nothing says how long it is.
        else sent.write(body)
        sent.end()
      })
    expect(await post()).toBe(202)
    expect(await post('{}')).toBe(202)
    expect(await post('x'.repeat(1024 * 1024 + 1))).toBe(413)
  })

  it('gives issues that are older than the app their tickets', async () => {
    const { number } = whole.github.act.openIssue({ as: 'ada', title: 'Older than the app' })
    const hedy = await whole.signIn('hedy')
    expect(await json(await hedy.send('POST', path, {}))).toEqual({ status: 202, body: { queued: true } })
    const made = () => [...whole.jira.world.issues.values()].some(({ summary }) => summary === 'Older than the app')
    await until(made)
    // With one repository that has pairs it is clear which one is meant.
    const links = `/api/organizations/acme/repositories/rocket/links`
    await until(async () => (await (await hedy.go(links)).text()).includes(`"number":${number}`))
    expect((await hedy.go('/api/organizations/acme/connections/jira/options')).status).toBe(200)
  })
})
