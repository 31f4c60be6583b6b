import type { SandboxReply } from '../../kit/router.ts'
import { noContent, ok, readCount, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { printMoment, restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { mustAuthenticate, refuse } from '../refusal.ts'
import type { AccessToken, Person } from '../world.ts'
import { addToken, logIn, openSession, sessionIdOf } from './sign-in.ts'

const loginInfo = (jira: Jira, person: Person) => ({
  failedLoginCount: person.failedLogins,
  loginCount: person.loginCount,
  ...(person.lastFailedLogin === null ? {} : { lastFailedLoginTime: printMoment(jira, person.lastFailedLogin) }),
  ...(person.previousLogin === null ? {} : { previousLoginTime: printMoment(jira, person.previousLogin) }),
})

function tokenBean(token: AccessToken) {
  const iso = (moment: number) => new Date(moment).toISOString()
  return {
    id: token.id,
    name: token.name,
    createdAt: iso(token.createdAt),
    ...(token.expiringAt === null ? {} : { expiringAt: iso(token.expiringAt) }),
    ...(token.lastAccessedAt === null ? {} : { lastAccessedAt: iso(token.lastAccessedAt) }),
  }
}

export function authRoutes(jira: Jira): readonly JiraRoute[] {
  const { world } = jira
  const readSession = (call: Call): SandboxReply => {
    if (call.person === null)
      throw refuse(401, 'You are not authenticated. Authentication required to perform this operation.')
    const self = `${restUrl(jira).replace('/2', '/latest')}/user?username=${encodeURIComponent(call.person.name)}`
    return ok({ self, name: call.person.name, loginInfo: loginInfo(jira, call.person) })
  }
  const openOne = (call: Call): SandboxReply => {
    const { username, password } = readObject(call)
    const person = findLogin(String(username), String(password))
    const value = openSession(jira, person)
    return {
      status: 200,
      headers: { 'Set-Cookie': [`JSESSIONID=${value}; Path=${jira.switches.contextPath || '/'}; HttpOnly`] },
      body: { session: { name: 'JSESSIONID', value }, loginInfo: loginInfo(jira, person) },
    }
  }
  const findLogin = (name: string, password: string): Person => {
    try {
      return logIn(jira, name, password)
    } catch (error) {
      const reply = (error as { reply?: SandboxReply }).reply
      if (reply?.headers?.['X-Seraph-LoginReason'] !== 'AUTHENTICATED_FAILED') throw error
      throw refuse(401, 'Login failed', { 'X-Seraph-LoginReason': 'AUTHENTICATED_FAILED' })
    }
  }
  const closeOne = (call: Call): SandboxReply => {
    if (call.person === null) throw mustAuthenticate()
    world.sessions.delete(sessionIdOf(call.request) ?? '')
    return noContent
  }

  const tokensOf = (person: Person) => [...world.tokens.values()].filter(({ personKey }) => personKey === person.key)
  const createToken = (call: Call): SandboxReply => {
    const person = signedIn(call)
    const { name, expirationDuration } = readObject(call)
    if (typeof name !== 'string' || name === '') throw refuse(400, 'Token name must not be empty')
    const token = addToken(jira, {
      person,
      name,
      days: typeof expirationDuration === 'number' ? expirationDuration : null,
    })
    return { status: 201, body: { ...tokenBean(token), rawToken: token.secret } }
  }
  const deleteToken = (call: Call): SandboxReply => {
    const token = tokensOf(signedIn(call)).find(({ id }) => String(id) === call.params['id'])
    if (token === undefined) throw refuse(404, 'Token does not exist')
    world.tokens.delete(token.secret)
    return noContent
  }
  return [
    ['GET', '/rest/auth/1/session', readSession],
    ['POST', '/rest/auth/1/session', openOne],
    ['DELETE', '/rest/auth/1/session', closeOne],
    [
      'GET',
      '/rest/pat/latest/tokens',
      (call) =>
        ok(
          tokensOf(signedIn(call))
            .slice(readCount(call, 'start', 0))
            .map(tokenBean),
        ),
    ],
    ['POST', '/rest/pat/latest/tokens', createToken],
    ['DELETE', '/rest/pat/latest/tokens/:id', deleteToken],
  ]
}
