import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createApp, probotOptions } from './app.ts'
import { checkUp } from './app/check-up.ts'
import { createHints } from './app/hints.ts'
import { openApp } from './app/open.ts'
import { createPagePorts } from './app/page-ports.ts'
import { repairHooks } from './app/repair-hooks.ts'
import { startSchedule } from './app/schedule.ts'
import { exitCodeOf, exitCodes } from './commands/command.ts'
import { isLoopback } from './config/check-trackers.ts'
import { readServerConfig } from './config/load-server.ts'
import { loadRepositoryConfig } from './config/repository.ts'
import { findArchive, mayUse, mayUseProject, SERVER_FILE } from './config/server.ts'
import { asLockstepError, LockstepError } from './core/errors.ts'
import type { RepoRef } from './core/issue.ts'
import { createBackfillRoutes } from './web/backfill.ts'
import { createImportRoutes } from './web/import.ts'
import type { HealthCheck } from './web/health.ts'
import type { HookSetup } from './web/hook-setup.ts'
import { measureLatency } from './web/latency.ts'
import { createMetrics, type Metrics } from './web/metrics.ts'
import { createOptionsApi } from './web/options.ts'
import { createScopeFinder } from './web/options-scope.ts'
import { createGitHubReader, createHealthReader, createPages, createTimings } from './web/pages/index.ts'
import { visitorOf } from './web/pages/visitor.ts'
import { createSearchRoutes } from './web/search.ts'
import { openProbot, startServer } from './web/server.ts'
import { setUpApp } from './web/setup.ts'
import {
  listConnected,
  listHookSetups,
  openAccounts,
  openOperator,
  openSearch,
  openShared,
  openWebStore,
  printTicketUrlOf,
  readers,
} from './wire-server.ts'
import type { Operator } from './wire-server.ts'
import { openKept, systemClock as clock, type Kept } from './wire.ts'

/** How long the work in hand may take when the process is asked to end; the queue gives the rest to others. */
const GRACE_MS = 10_000
const HOUR_MS = 3_600_000

export interface Running {
  readonly url: string
  /** Opens the first session of a local start. */
  readonly link: string | null
  /** Gives issues that are older than the app their tickets. */
  backfill(repo: RepoRef): Promise<void>
  stop(): Promise<void>
}

/** Server and worker in one process; any number of processes may run on one PostgreSQL. */
export async function startLockstep(operator: Operator): Promise<Running> {
  const kept = await openKept(operator.environment, { clock, log: operator.log })
  return await startWith(kept, operator).catch(async (error: unknown) => {
    await kept.close()
    throw error
  })
}

async function startWith(opened: Kept, operator: Operator): Promise<Running> {
  const { environment, server, settings, address, log } = operator
  const metrics = createMetrics()
  const timings = createTimings({ clock })
  const left = new Map<string, number>()
  const measured = measureLatency(opened.queue, clock, (seconds) => {
    metrics.latency(seconds)
    timings.note(seconds)
  })
  const kept: Kept = { ...opened, queue: measured }
  const { store, queue } = kept
  const shared = openShared(operator, {
    people: kept.people,
    onRequest(connection, facts) {
      metrics.request(connection, facts.status)
      if (facts.left === undefined) return
      metrics.limit(connection, facts.left)
      left.set(connection, facts.left)
    },
  })
  const web = openWebStore(kept.database)
  const setups = listHookSetups(operator, web)
  const accounts = openAccounts(operator)
  const oneTimeKey = accounts === null && isLoopback(settings.HOST) ? randomBytes(24).toString('base64url') : null
  const stopping = new AbortController()

  const probot = openProbot(probotOptions(environment, operator.privateKey))
  const app = openApp({
    environment,
    signIn: probot,
    kept,
    readRules: (text, file, organization) => loadRepositoryConfig(text, file, { server, organization }),
    allowsProject: (organization, place) => mayUseProject(server, organization, place),
    findArchive: (repo) => findArchive(server, repo),
    variables: process.env,
    shared,
    clock,
    log,
    onWork: ({ outcomes }) => outcomes.forEach((outcome) => metrics.outcome(outcome)),
  })
  const ports = createPagePorts({ ...app, queue, server, address, configFile: environment.configFile, clock })
  const pages = createPages({
    store,
    clock,
    log,
    queue,
    stopping: stopping.signal,
    githubUrl: environment.github.serverUrl,
    ticketUrl: printTicketUrlOf(operator),
    imports: kept.people,
    backfills: { request: app.backfill, find: app.findBackfill },
    ...ports,
    readTimings: timings.readTimings,
    readGitHub: createGitHubReader({
      serverUrl: environment.github.serverUrl,
      clock,
      greet: async () => await app.installations.app.call('GET /app'),
      readLimits: app.installations.limits,
    }),
    readHealth: createHealthReader({
      trackers: listConnected(operator, shared),
      clock,
      mayUse: (organizations, connection) => organizations.some((one) => mayUse(server, one, connection)),
      readLeft: (connection) => left.get(connection) ?? null,
    }),
  })
  const findScope = createScopeFinder({ links: store.links, openOptions: ports.openOptions })
  const optionsApi = createOptionsApi({ findScope, readActor: (context) => visitorOf(context).login })
  watchQueue(metrics, kept)

  const listening = await startServer({
    host: settings.HOST,
    port: settings.PORT,
    address,
    server,
    readers,
    registrations: web.registrations,
    master: operator.webhookSecret,
    store,
    sessions: web.sessions,
    accounts,
    oneTimeKey,
    probot,
    app: createApp({
      queue,
      app: await app.installations.readSelf().catch(refuseApp),
      configFile: environment.configFile,
      archiveOf: (repo) => findArchive(server, repo)?.archive,
      onInstallation: app.hear,
    }),
    hints: createHints({ ...app, queue, clock }),
    programs: [createSearchRoutes(openSearch(operator, shared))],
    routes: [optionsApi, createBackfillRoutes(app.backfill), createImportRoutes(app.importPeople)],
    pages,
    checks: checksOf(kept, setups),
    metrics,
    metricsToken: settings.METRICS_TOKEN ?? null,
    clock,
    log,
  })
  app.start()
  const jobs = [
    { name: 'hooks', everyMs: 6 * HOUR_MS, run: async () => await repairHooks(setups, { store, log }) },
    {
      name: 'doctor',
      everyMs: 24 * HOUR_MS,
      run: async () => await checkUp({ ...app, address, clock, log, stopping: stopping.signal }),
    },
  ]
  const schedule = startSchedule(jobs, { store, clock, log })
  log.info('lockstep is up', { url: listening.url, address })
  if (Object.keys(server.organizations).length === 0)
    log.warn('nobody is served', { remedy: `Name the organizations in ${settings.LOCKSTEP_SERVER_CONFIG}.` })

  return {
    url: listening.url,
    link: oneTimeKey === null ? null : `${listening.url}/sign-in/once?key=${oneTimeKey}`,
    backfill: app.backfill,
    async stop() {
      stopping.abort()
      const ended = Promise.all([listening.close(), schedule.stop(), app.stop()])
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), GRACE_MS)))
      const how = await Promise.race([ended, late])
      clearTimeout(timer)
      // What was not finished in time is taken up by the next process.
      if (how === 'late') log.warn('stopped in the middle of work')
      await kept.close()
    },
  }
}

