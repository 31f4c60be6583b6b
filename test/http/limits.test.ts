import { afterEach, describe, expect, it } from 'vitest'
import { readPause } from '../../src/http/limits.ts'
import { failure, open, serve } from './stage.ts'
import type { Answer, Answering } from './stage.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

async function world(...answers: Answering[]) {
  const server = await serve(...answers)
  closers.push(server.close)
  return server
}

const GET = { method: 'GET', path: '/thing' }
const POST = { method: 'POST', path: '/thing', body: {} }

describe('the limits of a server', () => {
  it('are waited out when the wait is short, for reads and for writes', async () => {
    for (const request of [GET, POST]) {
      const server = await world({ status: 429, headers: { 'retry-after': '7' } }, { body: {} })
      const { http, slept } = open(server.url)
      await http.request(request)
      expect(slept).toEqual([7000])
    }
  })

  it('are told with the time when the wait is long, and hold for every request of the connection', async () => {
    const server = await world({ status: 429, headers: { 'retry-after': '240' } }, { body: {} })
    const { http, slept } = open(server.url)
    const until = { code: 'limit-reached', retryable: true, retryAt: '2026-11-21T12:04:00.000Z' }
    expect(await failure(http.request(GET))).toMatchObject(until)
    expect(await failure(http.request(POST))).toMatchObject(until)
    expect(server.heard).toHaveLength(1)
    expect(slept).toEqual([])
  })

  it('are honoured on good replies too', async () => {
    const server = await world({ headers: { 'retry-after': '3' }, body: {} }, { body: {} })
    const { http, slept } = open(server.url)
    await http.request(GET)
    await http.request(POST)
    expect(slept).toEqual([3000])
  })

  it('without a time are met with a short rest', async () => {
    const server = await world({ status: 429 }, { body: {} })
    const { http, slept } = open(server.url)
    await http.request(POST)
    expect(slept).toEqual([500])
  })

  it('keep so many requests under way at once', async () => {
    let now = 0
    let most = 0
    const full = Promise.withResolvers<void>()
    const slow = async (): Promise<Answer> => {
      most = Math.max(most, ++now)
      if (now === 3) full.resolve()
      await full.promise
      await new Promise((resolve) => setTimeout(resolve, 20))
      now--
      return { body: {} }
    }
    const server = await world(slow)
    const { http } = open(server.url, { concurrency: 3 })
    await Promise.all(Array.from({ length: 12 }, () => http.request(GET)))
    expect(most).toBe(3)
    expect(server.heard).toHaveLength(12)
  })

  it('free their place when a request fails', async () => {
    const server = await world({ status: 404 })
    const { http } = open(server.url, { concurrency: 1 })
    for (let n = 0; n < 3; n++) expect(await failure(http.request(GET))).toMatchObject({ code: 'not-found' })
  })
})

describe('a pause', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const pause = (headers: Record<string, string>, status = 200) => readPause(status, new Headers(headers), now)

  it('is read from seconds and from a date, measured by the clock of the server', () => {
    expect(pause({ 'retry-after': '30' })).toBe(30_000)
    expect(pause({ 'retry-after': 'Sat, 21 Nov 2026 12:00:10 GMT' })).toBe(10_000)
    const skewed = { date: 'Sat, 21 Nov 2026 14:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 14:00:05 GMT' }
    expect(pause(skewed)).toBe(5000)
  })

  it('is an hour at most, and never below nothing', () => {
    expect(pause({ 'retry-after': '9223372036854775807' })).toBe(3_600_000)
    expect(pause({ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' })).toBe(0)
    expect(pause({ 'retry-after': 'soon' })).toBe(0)
  })

  it('follows what remains when nothing else is said: shortly after a good reply, fully after a refusal', () => {
    const reset = String(now.getTime() / 1000 + 120)
    expect(pause({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset })).toBe(20_000)
    expect(pause({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, 429)).toBe(120_000)
    expect(pause({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': reset })).toBe(0)
    expect(pause({ 'x-ratelimit-delay': '1.250' })).toBe(1250)
  })
})
