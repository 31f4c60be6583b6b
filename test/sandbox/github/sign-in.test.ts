import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { GitHubServer } from '../../../sandbox/github/server.ts'
import { asAda, asApp, asInstallation, callAs, jwtFor, withGitHub } from './caller.ts'

const REPO = '/repos/acme/rocket'

describe('signing in to the GitHub sandbox', () => {
  it('refuses wrong credentials even where none are needed', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const { status, body } = await callAs(server, 'token ghp_wrong')('GET', REPO)
      expect([status, body.message]).toEqual([401, 'Bad credentials'])
      expect((await callAs(server, null)('GET', REPO)).status).toBe(200)
      expect((await callAs(server, 'Bearer ghp_sandbox')('GET', '/user')).body.login).toBe('ada')
      expect(
        (await callAs(server, `Basic ${Buffer.from('x:ghp_sandbox').toString('base64')}`)('GET', '/user')).body.login,
      ).toBe('ada')
      expect((await callAs(server, null)('POST', `${REPO}/issues`, { title: 'x' })).status).toBe(401)
    })
  })

  it('hides private repositories from strangers and from Apps installed elsewhere', async () => {
    await withGitHub(
      {
        seed: {
          repos: [
            { name: 'rocket', private: true },
            { name: 'moon', private: true },
          ],
        },
      },
      async (server) => {
        server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
        expect((await callAs(server, 'token ghp_passer')('GET', REPO)).body.message).toBe('Not Found')
        expect((await callAs(server, null)('GET', `${REPO}/issues`)).status).toBe(404)
        expect((await callAs(server, 'token ghs_sandbox_actions')('GET', `${REPO}/issues`)).status).toBe(200)
        expect((await callAs(server, 'token ghs_sandbox_actions')('GET', '/repos/acme/moon/issues')).status).toBe(404)
        const one = await asInstallation(server, { repositories: ['moon'] })
        expect((await one('GET', '/repos/acme/moon')).status).toBe(200)
        expect((await one('GET', REPO)).status).toBe(404)
        expect((await one('GET', '/installation/repositories')).body).toMatchObject({
          total_count: 1,
          repository_selection: 'selected',
        })
      },
    )
  })

  it("checks the App's JWT: key, issuer, age", async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const now = Math.floor(server.clock.now().getTime() / 1000)
      const message = async (jwt: string) => (await callAs(server, `Bearer ${jwt}`)('GET', '/app')).body.message
      expect((await asApp(server)('GET', '/app')).body).toMatchObject({
        id: 1,
        slug: 'lockstep-sandbox',
        installations_count: 1,
      })
      expect(
        (await callAs(server, `Bearer ${jwtFor(server, { iss: server.world.app.clientId })}`)('GET', '/app')).status,
      ).toBe(200)
      expect(await message(jwtFor(server, { exp: now - 10 }))).toContain(
        "'Expiration time' claim ('exp') must be a numeric value",
      )
      expect(await message(jwtFor(server, { exp: now + 3600 }))).toBe(
        "'Expiration time' claim ('exp') is too far in the future",
      )
      expect(await message(jwtFor(server, { iat: now + 300 }))).toContain("'Issued at' claim")
      expect(await message(jwtFor(server, { iss: 99 }))).toBe('Integration not found')
      expect(await message(`${jwtFor(server).slice(0, -12)}AAAAAAAAAAAA`)).toBe('A JSON web token could not be decoded')
      expect((await asAda(server)('GET', '/app')).status).toBe(401)
    })
  })

  it('hands out installation tokens for an hour, and no more permissions than there are', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      server.clock.set('2026-05-01T00:00:00Z')
      const made = await asApp(server)('POST', '/app/installations/7/access_tokens', {
        permissions: { issues: 'read' },
      })
      expect(made.body).toMatchObject({
        expires_at: '2026-05-01T01:00:00Z',
        permissions: { issues: 'read', metadata: 'read' },
        repository_selection: 'all',
      })
      const reader = callAs(server, `token ${made.body.token}`)
      expect((await reader('GET', `${REPO}/issues`)).status).toBe(200)
      const refused = await reader('POST', `${REPO}/issues`, { title: 'x' })
      expect([refused.status, refused.body.message]).toEqual([403, 'Resource not accessible by integration'])
      expect(refused.headers.get('x-accepted-github-permissions')).toBe('issues=write')
      expect(
        (
          await asApp(server)('POST', '/app/installations/7/access_tokens', {
            permissions: { administration: 'write' },
          })
        ).status,
      ).toBe(422)
      server.clock.advance(3_600_000)
      expect((await reader('GET', `${REPO}/issues`)).body.message).toBe('Bad credentials')
    })
  })

  it('finds installations by repository, organization and account, and honours suspension', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const app = asApp(server)
      for (const place of [REPO, '/orgs/acme', '/users/acme'])
        expect((await app('GET', `${place}/installation`)).body.id).toBe(7)
      expect((await app('GET', '/users/ada/installation')).status).toBe(404)
      const bot = await asInstallation(server)
      await app('PUT', '/app/installations/7/suspended')
      expect((await bot('GET', `${REPO}/issues`)).status).toBe(403)
      expect((await app('POST', '/app/installations/7/access_tokens')).status).toBe(403)
      await app('DELETE', '/app/installations/7')
      expect((await app('GET', '/app/installations')).body).toEqual([])
      expect((await bot('GET', `${REPO}/issues`)).status).toBe(401)
    })
  })

  it("says what a classic token may, and what a workflow's token may not", async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      expect((await asAda(server)('GET', REPO)).headers.get('x-oauth-scopes')).toContain('repo')
      const actions = callAs(server, 'token ghs_sandbox_actions')
      expect((await actions('GET', REPO)).headers.get('x-oauth-scopes')).toBeNull()
      expect((await actions('GET', '/user')).body.message).toBe('Resource not accessible by integration')
      expect((await actions('GET', '/orgs/acme/members')).status).toBe(403)
      expect((await actions('GET', '/rate_limit')).body.rate.limit).toBe(1000)
    })
  })

  it('tells a public address to all, a verified one to none through REST, and membership to members', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const ada = asAda(server)
      expect((await ada('GET', '/users/ada')).body.email).toBe('ada.byron@example.com')
      expect((await ada('GET', '/users/grace')).body.email).toBeNull()
      expect((await ada('GET', '/orgs/acme/members')).body).toHaveLength(7)
      expect((await ada('GET', '/orgs/acme/members?role=admin')).body).toHaveLength(1)
      expect((await ada('GET', '/orgs/acme/memberships/grace')).body).toMatchObject({ state: 'active', role: 'member' })
      server.act.addToken({ value: 'ghp_passer', login: 'passer-by' })
      const passer = callAs(server, 'token ghp_passer')
      expect((await passer('GET', '/orgs/acme/members')).body).toEqual([])
      expect((await passer('GET', '/orgs/acme/memberships/grace')).status).toBe(403)
      const permission = async (login: string) =>
        (await ada('GET', `${REPO}/collaborators/${login}/permission`)).body.permission
      expect([await permission('ada'), await permission('grace'), await permission('passer-by')]).toEqual([
        'admin',
        'write',
        'read',
      ])
      expect((await ada('GET', `${REPO}/collaborators/nobody/permission`)).body.message).toBe('nobody is not a user')
    })
  })
})

