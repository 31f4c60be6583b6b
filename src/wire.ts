import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Octokit } from '@octokit/rest'
import { createAppAuth } from '@octokit/auth-app'
import type { Environment } from './config/environment.ts'
import type { Config } from './config/schema.ts'
import { LockstepError } from './core/errors.ts'
import type { RepoRef } from './core/issue.ts'
import type { Clock, IssueHost, Log, People, Store, Tracker } from './core/ports.ts'
import { createClient, createIssueHost } from './github/index.ts'
import type { Client, GitHubRequest } from './github/index.ts'
import { createDirectory, createMapSource } from './people/directory.ts'
import { openStore } from './store/store.ts'
import type { SyncDeps } from './sync/deps.ts'
import { toGitHub, toTracker } from './text/format.ts'
import { createCommentPrinter } from './text/printer.ts'
import { createTracker } from './trackers/index.ts'

export const VERSION = '0.1.0'
const USER_AGENT = `lockstep/${VERSION}`
const CLAIM_MS = 5 * 60_000

export const systemClock: Clock = { now: () => new Date() }
export const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms))

export interface WireInput {
  readonly config: Config
  readonly environment: Environment
  /** Which repository the run is about: an app signs in to the installation that has it. */
  readonly repo: RepoRef
  readonly log: Log
  readonly clock?: Clock
  readonly sleep?: (ms: number) => Promise<void>
  /** Opened already, as the tests and the app do. */
  readonly store?: Store
  /** Signed in already, as Probot is. */
  readonly github?: { readonly request: GitHubRequest; readonly viewer?: string }
}

export interface Wired {
  readonly deps: SyncDeps
  readonly store: Store
  readonly host: IssueHost
  readonly client: Client
  readonly trackers: ReadonlyMap<string, Tracker>
  readonly people: People
  /** Requests sent so far, by `github` and the names of the trackers. */
  readonly requests: Readonly<Record<string, number>>
  close(): Promise<void>
}

/** The composition root: config and environment become ports. */
export async function wire(input: WireInput): Promise<Wired> {
  const { config, environment, log } = input
  const clock = input.clock ?? systemClock
  const wait = input.sleep ?? sleep
  const requests: Record<string, number> = { github: 0 }
  const count = (name: string) => () => {
    requests[name] = (requests[name] ?? 0) + 1
  }

  const github = input.github ?? { request: await signIn(environment, input.repo) }
  const client = createClient({ request: github.request, clock, sleep: wait, log, onRequest: count('github') })
  const host = createIssueHost({ client, clock, ...(github.viewer === undefined ? {} : { viewer: github.viewer }) })

  const env = { ...environment.secrets, ...proxyVariables(environment) }
  const trackers = new Map<string, Tracker>()
  for (const [name, connection] of Object.entries(config.trackers)) {
    requests[name] = 0
    const deps = {
      clock,
      sleep: wait,
      log,
      env,
      userAgent: USER_AGENT,
      ca: readCa(connection.ca),
      onRequest: count(name),
    }
    trackers.set(name, createTracker(name, connection, deps))
  }
  const people = createDirectory({
    rule: config.people,
    sources: [createMapSource(config.people.map)],
    trackers,
    clock,
  })
  const store = input.store ?? (await openStore(storeTarget(environment), { clock }))

  const deps: SyncDeps = {
    store,
    host,
    trackers: new Map(
      [...trackers].map(([name, tracker]) => [name, { tracker, project: config.trackers[name]?.project ?? '' }]),
    ),
    people,
    routes: config.routes,
    peopleRule: config.people,
    texts: { toTracker, toGitHub },
    createPrinter: createCommentPrinter,
    clock,
    log,
    owner: randomUUID(),
    claimMs: CLAIM_MS,
  }
  const close = async () => {
    if (input.store === undefined) await store.close()
  }
  return { deps, store, host, client, trackers, people, requests, close }
}

async function signIn({ github }: Environment, repo: RepoRef): Promise<GitHubRequest> {
  const common = { baseUrl: github.apiUrl, userAgent: USER_AGENT }
  if (github.token !== null) return requestOf(new Octokit({ ...common, auth: github.token }))
  if (github.app === null) {
    throw new LockstepError('environment-invalid', 'There is nothing to sign in to GitHub with.', {
      remedy: 'Set GITHUB_TOKEN, or APP_ID and PRIVATE_KEY.',
    })
  }
  const { id, privateKey: key } = github.app
  const privateKey = 'pem' in key ? key.pem : readFileSync(key.file, 'utf8')
  const app = new Octokit({ ...common, authStrategy: createAppAuth, auth: { appId: id, privateKey } })
  const { data } = await app.rest.apps.getRepoInstallation({ owner: repo.owner, repo: repo.repo })
  const auth = { appId: id, privateKey, installationId: data.id }
  return requestOf(new Octokit({ ...common, authStrategy: createAppAuth, auth }))
}

const requestOf =
  (octokit: Octokit): GitHubRequest =>
  async (route, parameters) => {
    const { status, headers, data, url } = await octokit.request(route, parameters)
    return { status, headers, data, url }
  }

function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new LockstepError('config-invalid', `The certificate file ${file} cannot be read.`, {
      remedy: 'Correct the "ca" of the tracker, or put the file there.',
      cause,
    })
  }
}

function proxyVariables({ proxy }: Environment): Record<string, string | undefined> {
  return {
    HTTPS_PROXY: proxy.https ?? undefined,
    HTTP_PROXY: proxy.http ?? undefined,
    NO_PROXY: proxy.except ?? undefined,
  }
}

function storeTarget({ state }: Environment): string {
  switch (state.kind) {
    case 'postgres':
      return state.url
    case 'sqlite':
      return `sqlite:${state.file}`
    default:
      return 'memory:'
  }
}
