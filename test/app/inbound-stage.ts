import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAzure } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import { runCli } from '../../src/cli.ts'
import { startLockstep } from '../../src/main.ts'
import { hookSecret } from '../../src/web/hook-secrets.ts'
import { openOperator } from '../../src/wire-server.ts'
import { until } from '../contract/queue.ts'

const MASTER = 'sandbox-secret'
const METRICS_TOKEN = 'read-the-counts-here'

/** As people call them on the three sides. */
export const mails = {
  ada: 'ada.byron@example.com',
  grace: 'grace.murray@example.com',
  hedy: 'hedy.kiesler@example.com',
} as const

export interface InboundOptions<Tracker> {
  readonly tracker: Tracker
  /** Routes and people of `acme/rocket`, as YAML. */
  readonly rules: string
  /** The operator's file below `organizations:`, unless acme may use everything. */
  readonly organizations?: string
}

/** The tracker's own side of the stage. */
interface TrackerSide {
  readonly name: string
  readonly kind: 'azure' | 'jira'
  readonly connection: string
  readonly variables: Readonly<Record<string, string>>
  readonly deliveries: { settle(): Promise<void> }
  close(): Promise<void>
}

export async function azureTracker() {
  const azure = await startAzure({ seed: 'empty' })
  const side: TrackerSide = {
    name: 'boards',
    kind: 'azure',
    connection: `{ kind: azure, url: ${azure.collectionUrl}, project: FabrikamAgile, token: $ADO_TOKEN }`,
    variables: { ADO_TOKEN: 'ado_sandbox_pat' },
    deliveries: azure.deliveries,
    close: azure.close,
  }
  return { azure, side }
}

export async function jiraTracker(version: NonNullable<Parameters<typeof startJira>[0]>['version']) {
  const jira: JiraServer = await startJira({
    ...(version === undefined ? {} : { version }),
    seed: {
      people: [
        { name: 'ada', displayName: 'Ada Byron', emailAddress: mails.ada },
        { name: 'grace', displayName: 'Grace Murray', emailAddress: mails.grace.toUpperCase() },
        { name: 'outsider', displayName: 'Olga Outsider', emailAddress: 'olga@example.org' },
      ],
      projects: [{ key: 'PLAT', name: 'Platform', workflow: 'classic' }, { key: 'OPS' }],
    },
  })
  const side: TrackerSide = {
    name: 'jira',
    kind: 'jira',
    connection: `{ kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }`,
    variables: { JIRA_TOKEN: 'jira_sandbox_pat' },
    deliveries: jira.deliveries,
    close: jira.close,
  }
  return { jira, side }
}

/** The whole server as `npm start` has it, its hooks registered by `lockstep hooks install`, between GitHub and one tracker. */
export async function openInbound({ tracker, rules, organizations }: InboundOptions<TrackerSide>) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'))
  const github = await startGitHub({ seed: 'empty' })
  github.act.pushFile({ as: 'ada', path: '.github/lockstep.yml', content: `version: 1\n${rules}` })
  const address = `http://127.0.0.1:${await findFreePort()}`
  writeFileSync(
    join(folder, 'lockstep.server.yml'),
    `version: 1
connections:
  ${tracker.name}: ${tracker.connection}
organizations:
${organizations ?? `  acme: { connections: { ${tracker.name}: any } }`}
`,
  )
  const variables = {
    PORT: new URL(address).port,
    APP_ID: String(github.world.app.id),
    PRIVATE_KEY: github.world.app.privateKey,
    WEBHOOK_SECRET: MASTER,
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    DATABASE_URL: 'memory:',
    METRICS_TOKEN,
    LOG_LEVEL: 'info',
    ...tracker.variables,
  }
  const lines: string[] = []
  const out = { write: (text: string) => lines.push(text) }
  const installed = await runCli(['hooks', 'install'], {
    stdout: out,
    stderr: out,
    env: variables,
    cwd: folder,
    isTTY: false,
  })
  if (installed !== 0) throw new Error(lines.join(''))
  const running = await startLockstep(await openOperator({ variables, cwd: folder, write: out.write, json: true }))
  github.act.setWebhook({ url: `${address}/api/github/webhooks` })

  async function isQuiet(): Promise<boolean> {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
    const counts = await (await fetch(`${address}/metrics`, { headers })).text()
    return /^lockstep_queue_waiting 0$/m.test(counts) && /^lockstep_queue_running 0$/m.test(counts)
  }
  const secret = hookSecret(MASTER, tracker.name, 1)
  return {
    github,
    secret,
    issue: (number: number) => {
      const found = github.act.findIssue({ number })
      if (found === undefined) throw new Error(`there is no issue ${number}`)
      return {
        state: found.state,
        reason: found.stateReason,
        assignees: found.assignees.map(({ login }) => login),
        comments: [...github.world.repo.comments.values()]
          .filter(({ issueNumber }) => issueNumber === number)
          .map(({ body }) => body),
      }
    },
    /** What was written to GitHub since its journal was cleared. */
    writes: () =>
      github.journal.entries
        .filter(({ method, path }) => method !== 'GET' && path.startsWith('/repos/'))
        .map(({ method, path }) => `${method} ${path}`),
    /** Everything has arrived on all sides, and what it led to has been done. */
    async settle() {
      // The last work may have written to either side, which is told in turn.
      for (let round = 0; round < 2; round++) {
        await Promise.all([github.deliveries.settle(), tracker.deliveries.settle()])
        await until(isQuiet, 20_000)
      }
    },
    /** A delivery as this tracker sends it, by hand. */
    async post(body: unknown, headers: Readonly<Record<string, string>>, path = '') {
      const reply = await fetch(`${address}/hooks/${tracker.kind}/${tracker.name}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return [reply.status, ((await reply.json()) as { readonly result?: string }).result]
    },
    async close() {
      github.act.setWebhook({ url: '' })
      await running.stop()
      await Promise.all([github.close(), tracker.close()])
      rmSync(folder, { recursive: true })
    },
  }
}

export type Inbound = Awaited<ReturnType<typeof openInbound>>

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
