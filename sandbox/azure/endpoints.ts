import { parseBody } from '../kit/router.ts'
import type { Route, SandboxReply, SandboxRequest } from '../kit/router.ts'
import { controllerNotFound, refuseArgument, refuseMissingProject, refuseWith } from './errors.ts'
import { checkScope, findToken } from './sign-in.ts'
import { negotiateVersion } from './versions.ts'
import type { VersionRule } from './versions.ts'
import { findProject } from './world.ts'
import type { Person, Project, World } from './world.ts'
import type { Version } from './switches.ts'

/** One request, understood as far as every endpoint needs it. */
export interface Call {
  readonly world: World
  readonly request: SandboxRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly who: Person
  readonly version: string
  /** The project of the path, when it has one. */
  readonly project: Project | null
  /** The JSON body as an object; anything else is refused. */
  body(): Record<string, unknown>
}

export interface Rules extends VersionRule {
  /** Scope a token needs; `null` is open to everybody who is signed in. */
  readonly scope: string | null
  /** Where the path hangs: below the organization, below a project, or both; teams count as projects. */
  readonly at?: 'organization' | 'project' | 'both' | 'team'
  /** Services keeps identities and entitlements on other hosts. */
  readonly host?: 'vssps' | 'vsaex'
  readonly only?: readonly Version[]
}

export interface Endpoint {
  readonly method: string
  /** What follows `_apis/`. */
  readonly path: string
  readonly rules: Rules
  readonly handler: (call: Call) => SandboxReply | Promise<SandboxReply>
}

export const endpoint = (method: string, path: string, rules: Rules, handler: Endpoint['handler']): Endpoint => ({
  method,
  path,
  rules,
  handler,
})

/** A JSON reply; the content type echoes the api-version. */
export function ok(
  call: Call,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): SandboxReply {
  const type = `application/json; charset=utf-8; api-version=${call.version}`
  return { status, headers: { 'content-type': type, ...headers }, body }
}

export const list = (call: Call, value: readonly unknown[], headers: Record<string, string> = {}): SandboxReply =>
  ok(call, { count: value.length, value }, { headers })

export const noContent = (): SandboxReply => ({ status: 204 })

function places(world: World, { at = 'both', host }: Rules): string[] {
  const base = world.version !== 'services' ? '/tfs/:org' : host === undefined ? '/:org' : `/_${host}/:org`
  const organization = [`${base}/_apis`]
  const project = [`${base}/:project/_apis`]
  const team = [`${base}/:project/:team/_apis`]
  return { organization, project, both: [...organization, ...project], team: [...organization, ...project, ...team] }[
    at
  ]
}

export function toRoutes(world: World, endpoints: readonly Endpoint[]): Route[] {
  return endpoints
    .filter(({ rules }) => rules.only === undefined || rules.only.includes(world.version))
    .flatMap(({ method, path, rules, handler }) =>
      places(world, rules).map((place): Route => [
        method,
        `${place}/${path}`,
        (request) => {
          if (path.startsWith('wit/workitems/:id')) checkItemId(request)
          return handler(understand(world, request, rules))
        },
      ]),
    )
}

/** Recorded: a number no work item can have leads to no controller at all, whatever the project. */
function checkItemId(request: SandboxRequest): void {
  if (/^[1-9]\d*$/.test(request.params['id']!)) return
  refuseWith('no such controller', controllerNotFound(pathBelowCollection(request.path)))
}

export const pathBelowCollection = (path: string): string => path.replace(/^(?:\/tfs)?\/[^/]+/i, '')

function understand(world: World, request: SandboxRequest, rules: Rules): Call {
  const { params } = request
  const token = findToken(world, request)!
  const version = negotiateVersion(world, request, rules)
  checkScope(token, rules.scope)
  const project = params['project'] === undefined ? null : findProject(world, params['project'])
  if (project === undefined) refuseMissingProject(params['project']!)
  return {
    world,
    request,
    params,
    query: request.query,
    who: token.person,
    version,
    project,
    body() {
      const body = parseBody(request)
      if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
      return refuseArgument('Value cannot be null.\r\nParameter name: postedBody', 'ArgumentNullException')
    },
  }
}

/** A query value without regard to the case of its name, as the real server reads it. */
export function queryOf(call: Call, name: string): string | null {
  const exact = call.query.get(name)
  if (exact !== null) return exact
  for (const [key, value] of call.query) if (key.toLowerCase() === name.toLowerCase()) return value
  return null
}

export const flagOf = (call: Call, name: string): boolean => queryOf(call, name)?.toLowerCase() === 'true'

export function numberOf(call: Call, name: string): number | null {
  const text = queryOf(call, name)
  if (text === null || text === '') return null
  const number = Number(text)
  if (Number.isNaN(number)) refuseArgument(`The value '${text}' is not valid for ${name}.`)
  return number
}

// Clients generated from the specification send the numbers behind the words.
const EXPANSIONS = ['none', 'relations', 'fields', 'links', 'all'] as const
export type Expansion = (typeof EXPANSIONS)[number]

export function parseExpansion(value: unknown): Expansion {
  if (value === null || value === undefined || value === '') return 'none'
  const word = EXPANSIONS[Number(value)] ?? EXPANSIONS.find((each) => each === String(value).toLowerCase())
  return word ?? refuseArgument(`The value '${String(value)}' is not valid for $expand.`)
}
