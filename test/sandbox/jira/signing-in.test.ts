import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JiraServer } from '../../../sandbox/jira/server.ts'
import { newIssue, searchFor, withJira } from './asking.ts'

describe('a personal access token', () => {
  it('signs in, and every reply says who asked', async () => {
    const { ask } = await withJira()
    const { status, headers, body } = await ask('myself')
    expect([status, headers.get('x-ausername'), headers.get('x-anodeid'), body.timeZone]).toEqual([
      200,
      'lockstep',
      'node1',
      'Etc/UTC',
    ])
    expect(headers.get('x-arequestid')).toMatch(/^\d+x\d+x1$/)
    expect(headers.getSetCookie().join()).toContain('JSESSIONID=')
  })

  it('is made, listed and revoked by its owner', async () => {
    const { ask } = await withJira()
    const made = await ask('POST /rest/pat/latest/tokens', {
      as: 'ada:ada',
      body: { name: 'mine', expirationDuration: 90 },
    })
    expect(made.status).toBe(201)
    const bearer = { as: null, headers: { authorization: `Bearer ${made.body.rawToken}` } }
    expect((await ask('myself', bearer)).body.name).toBe('ada')
    expect((await ask('/rest/pat/latest/tokens', { as: 'ada:ada' })).body).toMatchObject([{ name: 'mine' }])
    await ask(`DELETE /rest/pat/latest/tokens/${made.body.id}`, { as: 'ada:ada' })
    expect((await ask('myself', bearer)).status).toBe(401)
  })

  it('that has run out counts for nothing', async () => {
    const { jira, ask } = await withJira()
    jira.acts.addToken({ name: 'ada', secret: 'short', days: 1 })
    const bearer = { as: null, headers: { authorization: 'Bearer short' } }
    expect((await ask('myself', bearer)).status).toBe(200)
    jira.clock.advance(2 * 86_400_000)
    expect((await ask('myself', bearer)).status).toBe(401)
  })
})

describe('a bad token', () => {
  const bad = { as: null, headers: { authorization: 'Bearer wrong' } }

  it('gets an empty-looking success where nothing is public', async () => {
    const { ask } = await withJira()
    const projects = await ask('project', bad)
    expect([projects.status, projects.body, projects.headers.get('x-ausername')]).toEqual([200, [], 'anonymous'])
    expect((await ask('search', bad)).body).toMatchObject({ total: 0, issues: [] })
    expect((await ask(searchFor('project = PLAT'), bad)).body.errorMessages).toEqual([
      "The value 'PLAT' does not exist for the field 'project'.",
    ])
    expect(await ask('myself', bad)).toMatchObject({
      status: 401,
      body: { message: 'Client must be authenticated to access this resource.', 'status-code': 401 },
    })
    expect((await ask('user/search?username=ada', bad)).status).toBe(401)
    expect(await ask('issue/PLAT-1', bad)).toMatchObject({
      status: 401,
      body: { errorMessages: ['You do not have the permission to see the specified issue.', 'Login Required'] },
    })
  })

  it('sees public projects alone', async () => {
    const { jira, ask } = await withJira()
    jira.acts.changeProject({ project: 'OPS', public: true })
    expect((await ask('project', bad)).body.map(({ key }: { key: string }) => key)).toEqual(['OPS'])
    expect((await ask('search', bad)).body.total).toBe(2)
    const refused = await ask('POST issue', {
      ...bad,
      headers: { ...bad.headers, 'content-type': 'application/json' },
      body: JSON.stringify(newIssue({ project: { key: 'OPS' } })),
    })
    expect(refused.body.errors.project).toMatch(/^Anonymous users do not have permission/)
  })

  it('is refused where the installation is set up so', async () => {
    const { ask } = await withJira({ switches: { badToken: 'refused' } })
    const { status, headers, text } = await ask('project', bad)
    expect([status, headers.get('x-seraph-loginreason'), text.startsWith('<html>')]).toEqual([
      401,
      'AUTHENTICATED_FAILED',
      true,
    ])
  })
})

