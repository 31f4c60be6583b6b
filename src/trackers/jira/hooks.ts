import { z } from 'zod'
import type { JiraConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import type { HookDelivery, HookPlan, HookReader, HookRegistrar, TrackerHook } from '../../core/hooks.ts'
import type { TrackerDeps } from '../deps.ts'
import { isOneOf, SECRET_HEADER, sign } from '../vouch.ts'
import { createJiraClient } from './client.ts'

const EVENTS = [
  'jira:issue_created',
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
]

const Delivery = z.object({
  webhookEvent: z.string(),
  // Jira 7 did not say it, and deletions do not.
  issue_event_type_name: z.string().nullish(),
  issue: z
    .object({
      id: z.union([z.string(), z.int()]).transform(String),
      key: z.string(),
      fields: z.object({ project: z.object({ key: z.string() }).nullish() }).nullish(),
    })
    .nullish(),
  comment: z.object({ self: z.string().default('') }).nullish(),
  changelog: z
    .object({ items: z.array(z.object({ field: z.string(), fromString: z.string().nullish() })).default([]) })
    .nullish(),
})

/** Jira 10 and newer sign the raw body; before, the secret is part of the address. */
export const jiraHooks: HookReader = {
  vouches({ headers, body, pathSecret }: HookDelivery, secrets) {
    const signature = headers['x-hub-signature']
    if (signature !== undefined) {
      const signatures = secrets.map((secret) => `sha256=${sign(body, secret)}`)
      return isOneOf(signature.toLowerCase(), signatures)
    }
    const given = headers[SECRET_HEADER] ?? pathSecret
    return given !== null && isOneOf(given, secrets)
  },
  readHint(body) {
    const { data } = Delivery.safeParse(body)
    if (data === undefined) return undefined
    const { webhookEvent: event, issue, comment, changelog, issue_event_type_name: type } = data
    if (!EVENTS.includes(event)) return null
    // Server tells of a comment without its issue, which only stands in the comment's own address.
    const [, inAddress = null] = /\/issue\/(\d+)\/comment\//.exec(comment?.self ?? '') ?? []
    const id = issue?.id ?? inAddress
    if (id === null) return null
    const moved = (changelog?.items ?? []).filter(({ field }) => field === 'Key')
    return {
      key: issue?.key ?? null,
      id,
      oldKeys: moved.flatMap(({ fromString }) => fromString ?? []),
      project: issue?.fields?.project?.key ?? null,
      // A delivery that names neither its kind nor a change may be about a comment that is gone.
      comments: /comment/.test(`${event} ${type ?? ''}`) || Boolean(comment) || (changelog ?? null) === null,
      event,
    }
  },
}

const ClassicHook = z.object({ self: z.string(), url: z.string(), enabled: z.boolean().default(true) })
const ModernHook = z.object({ id: z.union([z.string(), z.int()]), url: z.string(), active: z.boolean().default(true) })

const ALL = 'issues'

export function createJiraHooks(connection: string, config: JiraConnection, deps: TrackerDeps): HookRegistrar {
  const client = createJiraClient(connection, config, deps)
  const isModern = async (): Promise<boolean> => (await client.session()).version[0] >= 10
  // The hooks have an API of their own beside `rest/api/2`, and another one since Jira 10.
  const apiOf = (modern: boolean, id?: string) =>
    `../../${modern ? 'jira-webhook/1.0/webhooks' : 'webhooks/1.0/webhook'}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`

  async function write(method: 'POST' | 'PUT', { plan, secret, id }: Writing): Promise<TrackerHook> {
    const modern = await isModern()
    const body = modern ? printModern(plan, secret) : printClassic(plan, secret)
    const reply = await client.request({ method, api: apiOf(modern, id), body, idempotent: method === 'PUT' })
    return modern ? fromModern(reply.read(ModernHook)) : fromClassic(reply.read(ClassicHook))
  }

  return {
    async greet() {
      await client.request({ method: 'GET', api: 'myself' })
    },
    plan: (project, url) => Promise.resolve([{ project, event: ALL, url }]),
    async read(id) {
      const modern = await isModern()
      try {
        const reply = await client.request({ method: 'GET', api: apiOf(modern, id) })
        return modern ? fromModern(reply.read(ModernHook)) : fromClassic(reply.read(ClassicHook))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    create: (plan, secret) => write('POST', { plan, secret }),
    replace: (id, plan, secret) => write('PUT', { plan, secret, id }),
    async remove(id) {
      const api = apiOf(await isModern(), id)
      await client.request({ method: 'DELETE', api, expect: 'nothing', idempotent: true }).catch((error: unknown) => {
        if (!isMissing(error)) throw error
      })
    },
  }
}

interface Writing {
  readonly plan: HookPlan
  readonly secret: string
  readonly id?: string
}

const filterOf = ({ project }: HookPlan): string => `project = "${project.replaceAll(/["\\]/g, String.raw`\$&`)}"`

const printClassic = (plan: HookPlan, secret: string) => ({
  name: `Lockstep ${plan.project}`,
  url: `${plan.url}/${secret}`,
  events: EVENTS,
  filters: { 'issue-related-events-section': filterOf(plan) },
  excludeBody: false,
  enabled: true,
})

/** A secret counts only inside `configuration`: at the top it is ignored, and the deliveries stay unsigned. */
const printModern = (plan: HookPlan, secret: string) => ({
  name: `Lockstep ${plan.project}`,
  url: plan.url,
  events: EVENTS,
  active: true,
  configuration: { SECRET: secret, FILTERS: filterOf(plan), EXCLUDE_BODY: 'false' },
})

function fromClassic({ self, url, enabled }: z.infer<typeof ClassicHook>): TrackerHook {
  const id = /\/(\d+)\/?$/.exec(self)?.[1] ?? self
  // The last part of the path is the secret.
  return { id, event: ALL, url: url.slice(0, url.lastIndexOf('/')), state: enabled ? 'enabled' : 'disabled' }
}

const fromModern = ({ id, url, active }: z.infer<typeof ModernHook>): TrackerHook => ({
  id: String(id),
  event: ALL,
  url,
  state: active ? 'enabled' : 'disabled',
})

const isMissing = (error: unknown): boolean => error instanceof LockstepError && error.code === 'not-found'
