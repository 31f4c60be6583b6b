import { verify } from 'node:crypto'
import type { SandboxRequest } from '../kit/router.ts'
import { refuse } from './reply.ts'
import { atLeast, hooksUp, permissionOf } from './world.ts'
import type { App, Installation, Permission, Person, Repo, Token, World } from './world.ts'

/** Who asks, as the credentials say. */
export interface Who {
  readonly kind: 'anonymous' | 'pat' | 'actions' | 'installation' | 'user' | 'app'
  /** In whose name things are written; an App's own JWT writes in nobody's. */
  readonly person: Person | null
  readonly app: App | null
  readonly installation: Installation | null
  readonly token: Token | null
}

/** In whose name something is done, and through which App. */
export interface Actor {
  readonly person: Person
  readonly via: App | null
}

const ANONYMOUS: Who = { kind: 'anonymous', person: null, app: null, installation: null, token: null }

const badCredentials = (): never => refuse(401, 'Bad credentials')

/** Reads `Authorization`; wrong or expired credentials are refused with 401, also where none are needed. */
export function readWho(world: World, request: SandboxRequest, now: Date): Who {
  const header = request.headers['authorization']
  if (header === undefined || header === '') return ANONYMOUS
  const [scheme = '', rest = ''] = header.split(/\s+/, 2)
  const secret = scheme.toLowerCase() === 'basic' ? fromBasic(rest) : rest
  if (!['token', 'bearer', 'basic'].includes(scheme.toLowerCase())) return badCredentials()
  if (secret.split('.').length === 3 && secret.startsWith('ey')) return readJwt(world, secret, now)
  const token = world.tokens.get(secret)
  if (token === undefined) return badCredentials()
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= now.getTime()) return badCredentials()
  if (token.installation !== null && !world.installations.includes(token.installation)) return badCredentials()
  if (token.installation !== null && token.installation.suspendedAt !== null) {
    return refuse(403, 'This installation has been suspended')
  }
  return whoHolds(token)
}

export const whoHolds = (token: Token): Who => ({
  kind: token.kind,
  person: token.person,
  app: token.app,
  installation: token.installation,
  token,
})

function fromBasic(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString()
  const [user = '', password = ''] = text.split(':', 2)
  return password === '' || password === 'x-oauth-basic' ? user : password
}

/** How far the server's clock may be off, and how long a JWT may live. */
const SKEW_S = 60
const LIFETIME_S = 600

function readJwt(world: World, jwt: string, now: Date): Who {
  const [head = '', body = '', signature = ''] = jwt.split('.')
  const seconds = now.getTime() / 1000
  const header = readJson(head)
  const claims = readJson(body)
  if (header?.['alg'] !== 'RS256' || claims === undefined) {
    return refuse(401, 'A JSON web token could not be decoded')
  }
  const { iat, exp, iss } = claims
  const app = world.apps.find((each) => String(each.id) === String(iss) || each.clientId === iss)
  if (app === undefined) return refuse(404, 'Integration not found')
  if (typeof exp !== 'number')
    return refuse(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  if (typeof iat !== 'number')
    return refuse(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  if (exp <= seconds - 1)
    return refuse(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  if (exp > seconds + LIFETIME_S + SKEW_S)
    return refuse(401, "'Expiration time' claim ('exp') is too far in the future")
  if (iat > seconds + SKEW_S)
    return refuse(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  const good = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), app.publicKey, Buffer.from(signature, 'base64url'))
  if (!good) return refuse(401, 'A JSON web token could not be decoded')
  return { ...ANONYMOUS, kind: 'app', app }
}

function readJson(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** What the caller may do with the repository as a person would; Apps are bound by their permissions instead. */
export function roleOf(world: World, who: Who, repo: Repo): Permission | 'none' {
  if (who.kind === 'anonymous' || who.kind === 'app') return repo.private ? 'none' : 'read'
  if (who.kind === 'installation' || who.kind === 'actions') {
    if (reaches(who, repo)) return 'write'
    return repo.private ? 'none' : 'read'
  }
  if (who.person === null) return 'none'
  const own = permissionOf(world, repo, who.person)
  if (who.kind === 'user' && !isCovered(world, who, repo)) {
    return repo.private ? 'none' : 'read'
  }
  if (
    who.kind === 'pat' &&
    !who.token?.scopes.some((scope) => scope === 'repo' || (scope === 'public_repo' && !repo.private))
  ) {
    return repo.private ? 'none' : 'read'
  }
  return own === 'none' && !repo.private ? 'read' : own
}

/** The App that signed the person in is installed there. */
const isCovered = (world: World, who: Who, repo: Repo): boolean =>
  world.installations.some((each) => each.app === who.app && hooksUp(each, repo))

/** The token was made for this repository. */
function reaches(who: Who, repo: Repo): boolean {
  const { token, installation } = who
  if (token === null) return false
  if (token.repoIds !== null) return token.repoIds.includes(repo.id)
  return installation !== null && hooksUp(installation, repo)
}

/** `issues:write` and the like; metadata of what can be seen is free. */
export type Need = `${string}:${'read' | 'write'}`

export function allows(permissions: Readonly<Record<string, string>>, need: Need): boolean {
  const [name = '', level] = need.split(':')
  const have = permissions[name]
  return level === 'read' ? have !== undefined : have === 'write' || have === 'admin'
}

const NOT_FOR_INTEGRATIONS = 'Resource not accessible by integration'

/** Refuses what the caller's token was not made for: 404 for what it cannot see, 403 for what it may not do. */
export function checkRepoAccess(world: World, who: Who, repo: Repo, need: Need): void {
  const role = roleOf(world, who, repo)
  if (role === 'none') refuse(404, 'Not Found')
  const writes = need.endsWith(':write')
  if (who.kind === 'app') refuse(403, NOT_FOR_INTEGRATIONS)
  if (who.kind === 'anonymous') {
    if (writes) refuse(401, 'Requires authentication')
    return
  }
  const permissions = who.token?.permissions ?? null
  if (permissions !== null) {
    // Every installation can read what is public; beyond that only its own repositories.
    const isOwn = who.kind === 'user' ? isCovered(world, who, repo) : reaches(who, repo)
    const freelyReadable = !writes && !repo.private && !need.startsWith('checks')
    if (!freelyReadable && need !== 'metadata:read' && (!isOwn || !allows(permissions, need))) {
      refuse(403, NOT_FOR_INTEGRATIONS, { headers: { 'x-accepted-github-permissions': need.replace(':', '=') } })
    }
  }
}

/** What only people with this role may do; an App's own permission has been checked already. */
export function requireRole(world: World, who: Who, repo: Repo, role: Permission): void {
  if (who.kind === 'installation' || who.kind === 'actions') return
  if (!atLeast(roleOf(world, who, repo), role)) {
    // A read-only caller is told nothing exists where Git would be written.
    if (role === 'write') refuse(404, 'Not Found')
    refuse(403, 'Must have admin rights to Repository.')
  }
}

export function requireActor(who: Who): Actor {
  if (who.person === null) return refuse(401, 'Requires authentication')
  return { person: who.person, via: who.app }
}

/** For the journal. */
export const nameOf = (who: Who): string | null =>
  who.person?.login ?? (who.app === null ? null : `app:${who.app.slug}`)
