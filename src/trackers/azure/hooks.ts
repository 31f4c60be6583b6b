import { z } from 'zod'
import type { AzureConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import type { HookDelivery, HookPlan, HookReader, HookRegistrar, TicketHint, TrackerHook } from '../../core/hooks.ts'
import type { TrackerDeps } from '../deps.ts'
import { isOneOf, SECRET_HEADER } from '../vouch.ts'
import { createAzureClient } from './client.ts'
import { Project } from './schema.ts'

const EVENTS = ['created', 'updated', 'commented', 'deleted', 'restored'].map((verb) => `workitem.${verb}`)
const USER = 'lockstep'

const Resource = z.object({
  id: z.int().optional(),
  workItemId: z.int().optional(),
  url: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).nullish(),
  revision: z.object({ id: z.int().optional(), fields: z.record(z.string(), z.unknown()).nullish() }).nullish(),
})
const Delivery = z.object({ eventType: z.string(), resource: Resource.nullish() })

/** Azure DevOps signs nothing: deliveries carry the secret as the password of Basic authentication, or in a header. */
export const azureHooks: HookReader = {
  vouches({ headers }: HookDelivery, secrets) {
    const header = headers[SECRET_HEADER]
    if (header !== undefined) return isOneOf(header, secrets)
    const [, credentials] = /^Basic ([\w+/=-]+)$/i.exec(headers['authorization'] ?? '') ?? []
    if (credentials === undefined) return false
    const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8')) ?? []
    return isOneOf(password, secrets)
  },
  readHint(body) {
    const { data } = Delivery.safeParse(body)
    if (data === undefined) return undefined
    const { eventType: event, resource } = data
    if (!EVENTS.includes(event) || resource === null || resource === undefined) return null
    const id = readItemId(event, resource)
    // The Test button sends the item 0.
    return id === undefined || id < 1 ? null : toHint(event, id, resource)
  },
}

type Resource = z.infer<typeof Resource>

/** Of an update, `id` counts the updates of the item; the item itself is `workItemId`. */
function readItemId(event: string, { id, workItemId, revision, url = '' }: Resource): number | undefined {
  if (event !== 'workitem.updated') return id
  if (workItemId !== undefined) return workItemId
  const [, inUrl] = /\/workitems\/(\d+)\/updates\//i.exec(url) ?? []
  return revision?.id ?? (inUrl === undefined ? undefined : Number(inUrl))
}

function toHint(event: string, id: number, { fields, revision }: Resource): TicketHint {
  const project = revision?.fields?.['System.TeamProject'] ?? fields?.['System.TeamProject']
  return {
    key: String(id),
    id: String(id),
    oldKeys: [],
    project: typeof project === 'string' ? project : null,
    comments: event === 'workitem.commented' || event === 'workitem.restored',
    event,
  }
}

const Subscription = z.object({
  id: z.string(),
  eventType: z.string(),
  status: z.string(),
  consumerInputs: z.record(z.string(), z.unknown()).default({}),
})

export function createAzureHooks(connection: string, config: AzureConnection, deps: TrackerDeps): HookRegistrar {
  const client = createAzureClient(connection, config, deps)

  async function print({ project, event, url }: HookPlan, secret: string) {
    const found = await client.request({ method: 'GET', api: `projects/${encodeURIComponent(project)}` })
    return {
      publisherId: 'tfs',
      eventType: event,
      resourceVersion: '1.0',
      consumerId: 'webHooks',
      consumerActionId: 'httpRequest',
      publisherInputs: { projectId: found.read(Project).id },
      consumerInputs: {
        url,
        basicAuthUsername: USER,
        // Headers could be read by everyone who may see the subscription; this one is kept confidential.
        basicAuthPassword: secret,
        resourceDetailsToSend: 'all',
        messagesToSend: 'none',
        detailedMessagesToSend: 'none',
      },
    }
  }

  return {
    async greet() {
      await client.request({ method: 'GET', api: 'projects', query: { $top: 1 } })
    },
    plan: (project, url) => Promise.resolve(EVENTS.map((event) => ({ project, event, url }))),
    async read(id) {
      try {
        const reply = await client.request({ method: 'GET', api: `hooks/subscriptions/${encodeURIComponent(id)}` })
        return toHook(reply.read(Subscription))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async create(plan, secret) {
      const body = await print(plan, secret)
      return toHook((await client.request({ method: 'POST', api: 'hooks/subscriptions', body })).read(Subscription))
    },
    async replace(id, plan, secret) {
      const body = { id, status: 'enabled', ...(await print(plan, secret)) }
      const api = `hooks/subscriptions/${encodeURIComponent(id)}`
      return toHook((await client.request({ method: 'PUT', api, body, idempotent: true })).read(Subscription))
    },
    async remove(id) {
      const api = `hooks/subscriptions/${encodeURIComponent(id)}`
      await client.request({ method: 'DELETE', api, expect: 'nothing', idempotent: true }).catch((error: unknown) => {
        if (!isMissing(error)) throw error
      })
    },
  }
}

const isMissing = (error: unknown): boolean => error instanceof LockstepError && error.code === 'not-found'

function toHook({ id, eventType, status, consumerInputs }: z.infer<typeof Subscription>): TrackerHook {
  const url = consumerInputs['url']
  const running = status === 'enabled' || status === 'onProbation'
  return {
    id,
    event: eventType,
    url: typeof url === 'string' ? url : '',
    state: running ? 'enabled' : status === 'disabledBySystem' ? 'disabled-by-system' : 'disabled',
  }
}
