import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { hasFeature, mayUse, mayUseProject, organizationsOf, type ServerConfig } from '../config/server.ts'
import type { HookReader, HookRegistrations, TicketHint } from '../core/hooks.ts'
import type { IssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Log } from '../core/ports.ts'
import type { Links } from '../core/store.ts'
import type { TicketRef } from '../core/ticket.ts'
import { isJson, parseJson, readCapped } from './body.ts'
import { acceptedSecrets } from './hook-secrets.ts'
import type { Metrics } from './metrics.ts'
import { printRefusal, refuse, tooLarge } from './refusal.ts'

/** Where hints go: into the queue, and nowhere else. `false` for a delivery that was taken in before. */
export interface Hints {
  issue(ref: IssueRef, hint: Hint): Promise<boolean>
  /** A ticket without an issue, which a route of one of these organizations may take. */
  ticket(ref: TicketRef, hint: Hint & { readonly organizations: readonly string[] }): Promise<boolean>
}

export interface Hint {
  readonly comments: boolean
  readonly actor: string
  /** Names the delivery, so that it counts once however often it comes. */
  readonly delivery: string
}

export interface HookDeps {
  readonly server: ServerConfig
  readonly readers: Readonly<Record<string, HookReader>>
  readonly registrations: HookRegistrations
  /** What the secrets of the hooks are made from. */
  readonly master: string
  readonly links: Links
  readonly hints: Hints
  readonly metrics: Metrics
  readonly log: Log
}

/** A work item with its full history of text stays well below. */
const BODY_LIMIT = 4 * 1024 * 1024

/** What the trackers send. A delivery proves itself before it is parsed, and then only says where to look. */
export function createHookRoutes(deps: HookDeps): Hono {
  const routes = new Hono()
  routes.post('/:kind/:connection/:secret?', async (context) => await receive(deps, context))
  return routes
}

type HookContext = Context<object, '/:kind/:connection/:secret?'>

async function receive(deps: HookDeps, context: HookContext): Promise<Response> {
  const { kind, connection, secret } = context.req.param()
  const end = (result: string, response: Response): Response => {
    deps.metrics.delivery(Object.hasOwn(deps.server.connections, connection) ? connection : 'unknown', result)
    return response
  }
  const { body: stream, headers } = context.req.raw
  const body = await readCapped(stream, headers.get('content-length'), BODY_LIMIT)
  if (body === undefined) return end('too-large', tooLarge())

  const configured = Object.hasOwn(deps.server.connections, connection)
    ? deps.server.connections[connection]
    : undefined
  const reader = configured?.kind === kind && Object.hasOwn(deps.readers, kind) ? deps.readers[kind] : undefined
  const secrets = acceptedSecrets(deps.master, connection, await deps.registrations.list(connection))
  const sent = { headers: Object.fromEntries(headers), body, pathSecret: secret ?? null }
  // An unknown connection is refused in the same words, so that nobody can find out the names.
  if (reader === undefined || !reader.vouches(sent, secrets)) {
    deps.log.warn('hook refused', { kind, connection, reason: 'secret' })
    return end('forged', refuse(401, printRefusal('not-signed-in', 'The delivery does not carry the right secret.')))
  }
  if (!isJson(headers.get('content-type')))
    return end('malformed', refuse(415, printRefusal('malformed', 'The delivery is no JSON.')))

  const hint = reader.readHint(parseJson(body))
  if (hint === undefined) {
    deps.log.warn('hook refused', { kind, connection, reason: 'malformed' })
    return end('malformed', refuse(400, printRefusal('malformed', 'The delivery cannot be understood.')))
  }
  const delivery = `${connection}:${createHash('sha256').update(body).digest('base64url')}`
  const result = hint === null ? 'ignored' : await follow(deps, { connection, hint, delivery })
  return end(result, Response.json({ result }))
}

interface Told {
  readonly connection: string
  readonly hint: TicketHint
  readonly delivery: string
}

async function follow(
  deps: HookDeps,
  { connection, hint, delivery }: Told,
): Promise<'queued' | 'repeated' | 'ignored'> {
  const { server, hints, log } = deps
  const link = await findLink(deps, connection, hint)
  const { key, id, event, project, comments } = hint
  log.info('hook', { connection, event, ticket: key ?? id, linked: link !== undefined })
  const common = { comments, actor: `hook:${connection}`, delivery }
  if (link !== undefined) {
    const { owner } = link.issue
    if (!mayUse(server, owner, connection) || !hasFeature(server, owner, 'issue-sync')) return 'ignored'
    return (await hints.issue(link.issue, common)) ? 'queued' : 'repeated'
  }
  const organizations = organizationsOf(server, connection).filter(
    (organization) =>
      hasFeature(server, organization, 'issue-sync') &&
      (project === null || mayUseProject(server, organization, { connection, project })),
  )
  if (key === null || organizations.length === 0) return 'ignored'
  return (await hints.ticket({ connection, key }, { ...common, organizations })) ? 'queued' : 'repeated'
}

async function findLink({ links }: HookDeps, connection: string, hint: TicketHint): Promise<Link | undefined> {
  const byId = hint.id === null ? undefined : await links.ofTicketId(connection, hint.id)
  if (byId !== undefined) return byId
  for (const key of [...(hint.key === null ? [] : [hint.key]), ...hint.oldKeys]) {
    const link = await links.ofTicket({ connection, key })
    if (link !== undefined) return link
  }
  return undefined
}
