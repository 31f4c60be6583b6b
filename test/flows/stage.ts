import { Config } from '../../src/config/schema.ts'
import type { Environment } from '../../src/config/environment.ts'
import type { Clock, Log, Store } from '../../src/core/ports.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import type { ReconcileOptions } from '../../src/sync/deps.ts'
import { scan } from '../../src/sync/scan.ts'
import type { ScanOptions } from '../../src/sync/scan.ts'
import { wire } from '../../src/wire.ts'
import type { Wired } from '../../src/wire.ts'
import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureOptions, AzureServer } from '../../sandbox/azure/server.ts'
import type { Person, TicketPeople } from './histories.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubOptions, GitHubServer } from '../../sandbox/github/server.ts'

export const repo = { owner: 'acme', repo: 'rocket' }

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

export interface StageOptions {
  readonly routes: readonly Record<string, unknown>[]
  readonly people?: Record<string, unknown>
  readonly github?: GitHubOptions
  readonly azure?: AzureOptions
  readonly store?: Store
  readonly clock?: Clock
  readonly log?: Log
  /** Waits of retries and limits take no time. */
  readonly quick?: boolean
}

export interface Stage {
  readonly github: GitHubServer
  readonly azure: AzureServer
  readonly wired: Wired
  /** A second run beside the first one, as another machine would be: its own process state over the same store. */
  again(store?: Store): Promise<Wired>
  reconcile(number: number, options?: ReconcileOptions): Promise<readonly Outcome[]>
  scan(options?: ScanOptions): Promise<readonly Outcome[]>
  close(): Promise<void>
}

const people = { ada: 'ada.byron@example.com', grace: 'grace.murray@example.com', hedy: 'hedy.kiesler@example.com' }

/** GitHub and the trackers on this machine, and Lockstep wired to them as a door would. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const github = await startGitHub({ seed: 'empty', ...options.github })
  const azure = await startAzure({ seed: 'empty', ...options.azure })
  const config = Config.parse({
    version: 1,
    trackers: { boards: { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', token: '$ADO_TOKEN' } },
    routes: options.routes,
    people: { map: people, ...options.people },
  })
  const environment: Environment = {
    github: { apiUrl: github.url, serverUrl: github.url, token: 'ghs_sandbox_actions', app: null },
    state: { kind: 'memory' },
    configFile: '.github/lockstep.yml',
    logLevel: 'silent',
    proxy: { https: null, http: null, except: null },
    secrets: { ADO_TOKEN: 'ado_sandbox_pat' },
  }
  const open = async (store?: Store) =>
    await wire({
      config,
      environment,
      repo,
      log: options.log ?? silentLog,
      ...(store === undefined ? {} : { store }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.quick === true ? { sleep: async () => {} } : {}),
    })
  const wired = await open(options.store)
  return {
    github,
    azure,
    wired,
    again: async (store = wired.store) => await open(store),
    reconcile: async (number, reconcileOptions) => await reconcile(wired.deps, { ...repo, number }, reconcileOptions),
    async scan(scanOptions) {
      const outcomes: Outcome[] = []
      for await (const outcome of scan(wired.deps, repo, scanOptions)) outcomes.push(outcome)
      return outcomes
    },
    async close() {
      await wired.close()
      await Promise.all([github.close(), azure.close()])
    },
  }
}

const mails: Record<Person, string> = people

/** What people do to a work item in the browser. */
export function azurePeople({ acts }: AzureServer): TicketPeople {
  const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return {
    retitle: (key, title) => void acts.edit({ id: Number(key), fields: { 'System.Title': title } }),
    rewrite: (key, paragraphs) =>
      void acts.edit({
        id: Number(key),
        fields: { 'System.Description': paragraphs.map((text) => `<p>${html(text)}</p>`).join('') },
      }),
    close: (key) => void acts.setState({ id: Number(key), state: 'Done' }),
    reopen: (key) => void acts.setState({ id: Number(key), state: 'To Do' }),
    assign: (key, person) =>
      void (person === null ? acts.unassign({ id: Number(key) }) : acts.assign({ id: Number(key), to: mails[person] })),
    tag: (key, tag) => void acts.addTag({ id: Number(key), tag }),
    comment: (key, text) => String(acts.comment({ id: Number(key), text: `<p>${html(text)}</p>`, as: mails.hedy }).id),
    editComment: (key, id, text) =>
      void acts.editComment({ id: Number(key), commentId: Number(id), text: `<p>${html(text)}</p>`, as: mails.hedy }),
    deleteComment: (key, id) => void acts.deleteComment({ id: Number(key), commentId: Number(id), as: mails.hedy }),
  }
}
