import type { Call, Endpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { setSuspended, uninstallApp } from '../doings/installations.ts'
import { nowOf } from '../host.ts'
import { replyPage } from '../paging.ts'
import { madeUp, renderApp, renderInstallation, renderPermissions, renderRepo } from '../render.ts'
import { created, noContent, ok, refuse, refuseNotFound } from '../reply.ts'
import { allows, roleOf } from '../auth.ts'
import { findRepo, hooksUp, stamp } from '../world.ts'
import type { App, Installation, Repo } from '../world.ts'
import { textOf } from './inputs.ts'

export const appEndpoints: readonly Endpoint[] = [
  ['GET', '/app', null, (call) => showOwnApp(call, appOf(call))],
  ['GET', '/apps/:slug', null, readApp],
  ['GET', '/app/hook/config', null, (call) => ok(hookConfig(appOf(call)))],
  ['PATCH', '/app/hook/config', null, updateHookConfig],
  ['GET', '/app/installations', null, listInstallations],
  ['GET', '/app/installations/:id', null, (call) => ok(renderInstallation(installationOf(call), call.links))],
  ['DELETE', '/app/installations/:id', null, removeInstallation],
  ['POST', '/app/installations/:id/access_tokens', null, createToken],
  ['PUT', '/app/installations/:id/suspended', null, (call) => suspend(call, true)],
  ['DELETE', '/app/installations/:id/suspended', null, (call) => suspend(call, false)],
  ['GET', '/repos/:owner/:repo/installation', null, installationOfRepo],
  ['GET', '/orgs/:login/installation', null, installationOfAccount],
  ['GET', '/users/:login/installation', null, installationOfAccount],
  ['GET', '/installation/repositories', null, listRepositories],
  ['DELETE', '/installation/token', null, revokeToken],
  ['GET', '/user/installations/:id/repositories', null, listRepositoriesForUser],
  ['POST', '/app-manifests/:code/conversions', null, convertManifest],
]

const NEEDS_JWT = 'A JSON web token could not be decoded'

/** These answer to the App's own JWT and to nothing else. */
function appOf({ who }: Call): App {
  if (who.kind !== 'app' || who.app === null) return refuse(401, NEEDS_JWT)
  return who.app
}

function showOwnApp(call: Call, app: App) {
  const count = call.world.installations.filter((each) => each.app === app).length
  return ok({ ...renderApp(app, call.links), installations_count: count })
}

function readApp(call: Call) {
  const app = call.world.apps.find(({ slug }) => slug === call.params['slug']) ?? refuseNotFound()
  return ok(renderApp(app, call.links))
}

const hookConfig = (app: App) => ({
  content_type: 'json',
  insecure_ssl: '0',
  secret: '********',
  ...(app.webhookUrl === '' ? {} : { url: app.webhookUrl }),
})

function updateHookConfig(call: Call) {
  const app = appOf(call)
  const body = call.body()
  app.webhookUrl = textOf(body, 'url') ?? app.webhookUrl
  app.webhookSecret = textOf(body, 'secret') ?? app.webhookSecret
  return ok(hookConfig(app))
}

function listInstallations(call: Call) {
  const app = appOf(call)
  const found = call.world.installations.filter((each) => each.app === app)
  return replyPage(call, found, (each) => renderInstallation(each, call.links))
}

function installationOf(call: Call): Installation {
  const app = appOf(call)
  const id = numberParam(call, 'id')
  return call.world.installations.find((each) => each.app === app && each.id === id) ?? refuseNotFound()
}

function removeInstallation(call: Call) {
  const installation = installationOf(call)
  uninstallApp(call.host, installation, { person: installation.app.bot, via: null })
  return noContent
}

function suspend(call: Call, suspended: boolean) {
  const installation = installationOf(call)
  setSuspended(call.host, installation, { person: installation.app.bot, via: null }, suspended)
  return noContent
}

function installationOfRepo(call: Call) {
  const app = appOf(call)
  const { owner = '', repo: name = '' } = call.params
  const repo = findRepo(call.world, owner, name)
  const found =
    repo === undefined
      ? undefined
      : call.world.installations.find((each) => each.app === app && hooksUp({ ...each, suspendedAt: null }, repo))
  return found === undefined ? refuseNotFound() : ok(renderInstallation(found, call.links))
}

function installationOfAccount(call: Call) {
  const app = appOf(call)
  const login = (call.params['login'] ?? '').toLowerCase()
  const found = call.world.installations.find((each) => each.app === app && each.account.login.toLowerCase() === login)
  return found === undefined ? refuseNotFound() : ok(renderInstallation(found, call.links))
}

const TOKEN_LIFE_MS = 3600_000

function createToken(call: Call) {
  const installation = installationOf(call)
  if (installation.suspendedAt !== null) return refuse(403, 'This installation has been suspended')
  const body = call.body()
  const repos = chosenRepos(call, installation, body)
  const permissions = chosenPermissions(installation, body['permissions'])
  const number = call.world.ids.next('token')
  const token = `ghs_${madeUp('installation', installation.id, number).slice(0, 36)}`
  const expiresAt = stamp(new Date(call.host.clock.now().getTime() + TOKEN_LIFE_MS))
  call.world.tokens.set(token, {
    value: token,
    kind: 'installation',
    person: installation.app.bot,
    app: installation.app,
    installation,
    scopes: [],
    permissions,
    repoIds: repos?.map(({ id }) => id) ?? null,
    expiresAt,
  })
  const selected = repos !== null || installation.repoIds !== null
  return created({
    token,
    expires_at: expiresAt,
    permissions,
    repository_selection: selected ? 'selected' : 'all',
    ...(repos === null ? {} : { repositories: repos.map((repo) => renderRepo(repo, call.links)) }),
  })
}

function chosenRepos(call: Call, installation: Installation, body: Record<string, unknown>): Repo[] | null {
  const names = Array.isArray(body['repositories'])
    ? body['repositories'].map((name) => String(name).toLowerCase())
    : []
  const ids = Array.isArray(body['repository_ids']) ? body['repository_ids'].map(Number) : []
  if (names.length + ids.length === 0) return null
  const mine = [...call.world.repos.values()].filter((repo) => hooksUp(installation, repo))
  const found = mine.filter((repo) => names.includes(repo.name.toLowerCase()) || ids.includes(repo.id))
  if (found.length < names.length + ids.length) {
    return refuse(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  }
  return found
}

function chosenPermissions(installation: Installation, wanted: unknown): Record<string, string> {
  if (typeof wanted !== 'object' || wanted === null) return { ...installation.permissions }
  const entries = Object.entries(wanted as Record<string, string>)
  const granted = entries.every(([name, level]) =>
    allows(installation.permissions, `${name}:${level === 'read' ? 'read' : 'write'}`),
  )
  if (!granted) return refuse(422, 'The permissions requested are not granted to this installation.')
  return { metadata: 'read', ...Object.fromEntries(entries) }
}

function listRepositories(call: Call) {
  const { who, world, links } = call
  const { token, installation } = who
  if (token === null || (who.kind !== 'installation' && who.kind !== 'actions')) {
    return refuse(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
    )
  }
  const found = [...world.repos.values()].filter((repo) =>
    token.repoIds === null ? installation !== null && hooksUp(installation, repo) : token.repoIds.includes(repo.id),
  )
  const selection = token.repoIds === null && installation?.repoIds === null ? 'all' : 'selected'
  return replyPage(
    call,
    found,
    (repo) => renderRepo(repo, links),
    (repositories) => ({
      total_count: found.length,
      repository_selection: selection,
      repositories,
    }),
  )
}

function revokeToken({ who, world }: Call) {
  if (who.kind !== 'installation' || who.token === null)
    return refuse(403, 'You must authenticate with an installation access token.')
  world.tokens.delete(who.token.value)
  return noContent
}

function listRepositoriesForUser(call: Call) {
  const { who, world, links } = call
  const id = numberParam(call, 'id')
  const installation = world.installations.find((each) => each.id === id && each.app === who.app) ?? refuseNotFound()
  const found = [...world.repos.values()].filter(
    (repo) => hooksUp(installation, repo) && roleOf(world, who, repo) !== 'none',
  )
  return replyPage(
    call,
    found,
    (repo) => ({ ...renderRepo(repo, links), permissions: renderPermissions(roleOf(world, who, repo)) }),
    (repositories) => ({ total_count: found.length, repositories }),
  )
}

/** What a manifest flow ends with: the only time the key and the secrets are shown. */
function convertManifest(call: Call) {
  const code = call.params['code'] ?? ''
  const app = call.world.manifestCodes.get(code) ?? refuseNotFound()
  call.world.manifestCodes.delete(code)
  app.updatedAt = nowOf(call.host)
  return created({
    ...renderApp(app, call.links),
    client_secret: app.clientSecret,
    webhook_secret: app.webhookSecret,
    pem: app.privateKey,
  })
}
