import { startAzure } from '../../sandbox/azure/server.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { Clock } from '../../src/core/ports.ts'
import { loadConfig, requireConfig } from '../../src/config/load.ts'
import { createBackfills } from '../../src/app/backfills.ts'
import { createConfigFile } from '../../src/github/index.ts'
import { createOptionsReader } from '../../src/sync/options.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { reconcile } from '../../src/sync/reconcile.ts'
import { scan } from '../../src/sync/scan.ts'
import { createGitHubReader, createHealthReader, createTimings } from '../../src/web/pages/index.ts'
import { wire } from '../../src/wire.ts'
import { createStore } from '../../src/store/store.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createPeopleStore } from '../../src/store/people.ts'
import { repo, silentLog } from '../flows/stage.ts'
import { openPages, systemClock } from './stage.ts'

const PATH = '.github/lockstep.yml'

interface SceneOptions {
  /** The time of Lockstep; the servers keep their own. */
  readonly clock?: Clock
}

/** GitHub, Azure DevOps and Jira with forty issues in step, and pages that show all of it. */
export async function openScene({ clock = systemClock }: SceneOptions = {}) {
  const [github, azure, jira] = [
    await startGitHub({ seed: 'small' }),
    await startAzure({ seed: 'empty' }),
    await startJira({ seed: 'empty' }),
  ]
  const yaml = `version: 1
trackers:
  boards:
    kind: azure
    url: ${azure.collectionUrl}
    project: Fabrikam
    token: $ADO_TOKEN
  jira:
    kind: jira
    url: ${jira.baseUrl}
    project: PLAT
    token: $JIRA_TOKEN
routes:
  # Bugs are worked on in Azure Boards.
  - to: boards
    when: { labels: [bug] }
    type: { default: Issue }
    conflict: ask
  - to: jira
    when: { without: [bug] }
    type: { default: Task }
    status: { open: To Do, closed: Done }
    conflict: ask
people:
  map:
    ada: [ada.byron@example.com, ada@example.com]
    grace: [grace.murray@example.com, ben@example.com]
`
  const config = requireConfig(loadConfig(yaml, PATH), PATH)
  const database = await openDatabase('memory:')
  const store = createStore(database, { clock })
  const people = createPeopleStore(database, { clock })
  const wired = await wire({
    config,
    environment: {
      github: { apiUrl: github.url, serverUrl: github.url, token: 'ghs_sandbox_actions', app: null },
      state: { kind: 'memory' },
      configFile: PATH,
      logLevel: 'silent',
      proxy: { https: null, http: null, except: null },
      secrets: { ADO_TOKEN: 'ado_sandbox_pat', JIRA_TOKEN: 'jira_sandbox_pat' },
    },
    repo,
    log: silentLog,
    store,
    clock,
    peopleStore: people,
    sleep: async () => {},
  })
  await wired.client.call('PUT /repos/{owner}/{repo}/contents/{path}', {
    ...repo,
    path: PATH,
    message: 'Set Lockstep up',
    content: Buffer.from(yaml).toString('base64'),
  })
  const timings = createTimings({ clock })
  const { deps } = wired
  async function sync(): Promise<void> {
    for await (const outcome of scan(deps, repo, { actor: 'schedule' })) void outcome
  }
  await sync()
  const describe = createOptionsReader({ trackers: deps.trackers, clock })
  const pages = await openPages({
    store,
    clock,
    githubUrl: github.url,
    ticketUrl: wired.ticketUrl,
    open: async () => deps,
    requestSync: async (ref, actor) => void (await reconcile(deps, ref, { actor, comments: true })),
    readGitHub: createGitHubReader({
      serverUrl: 'https://github.com',
      clock,
      greet: async () => await wired.client.call('GET /repos/{owner}/{repo}', repo),
      readLimits: () => [wired.client.limit()].flatMap((limit) => (limit === null ? [] : { owner: 'acme', ...limit })),
    }),
    readHealth: createHealthReader({ trackers: deps.trackers, clock, mayUse: () => true }),
    readTimings: timings.readTimings,
    explain: async (_, login, connection) =>
      await wired.people.explain(login, connection, {
        project: deps.trackers.get(connection)!.project,
        ticket: null,
      }),
    imports: people,
    // Nobody works on a queue here, so that it stays where it is.
    backfills: createBackfills({ cursors: store.cursors, queue: { add: async () => true }, clock }),
    examine: async (ref) => await examine({ ...deps, repo: ref, config, people: wired.people }),
    openOptions: async (ref) => ({
      organization: { slug: ref.owner, barred: null },
      routes: deps.routes,
      describe,
      file: createConfigFile({ client: wired.client, repo: ref, path: PATH }),
    }),
  })
  return {
    github,
    azure,
    jira,
    wired,
    pages,
    people,
    timings,
    sync,
    async close() {
      await pages.close()
      await wired.close()
      await store.close()
      await Promise.all([github.close(), azure.close(), jira.close()])
    },
  }
}

export type Scene = Awaited<ReturnType<typeof openScene>>
