import { LockstepError } from '../core/errors.ts'
import type { Clock, Log } from '../core/ports.ts'
import { failureOf, findRequestId, lostFailure } from './failures.ts'
import type { Asked } from './failures.ts'
import { createBudget, limitReached, PATIENCE_MS, readLeft, readPause } from './limits.ts'
import { createRedact } from './secrets.ts'
import { keepReply, parseReply } from './reply.ts'
import type { HttpReply } from './reply.ts'
import { createTransport } from './transport.ts'
import type { WireResult } from './transport.ts'

export interface HttpOptions {
  /** For messages and logs: the name of the connection. */
  readonly name: string
  /** Paths are joined to it with exactly one slash. */
  readonly base: string
  /** Headers of the sign-in, asked for afresh on each try: a signature or an expired token must not be sent twice. */
  readonly authorize: (request: { readonly method: string; readonly url: URL }) => Headings | Promise<Headings>
  /** Further hosts that may be asked, and be given the sign-in; the origin of `base` always may. */
  readonly allows?: (url: URL) => boolean
  readonly concurrency: number
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly random?: () => number
  readonly log: Log
  /** Called after each try that got a reply, or got lost (status 0). */
  readonly onRequest?: (request: RequestFacts) => void
  readonly userAgent: string
  /** PEM text of certificate authorities trusted besides the usual ones. */
  readonly ca?: string | undefined
  /** An environment; HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read from it. */
  readonly proxy?: Readonly<Record<string, string | undefined>> | undefined
  /** Sent with every request. */
  readonly headers?: Headings
  /** The tracker's own words in a reply; the `message` of a JSON body unless given. */
  readonly readMessage?: (reply: HttpReply) => string | undefined
  /** Asked first about every reply, also a good one: a failure that only this tracker tells in this way. */
  readonly recognise?: (reply: HttpReply) => LockstepError | undefined
  readonly timeoutMs?: number
}

export type Headings = Readonly<Record<string, string>>

export interface RequestFacts {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly status: number
  /** Counted from 1. */
  readonly attempt: number
  readonly ms: number
  /** Under which the server knows the request, where it says so. */
  readonly requestId: string | undefined
  /** Requests left before the limit, where the server says so. */
  readonly left: number | undefined
}

export interface HttpRequest {
  readonly method: string
  /** Below `base`; or an absolute address, as page links are. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Headings
  /** Bytes and strings go as they are, with the content type that `headers` names; anything else goes as JSON. */
  readonly body?: unknown
  /** Asking twice changes nothing: true for GET and HEAD unless told otherwise. A query by POST says so here. */
  readonly idempotent?: boolean
  /** What a good reply holds: JSON unless told otherwise. */
  readonly expect?: 'json' | 'text' | 'nothing'
  readonly signal?: AbortSignal | undefined
}

export interface Http {
  /**
   * Answers a good reply or throws a LockstepError. What can be asked again without harm is asked again by itself.
   * A write of which nobody knows whether it took effect fails with `effectUnknown`: look before writing again.
   */
  request(request: HttpRequest): Promise<HttpReply>
  close(): void
}

const MAX_ATTEMPTS = 4
const MAX_REDIRECTS = 5
const FIRST_WAIT_MS = 500

