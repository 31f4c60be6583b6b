import type { SandboxReply } from '../../kit/router.ts'
import { created, noContent, ok, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { isObject } from '../draft.ts'
import type { Json } from '../draft.ts'
import { baseUrl, now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { parseJql } from '../jql/parse.ts'
import { isAdmin } from '../permissions.ts'
import { isRefusal, refuse } from '../refusal.ts'
import { nextId } from '../world.ts'
import type { Hook, Person } from '../world.ts'

const FILTER = 'issue-related-events-section'

export const hookEvents = new Set(
  [
    'jira:issue_created',
    'jira:issue_updated',
    'jira:issue_deleted',
    'jira:worklog_updated',
    'jira:version_released',
  ].concat(
    [
      'comment',
      'issuelink',
      'worklog',
      'user',
      'project',
      'sprint',
      'board',
      'attachment',
      'option_voting',
      'issue_property',
    ].flatMap((thing) => ['created', 'updated', 'deleted'].map((verb) => `${thing}_${verb}`)),
  ),
)

function needAdmin(call: Call): Person {
  const person = signedIn(call)
  if (!isAdmin(person))
    throw refuse(403, 'You are not authorized to perform this operation. Administrator privileges are required.')
  return person
}

function common(body: Json, before: Hook | undefined) {
  const { name = before?.name, url = before?.url, events = before?.events } = body
  if (typeof name !== 'string' || name === '') throw refuse(400, 'The name of the webhook must be provided')
  if (typeof url !== 'string' || !/^https?:\/\/\S+$/.test(url)) throw refuse(400, 'The URL of the webhook is not valid')
  const list = Array.isArray(events) ? events.map(String) : []
  const unknown = list.find((event) => !hookEvents.has(event))
  if (unknown !== undefined) throw refuse(400, `The event '${unknown}' is not known`)
  return { name, url, events: list }
}

function checkFilter(jql: string): string {
  try {
    parseJql(jql)
    return jql
  } catch (error) {
    if (isRefusal(error)) throw refuse(400, `The JQL filter '${jql}' is not valid`)
    throw error
  }
}

/** As versions 8 and 9 take it. */
function readClassic(body: Json, before: Hook | undefined): Omit<Hook, 'id' | 'lastUpdated' | 'lastUpdatedBy'> {
  const filters = isObject(body['filters']) ? body['filters'] : {}
  const { excludeBody = before?.excludeBody ?? false, enabled = before?.enabled ?? true } = body
  return {
    ...common(body, before),
    jql: checkFilter(String(filters[FILTER] ?? before?.jql ?? '')),
    excludeBody: excludeBody === true,
    enabled: enabled === true,
    secret: null,
    configuration: {},
  }
}

/** As version 10 takes it: a secret counts only inside the configuration. */
function readModern(body: Json, before: Hook | undefined): Omit<Hook, 'id' | 'lastUpdated' | 'lastUpdatedBy'> {
  const given = isObject(body['configuration']) ? body['configuration'] : {}
  const configuration = {
    ...before?.configuration,
    ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)])),
  }
  const { active = before?.enabled ?? true } = body
  const secret = configuration['SECRET']
  return {
    ...common(body, before),
    jql: checkFilter(readFilters(configuration['FILTERS'] ?? '')),
    excludeBody: configuration['EXCLUDE_BODY'] === 'true',
    enabled: active === true,
    secret: secret === undefined || secret === '' ? null : secret,
    configuration,
  }
}

/** The filter itself, or the JSON object of sections that version 10 keeps. */
function readFilters(text: string): string {
  if (!text.trimStart().startsWith('{')) return text
  const sections = JSON.parse(text) as Record<string, unknown>
  return String(sections[FILTER] ?? '')
}

const classicBean = (jira: Jira, hook: Hook) => ({
  name: hook.name,
  url: hook.url,
  excludeBody: hook.excludeBody,
  filters: { [FILTER]: hook.jql },
  events: hook.events,
  enabled: hook.enabled,
  self: `${baseUrl(jira)}/rest/webhooks/1.0/webhook/${hook.id}`,
  lastUpdatedUser: hook.lastUpdatedBy,
  lastUpdatedDisplayName: jira.world.people.get(hook.lastUpdatedBy)?.displayName ?? hook.lastUpdatedBy,
  lastUpdated: hook.lastUpdated,
})

const modernBean = (hook: Hook) => {
  const { SECRET: _secret, ...shown } = hook.configuration
  return {
    id: hook.id,
    name: hook.name,
    url: hook.url,
    active: hook.enabled,
    events: hook.events,
    configuration: shown,
    createdDate: hook.lastUpdated,
    updatedDate: hook.lastUpdated,
    scopeType: 'global',
  }
}

export function hookRoutes(jira: Jira): readonly JiraRoute[] {
  const { hooks } = jira.world
  const modern = jira.version === '10'
  const base = modern ? '/rest/jira-webhook/1.0/webhooks' : '/rest/webhooks/1.0/webhook'
  const read = modern ? readModern : readClassic
  const bean = (hook: Hook) => (modern ? modernBean(hook) : classicBean(jira, hook))
  const stamp = (person: Person) => ({ lastUpdated: now(jira), lastUpdatedBy: person.key })
  const find = (call: Call): Hook => {
    needAdmin(call)
    const hook = hooks.get(Number(call.params['id']))
    if (hook === undefined) throw refuse(404, `Webhook with id '${call.params['id']}' does not exist`)
    return hook
  }
  const add = (call: Call): SandboxReply => {
    const person = needAdmin(call)
    const hook: Hook = { id: nextId(jira.world), ...read(readObject(call), undefined), ...stamp(person) }
    hooks.set(hook.id, hook)
    return created(bean(hook))
  }
  const change = (call: Call): SandboxReply => {
    const hook = find(call)
    Object.assign(hook, read(readObject(call), hook), stamp(signedIn(call)))
    return ok(bean(hook))
  }
  return [
    [
      'GET',
      base,
      (call) => {
        needAdmin(call)
        return ok([...hooks.values()].map(bean))
      },
    ],
    ['POST', base, add],
    ['GET', `${base}/:id`, (call) => ok(bean(find(call)))],
    ['PUT', `${base}/:id`, change],
    [
      'DELETE',
      `${base}/:id`,
      (call) => {
        hooks.delete(find(call).id)
        return noContent
      },
    ],
  ]
}