describe('a password', () => {
  it('opens a session with the first call and none with its cookie', async () => {
    const { ask } = await withJira()
    const first = await ask('myself', { as: 'lockstep:secret' })
    const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!
    const again = await ask('myself', { as: null, headers: { cookie } })
    expect([again.body.name, again.headers.getSetCookie()]).toEqual(['lockstep', []])
  })

  it('can be switched off', async () => {
    const { ask } = await withJira({ switches: { basicAuth: false } })
    expect((await ask('myself', { as: 'lockstep:secret' })).status).toBe(403)
    expect((await ask('myself')).status).toBe(200)
  })

  it.each([401, 403] as const)('asks for a CAPTCHA after three failures, with status %i', async (captchaStatus) => {
    const { jira, ask } = await withJira({ switches: { captchaStatus } })
    for (let attempt = 0; attempt < 3; attempt++) {
      const { status, headers } = await ask('myself', { as: 'ada:wrong' })
      expect([status, headers.get('x-seraph-loginreason')]).toEqual([401, 'AUTHENTICATED_FAILED'])
    }
    const { status, headers } = await ask('myself', { as: 'ada:ada' })
    expect([status, headers.get('x-seraph-loginreason')]).toEqual([captchaStatus, 'AUTHENTICATION_DENIED'])
    expect(headers.get('x-authentication-denied-reason')).toBe(`CAPTCHA_CHALLENGE; login-url=${jira.baseUrl}/login.jsp`)
    jira.acts.solveCaptcha({ name: 'ada' })
    expect((await ask('myself', { as: 'ada:ada' })).status).toBe(200)
  })

  it('opens and closes sessions by hand', async () => {
    const { ask } = await withJira()
    const opened = await ask('POST /rest/auth/1/session', { as: null, body: { username: 'ada', password: 'ada' } })
    const cookie = `${opened.body.session.name}=${opened.body.session.value}`
    expect((await ask('/rest/auth/1/session', { as: null, headers: { cookie } })).body.name).toBe('ada')
    expect((await ask('DELETE /rest/auth/1/session', { as: null, headers: { cookie } })).status).toBe(204)
    expect((await ask('/rest/auth/1/session', { as: null, headers: { cookie } })).status).toBe(401)
    expect(
      (await ask('POST /rest/auth/1/session', { as: null, body: { username: 'ada', password: 'no' } })).body,
    ).toEqual({ errorMessages: ['Login failed'], errors: {} })
  })
})

