import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { JiraOptions } from '../../../sandbox/jira/server.ts'
import type { TrackerCache, TrackerDeps } from '../../../src/trackers/deps.ts'
import { openJira, read } from './stage.ts'
import type { Opened } from './stage.ts'

const opened: Opened[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((stage) => stage.close()))
})

async function stageOf(options: JiraOptions = {}): Promise<Opened> {
  const stage = await openJira(options)
  opened.push(stage)
  return stage
}

const statuses = ({ server }: Opened) => server.journal.entries.map(({ status }) => status)

describe('signing in with a token', () => {
  it('that Jira does not know is noticed although Jira answers an anonymous request', async () => {
    const stage = await stageOf()
    stage.acts.changeProject({ project: 'PLAT', public: true })
    const tracker = stage.open({ env: { JIRA_PAT: 'wrong' } })
    await expect(tracker.readTickets(['PLAT-1'])).rejects.toMatchObject({ code: 'not-signed-in', retryable: false })
    await expect(tracker.readProjects()).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  it('that is revoked while we work is noticed, and finding nothing is never mistaken for an answer', async () => {
    const stage = await stageOf()
    stage.acts.changeProject({ project: 'PLAT', public: true })
    await stage.tracker.readProjects()
    stage.acts.revokeToken({ secret: 'jira_sandbox_pat' })
    const since = '2026-01-01T00:00:00Z'
    const scan = stage.tracker.changedSince('PLAT', null, { since })[Symbol.asyncIterator]()
    await expect(scan.next()).rejects.toMatchObject({ code: 'not-signed-in' })
    const filter = { project: 'PLAT', query: null, label: null }
    await expect(stage.tracker.filterTickets(['PLAT-1'], filter)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  it('complaint 42: that is refused outright is told as such', async () => {
    const stage = await stageOf({ switches: { badToken: 'refused' } })
    const tracker = stage.open({ env: { JIRA_PAT: 'wrong' } })
    await expect(tracker.describe()).rejects.toMatchObject({ code: 'not-signed-in', remedy: expect.any(String) })
    await expect(stage.open({ env: {} }).describe()).rejects.toMatchObject({ code: 'environment-invalid' })
  })
})

describe('signing in with a password', () => {
  const basic = (stage: Opened, password: string) =>
    stage.open(
      { env: { JIRA_PASSWORD: password } },
      { token: undefined, username: 'lockstep', password: '$JIRA_PASSWORD' },
    )

  it('works, and keeps no cookies', async () => {
    const stage = await stageOf()
    const tracker = basic(stage, 'secret')
    expect(await read(tracker, 'PLAT-1')).toMatchObject({ title: 'Login page does not load' })
    expect(statuses(stage).every((status) => status === 200)).toBe(true)
  })

  it('that is wrong is tried once only: more would lock the account', async () => {
    const stage = await stageOf()
    const tracker = basic(stage, 'wrong')
    for (let tries = 0; tries < 5; tries++) {
      await expect(tracker.readTickets(['PLAT-1'])).rejects.toMatchObject({ code: 'not-signed-in' })
    }
    expect(statuses(stage)).toEqual([401])
    stage.server.clock.advance(6 * 60_000)
    await expect(tracker.readTickets(['PLAT-1'])).rejects.toMatchObject({ code: 'not-signed-in' })
    expect(statuses(stage)).toEqual([401, 401])
  })

  it.each([401, 403] as const)('behind a CAPTCHA says where to solve it (%d)', async (captchaStatus) => {
    const stage = await stageOf({ switches: { captchaAfter: 1, captchaStatus } })
    await expect(basic(stage, 'wrong').describe()).rejects.toMatchObject({ code: 'not-signed-in' })
    await expect(basic(stage, 'secret').describe()).rejects.toMatchObject({
      code: 'not-signed-in',
      retryable: false,
      message: expect.stringContaining('CAPTCHA'),
      remedy: expect.stringContaining(`${stage.server.url}/login.jsp`),
    })
    expect(statuses(stage)).toEqual([401, captchaStatus])
    stage.acts.solveCaptcha({ name: 'lockstep' })
    expect(await basic(stage, 'secret').describe()).toMatchObject({ editsComments: true })
  })

  it('says so where an administrator has switched it off', async () => {
    const stage = await stageOf({ switches: { basicAuth: false } })
    await expect(basic(stage, 'secret').describe()).rejects.toMatchObject({
      code: 'not-signed-in',
      remedy: 'Use a personal access token.',
    })
  })
})

describe('signing in with OAuth 1', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  async function consumer(options: JiraOptions = {}) {
    const stage = await stageOf(options)
    stage.acts.addOAuthConsumer({
      key: 'lockstep-consumer',
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })
    stage.server.world.oauthTokens.set('access', {
      token: 'access',
      secret: 'unused',
      verifier: null,
      consumerKey: 'lockstep-consumer',
      callback: null,
      personKey: 'lockstep',
      kind: 'access',
    })
    const open = (env: Record<string, string> = {}, deps: Partial<TrackerDeps> = {}) =>
      stage.open(
        { ...deps, env: { OAUTH_TOKEN: 'access', OAUTH_KEY: pem, ...env } },
        { token: undefined, oauth1: { consumer: 'lockstep-consumer', token: '$OAUTH_TOKEN', key: '$OAUTH_KEY' } },
      )
    return { stage, open }
  }

  it('signs reads, searches and writes so that the server can check them', async () => {
    const { stage, open } = await consumer({ switches: { contextPath: '/jira', anonymousAccess: false } })
    const tracker = open()
    const ticket = await read(tracker, 'PLAT-1')
    await tracker.update(ticket, { title: 'Signed' })
    expect(await read(tracker, 'PLAT-1')).toMatchObject({ title: 'Signed' })
    // Signs that RFC 3986 wants encoded otherwise than a form does.
    const search = await tracker.people.search("a b+c!*'()~ä", { project: 'PLAT', ticket: null })
    expect(search).toEqual([])
    expect(statuses(stage).every((status) => status < 300)).toBe(true)
  })

  it('takes a key whose line ends were written as \\n', async () => {
    const { open } = await consumer()
    expect(await open({ OAUTH_KEY: pem.replaceAll('\n', String.raw`\n`) }).describe()).toMatchObject({})
    await expect(open({ OAUTH_KEY: 'no key' }).describe()).rejects.toMatchObject({ code: 'environment-invalid' })
  })

  it('signs each try afresh: a nonce is never used twice', async () => {
    const { stage, open } = await consumer()
    const tracker = open()
    await tracker.describe()
    stage.server.faults.add({ path: 'issue/PLAT-1', reset: 'after', times: 2 })
    expect(await read(tracker, 'PLAT-1')).toMatchObject({ ref: { key: 'PLAT-1' } })
    expect(stage.server.world.nonces.size).toBe(stage.server.journal.entries.length)
  })

  it('is refused with a token that the server does not know', async () => {
    const { open } = await consumer()
    await expect(open({ OAUTH_TOKEN: 'other' }).describe()).rejects.toMatchObject({ code: 'not-signed-in' })
  })
})

describe('signing in with OAuth 2', () => {
  function granted(stage: Opened) {
    stage.acts.addOAuth2Client({
      clientId: 'client',
      clientSecret: 'hush',
      redirectUri: 'https://lockstep.example.com/',
    })
    stage.acts.approveOAuth2({ clientId: 'client', as: 'lockstep' })
    const grant = stage.server.world.oauth2Grants[0]!
    grant.refreshToken = 'first'
    const open = (deps: Partial<TrackerDeps> = {}) =>
      stage.open(
        { env: { CLIENT_SECRET: 'hush', REFRESH: 'first' }, ...deps },
        { token: undefined, oauth2: { client: 'client', secret: '$CLIENT_SECRET', refresh: '$REFRESH' } },
      )
    return { grant, open }
  }

  const memory = (): TrackerCache & { readonly kept: Map<string, unknown> } => {
    const kept = new Map<string, unknown>()
    return {
      kept,
      find: (key) =>
        Promise.resolve(kept.has(key) ? { value: kept.get(key), savedAt: new Date().toISOString() } : undefined),
      save: (key, value) => Promise.resolve(void kept.set(key, value)),
    }
  }

  const refreshes = ({ server }: Opened) => server.journal.entries.filter(({ path }) => path.endsWith('/token')).length

  it('asks for one token and keeps it until it ends', async () => {
    const stage = await stageOf()
    const { open } = granted(stage)
    const tracker = open()
    await Promise.all([tracker.describe(), tracker.readProjects(), tracker.readTickets(['PLAT-1'])])
    expect(refreshes(stage)).toBe(1)
    stage.server.clock.advance(3 * 3_600_000)
    expect(await read(tracker, 'PLAT-1')).toMatchObject({ ref: { key: 'PLAT-1' } })
    expect(refreshes(stage)).toBe(2)
  })

  it.each(['anonymous', 'refused'] as const)(
    'gets a new token when the server drops the old one (%s)',
    async (badToken) => {
      const stage = await stageOf({ switches: { badToken } })
      const { grant, open } = granted(stage)
      const tracker = open()
      await tracker.describe()
      grant.accessToken = 'dropped'
      expect(await read(tracker, 'PLAT-1')).toMatchObject({ ref: { key: 'PLAT-1' } })
      expect(refreshes(stage)).toBe(2)
    },
  )

  it('remembers the newest refresh token, sealed, for the next process', async () => {
    const stage = await stageOf()
    const { grant, open } = granted(stage)
    const cache = memory()
    await open({ cache }).describe()
    expect(grant.refreshToken).not.toBe('first')
    expect(JSON.stringify([...cache.kept])).not.toContain(grant.refreshToken)
    expect(await open({ cache }).describe()).toMatchObject({ editsComments: true })
    await expect(open().describe()).rejects.toMatchObject({
      code: 'not-signed-in',
      remedy: expect.stringContaining('refresh token'),
    })
  })
})

describe('limits of the server', () => {
  it('of a blocked account do not make anybody wait for ever', async () => {
    const stage = await stageOf()
    await stage.tracker.describe()
    stage.acts.set({ rateLimit: { limit: 1, fillRate: 1, intervalSeconds: 1, blocked: true } })
    const now = stage.server.clock.now().getTime()
    await expect(stage.tracker.readTickets(['PLAT-1'])).rejects.toSatisfy(
      ({ code, retryAt }: { code: string; retryAt: string }) =>
        code === 'limit-reached' && Date.parse(retryAt) - now <= 3_660_000,
    )
  })

  it('that fill up soon are waited for', async () => {
    const stage = await stageOf({ switches: { rateLimit: { limit: 3, fillRate: 3, intervalSeconds: 10 } } })
    for (let times = 0; times < 8; times++) await read(stage.tracker, 'PLAT-1')
    expect(statuses(stage)).toContain(429)
  })
})
