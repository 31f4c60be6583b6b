import { createRandom } from '../kit/faults.ts'
import type { Route, SandboxRequest } from '../kit/router.ts'
import { startServer } from '../kit/server.ts'
import type { Play, RunningServer } from '../kit/server.ts'
import { createActs } from './acts.ts'
import type { JiraActs } from './acts.ts'
import { createAround } from './auth/around.ts'
import type { Callers } from './auth/around.ts'
import { oauth1Routes } from './auth/oauth1.ts'
import { oauth2Routes } from './auth/oauth2.ts'
import { authRoutes } from './auth/routes.ts'
import type { JiraRoute } from './call.ts'
import { dumpWorld } from './dump.ts'
import type { Jira, JiraVersion } from './jira.ts'
import { attachmentRoutes } from './routes/attachments.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { commentRoutes } from './routes/comments.ts'
import { hookRoutes } from './routes/hooks.ts'
import { issueRoutes } from './routes/issues.ts'
import { linkRoutes } from './routes/links.ts'
import { issuePropertyRoutes } from './routes/properties.ts'
import { remoteLinkRoutes } from './routes/remote-links.ts'
import { peopleRoutes, watcherBean } from './routes/people.ts'
import { projectRoutes } from './routes/projects.ts'
import { searchRoutes } from './routes/search.ts'
import { sow } from './seeds.ts'
import type { Seed } from './seeds.ts'
import { defaultSwitches } from './switches.ts'
import type { Switches } from './switches.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

export interface JiraServer extends RunningServer {
  readonly version: JiraVersion
  /** The address with the context path. */
  readonly baseUrl: string
  readonly world: World
  /** Changeable while the server runs, but for the context path. */
  readonly switches: Switches
  readonly acts: JiraActs
}

export interface JiraOptions {
  readonly port?: number
  readonly seed?: Seed
  /** `8` is 8.20, `9` is 9.12, `10` is 10.3. */
  readonly version?: JiraVersion
  readonly switches?: Partial<Switches>
}

function allRoutes(jira: Jira): readonly JiraRoute[] {
  return [
    ...searchRoutes(jira),
    // Before the issues: `issue/createmeta` would pass for an issue.
    ...projectRoutes(jira),
    ...issueRoutes(jira, watcherBean(jira)),
    ...commentRoutes(jira),
    ...issuePropertyRoutes(jira),
    ...remoteLinkRoutes(jira),
    ...linkRoutes(jira),
    ...peopleRoutes(jira),
    ...catalogRoutes(jira),
    ...attachmentRoutes(jira),
    ...hookRoutes(jira),
    ...authRoutes(jira),
    ...oauth1Routes(jira),
    // The OAuth 2 provider came with 8.22, after the 8.20 modelled here.
    ...(jira.version === '8' ? [] : oauth2Routes(jira)),
  ]
}

function play(
  jira: Jira,
  { seed, given, acts }: { readonly seed: Seed; readonly given: Partial<Switches>; readonly acts: JiraActs },
): Play {
  const { contextPath } = jira.switches
  const callers: Callers = new WeakMap()
  const routes = allRoutes(jira).flatMap(([method, pattern, handler]): Route[] => {
    const handle = (request: SandboxRequest) =>
      handler({ request, params: request.params, query: request.query, person: callers.get(request.headers) ?? null })
    const latest = pattern.replace('/rest/api/2/', '/rest/api/latest/')
    const own: Route = [method, contextPath + pattern, handle]
    return latest === pattern ? [own] : [own, [method, contextPath + latest, handle]]
  })
  return {
    name: 'jira',
    routes,
    isRead: (method, path) => method === 'GET' || (method === 'POST' && path.endsWith('/search')),
    identify: (request) => callers.get(request.headers)?.name ?? null,
    around: createAround(jira, callers),
    notFound: (request, allowed) =>
      allowed.length > 0
        ? { status: 405, headers: { Allow: allowed.join(',') }, body: '' }
        : request.path.startsWith(`${contextPath}/rest/`)
          ? { status: 404, headers: { 'Content-Type': 'application/xml' }, body: missingResource(request.path) }
          : { status: 404, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, body: missingPage },
    acts: acts as unknown as Play['acts'],
    dump: () => dumpWorld(jira),
    reset(again) {
      Object.assign(jira.switches, { ...defaultSwitches, ...given })
      sow(jira, (again as Seed | undefined) ?? seed)
    },
  }
}

const missingResource = (path: string) =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><status><status-code>404</status-code><message>null for uri: ${path}</message></status>`

const missingPage =
  '<html><head><title>Not Found (404)</title></head><body><h1>Encountered a &quot;404 - Not Found&quot; error while loading this page.</h1></body></html>'

export async function startJira({
  port = 0,
  seed = 'small',
  version = '10',
  switches: given = {},
}: JiraOptions = {}): Promise<JiraServer> {
  const world = createWorld()
  const switches: Switches = { ...defaultSwitches, ...given }
  // The stage comes with the running server, and the acts belong to both.
  let acts: JiraActs | undefined
  const running = await startServer(
    (stage) => {
      const jira: Jira = { version, stage, switches, world, outbox: { waiting: [], random: createRandom(10) } }
      sow(jira, seed)
      acts = createActs(jira)
      return play(jira, { seed, given, acts })
    },
    { port },
  )
  return Object.assign(running, { version, baseUrl: running.url + switches.contextPath, world, switches, acts: acts! })
}
