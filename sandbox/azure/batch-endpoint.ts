import { parseBody } from '../kit/router.ts'
import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { list } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { controllerNotFound, refuseArgument } from './errors.ts'
import { collectionUrl } from './world.ts'

type Dispatch = (request: SandboxRequest) => Promise<SandboxReply>

interface Part {
  readonly method?: unknown
  readonly uri?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const MAX_PARTS = 200

/** A new item may carry a negative id; later parts of the batch link to it by that. */
function renumber(body: unknown, aliases: ReadonlyMap<string, number>): string {
  const text = JSON.stringify(body ?? null)
  return text.replaceAll(/(workitems\/)(-\d+)/gi, (whole, path: string, id: string) =>
    aliases.has(id) ? `${path}${aliases.get(id)}` : whole,
  )
}

function aliasOf(body: unknown): string | null {
  if (!Array.isArray(body)) return null
  const operation = (body as { path?: unknown; value?: unknown }[]).find(({ path }) => path === '/id')
  return operation === undefined ? null : String(operation.value)
}

async function play(call: Call, dispatch: Dispatch) {
  const parts = parseBody(call.request)
  if (!Array.isArray(parts)) refuseArgument('You must pass a valid batch of requests in the body of the request.')
  if (parts.length > MAX_PARTS)
    refuseArgument(`VS403474: Number of requests exceeds the maximum batch size of ${MAX_PARTS}.`)
  const aliases = new Map<string, number>()
  const value: unknown[] = []
  for (const part of parts as Part[]) value.push(await playPart(call, dispatch, part, aliases))
  return list(call, value)
}

async function playPart(call: Call, dispatch: Dispatch, part: Part, aliases: Map<string, number>) {
  const base = new URL(collectionUrl(call.world))
  const given = String(part.uri ?? '')
  const below = given.toLowerCase().startsWith(base.pathname.toLowerCase())
    ? given
    : `${base.pathname}${given.startsWith('/') ? '' : '/'}${given}`
  const url = new URL(/^https?:/i.test(given) ? given : below, base)
  const headers = Object.fromEntries(
    Object.entries(part.headers ?? {}).map(([name, text]) => [name.toLowerCase(), text]),
  )
  const reply = await dispatch({
    ...call.request,
    method: String(part.method ?? 'GET').toUpperCase(),
    path: url.pathname,
    search: url.search.slice(1),
    query: url.searchParams,
    params: {},
    headers: { ...headers, authorization: call.request.headers['authorization'] ?? '' },
    body: Buffer.from(renumber(part.body, aliases)),
  })
  const alias = aliasOf(part.body)
  const id = (reply.body as { id?: unknown } | undefined)?.id
  if (alias !== null && typeof id === 'number') aliases.set(alias, id)
  return {
    code: reply.status,
    headers: { 'Content-Type': reply.headers?.['content-type'] ?? 'application/json; charset=utf-8' },
    body: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null),
  }
}

/** Undocumented: the literature says POST, a maintained client of the vendor sends PATCH. */
export const batchEndpoints = (dispatch: Dispatch): readonly Endpoint[] =>
  (['PATCH', 'POST'] as const).map((method) => ({
    method,
    path: 'wit/$batch',
    rules: { scope: 'vso.work_write', at: 'organization' },
    handler: (call) =>
      call.world.switches.batchEndpoint ? play(call, dispatch) : controllerNotFound(call.request.path),
  }))
