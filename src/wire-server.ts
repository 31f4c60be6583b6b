import { createPrivateKey } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isLoopback } from './config/check-trackers.ts'
import {
  printEnvironmentProblem,
  readEnvironment,
  type Environment,
  type GitHubApp,
  type StatePlace,
  type Variables,
} from './config/environment.ts'
import { findServerReferences, readServerConfig } from './config/load-server.ts'
import type { Connection } from './config/schema.ts'
import { readServerEnvironment, type ServerEnvironment } from './config/server-environment.ts'
import {
  findOrganization,
  hasFeature,
  mayUse,
  mayUseProject,
  projectsOf,
  SERVER_FILE,
  type ServerConfig,
} from './config/server.ts'
import { LockstepError } from './core/errors.ts'
import type { PeopleStore } from './core/directory.ts'
import type { HookReader, HookRegistrations } from './core/hooks.ts'
import type { Log } from './core/ports.ts'
import type { Sessions } from './core/sessions.ts'
import { stayWithin } from './core/within.ts'
import type { AccountHost } from './core/visitors.ts'
import { createAccountHost } from './github/accounts.ts'
import { createLog } from './log.ts'
import { createRedactor } from './redact.ts'
import type { StoreDatabase } from './store/database.ts'
import { createHookRegistrations } from './store/hooks.ts'
import { createSessions } from './store/sessions.ts'
import type { TicketRef } from './core/ticket.ts'
import type { TrackerDeps } from './trackers/deps.ts'
import { createHookRegistrar, createTracker, hookReaders, printTicketUrl } from './trackers/index.ts'
import type { ConnectedTracker } from './sync/deps.ts'
import type { HookSetup } from './web/hook-setup.ts'
import type { SearchDeps } from './web/search.ts'
import { createShared, readCa, type OnRequest, type Shared } from './wire.ts'
import { sleep, systemClock } from './wire/clock.ts'
import { proxyVariables, USER_AGENT as userAgent } from './wire/sign-in.ts'

/** What the operator of a server says, in the file and in the environment. */
export interface Operator {
  readonly server: ServerConfig
  readonly environment: Environment
  readonly settings: ServerEnvironment
  /** Where people and trackers reach the server. */
  readonly address: string
  readonly privateKey: string
  readonly webhookSecret: string
  readonly log: Log
}

interface Surroundings {
  readonly variables: Variables
  readonly cwd: string
  readonly write: (line: string) => unknown
  /** The log is for machines. */
  readonly json: boolean
}

/** Reads everything that the operator says, and tells all that is wrong with the environment at once. */
export async function openOperator({ variables, cwd, write, json }: Surroundings): Promise<Operator> {
  const { environment: settings, problems: own } = readServerEnvironment(variables)
  const named = variables['LOCKSTEP_SERVER_CONFIG'] !== undefined
  const file = resolve(cwd, settings?.LOCKSTEP_SERVER_CONFIG ?? SERVER_FILE)
  const server = await readServerConfig(file, named)
  const read = readEnvironment(variables, { references: findServerReferences(server), door: 'app' })
  const problems = [...own, ...(read.problems ?? [])]
  const app = read.environment?.github.app ?? null
  const webhookSecret = app?.webhookSecret ?? null
  if (
    read.environment === undefined ||
    settings === undefined ||
    app === null ||
    webhookSecret === null ||
    problems.length > 0
  ) {
    throw new LockstepError('environment-invalid', problems.map(printEnvironmentProblem).join('\n\n'), {
      details: { variables: problems.map(({ name }) => name) },
    })
  }
  const environment = { ...read.environment, state: await placeState(read.environment.state, cwd) }
  const privateKey = await readPrivateKey(app)
  const redactor = createRedactor()
  const { GITHUB_CLIENT_SECRET: clientSecret, METRICS_TOKEN: metricsToken, SEARCH_TOKEN: searchToken } = settings
  for (const secret of [...Object.values(environment.secrets), webhookSecret, clientSecret, metricsToken, searchToken])
    if (secret !== undefined) redactor.add(secret)
  return {
    server,
    environment,
    settings,
    address: chooseAddress(server, settings),
    privateKey,
    webhookSecret,
    log: createLog({ level: environment.logLevel, json, write, redactor, clock: systemClock }),
  }
}

async function readPrivateKey({ privateKey }: GitHubApp): Promise<string> {
  const refuse = (message: string, remedy: string) => (cause: unknown) => {
    throw new LockstepError('environment-invalid', message, { remedy, cause })
  }
  const pem =
    'pem' in privateKey
      ? privateKey.pem
      : await readFile(privateKey.file, 'utf8').catch(
          refuse(
            `The file that PRIVATE_KEY_PATH names cannot be read: ${privateKey.file}.`,
            'Let it name the file that GitHub handed out as the private key of the App.',
          ),
        )
  try {
    createPrivateKey(pem)
    return pem
  } catch (cause) {
    return refuse(
      'The private key of the GitHub App is damaged.',
      'Give all of the file that GitHub handed out, from BEGIN to END, or create a new key on the page of the App.',
    )(cause)
  }
}

