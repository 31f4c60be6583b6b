import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Environment } from './config/environment.ts'
import type { Config } from './config/schema.ts'
import type { ConfigFile } from './core/config-file.ts'
import type { PeopleStore } from './core/directory.ts'
import { LockstepError } from './core/errors.ts'
import type { RepoRef } from './core/issue.ts'
import { stayWithin } from './core/within.ts'
import type { Clock, IssueHost, Log, Tracker } from './core/ports.ts'
import type { Store } from './core/store.ts'
import type { TicketRef } from './core/ticket.ts'
import { createClient, createConfigFile, createGitHubPeople, createIssueHost } from './github/index.ts'
import type { Client, GitHubPeople, GitHubRequest } from './github/index.ts'
import { createDirectory, createMapSource } from './people/directory.ts'
import type { AddressSource, Directory } from './people/directory.ts'
import { createMemoryAnswers } from './people/memory.ts'
import { createStoreSource } from './people/sources.ts'
import type { SyncDeps } from './sync/deps.ts'
import { toGitHub, toTracker } from './text/format.ts'
import { createCommentPrinter } from './text/printer.ts'
import { createTrace, type Trace } from './trace.ts'
import { createTracker, printTicketUrl } from './trackers/index.ts'
import { sleep, systemClock } from './wire/clock.ts'
import { openFoundation } from './wire/foundation.ts'
import type { Foundation } from './wire/foundation.ts'
import { proxyVariables, USER_AGENT } from './wire/sign-in.ts'

export { sleep, systemClock } from './wire/clock.ts'
export { proxyVariables, VERSION } from './wire/sign-in.ts'
export { openKept, openPeople } from './wire/state.ts'
export type { Kept } from './wire/state.ts'

// Renewed at each third of it for as long as a create lasts. So of a killed process at least 30 s are left for what it
// had sent: as long as a tracker's client waits for a reply, and three times what GitHub gives a request.
const CLAIM_MS = 90_000

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
  /** The people of the same database, where `store` is given and has one. */
  readonly peopleStore?: PeopleStore
  /** Signed in already, as Probot is; a client brings its limits along. */
  readonly github?: { readonly request: GitHubRequest } | { readonly client: Client }
  /** What the repositories of one app share. */
  readonly shared?: Shared
  /** On a server that many share: which projects of a connection are open to the owner of the repository. */
  readonly allowsProject?: (connection: string, project: string) => boolean
  /** What trackers may look up besides the secrets and the proxy, such as the sign-in of a workflow. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  /** Where addresses are known besides the config. */
  readonly sources?: readonly AddressSource[]
  /** Nothing is kept: a plan leaves no trace, and may run with a token that only reads. */
  readonly keep?: boolean
  /** Opened already, while this file was being loaded. */
  readonly foundation?: Foundation
}

/** One for a whole app: its repositories keep the limits of a tracker together. */
export interface Shared {
  readonly trace: Trace
  /** By name, which means the same tracker for everybody; filled when one is first needed. */
  readonly trackers: Map<string, Tracker>
  /** Hears of every request, by `github` and the names of the trackers. */
  readonly onRequest: OnRequest
}

export type OnRequest = (
  connection: string,
  facts: { readonly status: number; readonly requestId: string | undefined; readonly left: number | undefined },
) => void

export function createShared(onRequest: OnRequest = () => {}): Shared {
  return { trace: createTrace(), trackers: new Map(), onRequest }
}

export interface Wired {
  readonly config: Config
  readonly deps: SyncDeps
  readonly store: Store
  readonly host: IssueHost
  readonly client: Client
  readonly configFile: ConfigFile
  readonly trackers: ReadonlyMap<string, Tracker>
  readonly people: Directory
  /** `null` where the state is kept without a database, and so without people. */
  readonly peopleStore: PeopleStore | null
  /** The people of an organization, as GitHub knows them. */
  gitHubPeople(organization: string): GitHubPeople
  /** Requests sent so far, by `github` and the names of the trackers. */
  readonly requests: Readonly<Record<string, number>>
  /** Files of the state that could not be read in full: their links are to be rebuilt. */
  readonly damaged: readonly string[]
  /** Where somebody looks at a ticket. */
  ticketUrl(ref: TicketRef): string
  /** Writes down what so far stands in memory only. */
  save(): Promise<void>
  close(): Promise<void>
}

/** The composition root: config and environment become ports. */
export async function wire(input: WireInput): Promise<Wired> {
  const { config, environment, log } = input
  const clock = input.clock ?? systemClock
  const wait = input.sleep ?? sleep
  const { client, state, trace, requests, count } = input.foundation ?? (await openFoundation(input))
  const host = createIssueHost({ client, clock })

  const env = { ...input.variables, ...environment.secrets, ...proxyVariables(environment) }
  const { store } = state
  const answers = state.people?.answers ?? createMemoryAnswers(clock)

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
      cache: answers,
    }
    const tracker = input.shared?.trackers.get(name) ?? createTracker(name, connection, deps)
    input.shared?.trackers.set(name, tracker)
    const allows = input.allowsProject
    trackers.set(name, allows === undefined ? tracker : stayWithin(tracker, (project) => allows(name, project)))
  }
  const gitHubPeople = (organization: string) =>
    createGitHubPeople({
      client,
      clock,
      organization,
      apiUrl: environment.github.apiUrl,
      viewer: environment.github.app?.id ?? 'token',
      answers,
    })
  const people = createDirectory({
    rule: config.people,
    sources: [
      createMapSource(config.people.map),
      ...(state.people === null ? [] : [createStoreSource(state.people)]),
      ...(input.sources ?? []),
      gitHubPeople(input.repo.owner),
    ],
    trackers,
    clock,
    matches: state.people?.matches,
  })

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
    trace,
    clock,
    log,
    owner: randomUUID(),
    claimMs: CLAIM_MS,
  }
  return {
    config,
    deps,
    store,
    host,
    client,
    configFile: createConfigFile({ client, repo: input.repo, path: environment.configFile }),
    trackers,
    people,
    peopleStore: state.people,
    gitHubPeople,
    requests,
    damaged: state.damaged,
    ticketUrl: ({ connection, key }) => {
      const known = config.trackers[connection]
      return known === undefined ? '' : printTicketUrl(known, key)
    },
    save: state.save,
    close: state.close,
  }
}

/** A client for whoever is signed in already; all that use it share its limits. */
export const connectGitHub = (
  request: GitHubRequest,
  { clock, log, shared }: { readonly clock: Clock; readonly log: Log; readonly shared: Shared },
): Client => {
  const onRequest = (facts: Parameters<OnRequest>[1]) => {
    shared.trace.add(facts.requestId)
    shared.onRequest('github', facts)
  }
  return createClient({ request, clock, sleep, log, onRequest })
}

export function readCa(file: string | undefined): string | undefined {
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
