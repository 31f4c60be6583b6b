import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttp } from '../../src/http/index.ts'
import type { HttpOptions } from '../../src/http/index.ts'

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Cut the connection without a reply. */
  readonly cut?: boolean
}

export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answering = Answer | ((heard: Heard) => Answer | Promise<Answer>)

/** A server that gives these answers one after the other, the last one again and again, and notes what it heard. */
export async function serve(...answers: Answering[]) {
  const heard: Heard[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    heard.push(entry)
    const next = answers[Math.min(heard.length, answers.length) - 1] ?? {}
    const answer = typeof next === 'function' ? await next(entry) : next
    if (answer.cut === true) {
      response.destroy()
      return
    }
    const json = answer.body !== undefined && typeof answer.body !== 'string' && !Buffer.isBuffer(answer.body)
    response.writeHead(answer.status ?? 200, { ...(json && { 'content-type': 'application/json' }), ...answer.headers })
    response.end(json ? JSON.stringify(answer.body) : answer.body)
  }
  const server = createServer((request, response) => void listener(request, response))
  const url = await listen(server)
  return {
    url,
    heard,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export async function listen(server: ReturnType<typeof createServer>, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A client whose sleep moves its own clock and takes no time. */
export function open(base: string, options: Partial<HttpOptions> = {}) {
  let now = Date.parse('2026-11-21T12:00:00Z')
  const slept: number[] = []
  const logged: string[] = []
  const note = (message: string, facts?: object) => void logged.push(`${message} ${JSON.stringify(facts ?? {})}`)
  const http = createHttp({
    name: 'boards',
    base,
    authorize: () => ({ authorization: 'Bearer sesame-open' }),
    concurrency: 4,
    clock: { now: () => new Date(now) },
    sleep: (ms) => {
      slept.push(ms)
      now += ms
      return Promise.resolve()
    },
    random: () => 0,
    log: { debug: note, info: note, warn: note, error: note },
    userAgent: 'lockstep/test',
    ...options,
  })
  return { http, slept, logged, now: () => now }
}

/** What was thrown. */
export async function failure<Result>(work: Promise<Result>): Promise<unknown> {
  return work.then(
    (result) => {
      throw new Error(`nothing was thrown; the answer was ${JSON.stringify(result)}`)
    },
    (error: unknown) => error,
  )
}
