import { startAzure } from '../../sandbox/azure/server.ts'
import { WEBHOOK_SECRET } from '../../sandbox/github/seed.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraServer } from '../../sandbox/jira/server.ts'
import { installHooks, setUpPremises } from '../../sandbox/operator.ts'
import { startLockstep } from '../../src/main.ts'
import { hookSecret } from '../../src/web/hook-secrets.ts'
import { openOperator } from '../../src/wire-server.ts'
import { until } from '../contract/queue.ts'

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
  const github = await startGitHub({ seed: 'empty' })
  github.act.pushFile({ as: 'ada', path: '.github/lockstep.yml', content: `version: 1\n${rules}` })
  const premises = await setUpPremises({
    github,
    file: `connections:
  ${tracker.name}: ${tracker.connection}
organizations:
${organizations ?? `  acme: { connections: { ${tracker.name}: any } }`}
`,
    variables: { DATABASE_URL: 'memory:', METRICS_TOKEN, LOG_LEVEL: 'info', ...tracker.variables },
  })
  const { cwd, address, variables } = premises
  await installHooks(premises)
  const running = await startLockstep(await openOperator({ variables, cwd, write: () => {}, json: true }))
  github.act.setWebhook({ url: `${address}/api/github/webhooks` })

  async function isQuiet(): Promise<boolean> {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
    const counts = await (await fetch(`${address}/metrics`, { headers })).text()
    return /^lockstep_queue_waiting 0$/m.test(counts) && /^lockstep_queue_running 0$/m.test(counts)
  }
  const secret = hookSecret(WEBHOOK_SECRET, tracker.name, 1)
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
        await until(isQuiet)
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
      premises.remove()
    },
  }
}

export type Inbound = Awaited<ReturnType<typeof openInbound>>
