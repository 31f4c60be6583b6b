import { afterEach, describe, expect, it } from 'vitest'
import { createTokenRequest } from '../../src/github/request.ts'
import { serve } from '../http/stage.ts'
import type { Answering } from '../http/stage.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

async function start(...answers: Answering[]) {
  const server = await serve(...answers)
  closers.push(server.close)
  const options = { baseUrl: `${server.url}/api/v3`, token: 'ghs_secret', userAgent: 'lockstep/test', proxy: {} }
  return { ...server, request: createTokenRequest(options) }
}

const moved = (to: string): Answering => ({ status: 302, headers: { location: to } })

describe('a request with a token', () => {
  it('fills the path, and puts the rest into the query of a read', async () => {
    const { request, heard } = await start({ body: { id: 1 }, headers: { etag: '"a"' } })
    const parameters = { owner: 'acme', ref: 'lockstep/state', page: 2, since: undefined, headers: { accept: 'x/y' } }
    const answer = await request('GET /repos/{owner}/git/ref/{ref}', parameters)
    expect(answer).toMatchObject({ status: 200, data: { id: 1 }, headers: { etag: '"a"' } })
    expect(heard[0]).toMatchObject({
      method: 'GET',
      url: '/api/v3/repos/acme/git/ref/lockstep%2Fstate?page=2',
      headers: { accept: 'x/y', authorization: 'token ghs_secret', 'user-agent': 'lockstep/test' },
      body: '',
    })
  })

  it('puts it into the body of a write', async () => {
    const { request, heard } = await start({ status: 201, body: {} })
    await request('POST /repos/{owner}/issues', { owner: 'acme', title: 'Ärger', labels: [] })
    expect(heard[0]).toMatchObject({ method: 'POST', url: '/api/v3/repos/acme/issues' })
    expect(JSON.parse(heard[0]!.body)).toEqual({ title: 'Ärger', labels: [] })
  })

  it('goes to another base when told, as GraphQL on an Enterprise Server does', async () => {
    const { request, heard, url } = await start({ body: {} })
    await request('POST /graphql', { baseUrl: `${url}/api`, query: 'query {}' })
    expect(heard[0]).toMatchObject({ url: '/api/graphql', body: '{"query":"query {}"}' })
  })

  it.each([304, 404, 422, 500])('throws %s with what the server said', async (status) => {
    const body = status === 304 ? undefined : { message: 'No.' }
    const { request } = await start({ status, body, headers: { 'x-github-request-id': 'A1' } })
    await expect(request('GET /user')).rejects.toMatchObject({
      status,
      response: { headers: { 'x-github-request-id': 'A1' }, data: body },
    })
  })

  it('throws without a reply when there is none', async () => {
    const { request } = await start({ cut: true })
    await expect(request('GET /user')).rejects.toSatisfy((error: object) => !('response' in error))
  })

  it('answers bytes as they are', async () => {
    const { request } = await start({ body: Buffer.from([1, 2, 255]), headers: { 'content-type': 'application/gzip' } })
    const { data } = await request('GET /archive')
    expect([...new Uint8Array(data as ArrayBuffer)]).toEqual([1, 2, 255])
  })
})

describe('a redirect', () => {
  it('is followed, as the same request', async () => {
    const { request, heard } = await start(moved('/api/v3/repositories/1/issues/2'), { body: { number: 2 } })
    expect((await request('PATCH /issues/2', { title: 'T' })).data).toEqual({ number: 2 })
    expect(heard.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['PATCH', '/api/v3/issues/2', '{"title":"T"}'],
      ['PATCH', '/api/v3/repositories/1/issues/2', '{"title":"T"}'],
    ])
  })

  it('to another host takes no token there', async () => {
    const other = await start({ body: Buffer.from('tar'), headers: { 'content-type': 'application/gzip' } })
    const { request } = await start(moved(`${other.url}/archive?token=once`))
    await request('GET /tarball')
    expect(other.heard[0]?.url).toBe('/archive?token=once')
    expect(other.heard[0]?.headers).not.toHaveProperty('authorization')
  })

  it('never takes a write to another host', async () => {
    const other = await start({ body: {} })
    const { request } = await start(moved(other.url))
    await expect(request('POST /issues', { title: 'T' })).rejects.toMatchObject({ status: 302 })
    expect(other.heard).toEqual([])
  })

  it('that goes in circles ends', async () => {
    const { request, heard } = await start(moved('/api/v3/again'))
    await expect(request('GET /again')).rejects.toMatchObject({ status: 302 })
    expect(heard).toHaveLength(6)
  })
})
