import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startGitHub } from '../sandbox/github/server.ts'
import { startJira } from '../sandbox/jira/server.ts'
import { findFreePort } from '../sandbox/kit/free-port.ts'
import { runCli } from '../src/cli.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function until<Result>(look: () => Result | undefined | Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < 1_200; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not happen')
}

/** A folder with the operator's files, GitHub and Jira on this machine, and `npm start` in it. */
async function openMachine() {
  const cwd = mkdtempSync(join(tmpdir(), 'lockstep-'))
  const github = await startGitHub({ seed: 'empty' })
  const jira = await startJira({ version: '10' })
  const port = await findFreePort()
  const address = `http://127.0.0.1:${port}`
  closing.push(
    () => rmSync(cwd, { recursive: true }),
    () => github.close(),
    () => jira.close(),
  )
  writeFileSync(
    join(cwd, 'lockstep.server.yml'),
    `version: 1
connections:
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  acme: { connections: { jira: [PLAT] } }
`,
  )
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    PORT: String(port),
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    JIRA_TOKEN: 'jira_sandbox_pat',
    LOG_LEVEL: 'info',
    METRICS_TOKEN: 'read-the-counts-here',
  }
  const start = (more: Readonly<Record<string, string>> = {}) => {
    // A type of its own: the variables of this process are none of the server's business.
    const environment: Record<string, string> = { ...env, ...more }
    const child = spawn(process.execPath, [MAIN], { cwd, env: environment as NodeJS.ProcessEnv })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
    closing.push(() => end(child, 'SIGKILL'))
    return { child, output: () => output, wait: (pattern: RegExp) => until(() => pattern.exec(output) ?? undefined) }
  }
  return { cwd, env, github, jira, address, start }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  return await ended
}

const credentials = ({ world }: { readonly world: { readonly app: { readonly privateKey: string } } }) => ({
  APP_ID: '1',
  PRIVATE_KEY: world.app.privateKey,
  WEBHOOK_SECRET: 'sandbox-secret',
})

describe('npm start', () => {
  it('carries an assignment to Jira and a change in Jira back, and ends when it is asked to', async () => {
    const { address, cwd, env, github, jira, start } = await openMachine()
    const file = 'version: 1\nroutes: [{ to: jira }]\npeople: { map: { ada: ada@example.com } }\n'
    github.act.pushFile({ as: 'ada', path: '.github/lockstep.yml', content: file })
    github.act.setWebhook({ url: `${address}/api/github/webhooks` })
    const server = start(credentials(github))
    const [, link = ''] = await server.wait(/Open Lockstep: (\S+)/)
    expect((await (await fetch(`${address}/readyz`)).json()) as unknown).toEqual({
      status: 'ready',
      parts: { database: 'ok', queue: 'ok', 'connection:jira': 'ok' },
    })
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303)

    const out: string[] = []
    const io = {
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => out.push(text) },
      env: { ...env, ...credentials(github) },
      cwd,
      isTTY: false,
    }
    expect(await runCli(['hooks', 'verify'], io)).toBe(1)
    expect(await runCli(['hooks', 'install'], io)).toBe(0)
    expect(out).toEqual(['jira  PLAT  issues  not-registered\n', 'jira  PLAT  issues  created\n'])

    const authorization = 'Bearer read-the-counts-here'
    const readCounts = async () => await (await fetch(`${address}/metrics`, { headers: { authorization } })).text()
    const before = new Set(jira.world.issues.keys())
    const { number } = github.act.openIssue({ title: 'Rocket is late', as: 'ada' })
    const made = await until(() => [...jira.world.issues.values()].find(({ id }) => !before.has(id)))
    await until(async () => (/outcome="created"/.test(await readCounts()) ? true : undefined))
    jira.acts.edit({ issue: made.key, fields: { summary: 'Rocket is on time' } })
    const titles = () => [...github.world.repos.values()].map(({ issues }) => issues.get(number)?.title)
    await until(() => (titles().includes('Rocket is on time') ? true : undefined))
    // The effect may be there before the delivery that caused it was answered and counted.
    await until(async () => (/source="jira",result="queued"/.test(await readCounts()) ? true : undefined))
    const counts = await readCounts()
    expect(counts).toMatch(/^lockstep_deliveries_total\{source="github",result="accepted"\} [1-9]/m)
    expect(counts).toMatch(/^lockstep_deliveries_total\{source="jira",result="queued"\} [1-9]/m)
    expect(counts).toMatch(/^lockstep_outcomes_total\{outcome="created"\} 1$/m)
    expect(counts).toMatch(/^lockstep_requests_total\{connection="jira",status="201"\} [1-9]/m)
    expect(counts).toMatch(/^lockstep_limit_left\{connection="github"\} \d+$/m)
    expect(counts).toMatch(/^lockstep_latency_seconds_count [1-9]/m)
    expect(counts).toMatch(/^lockstep_queue_dead 0$/m)
    expect(await end(server.child, 'SIGTERM')).toBe(0)
  }, 300_000)

  it('says everything that is missing at once', async () => {
    const { start } = await openMachine()
    const server = start({ APP_ID: '1', JIRA_TOKEN: '' })
    // Not at its exit, after which there may be output to read.
    await once(server.child, 'close')
    expect(server.child.exitCode).toBe(3)
    expect(server.output()).toMatch(/PRIVATE_KEY is not set[^]*WEBHOOK_SECRET is not set[^]*connections\.jira\.token/)
  })

  it('creates the GitHub App with one click where there is none, and goes on with it', async () => {
    const { address, cwd, github, start } = await openMachine()
    writeFileSync(join(cwd, '.env'), 'APP_ID=\nWEBHOOK_SECRET=\n')
    const server = start()
    const [, page = ''] = await server.wait(/Create one here: (\S+)/)
    expect((await fetch(`${address}/set-up?key=guess`)).status).toBe(404)
    expect((await fetch(`${address}/set-up/done?code=x&state=y`)).status).toBe(404)
    const form = await (await fetch(page)).text()
    const manifest = (/name="manifest" value="([^"]*)"/.exec(form)?.[1] ?? '').replaceAll('&quot;', '"')
    const action = /action="([^"]*)"/.exec(form)?.[1] ?? ''
    const made = await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }), redirect: 'manual' })
    await fetch(made.headers.get('location') ?? '', { redirect: 'manual' })
    await server.wait(/lockstep is up/)
    const file = join(cwd, '.env')
    expect(readFileSync(file, 'utf8')).toMatch(/APP_ID="\d+"\nPRIVATE_KEY="-----BEGIN/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const app = github.world.apps.at(-1)
    expect(app).toMatchObject({ webhookUrl: `${address}/api/github/webhooks`, permissions: { issues: 'write' } })

    await end(server.child, 'SIGTERM')
    const again = start()
    await again.wait(/lockstep is up/)
    expect((await fetch(`${address}/sign-in`, { redirect: 'manual' })).headers.get('location')).toContain(app?.clientId)
  }, 300_000)
})
