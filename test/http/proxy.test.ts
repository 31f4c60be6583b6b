import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { hasOpenssl, makeCertificate } from './certificate.ts'
import { failure, listen, open, serve } from './stage.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

const GET = { method: 'GET', path: '/thing' }

/** A proxy that takes every name to the loopback address. */
async function startProxy() {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"via":"proxy"}')
  })
  proxy.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`)
    const port = Number(request.url?.split(':')[1])
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  const url = await listen(proxy)
  closers.push(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url, seen }
}

async function startTls() {
  const made = makeCertificate('tracker.example.com')
  const server = createTlsServer(made, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"secure":true}')
  })
  const url = await listen(server, 'https')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url, port: (server.address() as AddressInfo).port, ca: made.cert }
}

describe('a proxy', () => {
  it('named in the environment carries the requests', async () => {
    const proxy = await startProxy()
    const { http } = open('http://tracker.example.com', { proxy: { HTTP_PROXY: proxy.url } })
    expect((await http.request(GET)).body).toEqual({ via: 'proxy' })
    expect(proxy.seen).toEqual(['GET http://tracker.example.com/thing'])
  })

  it('is left out for the hosts of NO_PROXY', async () => {
    const proxy = await startProxy()
    const server = await serve({ body: { direct: true } })
    closers.push(server.close)
    const { http } = open(server.url, { proxy: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } })
    expect((await http.request(GET)).body).toEqual({ direct: true })
    expect(proxy.seen).toEqual([])
  })

  it.skipIf(!hasOpenssl())('is tunnelled through for https', async () => {
    const proxy = await startProxy()
    const server = await startTls()
    const { http } = open(`https://tracker.example.com:${server.port}`, {
      proxy: { HTTPS_PROXY: proxy.url },
      ca: server.ca,
    })
    expect((await http.request(GET)).body).toEqual({ secure: true })
    expect(proxy.seen).toEqual([`CONNECT tracker.example.com:${server.port}`])
  })
})

describe.skipIf(!hasOpenssl())('a certificate authority of one’s own', () => {
  it('complaint 39: is trusted when the connection names it', async () => {
    const server = await startTls()
    expect((await open(server.url, { ca: server.ca }).http.request(GET)).body).toEqual({ secure: true })
  })

  it('is told as the reason when it is missing, without a second try and without doubt about the effect', async () => {
    const server = await startTls()
    const { http, slept } = open(server.url)
    expect(await failure(http.request({ method: 'POST', path: '/thing', body: {} }))).toMatchObject({
      code: 'unreachable',
      effectUnknown: false,
      retryable: false,
      remedy: expect.stringContaining('certificate authority'),
    })
    expect(slept).toEqual([])
  })
})
