import { createHmac, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { loadRepositoryConfig } from '../../src/config/repository.ts'
import type { StreamEntry } from '../../src/core/events.ts'
import { safePath } from '../../src/web/security.ts'
import { MASTER, openWeb, type WebStage } from './stage.ts'

let web: WebStage
beforeAll(async () => {
  web = await openWeb({ github: { seed: { repos: [{ name: 'rocket' }, { name: 'moon', private: true }] } } })
  await web.link('acme/rocket#7', { connection: 'boards', key: '30', id: '30' })
})
afterAll(() => web.close())
beforeEach(() => web.takeQueued())

const hmac = (body: string | Uint8Array, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

const issue = JSON.stringify({ action: 'opened', issue: { number: 1 } })
const github = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  web.post('/api/github/webhooks', body, {
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': hmac(body, MASTER),
    ...headers,
  })

const update = { eventType: 'workitem.updated', resource: { id: 1, workItemId: 30 } }
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`x:${password}`).toString('base64')}` })
const azure = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  web.post('/hooks/azure/boards', body, { ...basic(web.secretOf('boards')), ...headers })

/** Talks HTTP by hand, for what no client would send; ends with what came back until the server hung up. */
async function raw(url: string, ...parts: readonly (string | number)[]): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.on('data', (data) => (heard += data.toString()))
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  for (const part of parts) {
    if (typeof part === 'number') await new Promise((resolve) => setTimeout(resolve, part))
    else if (socket.writable) socket.write(part)
  }
  await ended
  return heard
}

describe('a forged delivery', () => {
  it.each([
    ['signed with another secret', { 'x-hub-signature-256': hmac(issue, 'guess') }],
    ["signed with Probot's fallback secret", { 'x-hub-signature-256': hmac(issue, 'development') }],
    ['signed with an empty secret', { 'x-hub-signature-256': hmac(issue, '') }],
    ['signed over another body', { 'x-hub-signature-256': hmac(`${issue} `, MASTER) }],
    ['with an old signature only', { 'x-hub-signature-256': '', 'x-hub-signature': hmac(issue, MASTER) }],
    ['with half a signature', { 'x-hub-signature-256': hmac(issue, MASTER).slice(0, 40) }],
  ])('of GitHub, %s, reaches nobody', async (_, headers) => {
    const before = web.deliveries.length
    expect((await github(issue, headers)).status).toBeGreaterThanOrEqual(400)
    expect(web.deliveries).toHaveLength(before)
  })

  it('of a tracker is refused before its body is parsed, in the same words whether the connection exists or not', async () => {
    const tries = await Promise.all([
      web.post('/hooks/azure/boards', update),
      web.post('/hooks/azure/boards', update, basic('')),
      web.post('/hooks/azure/boards', '{"broken', basic('guess')),
      web.post('/hooks/azure/boards', update, basic(web.secretOf('jira'))),
      web.post('/hooks/azure/nothing', update, basic(web.secretOf('nothing'))),
      web.post('/hooks/jira/boards', update, basic(web.secretOf('boards'))),
      web.post('/hooks/constructor/__proto__', update),
      web.post(`/hooks/jira/jira/${web.secretOf('jira').slice(0, -1)}`, update),
      web.post('/hooks/jira/jira', update, { 'x-hub-signature': hmac('', web.secretOf('jira')) }),
    ])
    const told = await Promise.all(tries.map(async (reply) => `${reply.status} ${await reply.text()}`))
    expect(new Set(told).size).toBe(1)
    expect(told[0]).toMatch(/^401 /)
    expect(await web.takeQueued()).toEqual([])
  })
})

describe('a replayed delivery', () => {
  it('of GitHub is accepted, so that it is not sent again, and does nothing', async () => {
    const headers = { 'x-github-delivery': randomUUID() }
    await github(issue, headers)
    const before = web.deliveries.length
    await web.takeQueued()
    expect((await github(issue, headers)).status).toBe(200)
    expect(web.deliveries).toHaveLength(before)
    expect(await web.takeQueued()).toEqual([])
  })

  it('of a tracker does nothing', async () => {
    const body = { ...update, id: randomUUID() }
    await azure(body)
    await web.takeQueued()
    expect(await (await azure(body)).json()).toEqual({ result: 'repeated' })
    expect(await web.takeQueued()).toEqual([])
  })
})

describe('a body', () => {
  it('that announces too much is not even read', async () => {
    for (const [path, size] of [
      ['/api/github/webhooks', 27_000_000],
      ['/hooks/azure/boards', 5_000_000],
    ] as const) {
      const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`
      expect(await raw(web.web.url, head)).toMatch(/^HTTP\/1\.1 413 /)
    }
  })

  it('that hides its size is cut off at the limit', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000
        if (sent > 40_000_000) controller.close()
        else controller.enqueue(new Uint8Array(1_000_000))
      },
    })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    const status = await web.ask('/hooks/azure/boards', init).then(
      (reply) => reply.status,
      () => 413,
    )
    expect(status).toBe(413)
    expect(sent).toBeLessThan(40_000_000)
  })

  it.each([
    [
      'that trickles in',
      ['POST /hooks/azure/boards HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n', '{', '"', 'a', '"', ':'],
    ],
    ['whose headers trickle in', ['GET /healthz HTTP/1.1\r\n', 'X-A: 1\r\n', 'X-B: 1\r\n', 'X-C: 1\r\n']],
  ])('%s is not waited for', async (_, parts) => {
    const hasty = await openWeb({ server: { patienceMs: 300 } })
    onTestFinished(() => hasty.close())
    // Who is waited for is never hung up on, and the test would not end.
    const told = await raw(hasty.web.url, ...parts.flatMap((part) => [part, 100]))
    expect(told === '' || told.startsWith('HTTP/1.1 408')).toBe(true)
  })

  it.each([
    ['no JSON', '{"eventType":'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['nested without end', '['.repeat(100_000)],
    ['of wrong types', { eventType: 7, resource: 'x' }],
    ['with text for a number', { eventType: 'workitem.updated', resource: { workItemId: '30' } }],
    ['that reaches for the prototype', '{"__proto__":{"eventType":"workitem.updated"}}'],
  ])('that is %s is refused', async (_, body) => {
    expect((await azure(body)).status).toBe(400)
    expect(await web.takeQueued()).toEqual([])
  })

  it.each(['{"action":', '', '7'])('of GitHub that is signed but no delivery (%j) breaks nothing', async (body) => {
    const { status } = await github(body)
    expect(status).toBeGreaterThanOrEqual(200)
    expect((await web.ask('/healthz')).status).toBe(200)
  })

  it('of another type than JSON is refused', async () => {
    expect((await azure(update, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await azure(update, { 'content-type': 'application/json-patch+json' })).status).toBe(415)
    expect((await github(issue, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
  })
})

describe('an address that a stranger chose', () => {
  it('in a delivery is never asked', async () => {
    let asked = 0
    const canary = createServer((_, response) => void response.end(String(asked++)))
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(canary.address() as { port: number }).port}/_apis/wit/workitems/30/updates/1`
    const containers = { collection: { baseUrl: url }, account: { baseUrl: url } }
    await azure({
      ...update,
      resource: { ...update.resource, url, _links: { self: { href: url } } },
      resourceContainers: containers,
    })
    await web.post(`/hooks/jira/jira/${web.secretOf('jira')}`, {
      webhookEvent: 'comment_created',
      comment: { self: `${url}/issue/1/comment/2` },
    })
    expect(asked).toBe(0)
    await new Promise((resolve) => canary.close(resolve))
  })

  it('in the configuration of a repository is refused, with the credential that it asks for', () => {
    const { config: server } = web
    const text = `version: 1
trackers:
  mine: { kind: jira, url: http://169.254.169.254/latest, project: A, token: $BOARDS_TOKEN }
routes: [{ to: mine }]
`
    const { config, problems = [] } = loadRepositoryConfig(text, 'lockstep.yml', { server, organization: 'acme' })
    expect(config).toBeUndefined()
    expect(problems.map(({ path }) => path)).toContain('trackers')
  })
})

describe('data of another organization', () => {
  const entry = (issueRef: string | null, organization: string, message: string): StreamEntry => ({
    at: '2026-01-01T00:00:00Z',
    kind: 'reconcile',
    organization,
    issue: issueRef,
    ticket: null,
    actor: null,
    outcome: 'updated',
    message,
    code: null,
    changes: [],
    requestIds: [],
    details: {},
  })
  beforeAll(async () => {
    await web.store.events.append([
      entry('acme/rocket#7', 'acme', 'open to all'),
      entry('acme/moon#1', 'acme', 'private'),
      entry(null, 'acme', 'for those who run it'),
      entry('globex/shop#1', 'globex', 'of globex'),
    ])
    await web.link('globex/shop#1', { connection: 'jira', key: 'GLOB-1', id: '500' })
  })
  const messages = async (reply: Response) =>
    ((await reply.json()) as { events: { message: string }[] }).events.map(({ message }) => message)

  it('is not found, whatever one asks for', async () => {
    const ada = await web.signIn('ada')
    for (const path of [
      'globex/events',
      'GLOBEX/events',
      'globex/repositories/shop/links',
      'globex%2f..%2facme/events',
    ]) {
      expect((await ada.go(`/api/organizations/${path}`)).status, path).toBe(404)
    }
    expect((await ada.go('/api/organizations/acme/repositories/..%2f..%2fglobex%2fshop/links')).status).toBe(404)
  })

  it('is not among what one may see', async () => {
    const ada = await web.signIn('ada')
    expect(await messages(await ada.go('/api/organizations/acme/events'))).toEqual([
      'open to all',
      'private',
      'for those who run it',
    ])
    const outsider = await web.signIn('passer-by')
    expect((await outsider.go('/api/organizations/acme/events')).status).toBe(404)
    expect((await web.ask('/api/organizations/acme/events')).status).toBe(401)
  })
})

describe('a title, body or name full of HTML', () => {
  const evil = '"><script>alert(1)</script>'

  it('comes back as JSON that no browser takes for a page', async () => {
    const ada = await web.signIn('ada')
    await web.link('acme/rocket#9', { connection: 'jira', key: evil, id: evil })
    const reply = await ada.go('/api/organizations/acme/repositories/rocket/links')
    expect(await reply.text()).toContain('<script>')
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
    const policy = reply.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('in an address is not repeated', async () => {
    for (const path of [`/${evil}`, `/sign-in/done?code=${evil}&state=${evil}`, `/sign-in/once?key=${evil}`])
      expect(await (await web.ask(encodeURI(path))).text()).not.toContain('script')
  })
})

describe('a request from a foreign page', () => {
  it('changes nothing without the token of the session, and nothing with a foreign origin', async () => {
    const ada = await web.signIn('ada')
    const post = (headers: Readonly<Record<string, string>>, body = '') =>
      ada.go('/sign-out', { method: 'POST', headers, body })
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post(form)).status).toBe(403)
    expect((await post(form, '_csrf=guess')).status).toBe(403)
    expect((await post({ ...form, origin: 'https://evil.example.org', 'x-csrf-token': 'guess' })).status).toBe(403)
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ada.go('/api/organizations')).status).toBe(200)
  })

  it('with the token but a foreign origin is refused, and from our own page it is heard', async () => {
    const own = await openWeb({ routes: [] })
    try {
      const ada = await own.signIn('ada')
      const [id = ''] = [...ada.jar].filter(([name]) => name === 'lockstep').map(([, value]) => value)
      const token = createHmac('sha256', id).update('csrf').digest('base64url')
      const post = (headers: Readonly<Record<string, string>>) => ada.go('/sign-out', { method: 'POST', headers })
      expect((await post({ 'x-csrf-token': token, origin: 'https://evil.example.org' })).status).toBe(403)
      expect((await post({ 'x-csrf-token': token, 'sec-fetch-site': 'same-site' })).status).toBe(403)
      expect((await post({ 'x-csrf-token': token, origin: own.address })).status).toBe(303)
      expect((await ada.go('/api/organizations')).status).toBe(401)
    } finally {
      await own.close()
    }
  })

  it('under a name that is not ours is not answered', async () => {
    const told = await raw(
      web.web.url,
      'GET /api/organizations HTTP/1.1\r\nHost: evil.example.org\r\nConnection: close\r\n\r\n',
    )
    expect(told).toMatch(/^HTTP\/1\.1 421 /)
  })
})

describe('the way back after signing in', () => {
  it.each([
    'https://evil.example.org',
    '//evil.example.org',
    '/\\evil.example.org',
    '\\\\evil.example.org',
    '/\t/evil.example.org',
    'javascript:alert(1)',
    '/a\r\nset-cookie: x=1',
    'evil.example.org',
    '/..//evil.example.org',
    '/.//evil.example.org',
  ])('never leaves this server (%j)', async (to) => {
    const next = (await web.browser().signIn('ada', to)).headers.get('location') ?? ''
    expect(new URL(next, web.address).origin).toBe(web.address)
    expect(next).not.toMatch(/[\r\n]/)
    expect(new URL(safePath(to), 'http://here.invalid').origin).toBe('http://here.invalid')
  })
})

describe('a session', () => {
  it('is never the one that somebody planted', async () => {
    const planted = 'A'.repeat(43)
    const browser = web.browser()
    browser.jar.set('lockstep', planted)
    await browser.signIn('ada')
    expect(browser.jar.get('lockstep')).not.toBe(planted)
    expect((await web.ask('/api/organizations', { headers: { cookie: `lockstep=${planted}` } })).status).toBe(401)
  })

  it('is a new one after each sign-in, and the old one ends', async () => {
    const browser = await web.signIn('ada')
    const old = browser.jar.get('lockstep') ?? ''
    await browser.signIn('ada')
    expect((await web.ask('/api/organizations', { headers: { cookie: `lockstep=${old}` } })).status).toBe(401)
  })

  it('does not begin with an answer that belongs to another browser', async () => {
    const thief = web.browser()
    const begun = await thief.go('/sign-in')
    const page = await fetch(`${begun.headers.get('location')}&login=passer-by`, { redirect: 'manual' })
    const back = new URL(page.headers.get('location') ?? '')
    const victim = web.browser()
    await victim.go('/sign-in')
    const reply = await victim.go(`${back.pathname}${back.search}`)
    expect(reply.status).toBe(400)
    expect(victim.jar.has('lockstep')).toBe(false)
    expect((await web.ask(`${back.pathname}${back.search}`)).status).toBe(400)
  })

  it('does not begin with a code that was stolen on the way: the proof key is missing', async () => {
    const victim = web.browser()
    const begun = await victim.go('/sign-in')
    const page = await fetch(`${begun.headers.get('location')}&login=ada`, { redirect: 'manual' })
    const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const thief = web.browser()
    const own = new URL((await thief.go('/sign-in')).headers.get('location') ?? '').searchParams.get('state') ?? ''
    expect((await thief.go(`/sign-in/done?code=${code}&state=${own}`)).status).toBe(401)
  })

  it('lies in the store without anything that could be used', async () => {
    const browser = await web.signIn('ada')
    const id = browser.jar.get('lockstep') ?? ''
    const dump = JSON.stringify(await web.dumpSessions())
    expect(dump).toContain('ada')
    expect(dump).not.toContain(id)
    expect(dump).not.toContain('ghu_')
  })
})

describe('what a stranger writes into a request', () => {
  it('never becomes a line of its own in the log', async () => {
    const before = web.lines.length
    await web.ask('/hooks/azure/x%0a%7B%22level%22%3A%22error%22%7D%1b%5B31m', { method: 'POST', body: '{}' })
    await azure({ eventType: 'workitem.updated', resource: { workItemId: 30, id: 2 }, message: '\n{"level":"error"}' })
    const written = web.lines.slice(before)
    expect(written.length).toBeGreaterThan(0)
    for (const line of written) {
      expect(line.trimEnd().split('\n')).toHaveLength(1)
      expect(line).not.toContain('\u001b')
      expect(() => JSON.parse(line) as unknown).not.toThrow()
    }
  })

  it('never becomes a header of the reply, and a secret in the path no part of the log', async () => {
    const reply = await web.ask('/sign-in?to=/a%0d%0ax-injected:%201')
    expect(reply.headers.get('x-injected')).toBeNull()
    await web.post(`/hooks/jira/jira/${web.secretOf('jira')}`, { webhookEvent: 'x' })
    expect(web.lines.join('')).not.toContain(web.secretOf('jira'))
    expect(web.lines.join('')).not.toContain(web.secretOf('boards'))
  })
})
