import { createHash, randomBytes } from 'node:crypto'
import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { whoAsks } from './call.ts'
import type { Who } from './auth.ts'
import { nowOf } from './host.ts'
import type { Host } from './host.ts'
import type { Limits } from './limits.ts'
import { isEnterprisePath } from './links.ts'
import { mediaOf } from './media.ts'
import { isRefusal } from './reply.ts'

const ALWAYS: Readonly<Record<string, string>> = {
  server: 'github.com',
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'origin-when-cross-origin, strict-origin-when-cross-origin',
  'strict-transport-security': 'max-age=31536000; includeSubdomains; preload',
  vary: 'Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'deny',
  'x-xss-protection': '0',
}

/** What stands around every answer: sign-in, limits, the usual headers, and `ETag`. */
export function createFront(host: Host, limits: Limits) {
  return async function around(request: SandboxRequest, next: () => Promise<SandboxReply>): Promise<SandboxReply> {
    if (isPage(request.path)) return next()
    let who: Who | null = null
    let reply: SandboxReply
    try {
      who = whoAsks(host, request)
      limits.take(request, who)
      reply = await next()
    } catch (error) {
      if (!isRefusal(error)) throw error
      reply = error.refusal
    }
    const { body, ...rest } = encode(reply)
    const headers: Record<string, string | readonly string[]> = {
      ...ALWAYS,
      ...(isEnterprisePath(request.path) ? { 'x-github-enterprise-version': '3.19.0' } : {}),
      'x-github-media-type': `github.v3; format=json`,
      'x-github-request-id': requestId(),
      date: new Date(nowOf(host)).toUTCString(),
      ...(who === null ? {} : scopeHeaders(request, who)),
      ...rest.headers,
    }
    if (request.headers['accept'] !== undefined && mediaOf(request.headers['accept']) !== 'raw') {
      headers['x-github-media-type'] = `github.v3; param=${mediaOf(request.headers['accept'])}; format=json`
    }
    const fresh = taggedReply(request, { ...rest, headers, body })
    if (who === null) return fresh
    if (fresh.status === 304 && host.switches.freeNotModified && who.kind !== 'anonymous') limits.giveBack(request, who)
    return { ...fresh, headers: { ...fresh.headers, ...limits.headers(request, who) } }
  }

  function taggedReply(request: SandboxRequest, reply: SandboxReply): SandboxReply {
    const taggable = reply.status >= 200 && reply.status < 300 && reply.body !== undefined
    if (!taggable || !host.switches.etags) return reply
    const hash = createHash('sha256').update(String(reply.body)).digest('hex')
    const etag = request.method === 'GET' ? `W/"${hash}"` : `"${hash}"`
    const headers = {
      ...reply.headers,
      etag,
      'cache-control':
        request.headers['authorization'] === undefined
          ? 'public, max-age=60, s-maxage=60'
          : 'private, max-age=60, s-maxage=60',
    }
    if (request.method !== 'GET' || !isUnchanged(request, hash, reply)) return { ...reply, headers }
    const { 'content-type': _, ...kept } = headers as Record<string, string>
    return { status: 304, headers: kept }
  }
}

/** Pages for people, not the API: they have their own headers. */
const isPage = (path: string): boolean =>
  /^\/(login|settings|organizations|apps|user-attachments|private-user-images)\//.test(path) &&
  !/^\/apps\/[^/]+$/.test(path)

function isUnchanged(request: SandboxRequest, hash: string, reply: SandboxReply): boolean {
  const wanted = request.headers['if-none-match']
  if (wanted !== undefined) return wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${hash}"`)
  const since = request.headers['if-modified-since']
  const modified = reply.headers?.['last-modified']
  return since !== undefined && typeof modified === 'string' && Date.parse(modified) <= Date.parse(since)
}

/** Bodies are turned to text here, once: the hash needs it and so does the wire. */
function encode(reply: SandboxReply): SandboxReply {
  if (reply.body === undefined || typeof reply.body === 'string' || Buffer.isBuffer(reply.body)) return reply
  const headers = { 'content-type': 'application/json; charset=utf-8', ...reply.headers }
  return { ...reply, headers, body: JSON.stringify(reply.body) }
}

/** Classic tokens hear of scopes, Apps of permissions. */
function scopeHeaders(request: SandboxRequest, who: Who): Record<string, string> {
  if (who.kind !== 'pat' || who.token === null) return {}
  const accepted = request.path.endsWith('/lock') ? 'public_repo, repo' : request.method === 'GET' ? 'repo' : ''
  const { expiresAt, scopes } = who.token
  return {
    'x-accepted-oauth-scopes': accepted,
    'x-oauth-scopes': scopes.join(', '),
    ...(expiresAt === null ? {} : { 'github-authentication-token-expiration': printExpiry(expiresAt) }),
  }
}

/** `2026-12-01 07:00:00 UTC`. */
const printExpiry = (moment: string): string =>
  new Date(moment)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

function requestId(): string {
  const hex = randomBytes(16).toString('hex').toUpperCase()
  return [hex.slice(0, 4), hex.slice(4, 9), hex.slice(9, 16), hex.slice(16, 23), hex.slice(23, 31)].join(':')
}
