import { createTransport } from '../http/transport.ts'
import type { WireResult } from '../http/transport.ts'
import type { GitHubRequest } from './client.ts'

export interface TokenRequestOptions {
  /** Such as `https://api.github.com`. */
  readonly baseUrl: string
  readonly token: string
  readonly userAgent: string
  /** An environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read from it. */
  readonly proxy: Readonly<Record<string, string | undefined>>
}

const MAX_REDIRECTS = 5
const SOCKETS = 8
// GitHub gives up after ten seconds; a large archive may take a while to arrive.
const TIMEOUT_MS = 120_000

/** GitHub for a token alone. Loading Octokit would take longer than most of what a run of the Action asks for. */
export function createTokenRequest({ baseUrl, token, userAgent, proxy }: TokenRequestOptions): GitHubRequest {
  const transport = createTransport({ proxy, concurrency: SOCKETS, timeoutMs: TIMEOUT_MS })
  const base = new URL(baseUrl)

  return async (route, parameters = {}) => {
    const { method, url, body, headers } = fillRoute(route, { baseUrl, ...parameters })
    let at = url
    for (let hops = 0; ; hops++) {
      const result = await transport.send({
        method,
        url: at,
        headers: {
          accept: 'application/vnd.github+json',
          'user-agent': userAgent,
          ...(body === null ? {} : { 'content-type': 'application/json; charset=utf-8' }),
          ...headers,
          // Archives lie on another host, and their address is their permission.
          ...(at.origin === base.origin ? { authorization: `token ${token}` } : {}),
        },
        body,
      })
      if (result.kind === 'lost') throw new Error(result.error.message || result.code, { cause: result.error })
      const next = hops < MAX_REDIRECTS ? redirectOf(result, at) : undefined
      // What is written is for GitHub alone.
      if (next === undefined || (method !== 'GET' && next.origin !== base.origin)) return answerOf(result, at)
      // GitHub wants a redirected request sent again as it was.
      at = next
    }
  }
}

interface Filled {
  readonly method: string
  readonly url: URL
  readonly body: Buffer | null
  readonly headers: Readonly<Record<string, string>>
}

/** `GET /repos/{owner}`: what the path does not name goes into the query of a read, and into the body of a write. */
function fillRoute(route: string, { baseUrl, headers, ...parameters }: Record<string, unknown>): Filled {
  const [method = 'GET', template = ''] = route.split(' ')
  const named = new Set<string>()
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    named.add(name)
    return encodeURIComponent(String(parameters[name]))
  })
  const url = new URL(`${String(baseUrl).replace(/\/+$/, '')}${path}`)
  const rest = Object.entries(parameters).filter(([name, value]) => !named.has(name) && value !== undefined)
  if (method === 'GET') for (const [name, value] of rest) url.searchParams.set(name, String(value))
  const body = method === 'GET' || rest.length === 0 ? null : Buffer.from(JSON.stringify(Object.fromEntries(rest)))
  return { method, url, body, headers: (headers ?? {}) as Filled['headers'] }
}

type Reply = Extract<WireResult, { kind: 'reply' }>

function redirectOf({ status, headers }: Reply, from: URL): URL | undefined {
  const location = headers.get('location')
  const moved = [301, 302, 303, 307, 308].includes(status)
  return moved && location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined
}

/** Throws what Octokit would throw, for whoever explains its failures. */
function answerOf({ status, headers: received, bytes }: Reply, { href: url }: URL): Awaited<ReturnType<GitHubRequest>> {
  const headers = Object.fromEntries(received)
  const data = readData(received.get('content-type') ?? '', bytes)
  if (status >= 200 && status < 300) return { status, headers, data, url }
  throw Object.assign(new Error(`HTTP ${status}`), { status, response: { status, headers, data, url } })
}

function readData(type: string, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  const text = /^text\/|charset=utf-8/i.test(type)
  if (!/\bjson\b/.test(type)) return text ? bytes.toString() : new Uint8Array(bytes).buffer
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return bytes.toString()
  }
}
