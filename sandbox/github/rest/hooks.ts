import { requireActor, requireRole } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { nowOf } from '../host.ts'
import type { Links } from '../links.ts'
import { replyPage } from '../paging.ts'
import { created, noContent, ok, refuseInvalid, refuseNotFound } from '../reply.ts'
import { fullName } from '../world.ts'
import type { Hook, Repo } from '../world.ts'
import { textOf } from './inputs.ts'

export const hookEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/hooks', 'repository_hooks:read', list],
  ['POST', '/hooks', 'repository_hooks:write', create],
  ['GET', '/hooks/:id', 'repository_hooks:read', (call) => ok(show(call.repo, hookOf(call), call.links))],
  ['PATCH', '/hooks/:id', 'repository_hooks:write', update],
  ['DELETE', '/hooks/:id', 'repository_hooks:write', remove],
  ['POST', '/hooks/:id/pings', 'repository_hooks:write', (call) => ping(call, hookOf(call))],
]

function show(repo: Repo, hook: Hook, { api }: Links) {
  const url = `${api}/repos/${fullName(repo)}/hooks/${hook.id}`
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      content_type: hook.contentType,
      insecure_ssl: '0',
      ...(hook.secret === null ? {} : { secret: '********' }),
      url: hook.url,
    },
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: hook.lastResponse,
  }
}

/** Only who runs the repository sees its hooks; to others there are none. */
function hookOf(call: RepoCall): Hook {
  requireRole(call.world, call.who, call.repo, 'admin')
  const id = numberParam(call, 'id')
  return call.repo.hooks.find((hook) => hook.id === id) ?? refuseNotFound()
}

function list(call: RepoCall) {
  requireRole(call.world, call.who, call.repo, 'admin')
  return replyPage(call, call.repo.hooks, (hook) => show(call.repo, hook, call.links))
}

const configOf = (call: RepoCall): Record<string, unknown> => (call.body()['config'] ?? {}) as Record<string, unknown>

const eventsOf = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined)

function create(call: RepoCall) {
  requireRole(call.world, call.who, call.repo, 'admin')
  const body = call.body()
  const config = configOf(call)
  const url = textOf(config, 'url')
  if (url === undefined)
    return refuseInvalid({ resource: 'Hook', code: 'custom', field: 'url', message: 'url cannot be blank' })
  const events = eventsOf(body['events']) ?? ['push']
  if (call.repo.hooks.some((hook) => hook.url === url && hook.events.join() === events.join())) {
    return refuseInvalid({ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' })
  }
  const now = nowOf(call.host)
  const hook: Hook = {
    id: call.world.ids.next('hook'),
    url,
    secret: textOf(config, 'secret') ?? null,
    contentType: config['content_type'] === 'json' ? 'json' : 'form',
    events,
    active: body['active'] !== false,
    createdAt: now,
    updatedAt: now,
    lastResponse: { code: null, status: 'unused', message: null },
  }
  call.repo.hooks.push(hook)
  ping(call, hook)
  const rendered = show(call.repo, hook, call.links)
  return created(rendered, rendered.url)
}

/** Goes to this hook alone; the others hear nothing of it. */
function ping(call: RepoCall, hook: Hook) {
  const { repo } = call
  call.host.emit({
    event: 'ping',
    action: null,
    sender: requireActor(call.who).person,
    repo: { ...repo, hooks: [hook] },
    payload: (links) => ({ zen: 'Keep it logically awesome.', hook_id: hook.id, hook: show(repo, hook, links) }),
  })
  return noContent
}

function update(call: RepoCall) {
  const hook = hookOf(call)
  const body = call.body()
  const config = configOf(call)
  hook.url = textOf(config, 'url') ?? hook.url
  hook.secret = textOf(config, 'secret') ?? hook.secret
  if (config['content_type'] === 'json' || config['content_type'] === 'form') hook.contentType = config['content_type']
  hook.events = eventsOf(body['events']) ?? hook.events
  if (typeof body['active'] === 'boolean') hook.active = body['active']
  hook.updatedAt = nowOf(call.host)
  return ok(show(call.repo, hook, call.links))
}

function remove(call: RepoCall) {
  const hook = hookOf(call)
  call.repo.hooks.splice(call.repo.hooks.indexOf(hook), 1)
  return noContent
}
