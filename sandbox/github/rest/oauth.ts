import { createHash } from 'node:crypto'
import { parseBody } from '../../kit/router.ts'
import type { Route, SandboxReply, SandboxRequest } from '../../kit/router.ts'
import { installApp } from '../doings/installations.ts'
import { addApp } from '../founding.ts'
import type { Host } from '../host.ts'
import { madeUp } from '../render.ts'
import { findPerson, stamp } from '../world.ts'
import type { App, OauthCode, Person } from '../world.ts'

const CODE_LIFE_MS = 600_000
const TOKEN_LIFE_S = 28_800
const REFRESH_LIFE_S = 15_811_200

/** The pages of github.com that a browser or a sign-in goes through; here nobody has to click unless they want to. */
export function oauthRoutes(host: Host): Route[] {
  return [
    ['GET', '/login/oauth/authorize', (request) => authorize(host, request)],
    ['POST', '/login/oauth/access_token', (request) => exchange(host, request)],
    ['POST', '/settings/apps/new', (request) => registerApp(host, request)],
    ['POST', '/organizations/:org/settings/apps/new', (request) => registerApp(host, request)],
    ['GET', '/apps/:slug/installations/new', (request) => install(host, request)],
    ['GET', '/user-attachments/assets/:id', (request) => attachment(host, request)],
    ['GET', '/private-user-images/:id', (request) => signedAttachment(host, request)],
  ]
}

