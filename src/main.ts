import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createApp, probotOptions } from './app.ts'
import { createHints } from './app/hints.ts'
import { openApp } from './app/open.ts'
import { startSchedule } from './app/schedule.ts'
import { issueTask } from './app/tasks.ts'
import { isLoopback } from './config/check-trackers.ts'
import { readServerConfig } from './config/load-server.ts'
import { loadRepositoryConfig } from './config/repository.ts'
import { connectionsOf, hasFeature, mayUseProject, SERVER_FILE } from './config/server.ts'
import { asLockstepError, LockstepError } from './core/errors.ts'
import { printRepo, type RepoRef } from './core/issue.ts'
import { createOptionsReader } from './sync/options.ts'
import type { HealthCheck } from './web/health.ts'
import { installHooks, type HookSetup } from './web/hook-setup.ts'
import { measureLatency } from './web/latency.ts'
import { createMetrics, type Metrics } from './web/metrics.ts'
import { createPages } from './web/pages/index.ts'
import { createSearchRoutes } from './web/search.ts'
import { openProbot, startServer } from './web/server.ts'
import { setUpApp } from './web/setup.ts'
import {
  listHookSetups,
  openAccounts,
  openOperator,
  openSearch,
  openWebStore,
  printTicketUrlOf,
  readers,
} from './wire-server.ts'
import type { Operator } from './wire-server.ts'
import { openKept, systemClock as clock, type Kept } from './wire.ts'

/** How long the work in hand may take when the process is asked to end; the queue gives the rest to others. */
const GRACE_MS = 10_000
const HOOK_CHECK_MS = 6 * 3_600_000
const NOT_GRANTED = 'Your organization does not have access to this feature'

export interface Running {
  readonly url: string
  /** Opens the first session of a local start. */
  readonly link: string | null
  stop(): Promise<void>
}

/** Server and worker in one process; any number of processes may run on one PostgreSQL. */
export async function startLockstep(operator: Operator): Promise<Running> {
  const { environment, server, settings, address, log } = operator
  const metrics = createMetrics()
  const opened = await openKept(environment, { clock, log })
  const kept: Kept = { ...opened, queue: measureLatency(opened.queue, metrics, clock) }
  const { store, queue } = kept
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
    log,
    onRequest(connection, { status, left }) {
      metrics.request(connection, status)
      if (left !== undefined) metrics.limit(connection, left)
    },
    onWork: ({ outcomes }) => outcomes.forEach((outcome) => metrics.outcome(outcome)),
  })
  const open = async (repo: RepoRef) => {
    const wired = await app.repositories.open({ owner: repo.owner, repo: repo.repo, installation: null })
    if (wired !== undefined) return wired
    throw new LockstepError('config-missing', `${printRepo(repo)} has no ${environment.configFile}.`)
  }
  const pages = createPages({
    store,
    clock,
    log,
    queue,
    stopping: stopping.signal,
    githubUrl: environment.github.serverUrl,
    ticketUrl: printTicketUrlOf(operator),
    imports: kept.people,
    open: async (repo) => (await open(repo)).deps,
    async openOptions(repo) {
      const { deps, configFile: file } = await open(repo)
      const barred = hasFeature(server, repo.owner, 'issue-sync') ? null : NOT_GRANTED
      return {
        organization: { slug: repo.owner, barred },
        routes: deps.routes,
        describe: createOptionsReader(deps),
        file,
        load: { connections: connectionsOf(server, repo.owner) },
      }
    },
    async requestSync(ref, actor) {
      await queue.add([issueTask(ref, { actor, comments: true })])
    },
  })
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
    app: createApp({ queue, app: await app.installations.readSelf(), configFile: environment.configFile }),
    hints: createHints({ ...app, queue, clock }),
    programs: [createSearchRoutes(openSearch(operator))],
    pages,
    checks: checksOf(kept, setups),
    metrics,
    metricsToken: settings.METRICS_TOKEN ?? null,
    clock,
    log,
  })
  app.start()
  const repairs = { name: 'hooks', everyMs: HOOK_CHECK_MS, run: async () => await repairHooks(setups, kept, operator) }
  const schedule = startSchedule([repairs], { store, clock, log })
  log.info('lockstep is up', { url: listening.url, address })

  return {
    url: listening.url,
    link: oneTimeKey === null ? null : `${listening.url}/sign-in/once?key=${oneTimeKey}`,
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

/** Only hooks that were registered once are kept up: a server may well be fed by the schedule alone. */
async function repairHooks(setups: readonly HookSetup[], { store }: Kept, { log }: Operator): Promise<void> {
  for (const setup of setups) {
    const { connection, registrations } = setup
    if ((await registrations.list(connection)).length === 0) continue
    try {
      const reports = await store.withLock(`hooks:${connection}`, async () => await installHooks(setup))
      const repaired = reports.filter(({ done }) => done !== 'kept')
      if (repaired.length > 0) log.warn('hooks repaired', { connection, hooks: repaired })
    } catch (error) {
      const { code, message, remedy } = asLockstepError(error)
      log.warn('hooks not checked', { connection, code, said: message, remedy })
    }
  }
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
  if (existsSync('.env')) process.loadEnvFile('.env')
  const write = (line: string) => process.stdout.write(line)
  const surroundings = { cwd: process.cwd(), write, json: !process.stdout.isTTY }
  if ((process.env['APP_ID'] ?? '') === '') {
    const { address } = await readServerConfig(resolve(process.env['LOCKSTEP_SERVER_CONFIG'] ?? SERVER_FILE), false)
    Object.assign(process.env, await setUpApp(process.env, { ...surroundings, address }))
  }
  const running = await startLockstep(await openOperator({ ...surroundings, variables: process.env }))
  if (running.link !== null) write(`\nOpen Lockstep: ${running.link}\n\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void running.stop().finally(() => process.exit(0)))
  }
}

if (import.meta.main) {
  await main().catch((thrown: unknown) => {
    const { message, remedy } = asLockstepError(thrown)
    process.stderr.write(`${message}\n${remedy === null ? '' : `${remedy}\n`}`)
    process.exit(3)
  })
}