const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.codePointAt(0)!.toString(16).toUpperCase()}`)

interface Signing {
  readonly method: string
  readonly url: string
  readonly extra?: Readonly<Record<string, string>>
  readonly nonce?: string
  readonly timestamp?: number
}

function createSigner(privateKey: string, now = () => Date.now()) {
  return ({
    method,
    url,
    extra = {},
    nonce = randomBytes(8).toString('hex'),
    timestamp = Math.floor(now() / 1000),
  }: Signing): string => {
    const { origin, pathname, searchParams } = new URL(url)
    const oauth: Record<string, string> = {
      oauth_consumer_key: 'lockstep-key',
      oauth_nonce: nonce,
      oauth_signature_method: 'RSA-SHA1',
      oauth_timestamp: String(timestamp),
      oauth_version: '1.0',
      ...extra,
    }
    const pairs = [...Object.entries(oauth), ...searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
    const base = [method, encode(origin + pathname), encode(pairs.join('&'))].join('&')
    oauth['oauth_signature'] = createSign('RSA-SHA1').update(base).sign(privateKey, 'base64')
    return `OAuth ${Object.entries(oauth)
      .map(([name, value]) => `${name}="${encode(value)}"`)
      .join(', ')}`
  }
}

async function consumerOf(jira: JiraServer) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  jira.acts.addOAuthConsumer({ key: 'lockstep-key', publicKey })
  return createSigner(privateKey)
}

describe('OAuth 1.0a', () => {
  it('goes from a request token through a person to an access token', async () => {
    const { jira, ask } = await withJira({ switches: { contextPath: '/jira' } })
    const sign = await consumerOf(jira)
    const at = (path: string) => `${jira.baseUrl}${path}`
    const post = (path: string, extra: Record<string, string>) =>
      ask(`POST ${path}`, { as: null, headers: { authorization: sign({ method: 'POST', url: at(path), extra }) } })

    const requested = new URLSearchParams(
      (await post('/plugins/servlet/oauth/request-token', { oauth_callback: 'https://example.com/back' })).text,
    )
    const token = requested.get('oauth_token')!
    expect(requested.get('oauth_callback_confirmed')).toBe('true')
    expect(
      (await post('/plugins/servlet/oauth/access-token', { oauth_token: token, oauth_verifier: token })).text,
    ).toBe('oauth_problem=permission_unknown')

    const approved = await ask(`POST /plugins/servlet/oauth/authorize?oauth_token=${token}`, { as: 'ada:ada' })
    const back = new URL(approved.headers.get('location')!)
    expect([back.origin, back.searchParams.get('oauth_token')]).toEqual(['https://example.com', token])

    const access = new URLSearchParams(
      (
        await post('/plugins/servlet/oauth/access-token', {
          oauth_token: token,
          oauth_verifier: back.searchParams.get('oauth_verifier')!,
        })
      ).text,
    )
    const extra = { oauth_token: access.get('oauth_token')! }
    const url = at("/rest/api/2/search?jql=labels%20in%20('a%20b')&maxResults=1")
    const found = await ask(url.slice(jira.baseUrl.length), {
      as: null,
      headers: { authorization: sign({ method: 'GET', url, extra }) },
    })
    expect([found.status, found.headers.get('x-ausername')]).toEqual([200, 'ada'])
  })

  it('refuses a nonce used before, an old timestamp, and a signature over something else', async () => {
    const { jira, ask } = await withJira()
    const sign = await consumerOf(jira)
    const url = `${jira.baseUrl}/plugins/servlet/oauth/request-token`
    const ask1 = (authorization: string) =>
      ask('POST /plugins/servlet/oauth/request-token', { as: null, headers: { authorization } })
    const first = sign({ method: 'POST', url, nonce: 'once' })
    expect((await ask1(first)).status).toBe(200)
    const again = await ask1(first)
    expect([again.status, again.text]).toEqual([401, 'oauth_problem=nonce_used'])
    expect(again.headers.get('www-authenticate')).toContain('oauth_problem="nonce_used"')
    expect((await ask1(sign({ method: 'POST', url, timestamp: 1_000_000 }))).text).toBe(
      'oauth_problem=timestamp_refused',
    )
    expect((await ask1(sign({ method: 'GET', url }))).text).toBe('oauth_problem=signature_invalid')
    const unknownToken = sign({
      method: 'GET',
      url: `${jira.baseUrl}/rest/api/2/myself`,
      extra: { oauth_token: 'nobody' },
    })
    expect((await ask('myself', { as: null, headers: { authorization: unknownToken } })).text).toBe(
      'oauth_problem=token_rejected',
    )
  })
})

describe('OAuth 2.0', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  it('gives tokens for a code once, and a new pair for each refresh token', async () => {
    const { jira, ask } = await withJira()
    jira.acts.addOAuth2Client({
      clientId: 'c',
      clientSecret: 's',
      redirectUri: 'https://example.com/back',
      scope: 'READ',
    })
    const { code } = jira.acts.approveOAuth2({ clientId: 'c', as: 'ada' })
    const token = (given: Record<string, string>) =>
      ask('POST /rest/oauth2/latest/token', {
        as: null,
        headers: form,
        body: new URLSearchParams({ client_id: 'c', client_secret: 's', ...given }).toString(),
      })
    const first = await token({ grant_type: 'authorization_code', code })
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 7200, scope: 'READ' })
    expect((await token({ grant_type: 'authorization_code', code })).body.error).toBe('invalid_grant')
    const bearer = { as: null, headers: { authorization: `Bearer ${first.body.access_token}` } }
    expect((await ask('myself', bearer)).body.name).toBe('ada')
    expect((await ask('DELETE issue/PLAT-1', bearer)).status).toBe(403)
    const second = await token({ grant_type: 'refresh_token', refresh_token: first.body.refresh_token })
    expect((await ask('myself', bearer)).status).toBe(401)
    expect((await token({ grant_type: 'refresh_token', refresh_token: first.body.refresh_token })).body.error).toBe(
      'invalid_grant',
    )
    jira.clock.advance(7_201_000)
    expect(
      (await ask('myself', { as: null, headers: { authorization: `Bearer ${second.body.access_token}` } })).status,
    ).toBe(401)
  })

  it('is not there before 8.22', async () => {
    const { ask } = await withJira({ version: '8' })
    expect((await ask('POST /rest/oauth2/latest/token', { as: null, headers: form, body: 'a=b' })).status).toBe(404)
  })
})

describe('the cross-site check', () => {
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36' }

  it('refuses to write for what looks like a browser, unless switched off', async () => {
    const { jira, ask } = await withJira()
    const write = () => ask('PUT issue/PLAT-1', { headers: browser, body: { fields: { summary: 'x' } } })
    expect(await write()).toMatchObject({ status: 403, text: 'XSRF check failed' })
    expect((await ask('issue/PLAT-1', { headers: browser })).status).toBe(200)
    jira.acts.set({ xsrfBrowserCheck: false })
    expect((await write()).status).toBe(204)
  })
})

describe('the rate limit', () => {
  it('is off by default, and then counts tokens down per person', async () => {
    const { jira, ask } = await withJira()
    expect((await ask('myself')).headers.get('x-ratelimit-limit')).toBeNull()
    jira.clock.set('2026-02-01T10:00:00Z')
    jira.acts.set({ rateLimit: { limit: 2, fillRate: 1, intervalSeconds: 5 } })
    const seen = async (as?: string) => {
      const { status, headers } = await ask('myself', as === undefined ? {} : { as })
      return [status, headers.get('x-ratelimit-remaining'), headers.get('retry-after')]
    }
    expect(await seen()).toEqual([200, '1', '0'])
    expect(await seen()).toEqual([200, '0', '0'])
    expect(await seen()).toEqual([429, '0', '5'])
    expect(await seen('ada:ada')).toEqual([200, '1', '0'])
    jira.clock.advance(5000)
    expect(await seen()).toEqual([200, '0', '0'])
    jira.acts.set({ rateLimit: { limit: 2, fillRate: 1, intervalSeconds: 5, retryAfter: '0' } })
    expect(await seen()).toEqual([429, '0', '0'])
  })

  it('sends a blocked account away for ever', async () => {
    const { ask } = await withJira({
      switches: { rateLimit: { limit: 5, fillRate: 5, intervalSeconds: 1, blocked: true } },
    })
    const { status, headers } = await ask('myself')
    expect([
      status,
      headers.get('x-ratelimit-limit'),
      headers.get('x-ratelimit-fillrate'),
      headers.get('retry-after'),
    ]).toEqual([429, '0', '0', '9223372036854775807'])
  })
})
