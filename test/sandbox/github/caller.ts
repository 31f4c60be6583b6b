import { createSign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startGitHub } from '../../../sandbox/github/server.ts'
import type { GitHubOptions, GitHubServer } from '../../../sandbox/github/server.ts'

export type Json = Record<string, unknown>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed when it is JSON. */
  // A test knows what it asked for; shapes are checked against the official schemas elsewhere.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export interface Caller {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export function callAs(server: { readonly url: string }, authorization: string | null): Caller {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('http') ? path : server.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(authorization === null ? {} : { authorization }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json') && text !== ''
    return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text }
  }
}

export const asAda = (server: GitHubServer): Caller => callAs(server, 'token ghp_sandbox')

export function jwtFor(server: GitHubServer, claims: Json = {}): string {
  const seconds = Math.floor(server.clock.now().getTime() / 1000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 30, exp: seconds + 540, iss: server.world.app.id, ...claims })}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(server.world.app.privateKey, 'base64url')}`
}

export const asApp = (server: GitHubServer): Caller => callAs(server, `Bearer ${jwtFor(server)}`)

export async function asInstallation(server: GitHubServer, wish: Json = {}): Promise<Caller> {
  const { body } = await asApp(server)('POST', '/app/installations/7/access_tokens', wish)
  return callAs(server, `token ${body.token}`)
}

/** Runs a test against a server of its own. */
export async function withGitHub(options: GitHubOptions, work: (server: GitHubServer) => Promise<void>): Promise<void> {
  const server = await startGitHub(options)
  try {
    await work(server)
  } finally {
    await server.close()
  }
}

export interface Received {
  readonly event: string
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly payload: any
}

/** A receiver of webhooks that keeps what it got. */
export async function startReceiver(status = 200) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      received.push({
        event: String(request.headers['x-github-event']),
        headers: request.headers,
        text,
        payload: JSON.parse(text),
      })
      response.writeHead(status).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    names: () =>
      received.map(({ event, payload }) => (payload.action === undefined ? event : `${event}.${payload.action}`)),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