/** Through the pages as a browser would, back with the code. */
async function authorize(server: GitHubServer, extra: Record<string, string>): Promise<URL> {
  const query = new URLSearchParams({
    client_id: server.world.app.clientId,
    redirect_uri: 'http://127.0.0.1:3000/login/callback',
    state: 'st/ate',
    ...extra,
  })
  const { status, headers } = await callAs(server, null)('GET', `/login/oauth/authorize?${query.toString()}`)
  expect(status).toBe(302)
  return new URL(headers.get('location')!)
}

async function exchange(server: GitHubServer, extra: Record<string, string>) {
  const form = { client_id: server.world.app.clientId, client_secret: server.world.app.clientSecret, ...extra }
  return (
    await callAs(server, null)('POST', '/login/oauth/access_token', form, {
      accept: 'application/json',
      'content-type': 'application/json',
    })
  ).body
}

describe('signing a person in through the App', () => {
  it('goes there and back with state and PKCE, once', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const verifier = 'v'.repeat(64)
      const code_challenge = createHash('sha256').update(verifier).digest('base64url')
      const start = () => authorize(server, { login: 'grace', code_challenge, code_challenge_method: 'S256' })
      const back = await start()
      expect([back.pathname, back.searchParams.get('state')]).toEqual(['/login/callback', 'st/ate'])
      const code = back.searchParams.get('code')!
      expect(await exchange(server, { code, code_verifier: 'wrong' })).toMatchObject({ error: 'bad_verification_code' })
      // A failed try uses the code up.
      expect(await exchange(server, { code, code_verifier: verifier })).toMatchObject({
        error: 'bad_verification_code',
      })
      const second = (await start()).searchParams.get('code')!
      const granted = await exchange(server, { code: second, code_verifier: verifier })
      expect(granted).toMatchObject({ token_type: 'bearer', scope: '', expires_in: 28_800 })
      const grace = callAs(server, `Bearer ${granted.access_token}`)
      expect((await grace('GET', '/user')).body).toMatchObject({ login: 'grace', email: null })
      expect((await grace('GET', '/user/installations')).body).toMatchObject({
        total_count: 1,
        installations: [{ id: 7 }],
      })
      expect((await grace('GET', '/user/memberships/orgs')).body[0]).toMatchObject({
        role: 'member',
        organization: { login: 'acme' },
      })
      expect((await grace('POST', `${REPO}/issues`, { title: 'x' })).body).toMatchObject({
        user: { login: 'grace' },
        performed_via_github_app: { id: 1 },
      })
      const refreshed = await exchange(server, { grant_type: 'refresh_token', refresh_token: granted.refresh_token })
      expect((await grace('GET', '/user')).status).toBe(401)
      expect((await callAs(server, `Bearer ${refreshed.access_token}`)('GET', '/user')).body.login).toBe('grace')
      server.clock.advance(28_800_000)
      expect((await callAs(server, `Bearer ${refreshed.access_token}`)('GET', '/user')).status).toBe(401)
    })
  })

  it('asks who one is when nobody said, and refuses callbacks that were not registered', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const page = await callAs(server, null)(
        'GET',
        `/login/oauth/authorize?client_id=${server.world.app.clientId}&redirect_uri=http://127.0.0.1/x&state=s`,
      )
      expect(page.body).toContain('login=grace">grace</a>')
      server.world.app.callbackUrls = ['https://lockstep.example.com/callback']
      expect((await authorize(server, { login: 'grace' })).searchParams.get('error')).toBe('redirect_uri_mismatch')
      expect(await exchange(server, { client_secret: 'wrong' })).toMatchObject({
        error: 'incorrect_client_credentials',
      })
    })
  })

  it('makes an App from a manifest and shows its key once', async () => {
    await withGitHub({ seed: 'empty' }, async (server) => {
      const manifest = JSON.stringify({
        name: 'My Lockstep',
        url: 'https://example.com',
        redirect_url: 'http://127.0.0.1:3000/probot/setup',
        default_events: ['issues'],
        default_permissions: { issues: 'write' },
        hook_attributes: { url: 'http://127.0.0.1:9/' },
      })
      const { headers } = await callAs(server, null)(
        'POST',
        '/organizations/acme/settings/apps/new?state=s',
        new URLSearchParams({ manifest }).toString(),
      )
      const code = new URL(headers.get('location')!).searchParams.get('code')!
      const made = await callAs(server, null)('POST', `/api/v3/app-manifests/${code}/conversions`)
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({ slug: 'my-lockstep', permissions: { issues: 'write' }, events: ['issues'] })
      expect(made.body.pem).toContain('BEGIN RSA PRIVATE KEY')
      expect((await callAs(server, null)('POST', `/app-manifests/${code}/conversions`)).status).toBe(404)
    })
  })
})
