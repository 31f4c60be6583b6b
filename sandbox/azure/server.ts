import { randomUUID } from 'node:crypto'
import { createRouter } from '../kit/router.ts'
import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { startServer } from '../kit/server.ts'
import type { Play, RunningServer, Stage } from '../kit/server.ts'
import { createActs, summarize } from './acts.ts'
import type { Acts } from './acts.ts'
import { attachmentEndpoints } from './attachment-endpoints.ts'
import { batchEndpoints } from './batch-endpoint.ts'
import { commentEndpoints } from './comment-endpoints.ts'
import { pathBelowCollection, toRoutes } from './endpoints.ts'
import { entraRoutes } from './entra.ts'
import { controllerNotFound, errorBody, refusalOf } from './errors.ts'
import { createFieldSet } from './fields.ts'
import { hookEndpoints } from './hook-endpoints.ts'
import { itemEndpoints } from './item-endpoints.ts'
import { meter } from './limits.ts'
import { locationEndpoints } from './locations.ts'
import { peopleEndpoints } from './people-endpoints.ts'
import { projectEndpoints } from './project-endpoints.ts'
import { recycleEndpoints } from './recycle-endpoints.ts'
import { reportingEndpoints } from './reporting-endpoints.ts'
import { plantSeed } from './seeds.ts'
import type { Seed, SeedName } from './seeds.ts'
import { findToken, refuseStranger } from './sign-in.ts'
import { defaultSwitches } from './switches.ts'
import type { Switches, Version } from './switches.ts'
import { typeEndpoints } from './type-endpoints.ts'
import { updateEndpoints } from './update-endpoints.ts'
import { wiqlEndpoints } from './wiql-endpoint.ts'
import { collectionUrl, currentRevision } from './world.ts'
import type { Person, World } from './world.ts'

export interface AzureOptions {
  readonly port?: number
  readonly seed?: SeedName | Seed
  readonly version?: Version
  readonly switches?: Partial<Switches>
}

export interface AzureServer extends RunningServer {
  /** The state itself, to be looked at. */
  readonly world: World
  /** `http://127.0.0.1:port/contoso`, or `…/tfs/DefaultCollection` of a Server. */
  readonly collectionUrl: string
  /** What people do in the browser; every act fires the hooks it would fire there. */
  readonly acts: Acts
}

export type { Acts, Seed, SeedName, Switches, Version }

/** Azure DevOps Services or Server on a local port; `ado_sandbox_pat` opens every door. */
export async function startAzure({
  port = 0,
  seed = 'small',
  version = 'services',
  switches,
}: AzureOptions = {}): Promise<AzureServer> {
  let world: World | undefined
  let acts: Acts | undefined
  const running = await startServer(
    (stage) => {
      world = createWorld(stage, version, { ...defaultSwitches(version), ...switches })
      plantSeed(world, seed)
      acts = createActs(world)
      return createPlay(world, acts, seed)
    },
    { port },
  )
  return Object.assign(running, { world: world!, acts: acts!, collectionUrl: collectionUrl(world!) })
}

function createWorld(stage: Stage, version: Version, switches: Switches): World {
  return {
    stage,
    version,
    switches,
    fields: createFieldSet(),
    org: '',
    collectionId: '',
    people: new Map(),
    tokens: new Map(),
    apps: new Map(),
    projects: new Map(),
    items: new Map(),
    feed: [],
    linkFeed: [],
    tags: new Map(),
    attachments: new Map(),
    subscriptions: new Map(),
    operations: new Map(),
    // Named by the seed, before anybody can ask.
    owner: undefined as unknown as Person,
    nextItemId: 1,
    nextCommentId: 0,
    nextNodeId: 10_000,
    nextNotificationId: 0,
    watermark: 0,
    usage: new Map(),
  }
}

function clear(world: World, version: Version, switches: Partial<Switches>): void {
  for (const part of Object.values(world)) if (part instanceof Map) part.clear()
  world.feed.length = 0
  world.linkFeed.length = 0
  Object.assign(world, {
    nextItemId: 1,
    nextCommentId: 0,
    nextNodeId: 10_000,
    nextNotificationId: 0,
    watermark: 0,
    fields: createFieldSet(),
  })
  Object.assign(world.switches, defaultSwitches(version), switches)
}