const page = (status: number, body: string): SandboxReply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html lang="en"><head><title>GitHub sandbox</title></head><body>${body}</body></html>`,
})

const redirect = (location: string): SandboxReply => ({ status: 302, headers: { location } })

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** `?login=` signs that person in; without it the page asks who one is. */
function authorize({ world, clock }: Host, { query, search }: SandboxRequest): SandboxReply {
  const app = world.apps.find(({ clientId }) => clientId === query.get('client_id'))
  if (app === undefined) return page(404, '<h1>404</h1><p>No such App.</p>')
  const redirectUri = query.get('redirect_uri') ?? app.callbackUrls[0] ?? null
  if (redirectUri === null) return page(400, '<p>The App has no callback URL and none was given.</p>')
  if (app.callbackUrls.length > 0 && !app.callbackUrls.some((known) => sameCallback(known, redirectUri))) {
    return backTo(redirectUri, {
      error: 'redirect_uri_mismatch',
      error_description: 'The redirect_uri is not associated with this application.',
      state: query.get('state'),
    })
  }
  const person = findPerson(world, query.get('login') ?? '')
  if (person === undefined) {
    const people = [...world.people.values()].filter(({ type }) => type === 'User')
    const links = people.map(
      ({ login }) =>
        `<li><a href="?${escape(search)}&amp;login=${encodeURIComponent(login)}">${escape(login)}</a></li>`,
    )
    return page(200, `<h1>Authorize ${escape(app.name)}</h1><p>Sign in as</p><ul>${links.join('')}</ul>`)
  }
  const now = clock.now().getTime()
  const code = madeUp('code', world.ids.next('token'), now).slice(0, 20)
  world.oauthCodes.set(code, {
    app,
    person,
    redirectUri: query.get('redirect_uri'),
    challenge: query.get('code_challenge'),
    expiresAt: now + CODE_LIFE_MS,
  })
  return backTo(redirectUri, { code, state: query.get('state') })
}

/** The path may go deeper than the registered one; a loopback address may use any port. */
function sameCallback(known: string, given: string): boolean {
  if (!URL.canParse(known) || !URL.canParse(given)) return false
  const [a, b] = [new URL(known), new URL(given)]
  const loopback = ['127.0.0.1', '[::1]'].includes(a.hostname)
  return (
    a.protocol === b.protocol &&
    a.hostname === b.hostname &&
    (loopback || a.port === b.port) &&
    b.pathname.startsWith(a.pathname)
  )
}

function backTo(uri: string, facts: Readonly<Record<string, string | null>>): SandboxReply {
  const url = new URL(uri)
  for (const [name, value] of Object.entries(facts)) if (value !== null) url.searchParams.set(name, value)
  return redirect(url.href)
}

/** Errors come with status 200, and as a form unless JSON was asked for. */
function answer(request: SandboxRequest, facts: Readonly<Record<string, string | number>>): SandboxReply {
  if ((request.headers['accept'] ?? '').includes('json')) {
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: facts }
  }
  const form = new URLSearchParams(
    Object.entries(facts).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  }
}

const wrong = (request: SandboxRequest, error: string, description: string): SandboxReply =>
  answer(request, {
    error,
    error_description: description,
    error_uri:
      'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/',
  })

function formOf(request: SandboxRequest): Record<string, string> {
  const json = (request.headers['content-type'] ?? '').includes('json') ? parseBody(request) : undefined
  if (typeof json === 'object' && json !== null)
    return { ...Object.fromEntries(request.query), ...(json as Record<string, string>) }
  return { ...Object.fromEntries(request.query), ...Object.fromEntries(new URLSearchParams(request.body.toString())) }
}

function exchange(host: Host, request: SandboxRequest): SandboxReply {
  const { world, clock } = host
  const form = formOf(request)
  const app = world.apps.find(({ clientId }) => clientId === form['client_id'])
  if (app === undefined || app.clientSecret !== form['client_secret']) {
    return wrong(request, 'incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.')
  }
  if (form['grant_type'] === 'refresh_token') {
    const old = world.refreshTokens.get(form['refresh_token'] ?? '')
    if (old === undefined || old.app !== app)
      return wrong(request, 'bad_refresh_token', 'The refresh token passed is incorrect or expired.')
    world.refreshTokens.delete(form['refresh_token'] ?? '')
    world.tokens.delete(old.value)
    return answer(request, grant(host, app, old.person))
  }
  const known = world.oauthCodes.get(form['code'] ?? '')
  world.oauthCodes.delete(form['code'] ?? '')
  if (
    known === undefined ||
    known.app !== app ||
    known.expiresAt <= clock.now().getTime() ||
    !provesChallenge(known, form['code_verifier'])
  ) {
    return wrong(request, 'bad_verification_code', 'The code passed is incorrect or expired.')
  }
  if (form['redirect_uri'] !== undefined && known.redirectUri !== null && form['redirect_uri'] !== known.redirectUri) {
    return wrong(
      request,
      'redirect_uri_mismatch',
      'The redirect_uri MUST match the registered callback URL for this application.',
    )
  }
  return answer(request, grant(host, app, known.person))
}

function provesChallenge({ challenge }: OauthCode, verifier: string | undefined): boolean {
  if (challenge === null) return true
  return verifier !== undefined && createHash('sha256').update(verifier).digest('base64url') === challenge
}

function grant({ world, clock }: Host, app: App, person: Person): Record<string, string | number> {
  const number = world.ids.next('token')
  const token = {
    value: `ghu_${madeUp('user', app.id, person.id, number).slice(0, 36)}`,
    kind: 'user' as const,
    person,
    app,
    installation: null,
    scopes: [],
    permissions: app.permissions,
    repoIds: null,
    expiresAt: stamp(new Date(clock.now().getTime() + TOKEN_LIFE_S * 1000)),
  }
  const refresh = `ghr_${madeUp('refresh', app.id, person.id, number)}`
  world.tokens.set(token.value, token)
  world.refreshTokens.set(refresh, token)
  return {
    access_token: token.value,
    expires_in: TOKEN_LIFE_S,
    refresh_token: refresh,
    refresh_token_expires_in: REFRESH_LIFE_S,
    scope: '',
    token_type: 'bearer',
  }
}

/** The manifest form: makes the App and goes back with a code that is good once. */
function registerApp(host: Host, request: SandboxRequest): SandboxReply {
  const { world } = host
  const manifest = JSON.parse(formOf(request)['manifest'] ?? '{}') as Record<string, unknown>
  const org = world.orgs.get((request.params['org'] ?? '').toLowerCase())
  const name = String(manifest['name'] ?? 'app')
  const hook = (manifest['hook_attributes'] ?? {}) as Record<string, unknown>
  const app = addApp(host, org?.account ?? world.org.account, {
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    name,
    url: String(manifest['url'] ?? 'https://example.com'),
    description: String(manifest['description'] ?? ''),
    permissions: (manifest['default_permissions'] ?? {}) as Record<string, string>,
    events: (manifest['default_events'] ?? []) as string[],
    webhookUrl: typeof hook['url'] === 'string' ? hook['url'] : '',
    callbackUrls: (manifest['callback_urls'] ?? []) as string[],
  })
  const code = madeUp('manifest', app.id)
  world.manifestCodes.set(code, app)
  return backTo(String(manifest['redirect_url']), { code, state: request.query.get('state') })
}

function install(host: Host, request: SandboxRequest): SandboxReply {
  const { world } = host
  const app = world.apps.find(({ slug }) => slug === request.params['slug'])
  if (app === undefined) return page(404, '<h1>404</h1>')
  const known = world.installations.find((each) => each.app === app && each.account === world.org.account)
  const owner = findPerson(world, [...world.org.members.keys()][0] ?? '') ?? world.org.account
  const { id } = known ?? installApp(host, app, world.org.account, { person: owner, via: null }, null)
  return page(200, `<p>Installed ${escape(app.name)} as installation ${id}.</p>`)
}

/** Pictures in private repositories want a browser session; an API token is not one. */
function attachment({ world }: Host, request: SandboxRequest): SandboxReply {
  const file = world.attachments.get(request.params['id'] ?? '')
  const repo = file === undefined ? undefined : world.repos.get(file.repoId)
  if (file === undefined || repo === undefined || repo.private) return page(404, '<h1>404</h1>')
  return { status: 200, headers: { 'content-type': file.contentType }, body: file.bytes }
}

function signedAttachment({ world, clock }: Host, request: SandboxRequest): SandboxReply {
  const file = world.attachments.get(request.params['id'] ?? '')
  const until = Number(/^sandbox\.(\d+)$/.exec(request.query.get('jwt') ?? '')?.[1] ?? 0)
  if (file === undefined || until < clock.now().getTime())
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' }
  return { status: 200, headers: { 'content-type': file.contentType }, body: file.bytes }
}
