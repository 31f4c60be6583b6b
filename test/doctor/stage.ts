import { startAzure } from '../../sandbox/azure/server.ts'
import type { AzureOptions, AzureServer } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubOptions, GitHubServer } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraOptions, JiraServer } from '../../sandbox/jira/server.ts'
import type { Environment } from '../../src/config/environment.ts'
import { Config } from '../../src/config/schema.ts'
import type { Check } from '../../src/doctor/check.ts'
import { examine, examineSignIns } from '../../src/doctor/doctor.ts'
import type { DoctorDeps } from '../../src/doctor/doctor.ts'
import { wire } from '../../src/wire.ts'

const people = [
  { name: 'ada', displayName: 'Ada Byron', emailAddress: 'ada.byron@example.com' },
  { name: 'grace', displayName: 'Grace Murray', emailAddress: 'grace.murray@example.com' },
]

/** Three projects with a workflow each, and one ticket in every state of the two longer ones. */
export const jiraSeed = {
  people,
  projects: [
    { key: 'PLAT', name: 'Platform', workflow: 'simple', versions: ['1.0'], components: ['api'] },
    { key: 'OPS', name: 'Operations', workflow: 'classic' },
    { key: 'LONG', name: 'Long Way', workflow: 'long' },
  ],
  issues: [
    ...['Open', 'In Progress', 'Reopened', 'Resolved', 'Closed'].flatMap((status) => inEachType('OPS', status)),
    ...['Backlog', 'Selected', 'In Development', 'In Test', 'Released'].flatMap((status) => inEachType('LONG', status)),
  ],
} as const

function inEachType(project: string, status: string) {
  return ['Task', 'Story', 'Bug'].map((type) => ({ project, type, status, summary: `A ${type} in ${status}` }))
}

export const gitHubSeed = {
  people: [
    {
      login: 'ada',
      name: 'Ada Byron',
      role: 'admin',
      publicEmail: 'ada.byron@example.com',
      verifiedEmails: ['ada.byron@example.com'],
    },
    {
      login: 'grace',
      name: 'Grace Murray',
      publicEmail: 'grace.murray@example.com',
      verifiedEmails: ['grace.murray@example.com'],
    },
  ],
} as const

export interface Patient {
  /** Over what is healthy: keys of the route, the connection, and the people. */
  readonly route?: Record<string, unknown>
  readonly connection?: Record<string, unknown>
  readonly people?: Record<string, unknown>
  readonly trackerToken?: string
  readonly gitHubToken?: string
  readonly repo?: string
  readonly github?: GitHubOptions
  readonly clockAheadMs?: number
  readonly deps?: Partial<DoctorDeps>
}

interface Clinic<Server> {
  readonly github: GitHubServer
  readonly server: Server
  examine(patient?: Patient): Promise<readonly Check[]>
  examineSignIns(patient?: Patient): Promise<readonly Check[]>
  close(): Promise<void>
}

const log = { debug() {}, info() {}, warn() {}, error() {} }
const map = { ada: 'ada.byron@example.com', grace: 'grace.murray@example.com' }

export async function openAzureClinic(options: AzureOptions = {}): Promise<Clinic<AzureServer>> {
  const server = await startAzure({ seed: 'empty', ...options })
  const connection = { kind: 'azure', url: server.collectionUrl, project: 'Fabrikam', token: '$TOKEN' }
  const route = { type: { default: 'Issue' }, status: { open: 'To Do', closed: 'Done' } }
  return await openClinic(server, { connection, route, token: 'ado_sandbox_pat' })
}

export async function openJiraClinic(options: JiraOptions = {}): Promise<Clinic<JiraServer>> {
  const server = await startJira({ seed: jiraSeed as NonNullable<JiraOptions['seed']>, ...options })
  const connection = { kind: 'jira', url: server.baseUrl, project: 'PLAT', token: '$TOKEN' }
  const route = { type: { default: 'Task' }, status: { open: 'To Do', closed: 'Done' } }
  return await openClinic(server, { connection, route, token: 'jira_sandbox_pat' })
}

interface Healthy {
  readonly connection: Record<string, unknown>
  readonly route: Record<string, unknown>
  readonly token: string
}

async function openClinic<Server extends { close(): Promise<void> }>(server: Server, healthy: Healthy) {
  const github = await startGitHub({ seed: gitHubSeed })

  async function admit(patient: Patient): Promise<DoctorDeps> {
    const config = Config.parse({
      version: 1,
      trackers: { tracker: { ...healthy.connection, ...patient.connection } },
      routes: [{ to: 'tracker', ...healthy.route, ...patient.route }],
      people: { map, ...patient.people },
    })
    const environment: Environment = {
      github: { apiUrl: github.url, serverUrl: github.url, token: patient.gitHubToken ?? 'ghp_sandbox', app: null },
      state: { kind: 'memory' },
      configFile: '.github/lockstep.yml',
      logLevel: 'silent',
      proxy: { https: null, http: null, except: null },
      secrets: { TOKEN: patient.trackerToken ?? healthy.token },
    }
    const repo = { owner: 'acme', repo: patient.repo ?? 'rocket' }
    const clock = { now: () => new Date(Date.now() + (patient.clockAheadMs ?? 0)) }
    const {
      host,
      people: directory,
      deps,
    } = await wire({
      config,
      environment,
      repo,
      log,
      clock,
      sleep: async () => {},
    })
    return { config, repo, host, people: directory, trackers: deps.trackers, clock, ...patient.deps }
  }
  return {
    github,
    server,
    examine: async (patient: Patient = {}) => await examine(await admit(patient)),
    examineSignIns: async (patient: Patient = {}) => await examineSignIns(await admit(patient)),
    close: async () => void (await Promise.all([github.close(), server.close()])),
  }
}

export const bad = (checks: readonly Check[]): readonly Check[] => checks.filter(({ severity }) => severity !== 'ok')
