import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { replyOf } from '../../src/http/index.ts'
import { failure, open, serve } from './stage.ts'
import type { Answer, Answering } from './stage.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

async function world(...answers: Answering[]) {
  const server = await serve(...answers)
  closers.push(server.close)
  return server
}

const never = () => new Promise<Answer>(() => {})
const GET = { method: 'GET', path: '/thing' }
const POST = { method: 'POST', path: '/thing', body: { a: 1 } }

describe('a request', () => {
  it('joins base and path with exactly one slash and keeps the path of the base', async () => {
    const server = await world({ body: { ok: true } })
    for (const base of [`${server.url}/tfs/col`, `${server.url}/tfs/col/`]) {
      const { http } = open(base)
      await http.request({ method: 'GET', path: '/_apis/x', query: { a: 'b c', b: undefined } })
      await http.request({ method: 'GET', path: '_apis/x' })
    }
    expect(server.heard.map(({ url }) => url)).toEqual([
      '/tfs/col/_apis/x?a=b+c',
      '/tfs/col/_apis/x',
      '/tfs/col/_apis/x?a=b+c',
      '/tfs/col/_apis/x',
    ])
  })

  it('sends JSON, and is signed afresh for each try with its method and address', async () => {
    const server = await world({ status: 503, headers: { 'retry-after': '1' } }, { body: {} })
    const signed: string[] = []
    const { http } = open(server.url, {
      authorize: ({ method, url }) => {
        signed.push(`${method} ${url.pathname}`)
        return { authorization: `Bearer token-${signed.length}` }
      },
    })
    await http.request(POST)
    expect(signed).toEqual(['POST /thing', 'POST /thing'])
    expect(server.heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
    expect(server.heard[0]).toMatchObject({ body: '{"a":1}', headers: { 'content-type': 'application/json' } })
  })

  it('reads gzip, and answers in the shape that the caller names or says that it does not fit', async () => {
    const server = await world({
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"id":7}'),
    })
    const reply = await open(server.url).http.request(GET)
    expect(reply.read(z.object({ id: z.number() }))).toEqual({ id: 7 })
    expect(() => reply.read(z.object({ id: z.string() }))).toThrow(
      expect.objectContaining({ code: 'reply-unreadable' }),
    )
  })

  it('is refused for a host that is not of this connection, before anything is sent', async () => {
    const server = await world({ body: {} })
    const other = await world({ body: {} })
    const { http } = open(server.url)
    expect(await failure(http.request({ method: 'GET', path: `${other.url}/page2` }))).toMatchObject({
      code: 'reply-unreadable',
    })
    await open(server.url, { allows: (url) => url.origin === other.url }).http.request({
      method: 'GET',
      path: `${other.url}/page2`,
    })
    expect(other.heard).toHaveLength(1)
  })
})

describe('a redirect', () => {
  it('is followed for GET on the same host', async () => {
    const server = await world({ status: 302, headers: { location: '/new' } }, { body: { at: 'new' } })
    expect((await open(server.url).http.request(GET)).body).toEqual({ at: 'new' })
  })

  it('never takes the sign-in to another host, and never repeats a write', async () => {
    const other = await world({ body: {} })
    const away = await world({ status: 307, headers: { location: `${other.url}/x` } })
    for (const request of [GET, POST]) {
      expect(await failure(open(away.url).http.request(request))).toMatchObject({ code: 'tracker-refused' })
    }
    const near = await world({ status: 307, headers: { location: '/y' } })
    expect(await failure(open(near.url).http.request(POST))).toMatchObject({ code: 'tracker-refused' })
    expect(other.heard).toHaveLength(0)
    expect(near.heard).toHaveLength(1)
  })

  it('to a sign-in page means: not signed in', async () => {
    for (const location of ['/_signin?realm=x', 'https://login.example.com/oauth2/authorize', '/login.jsp']) {
      const server = await world({ status: 302, headers: { location } })
      expect(await failure(open(server.url).http.request(GET))).toMatchObject({ code: 'not-signed-in' })
    }
  })
})