function createPlay(world: World, acts: Acts, firstSeed: SeedName | Seed): Play {
  const firstSwitches = { ...world.switches }
  const endpoints = [
    ...locationEndpoints,
    ...projectEndpoints,
    ...itemEndpoints,
    ...recycleEndpoints,
    ...updateEndpoints,
    ...commentEndpoints,
    ...typeEndpoints,
    ...wiqlEndpoints,
    ...reportingEndpoints,
    ...attachmentEndpoints,
    ...peopleEndpoints,
    ...hookEndpoints,
  ]
  const inner = toRoutes(world, endpoints)
  const router = createRouter(inner, { ignoreCase: true })
  const dispatch = async (request: SandboxRequest): Promise<SandboxReply> => {
    const found = router.find(request.method, request.path)
    if (found === undefined) return controllerNotFound(request.path)
    return answer(() => found.handler({ ...request, params: found.params }))
  }
  return {
    name: 'azure',
    ignoreCase: true,
    // Rarer host prefixes first: `/_vssps/contoso` also looks like a project of an organization.
    routes: [...entraRoutes(world), ...hostsFirst([...toRoutes(world, batchEndpoints(dispatch)), ...inner])],
    isRead: (method, path) =>
      method === 'GET' || method === 'OPTIONS' || /(?:workitemsbatch|wiql|workitemrevisions|query)$/i.test(path),
    identify: (request) => findToken(world, request)?.person.principalName ?? null,
    around: (request, next) => around(world, request, next),
    notFound: (request, allowed) => notFound(request, allowed),
    acts: Object.fromEntries(
      Object.entries(acts).map(([name, act]) => [
        name,
        (input) => summarize((act as (input: Record<string, unknown>) => unknown)(input)),
      ]),
    ),
    dump: () => dump(world),
    reset(seed) {
      clear(world, world.version, firstSwitches)
      plantSeed(world, (seed as SeedName | Seed | undefined) ?? firstSeed)
    },
  }
}

const hostsFirst = <T extends readonly [string, string, unknown]>(routes: readonly T[]): T[] => [
  ...routes.filter(([, pattern]) => pattern.startsWith('/_')),
  ...routes.filter(([, pattern]) => !pattern.startsWith('/_')),
]

async function answer(run: () => SandboxReply | Promise<SandboxReply>): Promise<SandboxReply> {
  try {
    return await run()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

async function around(world: World, request: SandboxRequest, next: () => Promise<SandboxReply>): Promise<SandboxReply> {
  if (request.path.startsWith('/_login/')) return next()
  const stranger = refuseStranger(world, request) ?? refuseOrganization(world, request)
  const { headers, delayMs, refusal } =
    stranger === null ? meter(world, request) : { headers: {}, delayMs: 0, refusal: null }
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
  const reply = stranger ?? refusal ?? (await answer(next))
  return { ...reply, headers: { ...usualHeaders(), ...headers, ...reply.headers } }
}

function usualHeaders(): Record<string, string> {
  const id = randomUUID()
  return {
    'cache-control': 'no-cache, no-store, must-revalidate',
    activityid: id,
    'x-vss-e2eid': id,
    'x-tfs-session': randomUUID(),
    'x-tfs-processid': '00000000-0000-4000-8000-000000000000',
    'x-frame-options': 'SAMEORIGIN',
    'x-content-type-options': 'nosniff',
  }
}

function refuseOrganization(world: World, request: SandboxRequest): SandboxReply | null {
  const segments = request.path.split('/').filter((segment) => segment !== '')
  const hosted = world.version === 'services' ? /^_(?:vssps|vsaex|almsearch)$/i : /^tfs$/i
  const org = hosted.test(segments[0] ?? '') ? segments[1] : segments[0]
  if (decodeURIComponent(org ?? '').toLowerCase() === world.org.toLowerCase()) return null
  return controllerNotFound(request.path)
}

function notFound(request: SandboxRequest, methods: readonly string[]): SandboxReply {
  // OPTIONS answers on every area, also on those that do not exist.
  const allowed = methods.filter((method) => method !== 'OPTIONS')
  if (allowed.length === 0) {
    return controllerNotFound(pathBelowCollection(request.path))
  }
  const message = `The requested resource does not support http method '${request.method}'.`
  return {
    status: 405,
    headers: { 'content-type': 'application/json; charset=utf-8', allow: allowed.join(', ') },
    body: errorBody({ status: 405, family: 'web', typeKey: 'VssServiceException', message }),
  }
}

function dump(world: World): unknown {
  return {
    version: world.version,
    org: world.org,
    switches: world.switches,
    people: [...world.people.values()],
    projects: [...world.projects.values()].map(({ id, name, process }) => ({ id, name, process })),
    items: [...world.items.values()].map((item) => ({
      ...(summarize(item) as object),
      fields: currentRevision(item).fields,
      relations: item.relations,
      comments: item.comments.map((comment) => ({ id: comment.id, ...comment.versions.at(-1) })),
    })),
    subscriptions: [...world.subscriptions.values()].map((each) => ({
      ...each,
      notifications: each.notifications.length,
    })),
  }
}
