import { createHmac, randomUUID } from 'node:crypto'
import type { Deliveries, DeliveryResult } from '../kit/deliveries.ts'
import type { HookEvent, Host } from './host.ts'
import type { Links } from './links.ts'
import { renderOrg, renderRepo, renderUser } from './render.ts'
import { hooksUp, stamp } from './world.ts'
import type { App, Hook, HookDelivery, Installation, Org, World } from './world.ts'

/** Listeners on every payload on its way out: conformance checks them against the official schemas. */
export const payloadTaps = new Set<(event: string, payload: unknown) => void>()

export interface Webhooks {
  emit(event: HookEvent): void
  /** Sends a recorded delivery again: same GUID, same payload, a new record. */
  redeliver(delivery: HookDelivery): void
}

type Surroundings = Pick<Host, 'clock' | 'world' | 'payloadLinks'>

export function createWebhooks(host: Surroundings, deliveries: Deliveries): Webhooks {
  // Read at each use: a reset replaces the world.
  const worldNow = (): World => host.world

  function emit(event: HookEvent): void {
    for (const { app, installation } of appsListening(worldNow(), event)) {
      if (app.webhookUrl === '' && payloadTaps.size === 0) continue
      const payload = envelope(worldNow(), event, installation, host.payloadLinks())
      tell(event.event, payload)
      if (app.webhookUrl !== '') sendToApp(event, app, installation, JSON.stringify(payload))
    }
    for (const hook of event.repo?.hooks ?? []) {
      const listens = hook.events.includes('*') || hook.events.includes(event.event) || event.event === 'ping'
      if (event.only !== undefined || !hook.active || !listens) continue
      const payload = envelope(worldNow(), event, null, host.payloadLinks())
      tell(event.event, payload)
      sendToHook(event, hook, JSON.stringify(payload))
    }
  }

  function sendToApp(event: HookEvent, app: App, installation: Installation | null, payload: string): void {
    post(app, {
      guid: randomUUID(),
      redelivery: false,
      event: event.event,
      action: event.action,
      installationId: installation?.id ?? null,
      repositoryId: event.repo?.id ?? null,
      payload,
    })
  }

  type Posting = Pick<
    HookDelivery,
    'guid' | 'redelivery' | 'event' | 'action' | 'installationId' | 'repositoryId' | 'payload'
  >

  function post(app: App, posting: Posting): void {
    const target = { id: app.hookId, secret: app.webhookSecret, targetType: 'integration', targetId: app.id }
    const headers = hookHeaders(posting.event, posting.guid, posting.payload, target)
    const record = { ...posting, app, url: app.webhookUrl, requestHeaders: headers }
    const world = worldNow()
    deliveries.send({ url: app.webhookUrl, event: nameOf(posting), headers, body: posting.payload }, (result) => {
      // Listed from then on: what is still on its way is no failed delivery.
      world.deliveries.push({ ...record, id: world.ids.next('hookDelivery'), ...describe(result) })
    })
  }

  function sendToHook(event: HookEvent, hook: Hook, json: string): void {
    const target = { id: hook.id, secret: hook.secret, targetType: 'repository', targetId: event.repo?.id ?? 0 }
    const body = hook.contentType === 'json' ? json : new URLSearchParams({ payload: json }).toString()
    const headers = {
      ...hookHeaders(event.event, randomUUID(), body, target),
      ...(hook.contentType === 'json' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    deliveries.send({ url: hook.url, event: nameOf(event), headers, body }, ({ status, error }) => {
      const good = status >= 200 && status < 300
      hook.lastResponse = { code: status || 502, status: good ? 'active' : 'failed', message: good ? 'OK' : error }
    })
  }

  return {
    emit,
    redeliver(delivery) {
      const { guid, event, action, installationId, repositoryId, payload, app } = delivery
      post(app, { guid, redelivery: true, event, action, installationId, repositoryId, payload })
    },
  }
}

const nameOf = ({ event, action }: Pick<HookEvent, 'event' | 'action'>): string =>
  action === null ? event : `${event}.${action}`

function tell(event: string, payload: unknown): void {
  for (const tap of payloadTaps) tap(event, payload)
}

function* appsListening(world: World, event: HookEvent): Generator<{ app: App; installation: Installation | null }> {
  if (event.only !== undefined) {
    yield event.only
    return
  }
  for (const installation of world.installations) {
    const { app, account } = installation
    const reached =
      event.repo === null
        ? installation.suspendedAt === null && account.id === event.org?.account.id
        : hooksUp(installation, event.repo)
    if (reached && event.event !== 'ping' && installation.events.includes(event.event)) yield { app, installation }
  }
}

function envelope(
  world: World,
  event: HookEvent,
  installation: Installation | null,
  links: Links,
): Record<string, unknown> {
  const org: Org | undefined =
    event.org ?? (event.repo === null ? undefined : world.orgs.get(event.repo.owner.login.toLowerCase()))
  const own = event.payload(links)
  const withInstallation = installation !== null && !('installation' in own)
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...own,
    ...(event.repo === null
      ? {}
      : { repository: { ...renderRepo(event.repo, links), ...(org === undefined ? {} : { custom_properties: {} }) } }),
    // Installation events say whose account it is inside `installation`.
    ...(org === undefined || event.only !== undefined ? {} : { organization: renderOrg(org, links) }),
    sender: renderUser(event.sender, links),
    ...(withInstallation ? { installation: { id: installation.id, node_id: legacyNodeId(installation.id) } } : {}),
  }
}

// Payloads still carry the old form of this one node id.
const legacyNodeId = (id: number): string => Buffer.from(`023:IntegrationInstallation${id}`).toString('base64')

interface Target {
  readonly id: number
  readonly secret: string | null
  readonly targetType: string
  readonly targetId: number
}

function hookHeaders(event: string, guid: string, body: string, target: Target): Record<string, string> {
  const sign = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, target.secret ?? '')
      .update(body)
      .digest('hex')}`
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/8a5d3f1',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(target.id),
    'x-github-hook-installation-target-id': String(target.targetId),
    'x-github-hook-installation-target-type': target.targetType,
    ...(target.secret === null || target.secret === ''
      ? {}
      : { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') }),
  }
}

const describe = ({ deliveredAt, ms, status, replyHeaders, replyBody, error }: DeliveryResult) => ({
  deliveredAt: stamp(new Date(deliveredAt)),
  duration: Math.round(ms / 10) / 100,
  statusCode: status === 0 ? 502 : status,
  replyHeaders,
  replyBody,
  error,
})
