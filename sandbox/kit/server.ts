import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { createControl } from './control.ts'
import { createDeliveries } from './deliveries.ts'
import type { Deliveries } from './deliveries.ts'
import { createFaults } from './faults.ts'
import type { Fault, Faults } from './faults.ts'
import { createJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { createRouter } from './router.ts'
import type { Route, SandboxReply, SandboxRequest } from './router.ts'

/** Request and reply in full, for whoever checks that the servers tell the truth. */
export interface Exchange {
  readonly server: string
  readonly pattern: string | null
  readonly request: SandboxRequest
  readonly reply: SandboxReply
}

/** Listeners on every exchange of every server in this process. */
export const taps = new Set<(exchange: Exchange) => void>()

/** What a server is handed to build its world from. */
export interface Stage {
  readonly clock: Clock
  readonly faults: Faults
  readonly deliveries: Deliveries
  readonly journal: Journal
  /** `http://127.0.0.1:port`, known once the server listens. */
  url(): string
}

/** What one modelled server brings: its routes and how to drive its world. */
export interface Play {
  readonly name: string
  readonly routes: readonly Route[]
  readonly ignoreCase?: boolean
  /** A POST that only asks (a query) counts as a read. */
  isRead(method: string, path: string): boolean
  /** Who is asking, for the journal. */
  identify(request: SandboxRequest): string | null
  /** Runs around every routed request: sign-in, limits, headers that always stand in a reply. */
  around?(request: SandboxRequest, next: () => Promise<SandboxReply>): Promise<SandboxReply>
  notFound(request: SandboxRequest, allowed: readonly string[]): SandboxReply
  /** What people can do here, by name: `POST /_sandbox/act {"do": name, ...}`. */
  readonly acts: Readonly<Record<string, (input: Record<string, unknown>) => unknown>>
  dump(): unknown
  reset(seed?: unknown): void
}

export interface RunningServer {
  readonly name: string
  readonly url: string
  readonly clock: Clock
  readonly faults: Faults
  readonly deliveries: Deliveries
  readonly journal: Journal
  /** Milliseconds added to every reply. */
  latencyMs: number
  close(): Promise<void>
}

const BODY_LIMIT = 64 * 1024 * 1024

export async function startServer(
  build: (stage: Stage) => Play,
  { port = 0 }: { readonly port?: number } = {},
): Promise<RunningServer> {
  const clock = createClock()
  const faults = createFaults()
  const deliveries = createDeliveries(faults, clock)
  let url = ''
  // The play needs the journal and the journal asks the play what a read is.
  const journal = createJournal((method, path) => play.isRead(method, path))
  const play: Play = build({ clock, faults, deliveries, journal, url: () => url })
  const router = createRouter(play.routes, { ignoreCase: play.ignoreCase ?? false })

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      // A bug of the sandbox itself must look like one, never like a modelled answer.
      console.error(`sandbox ${play.name}:`, error)
      if (!outgoing.headersSent) outgoing.writeHead(599, { 'content-type': 'text/plain' })
      outgoing.end(String(error instanceof Error ? error.stack : error))
    })
  })
  // Faults cut connections on purpose; a client may go away at any time.
  server.on('clientError', (_, socket) => socket.destroy())
  server.keepAliveTimeout = 30_000

  const running: RunningServer = {
    name: play.name,
    get url() {
      return url
    },
    clock,
    faults,
    deliveries,
    journal,
    latencyMs: 0,
    async close() {
      await deliveries.settle()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  const control = createControl(play, running)

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now()
    const request = await readRequest(incoming)
    if (request.path.startsWith('/_sandbox')) {
      const reply = await control(request)
      send(outgoing, reply, encode(reply))
      return
    }
    const fault = faults.match('request', request.method, request.path + (request.search && `?${request.search}`))
    const wait = running.latencyMs + (fault?.delayMs ?? 0)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    if (fault?.held !== undefined) await fault.held

    const note = (status: number, replyBytes: number) =>
      journal.add({
        at: clock.now().toISOString(),
        method: request.method,
        path: request.path,
        query: request.search,
        status,
        ms: performance.now() - started,
        requestBytes: request.body.length,
        replyBytes,
        who: play.identify(request),
        fault: fault === undefined ? null : (fault.name ?? 'fault'),
      })

    if (fault?.reset === 'before') {
      note(0, 0)
      outgoing.destroy()
      return
    }
    if (fault?.status !== undefined) {
      const reply = faultReply(fault)
      const bytes = encode(reply)
      note(reply.status, bytes.length)
      send(outgoing, reply, bytes)
      return
    }

    const found = router.find(request.method, request.path)
    const run = async (): Promise<SandboxReply> =>
      found === undefined
        ? play.notFound(request, router.methods(request.path))
        : await found.handler({ ...request, params: found.params })
    const reply = play.around === undefined ? await run() : await play.around(request, run)
    for (const tap of taps) tap({ server: play.name, pattern: found?.pattern ?? null, request, reply })
    const bytes = encode(reply)
    note(reply.status, bytes.length)

    if (fault?.reset === 'after') outgoing.destroy()
    else if (fault?.html === true) send(outgoing, SIGN_IN_PAGE, encode(SIGN_IN_PAGE))
    else if (fault?.malformed === true) send(outgoing, reply, bytes.subarray(0, Math.floor(bytes.length / 2)))
    else send(outgoing, reply, bytes)
  }

  async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_LIMIT) throw new Error('request body over the sandbox limit')
      chunks.push(chunk)
    }
    const target = incoming.url ?? '/'
    const question = target.indexOf('?')
    const search = question === -1 ? '' : target.slice(question + 1)
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
    }
    return {
      method: incoming.method ?? 'GET',
      path: question === -1 ? target : target.slice(0, question),
      search,
      query: new URLSearchParams(search),
      params: {},
      headers,
      body: Buffer.concat(chunks),
      origin: `http://${headers['host'] ?? new URL(url).host}`,
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return running
}

const SIGN_IN_PAGE: SandboxReply = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method="post"></form></body></html>',
}

function faultReply(fault: Fault): SandboxReply {
  return { status: fault.status ?? 500, headers: fault.headers ?? {}, body: fault.body ?? '' }
}

function encode(reply: SandboxReply): Buffer {
  if (reply.body === undefined) return Buffer.alloc(0)
  if (Buffer.isBuffer(reply.body)) return reply.body
  if (typeof reply.body === 'string') return Buffer.from(reply.body)
  return Buffer.from(JSON.stringify(reply.body))
}

function send(outgoing: ServerResponse, reply: SandboxReply, bytes: Buffer): void {
  const headers: Record<string, string | readonly string[]> = {}
  if (reply.body !== undefined && typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)) {
    headers['content-type'] = 'application/json; charset=utf-8'
  }
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers[name.toLowerCase()] = value
  for (const [name, value] of Object.entries(headers)) {
    outgoing.setHeader(name, typeof value === 'string' ? value : [...value])
  }
  outgoing.statusCode = reply.status
  if (reply.status !== 204 && reply.status !== 304) outgoing.setHeader('content-length', bytes.length)
  outgoing.end(reply.status === 204 || reply.status === 304 ? undefined : bytes)
}
