import type { IncomingMessage } from 'node:http'
import { getCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

// An import of node:http loads fetch and WebSocket along with it, which takes a process longer than all of ours.
const { Agent: PlainAgent, request: plainRequest } = process.getBuiltinModule('node:http')
const { Agent: TlsAgent, request: tlsRequest } = process.getBuiltinModule('node:https')

export interface TransportOptions {
  /** PEM text of certificate authorities trusted besides the usual ones. */
  readonly ca?: string | undefined
  /** An environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read from it, in either letter case. */
  readonly proxy?: Readonly<Record<string, string | undefined>> | undefined
  readonly concurrency: number
  /** Milliseconds for one try, from the connection to the last byte. */
  readonly timeoutMs?: number | undefined
}

export interface WireRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  readonly signal?: AbortSignal | undefined
}

export type WireResult =
  | { readonly kind: 'reply'; readonly status: number; readonly headers: Headers; readonly bytes: Buffer }
  /** `sent`: the server may have got the request. */
  | { readonly kind: 'lost'; readonly sent: boolean; readonly code: string; readonly error: Error }

export interface Transport {
  send(request: WireRequest): Promise<WireResult>
  close(): void
}

// Below the idle time after which servers close a connection (5 s and more): a write sent on a connection
// that is just being closed leaves open whether it had an effect.
const IDLE_MS = 4000
const BODY_LIMIT = 256 * 1024 * 1024

const unzip = promisify(gunzip)

/** One try of one request. Redirects, sign-in and retries are for those above. */
export function createTransport({ ca, proxy = {}, concurrency, timeoutMs = 30_000 }: TransportOptions): Transport {
  const shared = { keepAlive: true, maxSockets: concurrency, timeout: IDLE_MS, proxyEnv: { ...proxy } }
  const plain = new PlainAgent(shared)
  const tls = new TlsAgent(ca === undefined ? shared : { ...shared, ca: [...getCACertificates('default'), ca] })

  async function send({ method, url, headers, body, signal }: WireRequest): Promise<WireResult> {
    signal?.throwIfAborted()
    const timeout = AbortSignal.timeout(timeoutMs)
    const secure = url.protocol === 'https:'
    const options = {
      method,
      headers: {
        'accept-encoding': 'gzip',
        ...headers,
        ...(body === null ? {} : { 'content-length': String(body.byteLength) }),
      },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    }
    let sent = false
    try {
      const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = secure
          ? tlsRequest(url, { ...options, agent: tls }, resolve)
          : plainRequest(url, { ...options, agent: plain }, resolve)
        outgoing.once('error', reject)
        outgoing.once('socket', (socket) => {
          if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true))
          else sent = true
        })
        outgoing.end(body ?? undefined)
      })
      const bytes = await readAll(incoming)
      return { kind: 'reply', status: incoming.statusCode ?? 0, headers: headersOf(incoming), bytes }
    } catch (error) {
      signal?.throwIfAborted()
      const failure = error instanceof Error ? error : new Error(String(error))
      return { kind: 'lost', sent, code: timeout.aborted ? 'ETIMEDOUT' : codeOf(failure), error: failure }
    }
  }

  return {
    send,
    close() {
      plain.destroy()
      tls.destroy()
    },
  }
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new Error('the reply is too large')
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (incoming.headers['content-encoding'] !== 'gzip' || bytes.length === 0) return bytes
  return unzip(bytes, { maxOutputLength: BODY_LIMIT })
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  return headers
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name)
