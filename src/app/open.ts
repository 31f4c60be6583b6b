import type { Environment } from '../config/environment.ts'
import type { Loaded } from '../config/load.ts'
import { LockstepError } from '../core/errors.ts'
import { printRepo, type RepoRef } from '../core/issue.ts'
import type { Clock, Log } from '../core/ports.ts'
import { connectGitHub, createShared, systemClock, type Kept, type Shared } from '../wire.ts'
import { createBackfills, type Backfills } from './backfills.ts'
import type { FindArchive, ImportRequest } from './import.ts'
import type { InstallationChange } from './installation-events.ts'
import { createInstallations, type AppSignIn, type Installations } from './installations.ts'
import { redeliverMissed } from './redeliver.ts'
import { createRepositories, type ProjectRule, type Repositories } from './repositories.ts'
import { startSchedule } from './schedule.ts'
import { importTask, scanTask } from './tasks.ts'
import { createWorker, type WorkFacts } from './worker.ts'

export interface AppInput {
  readonly environment: Environment
  /** Probot, which signs in as the app and as its installations. */
  readonly signIn: AppSignIn
  readonly kept: Kept
  /** What the operator lets an organization say and use. */
  readonly readRules: (text: string, file: string, organization: string) => Loaded
  readonly allowsProject?: ProjectRule
  /** None unless given. */
  readonly findArchive?: FindArchive
  /** Where a key service that opens archives finds its own sign-in. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  readonly log: Log
  readonly onWork?: (facts: WorkFacts) => void
  /** Trackers that are opened already, and who hears of requests. */
  readonly shared?: Shared
}

export interface OpenedApp {
  readonly installations: Installations
  readonly repositories: Repositories
  /** An installation is another one now, or gone. */
  hear(change: InstallationChange): void
  /** Works on the queue, and looks for what was missed. */
  start(): void
  /** Everything of a repository, also what is older than the app: only when somebody asks for it. */
  backfill(repo: RepoRef, actor?: string): Promise<void>
  /** How far that is. */
  readonly findBackfill: Backfills['find']
  /** The archive of people in a repository, although nobody pushed it. */
  importPeople(repo: RepoRef, request: ImportRequest): Promise<void>
  /** Ends after what is in hand; what waits is kept. */
  stop(): Promise<void>
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000
/** GitHub lists deliveries for three days. */
const LISTED_MS = 3 * DAY_MS

/** The app behind the webhook door: everything that happens to an entry of the queue. */
export function openApp(input: AppInput): OpenedApp {
  const { environment, signIn, kept, readRules, allowsProject, clock = systemClock, log, onWork } = input
  const { store, queue } = kept
  const { findArchive = () => undefined, variables = {} } = input
  const shared = input.shared ?? createShared()
  const installations = createInstallations({
    signIn,
    connect: (request) => connectGitHub(request, { clock, log, shared }),
    clock,
  })
  const repositories = createRepositories({
    installations,
    environment,
    kept,
    shared,
    readRules,
    allowsProject,
    clock,
    log,
  })
  const backfills = createBackfills({ cursors: store.cursors, queue, clock })
  let stopped = false
  let running: readonly { stop(): Promise<void> }[] = []

  const ago = (ms: number) => new Date(clock.now().getTime() - ms)

  async function scanAll(): Promise<void> {
    for await (const place of installations.list()) await queue.add([scanTask(place, place)])
  }

  async function redeliver(before: Date | null): Promise<void> {
    // An hour more than needed: a delivery may have been under way when the list was last read.
    const since = before === null ? ago(LISTED_MS) : new Date(before.getTime() - 60 * MINUTE_MS)
    await redeliverMissed(installations.app, { since, log })
  }

  return {
    installations,
    repositories,
    hear({ account, action, repos }) {
      log.info('installation changed', { account, action, repositories: repos.length })
      installations.forget(account)
      for (const repo of repos) repositories.forget(repo)
    },
    start() {
      const configFile = environment.configFile
      const worker = createWorker({
        queue,
        repositories,
        installations,
        configFile,
        imports: {
          findArchive,
          installations,
          people: kept.people,
          events: store.events,
          secrets: environment.secrets,
          variables,
          clock,
          log,
        },
        backfills,
        clock,
        log,
        stopped: () => stopped,
        ...(onWork === undefined ? {} : { onWork }),
      })
      const jobs = [
        { name: 'redeliver', everyMs: 10 * MINUTE_MS, atStart: true, run: redeliver },
        { name: 'scan', everyMs: DAY_MS, run: scanAll },
      ]
      running = [queue.work(worker), startSchedule(jobs, { store, clock, log })]
    },
    backfill: async (repo, actor = 'schedule') => await backfills.request(repo, actor),
    findBackfill: backfills.find,
    async importPeople(repo, request) {
      if (findArchive(repo) === undefined) {
        throw new LockstepError('not-found', `No archive of people is named in ${printRepo(repo)}.`, {
          remedy: 'The operator of the server names it, as "people" of the organization.',
        })
      }
      await queue.add([importTask(repo, request)])
    },
    async stop() {
      stopped = true
      await Promise.all(running.map((each) => each.stop()))
    },
  }
}