/** GitHub does not say which of the two is wrong. */
function refuseApp(cause: unknown): never {
  const { code, message } = asLockstepError(cause)
  if (code !== 'not-found' && code !== 'not-signed-in') throw cause
  throw new LockstepError('environment-invalid', `GitHub does not know the App by its id and key. ${message}.`, {
    remedy: 'Compare APP_ID and PRIVATE_KEY with the page of the App, and GITHUB_API_URL with the server it is on.',
    cause,
  })
}

const checksOf = ({ store, queue }: Kept, setups: readonly HookSetup[]): readonly HealthCheck[] => [
  { name: 'database', vital: true, check: async () => await store.cursors.find('ready') },
  { name: 'queue', vital: true, check: async () => await queue.depth() },
  ...setups.map(({ connection, registrar }) => ({
    name: `connection:${connection}`,
    vital: false,
    check: async () => await registrar.greet(),
  })),
]

function watchQueue(metrics: Metrics, { queue }: Kept): void {
  const watch = (name: string, help: string, state: 'waiting' | 'running' | 'blocked' | 'dead') =>
    metrics.watch(`lockstep_queue_${name}`, help, async () => (await queue.depth())[state])
  watch('waiting', 'Entries that wait.', 'waiting')
  watch('running', 'Entries in hand.', 'running')
  watch('blocked', 'Entries that wait for a limit.', 'blocked')
  watch('dead', 'Entries that were given up.', 'dead')
  metrics.watch('lockstep_queue_age_seconds', 'How long the oldest entry has been due.', async () => {
    const { oldest } = await queue.depth()
    return oldest === null ? 0 : Math.max(0, (clock.now().getTime() - Date.parse(oldest)) / 1000)
  })
}

async function main(): Promise<void> {
  let stop = async () => {}
  // From the beginning: as the first process of a container nobody else ends it.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(exitCodes.ok)))
  }
  if (existsSync('.env')) process.loadEnvFile('.env')
  const write = (line: string) => process.stdout.write(line)
  const surroundings = { cwd: process.cwd(), write, json: !process.stdout.isTTY }
  if ((process.env['APP_ID'] ?? '') === '') {
    const { address } = await readServerConfig(resolve(process.env['LOCKSTEP_SERVER_CONFIG'] ?? SERVER_FILE), false)
    Object.assign(process.env, await setUpApp(process.env, { ...surroundings, address }))
  }
  const running = await startLockstep(await openOperator({ ...surroundings, variables: process.env }))
  stop = running.stop
  if (running.link !== null) write(`\nOpen Lockstep: ${running.link}\n\n`)
}

if (import.meta.main) {
  await main().catch((thrown: unknown) => {
    const error = asLockstepError(thrown)
    process.stderr.write(`${error.message}\n${error.remedy === null ? '' : `${error.remedy}\n`}`)
    process.exit(exitCodeOf(error))
  })
}
