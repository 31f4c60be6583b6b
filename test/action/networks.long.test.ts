import { createServer, request as ask } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { findPerson } from '../../sandbox/azure/identities.ts'
import { hasOpenssl, makeCertificate } from '../http/certificate.ts'
import { listen } from '../http/stage.ts'
import { asked, openActionStage, unpackAction } from './stage.ts'
import type { ActionStage } from './stage.ts'

let action: string
let stage: ActionStage
const closers: (() => unknown)[] = []
beforeAll(async () => {
  action = await unpackAction()
})
beforeEach(async () => {
  stage = await openActionStage(action)
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await stage.close()
})

const openOne = () => stage.github.act.openIssue({ as: 'ada', title: 'One' })

it('complaint 39: an Enterprise Server is reached under the path of its API', async () => {
  openOne()
  const { outputs } = await stage.run({ env: { GITHUB_API_URL: `${stage.github.url}/api/v3` } })
  expect(outputs['created']).toBe('1')
  expect(asked(stage.github).every((path) => path.includes(' /api/v3/'))).toBe(true)
})

/** Takes every name to the loopback address, at the port that was asked for unless told another. */
async function startProxy(tunnels: Readonly<Record<string, number>> = {}) {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    // Without TLS a proxy is asked for the whole address.
    const { host, port, pathname, search } = new URL(request.url ?? '')
    seen.push(host)
    const { method, headers } = request
    const upstream = ask({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(upstream)
  })
  proxy.on('connect', (request, socket) => {
    seen.push(request.url ?? '')
    const upstream = connect(tunnels[request.url ?? ''] ?? Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  const url = await listen(proxy)
  closers.push(
    () => proxy.closeAllConnections(),
    () => proxy.close(),
  )
  return { url, seen }
}

describe('a proxy', () => {
  it('stands between a self-hosted runner and GitHub, but not before what NO_PROXY names', async () => {
    openOne()
    const proxy = await startProxy()
    const { port } = new URL(stage.github.url)
    const { outputs, stdout } = await stage.run({
      env: { GITHUB_API_URL: `http://github.example.com:${port}`, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
    })
    expect(outputs['created'], stdout).toBe('1')
    expect([...new Set(proxy.seen)]).toEqual([`github.example.com:${port}`])
  })

  it.skipIf(!hasOpenssl())('leads to Azure DevOps Services, which nobody has to ask for its version', async () => {
    openOne()
    const services = await startServices()
    const proxy = await startProxy({ 'dev.azure.com:443': services.port })
    const url = 'https://dev.azure.com/contoso'
    const boards = { kind: 'azure', url, project: 'Fabrikam', token: '$ADO_TOKEN', ca: services.ca }
    const routes = [{ to: 'boards', type: { default: 'Task' } }]
    const config = stringify({ version: 1, trackers: { boards }, routes })
    const run = async () => await stage.run({ config, env: { HTTPS_PROXY: proxy.url } })
    const { outputs, stdout, summary } = await run()
    expect(outputs['created'], stdout).toBe('1')
    expect(summary).toContain(`[1](${url}/Fabrikam/_workitems/edit/1)`)
    await run()
    // A list is known by its ETag once the second of its newest item is over.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await run()
    stage.azure.journal.clear()
    expect((await run()).outputs['summary']).toBe('Nothing moved.')
    expect(asked(stage.azure)).toEqual(['GET /contoso/Fabrikam/_apis/wit/reporting/workitemrevisions'])
  })
})

/** The local server under the name of the real one. */
async function startServices() {
  const { key, cert } = makeCertificate('dev.azure.com')
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-services-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, cert)
  const server = createTlsServer({ key, cert }, (request, response) => {
    const { method, headers, url: path } = request
    const { hostname: host, port } = new URL(stage.azure.url)
    const upstream = ask(
      { host, port, path, method, headers: { ...headers, 'accept-encoding': 'identity' } },
      (answer) => {
        const { 'content-length': _, ...rest } = answer.headers
        response.writeHead(answer.statusCode ?? 502, rest)
        void text(answer).then((body) => response.end(body.replaceAll(stage.azure.url, 'https://dev.azure.com')))
      },
    )
    request.pipe(upstream)
  })
  await listen(server, 'https')
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return { ca, port: (server.address() as AddressInfo).port }
}

it('Azure DevOps is signed in to with the identity of the workflow, and no secret at all', async () => {
  openOne()
  const client = '11111111-1111-4111-8111-111111111111'
  const { azure } = stage
  azure.world.apps.set(client, { secret: 'unused', person: findPerson(azure.world, 'lockstep@example.com')! })
  const claims = { aud: 'api://AzureADTokenExchange', iss: 'https://token.actions.githubusercontent.com' }
  const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`
  const identity = createServer((request, response) => {
    const ok = request.headers.authorization === 'Bearer job-token'
    response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify({ value: jwt }))
  })
  const url = await listen(identity)
  closers.push(
    () => identity.closeAllConnections(),
    () => identity.close(),
  )
  const entra = { tenant: 'contoso', client, authority: `${azure.url}/_login` }
  const config = stringify({
    version: 1,
    trackers: { boards: { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', entra } },
    routes: [{ to: 'boards', type: { default: 'Task' } }],
  })
  const without = await stage.run({ config, env: { ADO_TOKEN: '' } })
  expect(without.code).toBe(1)
  expect(without.stdout).toContain('permissions: id-token: write')
  const { code, outputs, stdout } = await stage.run({
    config,
    env: {
      ADO_TOKEN: '',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job-token',
    },
  })
  expect([code, outputs['created']]).toEqual([0, '1'])
  expect(stdout).toContain('::add-mask::job-token')
})
