import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import { setUpPremises, type Premises } from '../../sandbox/operator.ts'
import { startLockstep, type Running } from '../../src/main.ts'
import { openOperator } from '../../src/wire-server.ts'
import { until } from '../contract/queue.ts'
import { createTestKeys } from '../people/archives.ts'
import { createBrowser } from '../web/stage.ts'

const lines: string[] = []
let github: GitHubServer
let running: Running
let premises: Premises
const path = '/api/organizations/acme/repositories/rocket/import'

beforeAll(async () => {
  const files = { '.github/lockstep.yml': 'version: 1\nroutes: []\n' }
  github = await startGitHub({
    seed: {
      repos: [
        { name: 'rocket', files, collaborators: { 'passer-by': 'read' } },
        { name: 'moon', files },
      ],
    },
  })
  const { app } = github.world
  premises = await setUpPremises({
    github,
    file: 'organizations:\n  acme: { people: { repository: rocket, archive: people.tar, key: $PEOPLE_KEY } }\n',
    variables: {
      GITHUB_CLIENT_ID: app.clientId,
      GITHUB_CLIENT_SECRET: app.clientSecret,
      PEOPLE_KEY: (await createTestKeys()).privateKey,
      DATABASE_URL: 'memory:',
      LOG_LEVEL: 'info',
    },
  })
  app.callbackUrls.push(`${premises.address}/sign-in/done`)
  running = await startLockstep(await open(premises.variables))
})

afterAll(async () => {
  await running.stop()
  await github.close()
  premises.remove()
})

const open = async (variables: Readonly<Record<string, string>>) =>
  await openOperator({ variables, cwd: premises.cwd, write: (line) => lines.push(line), json: true })

const ask = async (at: string, init: RequestInit = {}) =>
  await fetch(new URL(at, running.url), { redirect: 'manual', ...init })

async function signIn(login: string) {
  const browser = createBrowser(ask)
  await browser.signIn(login)
  const csrf = createHmac('sha256', browser.jar.get('lockstep') ?? '')
    .update('csrf')
    .digest('base64url')
  return async (at: string, headers: Record<string, string> = { 'x-csrf-token': csrf }) =>
    (await browser.go(at, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } })).status
}

describe('asking for the import of an archive', () => {
  it('is for those who may write there, with the token of our own pages', async () => {
    expect((await ask(path, { method: 'POST' })).status).toBe(403)
    expect(await (await signIn('passer-by'))(path)).toBe(403)
    const post = await signIn('ada')
    expect(await post(path, {})).toBe(403)
    expect(lines.join('')).not.toContain('import began')

    expect(await post(`${path}?scope=organization`)).toBe(202)

    const began = (line: string) => line.includes('import began') && line.includes('"scope":"organization"')
    await until(() => lines.some(began))
  })

  it('finds nothing where the operator names no archive, and knows two scopes', async () => {
    const post = await signIn('ada')
    expect(await post(path.replace('rocket', 'moon'))).toBe(404)
    expect(await post(`${path}?scope=everything`)).toBe(400)
  })

  it('wants the key in the environment before the server starts', async () => {
    const { PEOPLE_KEY: _, ...without } = premises.variables
    await expect(open(without)).rejects.toThrow(/PEOPLE_KEY is not set.*organizations\.acme\.people\.key/)
  })
})
