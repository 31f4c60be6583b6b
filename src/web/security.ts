import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../config/check-trackers.ts'
import type { WebEnv } from './context.ts'
import { printRefusal, refuse } from './refusal.ts'

/** Nothing but our own files runs or is shown, and nobody frames the pages. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What every reply says to browsers, unless it says something else itself. */
export const protectReplies =
  (secure: boolean): MiddlewareHandler =>
  async (context, next) => {
    await next()
    const defaults = {
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    }
    for (const [name, value] of Object.entries(defaults)) {
      if (!context.res.headers.has(name)) context.header(name, value)
    }
  }

/** A name that leads here without being ours is how a foreign page would talk to a server in somebody's own network. */
export const checkHost =
  (address: string, bound: string): MiddlewareHandler =>
  async ({ req }, next) => {
    const host = (req.header('host') ?? '').toLowerCase()
    const known = new URL(address).host
    const local = isLoopback(bound) && URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)
    if (host === known || local) return await next()
    return refuse(421, printRefusal('not-found', 'This server does not answer under that name.'))
  }

const SAFE = ['GET', 'HEAD', 'OPTIONS']

/** What changes something comes from our own pages: the origin says so, and the token proves it. */
export const checkForgery =
  (address: string): MiddlewareHandler<WebEnv> =>
  async (context, next) => {
    const { req } = context
    if (SAFE.includes(req.method)) return await next()
    const origin = req.header('origin')
    const own = new URL(req.url).origin
    const foreign = origin !== undefined && origin !== new URL(address).origin && origin !== own
    const site = req.header('sec-fetch-site')
    const csrf = context.get('csrf')
    const given = req.header('x-csrf-token') ?? (await readField(context.req))
    const wrong = csrf === '' || given !== csrf
    if (foreign || (site !== undefined && site !== 'same-origin') || wrong)
      return refuse(403, printRefusal('not-permitted', 'The request did not come from a page of this server.'))
    return await next()
  }

async function readField(req: {
  header(name: string): string | undefined
  parseBody(): Promise<Record<string, unknown>>
}) {
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)/i.test(req.header('content-type') ?? ''))
    return undefined
  return (await req.parseBody())['_csrf']
}

/** A path of this server to go on to; whatever could lead elsewhere becomes the front page. */
export function safePath(given: string | undefined): string {
  // Browsers read a backslash as a slash and leave control characters out.
  if (given === undefined || !/^\/(?![/\\])[\x21-\x5B\x5D-\x7E]*$/.test(given)) return '/'
  const { origin, pathname, search } = new URL(given, 'http://here.invalid')
  // `/..//elsewhere` is a path whose short form names a host.
  return origin === 'http://here.invalid' && !pathname.startsWith('//') ? `${pathname}${search}` : '/'
}
