import { randomBytes } from 'node:crypto'
import type { SandboxReply, SandboxRequest } from '../../kit/router.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { isRefusal, refuseWith } from '../refusal.ts'
import type { Person } from '../world.ts'
import { takeToken } from './rate-limit.ts'
import { authenticate, sessionIdOf } from './sign-in.ts'
import type { Caller } from './sign-in.ts'

/** Remembers who sent a request: handlers get a copy of it, but the same headers object. */
export type Callers = WeakMap<object, Person>

const BROWSER = /Mozilla\/.*(?:Chrome|Firefox|Safari|Edg)\//
const WRITES = new Set(['POST', 'PUT', 'DELETE'])

function checkXsrf(jira: Jira, request: SandboxRequest): void {
  if (request.headers['x-atlassian-token']?.toLowerCase().replace('nocheck', 'no-check') === 'no-check') return
  const fromBrowser =
    jira.switches.xsrfBrowserCheck && WRITES.has(request.method) && BROWSER.test(request.headers['user-agent'] ?? '')
  const upload = request.method === 'POST' && /\/issue\/[^/]+\/attachments$/.test(request.path)
  if (!fromBrowser && !upload) return
  throw refuseWith({ status: 403, headers: { 'Content-Type': 'text/plain;charset=UTF-8' }, body: 'XSRF check failed' })
}

const isOpen = (path: string): boolean => /\/serverInfo$|\/rest\/auth\/1\/session$|\/oauth\/|\/oauth2\//.test(path)

function checkAccess(jira: Jira, request: SandboxRequest, { person, scope }: Caller): void {
  if (scope === 'READ' && WRITES.has(request.method) && !request.path.endsWith('/search')) {
    throw refuseWith({
      status: 403,
      body: { errorMessages: ['Scope READ does not allow this operation.'], errors: {} },
    })
  }
  if (person === null && !jira.switches.anonymousAccess && !isOpen(request.path)) {
    const body = {
      errorMessages: ['You are not authenticated. Authentication required to perform this operation.'],
      errors: {},
    }
    throw refuseWith({ status: 401, headers: { 'WWW-Authenticate': 'OAuth realm=""' }, body })
  }
}

/** What runs around every request: sign-in, limits, and the headers that stand on every reply. */
export function createAround(jira: Jira, callers: Callers) {
  let requests = 0

  function standing(request: SandboxRequest, caller: Caller | null): Record<string, string | readonly string[]> {
    const moment = new Date(now(jira))
    const person = caller?.person ?? null
    const cookies = cookiesFor(request, caller)
    return {
      'X-AREQUESTID': `${moment.getUTCHours() * 60 + moment.getUTCMinutes()}x${++requests}x1`,
      ...(jira.switches.nodeId === null ? {} : { 'X-ANODEID': jira.switches.nodeId }),
      'X-AUSERNAME': person === null ? 'anonymous' : encodeURIComponent(person.name),
      ...(caller?.loginReason === 'OK' ? { 'X-Seraph-LoginReason': 'OK' } : {}),
      'X-XSS-Protection': '1; mode=block',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'SAMEORIGIN',
      'Content-Security-Policy': "frame-ancestors 'self'",
      'Cache-Control': 'no-cache, no-store, no-transform',
      Vary: 'User-Agent',
      ...(cookies.length === 0 ? {} : { 'Set-Cookie': cookies }),
    }
  }

  function cookiesFor(request: SandboxRequest, caller: Caller | null): string[] {
    if (caller === null || (caller.newSession === null && sessionIdOf(request) !== undefined)) return []
    const path = jira.switches.contextPath || '/'
    const session = caller.newSession ?? randomBytes(16).toString('hex').toUpperCase()
    const xsrf = `BXX1-${randomBytes(12).toString('hex')}_${caller.person === null ? 'lout' : 'lin'}`
    return [`JSESSIONID=${session}; Path=${path}; HttpOnly`, `atlassian.xsrf.token=${xsrf}; Path=${path}`]
  }

  return async function around(request: SandboxRequest, next: () => Promise<SandboxReply>): Promise<SandboxReply> {
    let caller: Caller | null = null
    let limits: Readonly<Record<string, string>> = {}
    const run = async (): Promise<SandboxReply> => {
      caller = authenticate(jira, request)
      if (caller.person !== null) callers.set(request.headers, caller.person)
      const taken = takeToken(jira, caller.person)
      limits = taken.headers
      if (taken.refusal !== null) return taken.refusal
      checkAccess(jira, request, caller)
      checkXsrf(jira, request)
      return await next()
    }
    const reply = await run().catch((error: unknown) => {
      if (isRefusal(error)) return error.reply
      throw error
    })
    const json = typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)
    return {
      ...reply,
      headers: {
        ...standing(request, caller),
        ...limits,
        ...(json ? { 'Content-Type': 'application/json;charset=UTF-8' } : {}),
        ...reply.headers,
      },
    }
  }
}
