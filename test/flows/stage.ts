import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureOptions, AzureServer } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubOptions, GitHubServer } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraOptions, JiraServer } from '../../sandbox/jira/server.ts'
import type { Environment } from '../../src/config/environment.ts'
import { Config } from '../../src/config/schema.ts'
import { LockstepError } from '../../src/core/errors.ts'
import { isGone } from '../../src/core/issue.ts'
import type { Clock, Log } from '../../src/core/ports.ts'
import type { Store } from '../../src/core/store.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import type { ReconcileOptions } from '../../src/sync/deps.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import type { ScanOptions } from '../../src/sync/scan.ts'
import { wire } from '../../src/wire.ts'
import type { Wired } from '../../src/wire.ts'
import { azureSide, displayNames, jiraSide, mails } from './sides.ts'
import type { Side } from './sides.ts'

export const repo = { owner: 'acme', repo: 'rocket' }

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

export interface StageOptions {
  readonly routes: readonly Record<string, unknown>[]
  readonly people?: Record<string, unknown>
  readonly github?: GitHubOptions
  readonly azure?: AzureOptions
  readonly jira?: JiraOptions
  readonly store?: Store
  /** Where the state lies when no store is given: in this process, or in the repository as for the Action. */
  readonly state?: 'memory' | 'ref'
  readonly clock?: Clock
  readonly log?: Log
  /** Waits of retries and limits take no time. */
  readonly quick?: boolean
}

export interface Stage {
  readonly github: GitHubServer
  readonly azure: AzureServer
  readonly jira: JiraServer
  readonly boards: Side
  readonly plat: Side
  readonly wired: Wired
  readonly config: Config
  /** A second run beside the first one, as another machine would be: its own process state over the same store. */
  again(store?: Store): Promise<Wired>
  /** Another process goes on from here, over the same store or from what this one leaves in the repository. */
  rerun(): Promise<void>
  reconcile(number: number, options?: ReconcileOptions): Promise<readonly Outcome[]>
  scan(options?: ScanOptions): Promise<readonly Outcome[]>
  readTicket(connection: string, key: string): Promise<Ticket>
  /** Forgets the requests seen so far. */
  clear(): void
  /** Requests since then. */
  asked(): { readonly github: string[]; readonly azure: string[]; readonly jira: string[] }
  /** Claims lapse, pauses end: as time does for everybody. */
  passTime(ms: number): void
  close(): Promise<void>
}

const jiraSeed = {
  people: [
    { name: 'ada', displayName: displayNames.ada, emailAddress: mails.ada },
    { name: 'grace', displayName: displayNames.grace, emailAddress: mails.grace },
    { name: 'hedy', displayName: displayNames.hedy, emailAddress: mails.hedy },
  ],
  projects: [
    { key: 'PLAT', name: 'Platform', workflow: 'simple', versions: ['1.0', '1.1'], components: ['api', 'ui', 'db'] },
    { key: 'OPS', name: 'Operations', workflow: 'classic' },
    { key: 'LONG', name: 'Long Way', workflow: 'long' },
  ],
} as const

/** GitHub and the trackers that the routes lead to, on this machine, and Lockstep wired to them as a door would. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const leadsTo = (connection: string) => options.routes.some(({ to }) => to === connection)
  const github = await startGitHub({ seed: 'empty', ...options.github })
  const azure = leadsTo('boards') ? await startAzure({ seed: 'empty', ...options.azure }) : null
  const jira = leadsTo('jira') ? await startJira({ seed: jiraSeed, ...options.jira }) : null
  const servers = [github, azure, jira].filter((server) => server !== null)
  const config = Config.parse({
    version: 1,
    trackers: {
      ...(azure && { boards: { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', token: '$ADO_TOKEN' } }),
      ...(jira && { jira: { kind: 'jira', url: jira.baseUrl, project: 'PLAT', token: '$JIRA_TOKEN' } }),
    },
    routes: options.routes,
    people: { map: mails, ...options.people },
  })
  const environment: Environment = {
    github: { apiUrl: github.url, serverUrl: github.url, token: 'ghs_sandbox_actions', app: null },
    state: { kind: options.state ?? 'memory' },
    configFile: '.github/lockstep.yml',
    logLevel: 'silent',
    proxy: { https: null, http: null, except: null },
    secrets: { ADO_TOKEN: 'ado_sandbox_pat', JIRA_TOKEN: 'jira_sandbox_pat' },
  }
  let ahead = 0
  const clock = options.clock ?? { now: () => new Date(Date.now() + ahead) }
  const open = async (store?: Store) =>
    await wire({
      config,
      environment,
      repo,
      clock,
      log: options.log ?? silentLog,
      ...(store === undefined ? {} : { store }),
      ...(options.quick === true ? { sleep: async () => {} } : {}),
    })
  let wired = await open(options.store)
  const asked = (server: GitHubServer | AzureServer | JiraServer | null) =>
    (server?.journal.entries ?? []).map(({ method, path }) => `${method} ${path}`)
  const need = <Server>(server: Server | null): Server => {
    if (server === null) throw new Error('no route leads there')
    return server
  }
  return {
    github,
    get azure() {
      return need(azure)
    },
    get jira() {
      return need(jira)
    },
    get boards() {
      return azureSide(need(azure))
    },
    get plat() {
      return jiraSide(need(jira))
    },
    get wired() {
      return wired
    },
    config,
    again: async (store = wired.store) => await open(store),
    async rerun() {
      if (options.state !== 'ref') wired = await open(wired.store)
      else {
        await wired.close()
        wired = await openLater(open)
      }
    },
    reconcile: async (number, reconcileOptions) => await reconcile(wired.deps, { ...repo, number }, reconcileOptions),
    async scan(scanOptions) {
      const outcomes: Outcome[] = []
      for await (const outcome of scan(wired.deps, repo, scanOptions)) outcomes.push(outcome)
      return outcomes
    },
    async readTicket(connection, key) {
      const found = (await wired.trackers.get(connection)?.readTickets([key]))?.get(key)
      if (found === undefined || isGone(found)) throw new Error(`there is no ${connection}:${key}`)
      return found
    },
    clear: () => servers.forEach(({ journal }) => journal.clear()),
    asked: () => ({ github: asked(github), azure: asked(azure), jira: asked(jira) }),
    passTime(ms) {
      ahead += ms
      for (const server of servers) server.clock.advance(ms)
    },
    async close() {
      await wired.close()
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** A run that cannot read its state does nothing; the next one comes. */
async function openLater(open: () => Promise<Wired>): Promise<Wired> {
  for (let run = 1; run < 5; run++) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error
    }
  }
  return await open()
}

/** Somebody does something at the very moment when such a request arrives, once, before it is worked on. */
export function interject(
  { faults }: Pick<GitHubServer | AzureServer | JiraServer, 'faults'>,
  { method, path }: { readonly method?: string; readonly path: RegExp },
  act: () => void,
): void {
  const { match } = faults
  faults.match = (on, requested, subject) => {
    if (on === 'request' && (method === undefined || method === requested) && path.test(subject)) {
      faults.match = match
      act()
    }
    return match(on, requested, subject)
  }
}

/** The same flow on each kind of tracker. */
export const trackerKinds = [
  { name: 'Azure DevOps', to: 'boards', sideOf: (stage: Stage) => stage.boards },
  { name: 'Jira', to: 'jira', sideOf: (stage: Stage) => stage.plat },
] as const
