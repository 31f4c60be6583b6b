import type { SandboxRequest } from '../kit/router.ts'
import { startServer } from '../kit/server.ts'
import type { Play, RunningServer, Stage } from '../kit/server.ts'
import { createActs } from './acts.ts'
import type { Acts } from './acts.ts'
import { nameOf } from './auth.ts'
import { whoAsks } from './call.ts'
import { createFront } from './front.ts'
import type { HookEvent, Host } from './host.ts'
import { createLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import { linksFor } from './links.ts'
import { isRefusal } from './reply.ts'
import { allRoutes } from './rest/routes.ts'
import { plant } from './seed.ts'
import type { Seed } from './seed.ts'
import { DEFAULT_SWITCHES } from './switches.ts'
import type { Switches } from './switches.ts'
import { createWebhooks } from './webhooks.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

export interface GitHubServer extends RunningServer {
  /** As it is now: a reset makes a new one. */
  readonly world: World
  readonly act: Acts
  readonly switches: Switches
  readonly limits: Limits
}

export interface GitHubOptions {
  readonly port?: number
  readonly seed?: Seed
  readonly switches?: Partial<Switches>
}

export async function startGitHub({
  port = 0,
  seed = 'small',
  switches = {},
}: GitHubOptions = {}): Promise<GitHubServer> {
  let parts: ReturnType<typeof createParts> | undefined
  const running = await startServer(
    (stage) => {
      parts = createParts(stage, seed, switches)
      return parts.play
    },
    { port },
  )
  if (parts === undefined) throw new Error('the server started without its play')
  const { host, act, limits } = parts
  return Object.defineProperties(running, {
    world: { get: () => host.world, enumerable: true },
    act: { value: act, enumerable: true },
    switches: { value: host.switches, enumerable: true },
    limits: { value: limits, enumerable: true },
  }) as GitHubServer
}

function createParts(stage: Stage, seed: Seed, chosen: Partial<Switches>) {
  const switches: Switches = { ...DEFAULT_SWITCHES, ...chosen }
  let world = createWorld()
  const payloadLinks = () => linksFor(stage.url(), switches.payloadUrls === 'api-v3')
  const surroundings = {
    clock: stage.clock,
    switches,
    get world() {
      return world
    },
    payloadLinks,
  }
  const webhooks = createWebhooks(surroundings, stage.deliveries)
  const host: Host = Object.defineProperty(
    { ...surroundings, emit: (event: HookEvent) => webhooks.emit(event) },
    'world',
    {
      get: () => world,
    },
  )
  const limits = createLimits(stage.clock, switches, host)
  const act = createActs(host)
  plant({ ...host, world, emit: () => {} }, seed)

  const play: Play = {
    name: 'github',
    routes: allRoutes(host, { limits, webhooks }),
    isRead: (method) => method === 'GET' || method === 'HEAD',
    identify: (request) => identify(host, request),
    around: createFront(host, limits),
    notFound: () => ({
      status: 404,
      body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
    }),
    acts: { ...act, setRemaining: limits.setRemaining } as unknown as Play['acts'],
    dump: () => dump(world),
    reset(next) {
      world = createWorld()
      limits.clear()
      Object.assign(switches, DEFAULT_SWITCHES, chosen)
      plant({ ...host, world, emit: () => {} }, (next as Seed | undefined) ?? seed)
    },
  }
  return { play, host, act, limits }
}

function identify(host: Host, request: SandboxRequest): string | null {
  try {
    return nameOf(whoAsks(host, request))
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

/** For people who look in from outside: what there is, and the secrets a client needs. */
function dump(world: World) {
  const { app } = world
  return {
    people: [...world.people.values()],
    repos: [...world.repos.values()].map((repo) => ({
      id: repo.id,
      name: `${repo.owner.login}/${repo.name}`,
      issues: [...repo.issues.values()],
      labels: [...repo.labels.values()],
      milestones: [...repo.milestones.values()],
      refs: Object.fromEntries(repo.git.refs),
    })),
    app,
    installations: world.installations.map(({ id, account, repoIds }) => ({ id, account: account.login, repoIds })),
    tokens: [...world.tokens.values()].map(({ value, kind, person }) => ({ value, kind, login: person.login })),
  }
}
