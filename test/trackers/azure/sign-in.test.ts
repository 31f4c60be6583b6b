import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { failure, listen } from '../../http/stage.ts'
import { AzureConnection } from '../../../src/config/schema.ts'
import { createAzureTracker } from '../../../src/trackers/azure/index.ts'
import { findPerson } from '../../../sandbox/azure/identities.ts'
import { depsOf, openAzure } from './stage.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options: Parameters<typeof openAzure>[0] = {}) {
  const stage = await openAzure(options)
  closers.push(stage.close)
  return stage
}

describe('a personal access token', () => {
  it('complaint 42: that is wrong or expired is told as: not signed in', async () => {
    for (const version of ['services', '2022'] as const) {
      const stage = await open({ version })
      stage.server.acts.addToken({ token: 'expired-token', expires: '2020-01-01T00:00:00Z' })
      for (const ADO_PAT of ['wrong-token', 'expired-token']) {
        const error = await failure(stage.open({ env: { ADO_PAT } }).describe())
        expect(error).toMatchObject({ code: 'not-signed-in', details: { status: 401 } })
        expect(String(error) + JSON.stringify(error)).not.toContain(ADO_PAT)
      }
    }
  })

  it('that is not in the environment is asked for by its name', async () => {
    const stage = await open()
    const error = await failure(stage.open({ env: {} }).describe())
    expect(error).toMatchObject({ code: 'environment-invalid', message: expect.stringContaining('ADO_PAT') })
    expect(stage.count()).toEqual({ reads: 0, writes: 0 })
  })

  it('that lacks a scope is told as: not permitted', async () => {
    const stage = await open()
    stage.server.acts.addToken({ token: 'read-only', scopes: ['vso.work'] })
    const tracker = stage.open({ env: { ADO_PAT: 'read-only' } })
    const [ticket] = (await tracker.readTickets(['1'])).values()
    expect(await failure(tracker.update(ticket as never, { title: 'x' }))).toMatchObject({ code: 'not-permitted' })
  })

  it('is never answered by a sign-in page taken for data', async () => {
    const stage = await open()
    await stage.tracker.describe()
    stage.server.faults.add({ path: 'workitemsbatch', html: true })
    expect(await failure(stage.tracker.readTickets(['1']))).toMatchObject({ code: 'not-signed-in' })
  })
})

describe('Entra', () => {
  const app = '11111111-1111-4111-8111-111111111111'

  async function withEntra(secret: boolean) {
    const stage = await open()
    const { world, url } = stage.server
    world.apps.set(app, { secret: 'app-secret', person: findPerson(world, 'lockstep@example.com')! })
    const config = AzureConnection.parse({
      kind: 'azure',
      url: stage.server.collectionUrl,
      project: 'Fabrikam',
      entra: { tenant: 'contoso', client: app, authority: `${url}/_login`, ...(secret && { secret: '$APP_SECRET' }) },
    })
    const tokens = () => stage.server.journal.entries.filter(({ path }) => path.includes('/oauth2/')).length
    return {
      ...stage,
      tokens,
      with: (env: Record<string, string>) => createAzureTracker('boards', config, depsOf(stage.server, { env })),
    }
  }

  it('gives one token to all requests, and another before that one ends', async () => {
    const stage = await withEntra(true)
    const tracker = stage.with({ APP_SECRET: 'app-secret' })
    await Promise.all([tracker.readTickets(['1']), tracker.readProjects(), tracker.describe()])
    expect(stage.tokens()).toBe(1)
    stage.server.clock.advance(56 * 60_000)
    await tracker.readProjects()
    expect(stage.tokens()).toBe(2)
  })

  it('is asked again when the server does not take the token any more', async () => {
    const stage = await withEntra(true)
    const tracker = stage.with({ APP_SECRET: 'app-secret' })
    await tracker.describe()
    for (const token of stage.server.world.tokens.keys())
      if (token.startsWith('entra.')) stage.server.world.tokens.delete(token)
    expect(await failure(tracker.readProjects())).toMatchObject({ code: 'not-signed-in' })
    expect(await tracker.readProjects()).not.toEqual([])
  })

  it('that refuses the client is told as: not signed in', async () => {
    const stage = await withEntra(true)
    const error = await failure(stage.with({ APP_SECRET: 'another-secret' }).describe())
    expect(error).toMatchObject({ code: 'not-signed-in' })
    expect(String(error) + JSON.stringify(error)).not.toContain('another-secret')
  })

  it('takes the OIDC token of a workflow in place of a secret', async () => {
    const stage = await withEntra(false)
    const asked: string[] = []
    const claims = { aud: 'api://AzureADTokenExchange', iss: 'https://token.actions.githubusercontent.com' }
    const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`
    const github = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value: jwt }))
    })
    const url = await listen(github)
    closers.push(
      () => github.closeAllConnections(),
      () => github.close(),
    )
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'run-token',
    }
    expect((await stage.with(env).readProjects()).length).toBeGreaterThan(0)
    expect(asked).toEqual(['Bearer run-token /token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange'])
    expect(await failure(stage.with({}).describe())).toMatchObject({ code: 'environment-invalid' })
  })
})
