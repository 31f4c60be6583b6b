import { randomBytes } from 'node:crypto'
import type { SandboxRequest } from '../../kit/router.ts'
import { baseUrl, now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { refuseWith } from '../refusal.ts'
import { findPersonByName, nextId } from '../world.ts'
import type { AccessToken, Person } from '../world.ts'
import { oauth1Person } from './oauth1.ts'
import { oauth2Caller } from './oauth2.ts'

export interface Caller {
  readonly person: Person | null
  /** Of a session this request opened; `null` when it came with one. */
  readonly newSession: string | null
  readonly loginReason: 'OK' | null
  /** What an OAuth 2 token may do; `null` is everything the person may. */
  readonly scope: string | null
}

const htmlError = (status: number, title: string, detail: string) =>
  `<html><head><title>${title} (${status})</title></head><body><h1>Encountered a &quot;${status} - ${title}&quot; error while loading this page.</h1><p>${detail}</p><a href="/secure/MyJiraHome.jspa">Go to Jira home</a></body></html>`

const HTML = { 'Content-Type': 'text/html;charset=UTF-8' }

function captcha(jira: Jira) {
  const status = jira.switches.captchaStatus
  return refuseWith({
    status,
    headers: {
      ...HTML,
      'X-Seraph-LoginReason': 'AUTHENTICATION_DENIED',
      'X-Authentication-Denied-Reason': `CAPTCHA_CHALLENGE; login-url=${baseUrl(jira)}/login.jsp`,
      ...(status === 401 ? { 'WWW-Authenticate': 'OAuth realm=""' } : {}),
    },
    body: htmlError(
      status,
      status === 401 ? 'Unauthorized' : 'Forbidden',
      'Basic Authentication Failure - Reason : AUTHENTICATION_DENIED',
    ),
  })
}

const wrongPassword = () =>
  refuseWith({
    status: 401,
    headers: { ...HTML, 'X-Seraph-LoginReason': 'AUTHENTICATED_FAILED', 'WWW-Authenticate': 'OAuth realm=""' },
    body: htmlError(401, 'Unauthorized', 'Basic Authentication Failure - Reason : AUTHENTICATED_FAILED'),
  })

export const needsCaptcha = ({ switches }: Jira, person: Person): boolean =>
  switches.captchaAfter > 0 && person.failedLogins >= switches.captchaAfter

/** Checks a password, counting what fails; throws the refusal the server gives. */
export function logIn(jira: Jira, name: string, password: string): Person {
  const person = findPersonByName(jira.world, name)
  if (person === undefined) throw wrongPassword()
  if (needsCaptcha(jira, person)) throw captcha(jira)
  if (!person.active || person.deleted || person.password === null || person.password !== password) {
    person.failedLogins++
    person.lastFailedLogin = now(jira)
    throw wrongPassword()
  }
  person.failedLogins = 0
  person.loginCount++
  person.previousLogin = now(jira)
  return person
}

export function openSession(jira: Jira, person: Person): string {
  const id = randomBytes(16).toString('hex').toUpperCase()
  jira.world.sessions.set(id, person.key)
  return id
}

export const sessionIdOf = (request: SandboxRequest): string | undefined =>
  /(?:^|;\s*)JSESSIONID=([^;]+)/.exec(request.headers['cookie'] ?? '')?.[1]

function sessionPerson(jira: Jira, request: SandboxRequest): Person | null {
  const key = jira.world.sessions.get(sessionIdOf(request) ?? '')
  return key === undefined ? null : (jira.world.people.get(key) ?? null)
}

function tokenPerson(jira: Jira, secret: string): Person | null {
  const token = jira.world.tokens.get(secret)
  if (token === undefined || (token.expiringAt !== null && token.expiringAt <= now(jira))) return null
  token.lastAccessedAt = now(jira)
  const person = jira.world.people.get(token.personKey)
  return person?.active === true && !person.deleted ? person : null
}

function badToken(jira: Jira): Caller {
  if (jira.switches.badToken === 'anonymous') return anonymous
  throw refuseWith({
    status: 401,
    headers: { ...HTML, 'X-Seraph-LoginReason': 'AUTHENTICATED_FAILED', 'WWW-Authenticate': 'OAuth realm=""' },
    body: htmlError(
      401,
      'Unauthorized',
      'The request has not been applied because it lacks valid authentication credentials.',
    ),
  })
}

const anonymous: Caller = { person: null, newSession: null, loginReason: null, scope: null }

/** Who sends this request. A refusal is thrown where the server would not go on. */
export function authenticate(jira: Jira, request: SandboxRequest): Caller {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(.*)$/s.exec(request.headers['authorization'] ?? '') ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer': {
      const person = tokenPerson(jira, credentials)
      if (person !== null) return { person, newSession: null, loginReason: 'OK', scope: null }
      const granted = oauth2Caller(jira, credentials)
      return granted === null ? badToken(jira) : { ...granted, newSession: null, loginReason: 'OK' }
    }
    case 'basic': {
      if (!jira.switches.basicAuth) {
        const body = { message: 'Basic Authentication has been disabled on this instance.' }
        throw refuseWith({ status: 403, body })
      }
      const [, name = '', password = ''] =
        /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? []
      const person = logIn(jira, name, password)
      const known = jira.world.sessions.get(sessionIdOf(request) ?? '') === person.key
      return { person, newSession: known ? null : openSession(jira, person), loginReason: 'OK', scope: null }
    }
    case 'oauth':
      return { person: oauth1Person(jira, request), newSession: null, loginReason: 'OK', scope: null }
    default: {
      const person = sessionPerson(jira, request)
      return person === null ? anonymous : { person, newSession: null, loginReason: 'OK', scope: null }
    }
  }
}

export function addToken(
  jira: Jira,
  {
    person,
    name,
    secret,
    days,
  }: { readonly person: Person; readonly name: string; readonly secret?: string; readonly days?: number | null },
): AccessToken {
  const createdAt = now(jira)
  const token: AccessToken = {
    id: nextId(jira.world),
    name,
    secret: secret ?? randomBytes(33).toString('base64'),
    personKey: person.key,
    createdAt,
    expiringAt: days === undefined || days === null ? null : createdAt + days * 86_400_000,
    lastAccessedAt: null,
  }
  jira.world.tokens.set(token.secret, token)
  return token
}