describe('a failure', () => {
  const cases: readonly (readonly [string, Answer, object])[] = [
    ['401', { status: 401 }, { code: 'not-signed-in' }],
    ['203', { status: 203, headers: { 'content-type': 'text/html' }, body: '<html>' }, { code: 'not-signed-in' }],
    ['HTML instead of JSON', { body: '<!DOCTYPE html><p>Sign in</p>' }, { code: 'not-signed-in' }],
    ['403', { status: 403 }, { code: 'not-permitted' }],
    ['404', { status: 404 }, { code: 'not-found' }],
    ['409', { status: 409 }, { code: 'ticket-changed', retryable: true }],
    ['412', { status: 412 }, { code: 'ticket-changed', retryable: true }],
    [
      '400',
      { status: 400, body: { message: 'TF1: no' } },
      { code: 'tracker-refused', message: expect.stringContaining('TF1: no') },
    ],
    ['half a body', { headers: { 'content-type': 'application/json' }, body: '{"a":' }, { code: 'reply-unreadable' }],
  ]
  it.each(cases)('is told by its kind: %s', async (_, answer, expected) => {
    const server = await world(answer)
    expect(await failure(open(server.url).http.request(GET))).toMatchObject(expected)
  })

  it('carries the facts and the reply, and never the sign-in', async () => {
    const server = await world(({ headers }) => ({
      status: 400,
      headers: { activityid: 'abc-1' },
      body: { message: `bad token ${headers.authorization} for ${Buffer.from('pass-word').toString()}` },
    }))
    const { http, logged } = open(server.url, {
      authorize: () => ({ authorization: `Basic ${Buffer.from('me:pass-word').toString('base64')}` }),
    })
    const error = await failure(http.request(POST))
    expect(error).toMatchObject({
      details: { path: '/thing', method: 'POST', status: 400, activityid: 'abc-1' },
    })
    expect(replyOf(error)?.status).toBe(400)
    const text = JSON.stringify(error) + String(error) + logged.join()
    expect(text).not.toContain('pass-word')
    expect(text).not.toContain(Buffer.from('me:pass-word').toString('base64'))
    expect(text).toContain('[secret]')
  })

  it('may be recognised by the tracker first, even on a good reply', async () => {
    const server = await world({ headers: { 'x-ausername': 'anonymous' }, body: [] })
    const { LockstepError } = await import('../../src/core/errors.ts')
    const { http } = open(server.url, {
      recognise: ({ headers }) =>
        headers.get('x-ausername') === 'anonymous' ? new LockstepError('not-signed-in', 'nobody') : undefined,
    })
    expect(await failure(http.request(GET))).toMatchObject({ code: 'not-signed-in', message: 'nobody' })
  })
})

describe('a second try', () => {
  it('is made for reads that failed on the network or in the server, with growing waits', async () => {
    const server = await world({ cut: true }, { status: 500 }, { status: 502 }, { body: { ok: 1 } })
    const { http, slept } = open(server.url)
    expect((await http.request(GET)).body).toEqual({ ok: 1 })
    expect(slept).toEqual([250, 500, 1000])
  })

  it('ends after four', async () => {
    const server = await world({ status: 502 })
    expect(await failure(open(server.url).http.request(GET))).toMatchObject({
      code: 'unreachable',
      retryable: true,
      effectUnknown: false,
    })
    expect(server.heard).toHaveLength(4)
  })

  it('is made for a POST that only asks', async () => {
    const server = await world({ status: 502 }, { body: {} })
    await open(server.url).http.request({ ...POST, idempotent: true })
    expect(server.heard).toHaveLength(2)
  })

  it('is never made for a write that may have had an effect', async () => {
    for (const answer of [{ cut: true }, { status: 500 }, { status: 502 }, { body: '{"half":' }, { body: '<html>' }]) {
      const server = await world(answer)
      expect(await failure(open(server.url).http.request(POST))).toMatchObject({ effectUnknown: true })
      expect(server.heard).toHaveLength(1)
    }
  })

  it('is made for a write that never left', async () => {
    const server = await serve({ body: {} })
    server.close()
    const { http, slept } = open(server.url)
    expect(await failure(http.request(POST))).toMatchObject({ code: 'unreachable', effectUnknown: false })
    expect(slept).toHaveLength(3)
  })

  it('is not made when the reply is late, and the write may stand', async () => {
    const server = await world(never)
    // Long enough for the request to leave, also while the machine pauses.
    const late = await failure(open(server.url, { timeoutMs: 1_000 }).http.request(POST))
    expect(late).toMatchObject({
      code: 'unreachable',
      effectUnknown: true,
      message: expect.stringContaining('in time'),
    })
    expect(server.heard).toHaveLength(1)
  })

  it('stops with the signal of the caller', async () => {
    const server = await world(never)
    const signal = AbortSignal.timeout(50)
    expect(await failure(open(server.url).http.request({ ...GET, signal }))).toBe(signal.reason)
  })
})
