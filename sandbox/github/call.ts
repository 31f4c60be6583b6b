import { parseBody } from '../kit/router.ts'
import type { Route, SandboxReply, SandboxRequest } from '../kit/router.ts'
import { checkRepoAccess, readWho } from './auth.ts'
import type { Need, Who } from './auth.ts'
import type { Host } from './host.ts'
import { linksOf } from './links.ts'
import type { Links } from './links.ts'
import { isRefusal, refuse, refuseNotFound } from './reply.ts'
import { findRepo } from './world.ts'
import type { Repo, World } from './world.ts'

/** One request on its way through a handler. */
export interface Call {
  readonly host: Host
  readonly world: World
  readonly request: SandboxRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly who: Who
  readonly links: Links
  /** The JSON body; refuses what is no JSON object. */
  body(): Record<string, unknown>
}

export interface RepoCall extends Call {
  readonly repo: Repo
}

export type Endpoint = readonly [
  method: string,
  pattern: string,
  need: Need | null,
  handler: (call: Call) => SandboxReply | Promise<SandboxReply>,
]
/** Its pattern stands below `/repos/:owner/:repo`. */
export type RepoEndpoint = readonly [
  method: string,
  pattern: string,
  need: Need,
  handler: (call: RepoCall) => SandboxReply | Promise<SandboxReply>,
]

const known = new WeakMap<object, Who>()

/** Reads the credentials once per request; the router hands on the same headers object. */
export function whoAsks(host: Host, request: SandboxRequest): Who {
  const seen = known.get(request.headers)
  if (seen !== undefined) return seen
  const who = readWho(host.world, request, host.clock.now())
  known.set(request.headers, who)
  return who
}

function createCall(host: Host, request: SandboxRequest): Call {
  return {
    host,
    world: host.world,
    request,
    params: request.params,
    query: request.query,
    who: whoAsks(host, request),
    links: linksOf(request),
    body() {
      if (request.body.length === 0) return {}
      const parsed = parseBody(request)
      if (parsed === undefined) return refuse(400, 'Problems parsing JSON')
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        return refuse(400, 'Body should be a JSON object')
      }
      return parsed as Record<string, unknown>
    },
  }
}

async function answer(work: () => SandboxReply | Promise<SandboxReply>): Promise<SandboxReply> {
  try {
    return await work()
  } catch (error) {
    if (isRefusal(error)) return error.refusal
    throw error
  }
}

/** The same endpoint at api.github.com's place and at an Enterprise Server's. */
const prefixes = ['', '/api/v3']

export function routesOf(host: Host, endpoints: readonly Endpoint[]): Route[] {
  return prefixes.flatMap((prefix) =>
    endpoints.map(([method, pattern, , handler]): Route => [
      method,
      prefix + pattern,
      (request) => answer(() => handler(createCall(host, request))),
    ]),
  )
}

export function repoRoutesOf(host: Host, endpoints: readonly RepoEndpoint[]): Route[] {
  const places = [
    '/repos/:owner/:repo',
    '/api/v3/repos/:owner/:repo',
    '/repositories/:repositoryId',
    '/api/v3/repositories/:repositoryId',
  ]
  return places.flatMap((place) =>
    endpoints.map(([method, pattern, need, handler]): Route => [
      method,
      place + pattern,
      (request) =>
        answer(() => {
          const call = createCall(host, request)
          const repo = repoOf(call)
          if (repo === undefined) return refuseNotFound()
          checkRepoAccess(call.world, call.who, repo, need)
          if (repo.archived && need.endsWith(':write')) return refuse(403, 'Repository was archived so is read-only.')
          return handler({ ...call, repo })
        }),
    ]),
  )
}

function repoOf({ world, params }: Call): Repo | undefined {
  const { owner, repo, repositoryId } = params
  if (repositoryId !== undefined) return world.repos.get(Number(repositoryId))
  return owner === undefined || repo === undefined ? undefined : findRepo(world, owner, repo)
}

/** A path parameter that must be a number; anything else is simply not there. */
export function numberParam(call: Call, name: string): number {
  const text = call.params[name] ?? ''
  return /^\d+$/.test(text) ? Number(text) : refuseNotFound()
}
