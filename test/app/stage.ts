import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createNodeMiddleware, Probot } from 'probot'
import { createApp, probotOptions } from '../../src/app.ts'
import { openApp, type OpenedApp } from '../../src/app/open.ts'
import type { WorkFacts } from '../../src/app/worker.ts'
import type { Environment } from '../../src/config/environment.ts'
import { loadRepositoryConfig } from '../../src/config/repository.ts'
import { findArchive, ServerConfig, type PeopleArchive } from '../../src/config/server.ts'
import type { Clock, Log } from '../../src/core/ports.ts'
import { openKept, systemClock, type Kept } from '../../src/wire.ts'
import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubOptions, GitHubServer } from '../../sandbox/github/server.ts'
import { until } from '../contract/queue.ts'

export const configFile = '.github/lockstep.yml'
export const boardsConfig = `version: 1
routes:
  - to: boards
    type: { default: Task }
people:
  map: { ada: ada.byron@example.com, grace: grace.murray@example.com }
`

export interface AppStageOptions {
  readonly state?: Environment['state']
  readonly github?: GitHubOptions
  /** In `acme/rocket` from the start; `null` for none. */
  readonly config?: string | null
  readonly clock?: Clock
  /** The archive that the operator names for `acme`. */
  readonly people?: PeopleArchive
  /** What the operator's `$NAME`s stand for, besides the token of the tracker. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Without it the queue is filled and not worked on. */
  readonly start?: boolean
  readonly settleMs?: number
  readonly servers?: { readonly github: GitHubServer; readonly azure: AzureServer }
}

export interface AppStage {
  readonly github: GitHubServer
  readonly azure: AzureServer
  readonly kept: Kept
  readonly app: OpenedApp
  readonly probot: Probot
  /** Where deliveries go. */
  readonly hookUrl: string
  readonly logged: { readonly level: string; readonly message: string; readonly facts: unknown }[]
  readonly worked: WorkFacts[]
  /** Resolves when all deliveries have arrived and the queue has nothing to do at the moment. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** The app as it runs: Probot behind a real server, the queue in a real database, GitHub and Azure on this machine. */
export async function openAppStage(options: AppStageOptions = {}): Promise<AppStage> {
  const github = options.servers?.github ?? (await startGitHub({ seed: 'empty', ...options.github }))
  const azure = options.servers?.azure ?? (await startAzure({ seed: 'empty' }))
  if (options.config !== null && options.servers === undefined)
    github.act.pushFile({ as: 'ada', path: configFile, content: options.config ?? boardsConfig })

  const clock = options.clock ?? systemClock
  const logged: { level: string; message: string; facts: unknown }[] = []
  const note =
    (level: string) =>
    (message: string, facts: unknown = {}) =>
      void logged.push({ level, message, facts })
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  const pem = github.world.app.privateKey
  const environment: Environment = {
    github: {
      apiUrl: github.url,
      serverUrl: github.url,
      token: null,
      app: { id: '1', privateKey: { pem }, webhookSecret: 'sandbox-secret' },
    },
    state: options.state ?? { kind: 'memory' },
    configFile,
    logLevel: 'silent',
    proxy: { https: null, http: null, except: null },
    secrets: { ADO_TOKEN: 'ado_sandbox_pat', ...options.secrets },
  }
  const server = ServerConfig.parse({
    version: 1,
    connections: { boards: { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', token: '$ADO_TOKEN' } },
    organizations: { acme: { connections: { boards: 'any' }, people: options.people } },
  })
  const kept = await openKept(environment, {
    clock,
    log,
    queue: { settleMs: options.settleMs ?? 20, work: { pollMs: 100, backoffMs: 50 } },
  })
  const probot = new Probot({ ...probotOptions(environment, pem), logLevel: 'fatal' })
  await probot.ready()
  const worked: WorkFacts[] = []
  const app = openApp({
    environment,
    signIn: probot,
    kept,
    readRules: (text, file, organization) => loadRepositoryConfig(text, file, { server, organization }),
    findArchive: (repo) => findArchive(server, repo),
    clock,
    log,
    onWork: (facts) => void worked.push(facts),
  })
  const self = await app.installations.readSelf()
  const middleware = await createNodeMiddleware(
    createApp({
      queue: kept.queue,
      app: self,
      configFile,
      archiveOf: (repo) => findArchive(server, repo)?.archive,
      onInstallation: app.hear,
    }),
    { probot },
  )
  const http = createServer((request, response) => void middleware(request, response))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const hookUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/github/webhooks`
  if (options.servers === undefined) github.act.setWebhook({ url: hookUrl })
  const settle = async (): Promise<void> => {
    await github.deliveries.settle()
    await until(async () => {
      const { waiting, running } = await kept.queue.depth()
      return waiting + running === 0
    })
    await github.deliveries.settle()
  }
  if (options.start !== false) {
    app.start()
    // What is looked for at the start is no part of the story.
    await until(async () => (await kept.store.cursors.find('schedule:scan')) !== undefined)
    await settle()
  }

  return {
    github,
    azure,
    kept,
    app,
    probot,
    hookUrl,
    logged,
    worked,
    settle,
    async close() {
      if (options.servers === undefined) github.act.setWebhook({ url: '' })
      await app.stop()
      await kept.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      if (options.servers === undefined) await Promise.all([github.close(), azure.close()])
    },
  }
}