/** SQLite makes a file, but no folder for it. */
async function placeState(state: StatePlace, cwd: string): Promise<StatePlace> {
  if (state.kind !== 'sqlite') return state
  const file = resolve(cwd, state.file)
  await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
    throw new LockstepError(
      'store-unavailable',
      `There is no folder for the database, and none can be made: ${file}.`,
      {
        remedy: 'Let DATABASE_URL name a file in a folder that Lockstep may write to, or a PostgreSQL database.',
        cause,
      },
    )
  })
  return { kind: 'sqlite', file }
}

function chooseAddress({ address }: ServerConfig, { HOST, PORT }: ServerEnvironment): string {
  if (address !== undefined) return address
  if (isLoopback(HOST) || HOST === '::1') return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`
  throw new LockstepError(
    'config-invalid',
    'The server listens to other machines, and nothing says under which address.',
    {
      remedy: 'Write "address: https://…" into the operator\'s file, or leave HOST at 127.0.0.1.',
    },
  )
}

/** What the web half keeps in the database. */
export interface WebStore {
  readonly sessions: Sessions
  readonly registrations: HookRegistrations
}

export const openWebStore = (database: StoreDatabase): WebStore => ({
  sessions: createSessions(database),
  registrations: createHookRegistrations(database),
})

export const readers: Readonly<Record<string, HookReader>> = hookReaders

/** GitHub's sign-in of people, where the App has a client id. */
export function openAccounts({ environment, settings, log }: Operator): AccountHost | null {
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = settings
  if (clientId === undefined || clientSecret === undefined) return null
  const { apiUrl, serverUrl } = environment.github
  const proxy = proxyVariables(environment)
  return createAccountHost({
    apiUrl,
    serverUrl,
    clientId,
    clientSecret,
    clock: systemClock,
    sleep,
    log,
    userAgent,
    proxy,
  })
}

/** Where people look at a ticket; `null` where the connection is not known any more. */
export const printTicketUrlOf =
  ({ server }: Operator) =>
  ({ connection, key }: TicketRef): string | null => {
    const known = Object.hasOwn(server.connections, connection) ? server.connections[connection] : undefined
    return known === undefined ? null : printTicketUrl(known, key)
  }

/** The hooks of each connection, as they should be. */
export function listHookSetups(
  operator: Operator,
  { registrations }: Pick<WebStore, 'registrations'>,
): readonly HookSetup[] {
  const { server, address, webhookSecret } = operator
  return Object.entries(server.connections).map(([connection, config]) => ({
    connection,
    projects: projectsOf(server, connection),
    url: `${address}/hooks/${config.kind}/${connection}`,
    registrar: createHookRegistrar(connection, config, trackerDeps(operator, config)),
    registrations,
    master: webhookSecret,
    clock: systemClock,
  }))
}

const trackerDeps = ({ environment, log }: Operator, { ca }: Connection): TrackerDeps => ({
  clock: systemClock,
  sleep,
  log,
  env: { ...environment.secrets, ...proxyVariables(environment) },
  userAgent,
  ca: readCa(ca),
})

/** One client for each connection: whoever asks a tracker, the limits are kept together. */
export function openShared(
  operator: Operator,
  { people, onRequest }: { readonly people: PeopleStore; readonly onRequest: OnRequest },
): Shared {
  const shared = createShared(onRequest)
  for (const [name, config] of Object.entries(operator.server.connections)) {
    const deps: TrackerDeps = {
      ...trackerDeps(operator, config),
      cache: people.answers,
      onRequest(facts) {
        shared.trace.add(facts.requestId)
        onRequest(name, facts)
      },
    }
    shared.trackers.set(name, createTracker(name, config, deps))
  }
  return shared
}

/** The trackers with the projects that the operator's file names for them. */
export const listConnected = (
  { server }: Operator,
  { trackers }: Pick<Shared, 'trackers'>,
): ReadonlyMap<string, ConnectedTracker> =>
  new Map([...trackers].map(([name, tracker]) => [name, { tracker, project: server.connections[name]?.project ?? '' }]))

/** Search in the connections of an organization, within its projects. */
export function openSearch({ server, settings }: Operator, { trackers }: Pick<Shared, 'trackers'>): SearchDeps {
  return {
    token: settings.SEARCH_TOKEN ?? null,
    findConnection(organization, connection) {
      const [tracker, config] = [trackers.get(connection), server.connections[connection]]
      const granted = mayUse(server, organization, connection) && hasFeature(server, organization, 'people-search')
      if (tracker === undefined || config === undefined || !granted) return Promise.resolve(undefined)
      const allows = (project: string) => mayUseProject(server, organization, { connection, project })
      const name = config.kind === 'jira' ? 'Jira' : 'Azure DevOps'
      const all = findOrganization(server, organization)?.connections[connection] === 'any'
      return Promise.resolve({ tracker: all ? tracker : stayWithin(tracker, allows), project: config.project, name })
    },
  }
}
