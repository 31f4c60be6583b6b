import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createClient } from '../../src/github/index.ts'
import { createTokenRequest } from '../../src/github/request.ts'
import { silentLog } from '../flows/stage.ts'
import { serve } from '../http/stage.ts'
import type { Answering } from '../http/stage.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

const START = Date.parse('2026-03-01T10:00:00Z')

async function start(...answers: Answering[]) {
  const server = await serve(...answers)
  closers.push(server.close)
  let now = START
  const client = createClient({
    request: createTokenRequest({ baseUrl: server.url, token: 'ghs_secret', userAgent: 'lockstep/test', proxy: {} }),
    clock: { now: () => new Date(now) },
    sleep: async () => {},
    log: silentLog,
  })
  return { client, pass: (ms: number) => (now += ms) }
}

const saying = (left: number, more: Partial<Answering> = {}, resource = 'core'): Answering => ({
  body: {},
  ...more,
  headers: {
    'x-ratelimit-remaining': String(left),
    'x-ratelimit-reset': String(START / 1000 + 600),
    'x-ratelimit-resource': resource,
  },
})

describe('the limit that GitHub tells of', () => {
  it('is known from the last reply, also when that was a refusal or said that nothing changed', async () => {
    const { client } = await start(saying(4999), saying(4998, { status: 404 }), saying(4997, { status: 304 }))
    expect(client.limit()).toBeNull()
    await client.call('GET /user')
    expect(client.limit()).toEqual({ left: 4999, fullAt: '2026-03-01T10:10:00.000Z' })
    await expect(client.call('GET /user')).rejects.toMatchObject({ code: 'not-found' })
    expect(client.limit()?.left).toBe(4998)
    expect(await client.readChanged(z.unknown(), 'GET /user', {}, '"a"')).toBeNull()
    expect(client.limit()?.left).toBe(4997)
  })

  it('is forgotten when it is full again', async () => {
    const { client, pass } = await start(saying(12))
    await client.call('GET /user')
    pass(600_000)
    expect(client.limit()).toBeNull()
  })

  it('is not that of GraphQL, and not there where a server has none', async () => {
    const { client } = await start({ body: {} }, saying(40), saying(3, {}, 'graphql'))
    await client.call('GET /user')
    expect(client.limit()).toBeNull()
    await client.call('GET /user')
    await client.call('POST /graphql', { query: 'query {}' })
    expect(client.limit()?.left).toBe(40)
  })
})