export function createHttp(options: HttpOptions): Http {
  const { name, clock, sleep, log, random = Math.random } = options
  const base = new URL(options.base.endsWith('/') ? options.base : `${options.base}/`)
  const budget = createBudget({ name, concurrency: options.concurrency, clock, sleep })
  const transport = createTransport(options)
  const { redact, learn } = createRedact()

  const readMessage =
    options.readMessage ??
    (({ body }) => (isRecord(body) && typeof body['message'] === 'string' ? body['message'] : undefined))

  async function request(wanted: HttpRequest): Promise<HttpReply> {
    const asked: Asked = {
      name,
      method: wanted.method,
      url: resolve(wanted),
      idempotent: wanted.idempotent ?? ['GET', 'HEAD'].includes(wanted.method),
      expect: wanted.expect ?? 'json',
      readMessage,
      redact,
    }
    for (let attempt = 1; ; attempt++) {
      const result = await budget.run(async () => judge(await send(wanted, asked, attempt), asked))
      if (!(result instanceof LockstepError)) return result
      if (attempt === MAX_ATTEMPTS || !maySendAgain(result, asked)) throw result
      // After a `limit-reached` the pause of the budget does the waiting.
      const wait = result.code === 'limit-reached' ? 0 : FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random() / 2)
      log.debug('tracker request is tried again', { connection: name, path: asked.url.pathname, attempt, wait })
      if (wait > 0) await sleep(wait)
    }
  }

  function resolve({ path, query = {} }: HttpRequest): URL {
    const url = /^https?:/i.test(path) ? new URL(path) : new URL(path.replace(/^\/+/, ''), base)
    if (!mayAsk(url)) {
      throw new LockstepError('reply-unreadable', `${name}: ${url.origin} is not a host of this connection.`, {
        remedy: 'Use the address that the server itself uses in the configuration.',
        details: { host: url.host, path: url.pathname },
      })
    }
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value))
    return url
  }

  const mayAsk = (url: URL): boolean => url.origin === base.origin || options.allows?.(url) === true

  async function send(wanted: HttpRequest, asked: Asked, attempt: number): Promise<Sent> {
    const { method } = asked
    const { body, headers } = encode(wanted)
    let url = asked.url
    for (let hops = 0; ; hops++) {
      const authorization = await options.authorize({ method, url })
      learn(Object.values(authorization))
      const started = performance.now()
      const result = await transport.send({
        method,
        url,
        headers: {
          'user-agent': options.userAgent,
          accept: 'application/json',
          ...options.headers,
          ...headers,
          ...authorization,
        },
        body,
        signal: wanted.signal,
      })
      const status = result.kind === 'reply' ? result.status : 0
      const ms = performance.now() - started
      const requestId = result.kind === 'reply' ? findRequestId(result.headers) : undefined
      const left = result.kind === 'reply' ? readLeft(result.headers) : undefined
      const facts = { method, host: url.host, path: url.pathname, status, attempt, ms, requestId, left }
      log.debug('tracker request', { connection: name, ...facts })
      options.onRequest?.(facts)
      if (result.kind === 'lost' || method !== 'GET' || hops === MAX_REDIRECTS) return { url, result }
      const next = redirectOf(result, url)
      if (next === undefined || !mayAsk(next)) return { url, result }
      url = next
    }
  }

  function judge({ url, result }: Sent, asked: Asked): HttpReply | LockstepError {
    if (result.kind === 'lost') return lostFailure(result, asked)
    const { status, headers } = result
    const now = clock.now()
    const pause = readPause(status, headers, now)
    const until = new Date(now.getTime() + pause)
    if (pause > 0) budget.pauseUntil(until)

    const parsed = parseReply({ ...result, url, writes: !asked.idempotent })
    const recognised = options.recognise?.(parsed.reply)
    if (recognised !== undefined) return keepReply(recognised, parsed.reply)
    if (status === 429 || (status === 503 && headers.has('retry-after'))) {
      // Without a word on how long, the usual first wait is what everybody keeps to.
      const limit = pause > 0 ? until : new Date(now.getTime() + FIRST_WAIT_MS)
      budget.pauseUntil(limit)
      return keepReply(limitReached(name, limit, { host: url.host, path: url.pathname, status }), parsed.reply)
    }
    return failureOf(parsed, asked) ?? parsed.reply
  }

  function maySendAgain(failure: LockstepError, { idempotent }: Asked): boolean {
    if (!failure.retryable || failure.code === 'ticket-changed' || failure.effectUnknown) return false
    if (failure.code !== 'limit-reached') return idempotent || failure.code === 'unreachable'
    return failure.retryAt === null || Date.parse(failure.retryAt) - clock.now().getTime() <= PATIENCE_MS
  }

  return { request, close: () => transport.close() }
}

interface Sent {
  readonly url: URL
  readonly result: WireResult
}

function redirectOf({ status, headers }: Extract<WireResult, { kind: 'reply' }>, from: URL): URL | undefined {
  const location = headers.get('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === null || !URL.canParse(location, from.href))
    return undefined
  const next = new URL(location, from)
  // A sign-in page of the same host is an answer, not a place to go to.
  return /sign-?in|log-?in/i.test(next.pathname) ? undefined : next
}

function encode({ body, headers = {} }: HttpRequest): { readonly body: Uint8Array | null; readonly headers: Headings } {
  if (body === undefined) return { body: null, headers }
  if (body instanceof Uint8Array) return { body, headers }
  if (typeof body === 'string') return { body: Buffer.from(body), headers }
  return { body: Buffer.from(JSON.stringify(body)), headers: { 'content-type': 'application/json', ...headers } }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
