import { describe, expect, it } from 'vitest'
import type { Caller } from './caller.ts'
import { asAda, asInstallation, callAs, withGitHub } from './caller.ts'

const ISSUE = '/repos/acme/rocket/issues/1'
const remaining = async (call: Caller) => (await call('GET', '/rate_limit')).body.resources.core.remaining

describe('limits and caching of the GitHub sandbox', () => {
  it('answer 304 to a known ETag, free of charge to whoever signed in', async () => {
    await withGitHub({}, async (server) => {
      const call = asAda(server)
      const etag = (await call('GET', ISSUE)).headers.get('etag')!
      expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/)
      const before = await remaining(call)
      const again = await call('GET', ISSUE, undefined, { 'if-none-match': etag })
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', etag])
      expect(await remaining(call)).toBe(before)
      server.clock.advance(1000)
      server.act.comment({ number: 1, body: 'x' })
      expect((await call('GET', ISSUE, undefined, { 'if-none-match': etag })).status).toBe(200)
      expect(await remaining(call)).toBe(before - 1)
    })
  })

  it('charge for a 304 where a server does', async () => {
    await withGitHub({ switches: { freeNotModified: false } }, async (server) => {
      const call = asAda(server)
      const etag = (await call('GET', ISSUE)).headers.get('etag')!
      const before = await remaining(call)
      expect((await call('GET', ISSUE, undefined, { 'if-none-match': etag })).status).toBe(304)
      expect(await remaining(call)).toBe(before - 1)
    })
  })

  it('know no ETag where a server has none', async () => {
    await withGitHub({ switches: { etags: false } }, async (server) => {
      const { headers } = await asAda(server)('GET', ISSUE)
      expect(headers.get('etag')).toBeNull()
    })
  })

  it('count down, refuse at the end, and start afresh after an hour', async () => {
    await withGitHub({}, async (server) => {
      const anonymous = callAs(server, null)
      for (let n = 0; n < 60; n++)
        expect((await anonymous('GET', '/repos/acme/rocket/labels?per_page=1')).status).toBe(200)
      const refused = await anonymous('GET', ISSUE)
      expect(refused.status).toBe(403)
      expect(refused.body.message).toMatch(/^API rate limit exceeded for 127\.0\.0\.1\./)
      expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
      expect(refused.headers.get('retry-after')).toBeNull()
      const reset = Number(refused.headers.get('x-ratelimit-reset')) * 1000
      expect(reset).toBeGreaterThan(server.clock.now().getTime())
      server.clock.advance(3_600_000)
      const fresh = await anonymous('GET', ISSUE)
      expect([fresh.status, fresh.headers.get('x-ratelimit-used')]).toEqual([200, '1'])
    })
  })

  it('can be played at their end, for one person alone', async () => {
    await withGitHub({}, async (server) => {
      server.limits.setRemaining({ token: 'ghp_sandbox', remaining: 1 })
      expect((await asAda(server)('GET', ISSUE)).headers.get('x-ratelimit-remaining')).toBe('0')
      const refused = await asAda(server)('GET', ISSUE)
      expect([refused.status, refused.body.message]).toEqual([
        403,
        `API rate limit exceeded for user ID ${server.world.people.get('ada')!.id}.`,
      ])
      expect((await callAs(server, 'token ghs_sandbox_actions')('GET', ISSUE)).status).toBe(200)
    })
  })

  it('give people, installations and workflows a quota each', async () => {
    await withGitHub({}, async (server) => {
      const limit = async (call: Caller) => (await call('GET', ISSUE)).headers.get('x-ratelimit-limit')
      expect(await limit(asAda(server))).toBe('5000')
      expect(await limit(await asInstallation(server))).toBe('5000')
      expect(await limit(callAs(server, 'token ghs_sandbox_actions'))).toBe('1000')
    })
  })

  it('are off on an Enterprise Server as installed', async () => {
    await withGitHub({ switches: { primaryLimits: 'off' } }, async (server) => {
      const { headers } = await asAda(server)('GET', `/api/v3${ISSUE}`)
      expect(headers.get('x-ratelimit-limit')).toBeNull()
      expect(headers.get('x-github-enterprise-version')).toBe('3.19.0')
      expect((await asAda(server)('GET', '/api/v3/rate_limit')).body.message).toBe('Rate limiting is not enabled.')
    })
  })

  it('stop writers after eighty writes in a minute when switched on', async () => {
    for (const secondaryStatus of [403, 429] as const) {
      await withGitHub({ seed: 'empty', switches: { secondaryLimits: 'on', secondaryStatus } }, async (server) => {
        server.clock.set('2026-05-01T00:00:00Z')
        const write = () => asAda(server)('POST', '/repos/acme/rocket/issues', { title: 'x' })
        for (let n = 0; n < 80; n++) expect((await write()).status).toBe(201)
        const refused = await write()
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([secondaryStatus, '60'])
        expect(refused.body.message).toContain('You have exceeded a secondary rate limit')
        expect((await asAda(server)('GET', '/repos/acme/rocket')).status).toBe(200)
        server.clock.advance(61_000)
        expect((await write()).status).toBe(201)
      })
    }
  })

  it('may leave out when to come back, and are off by default', async () => {
    await withGitHub({ seed: 'empty', switches: { secondaryLimits: 'on', retryAfter: null } }, async (server) => {
      server.clock.set('2026-05-01T00:00:00Z')
      let last = await asAda(server)('GET', '/')
      for (let n = 0; n < 81; n++) last = await asAda(server)('POST', '/repos/acme/rocket/labels', { name: `l${n}` })
      expect([last.status, last.headers.get('retry-after')]).toEqual([403, null])
    })
    await withGitHub({ seed: 'empty' }, async (server) => {
      let last = await asAda(server)('GET', '/')
      for (let n = 0; n < 81; n++) last = await asAda(server)('POST', '/repos/acme/rocket/labels', { name: `l${n}` })
      expect(last.status).toBe(201)
    })
  })
})
