import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { endpoint, list, noContent, numberOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse } from './errors.ts'
import { EVENTS, printConsumer, printPublisher } from './hook-catalog.ts'
import { deliver, maskInputs, resourceContainers } from './hooks.ts'
import { testResource } from './hook-samples.ts'
import { collectionUrl, now } from './world.ts'
import type { Subscription } from './world.ts'

function printSubscription(call: Call, subscription: Subscription): Record<string, unknown> {
  const { world } = call
  const base = `${collectionUrl(world)}/_apis/hooks`
  const url = `${base}/subscriptions/${subscription.id}`
  const person = ({ id, displayName, principalName }: Subscription['createdBy']) => ({
    displayName,
    id,
    uniqueName: principalName,
  })
  return {
    id: subscription.id,
    url,
    status: subscription.status,
    publisherId: subscription.publisherId,
    eventType: subscription.eventType,
    subscriber: null,
    resourceVersion: subscription.resourceVersion,
    eventDescription: subscription.publisherInputs['workItemType']
      ? `Work item type ${subscription.publisherInputs['workItemType']}`
      : 'Any work item',
    consumerId: subscription.consumerId,
    consumerActionId: subscription.consumerActionId,
    actionDescription: `To host ${hostOf(subscription.consumerInputs['url'] ?? '')}`,
    ...(subscription.status === 'onProbation' && { probationRetries: String(subscription.failures) }),
    createdBy: person(subscription.createdBy),
    createdDate: subscription.createdDate,
    modifiedBy: person(subscription.modifiedBy),
    modifiedDate: subscription.modifiedDate,
    publisherInputs: { ...subscription.publisherInputs, tfsSubscriptionId: subscription.id },
    consumerInputs: maskInputs(subscription.consumerInputs),
    _links: {
      self: { href: url },
      consumer: { href: `${base}/consumers/${subscription.consumerId}` },
      actions: { href: `${base}/consumers/${subscription.consumerId}/actions` },
      notifications: { href: `${url}/notifications` },
      publisher: { href: `${base}/publishers/${subscription.publisherId}` },
    },
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')

function refuseHook(message: string, typeKey = 'SubscriptionInputException'): never {
  refuse({ status: 400, family: 'hooks', typeKey, message })
}

const PRIVATE = /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.|::1$|fe80:|fc|fd)/i

const strings = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((value ?? {}) as Record<string, unknown>).map(([name, each]) => [name, String(each ?? '')]),
  )

function parseSubscription(call: Call) {
  const body = call.body()
  const text = (name: string) => {
    const value = body[name]
    if (typeof value === 'string' && value !== '') return value
    return refuseHook(`The ${name} of the subscription is missing.`)
  }
  const input = {
    publisherId: text('publisherId'),
    eventType: text('eventType'),
    resourceVersion: typeof body['resourceVersion'] === 'string' ? body['resourceVersion'] : '1.0',
    consumerId: text('consumerId'),
    consumerActionId: text('consumerActionId'),
    publisherInputs: strings(body['publisherInputs']),
    consumerInputs: strings(body['consumerInputs']),
  }
  if (input.publisherId !== 'tfs' || !EVENTS.includes(input.eventType)) {
    refuseHook(
      `No publisher with the id '${input.publisherId}' offers the event '${input.eventType}'.`,
      'PublisherEventTypeNotFoundException',
    )
  }
  const url = input.consumerInputs['url'] ?? ''
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) refuseHook("The consumer input 'url' must be a valid URL.")
  const host = hostOf(url).replaceAll(/[[\]]/g, '')
  const inside = /^localhost$/i.test(host) || (isIP(host) !== 0 && PRIVATE.test(host))
  if (!call.world.switches.loopbackHooks && inside) {
    refuseHook(`The URL '${url}' is not valid: it leads to a loopback or private address.`)
  }
  return input
}

function findSubscription(call: Call): Subscription {
  const subscription = call.world.subscriptions.get(call.params['id']!.toLowerCase())
  if (subscription !== undefined) return subscription
  return refuse({
    status: 404,
    family: 'hooks',
    typeKey: 'SubscriptionNotFoundException',
    message: `The subscription ${call.params['id']} does not exist.`,
  })
}

function create(call: Call) {
  const input = parseSubscription(call)
  const at = now(call.world)
  const subscription: Subscription = {
    ...input,
    id: randomUUID(),
    status: 'enabled',
    createdBy: call.who,
    createdDate: at,
    modifiedBy: call.who,
    modifiedDate: at,
    failures: 0,
    notifications: [],
  }
  call.world.subscriptions.set(subscription.id, subscription)
  return ok(call, printSubscription(call, subscription))
}

function replace(call: Call) {
  const subscription = findSubscription(call)
  const { status } = call.body()
  const secret = subscription.consumerInputs['basicAuthPassword']
  Object.assign(subscription, parseSubscription(call), { modifiedBy: call.who, modifiedDate: now(call.world) })
  // Sent back masked as it was read, the password stays what it was.
  if (/^\*+$/.test(subscription.consumerInputs['basicAuthPassword'] ?? ''))
    subscription.consumerInputs['basicAuthPassword'] = secret ?? ''
  if (status === 'enabled' || status === 'disabledByUser') {
    subscription.status = status
    subscription.failures = 0
  }
  return ok(call, printSubscription(call, subscription))
}

type Filters = Readonly<Partial<Record<'publisherId' | 'eventType' | 'consumerId' | 'consumerActionId', unknown>>>

function search(call: Call, filters: Filters): Subscription[] {
  return [...call.world.subscriptions.values()].filter((subscription) =>
    Object.entries(filters).every(
      ([name, value]) =>
        value === null || value === undefined || value === '' || subscription[name as keyof Filters] === value,
    ),
  )
}

interface InputFilter {
  readonly conditions?: readonly {
    readonly inputId?: string
    readonly inputValue?: string
    readonly operator?: string
  }[]
}

/** A filter holds when all of its conditions do; of several filters one must hold. */
function matches(inputs: Readonly<Record<string, string>>, filters: unknown): boolean {
  if (!Array.isArray(filters) || filters.length === 0) return true
  return (filters as InputFilter[]).some(({ conditions = [] }) =>
    conditions.every(
      ({ inputId = '', inputValue, operator = 'equals' }) =>
        (inputs[inputId] === inputValue) === (operator.toLowerCase() === 'equals'),
    ),
  )
}

function query(call: Call) {
  const body = call.body()
  const { publisherId, eventType, consumerId, consumerActionId } = body
  const found = search(call, { publisherId, eventType, consumerId, consumerActionId }).filter(
    ({ publisherInputs, consumerInputs }) =>
      matches(publisherInputs, body['publisherInputFilters']) && matches(consumerInputs, body['consumerInputFilters']),
  )
  return ok(call, { ...body, results: found.map((subscription) => printSubscription(call, subscription)) })
}

function test(call: Call) {
  const { details, subscriptionId } = call.body() as { details?: Record<string, unknown>; subscriptionId?: string }
  const known = call.world.subscriptions.get(String(subscriptionId ?? '').toLowerCase())
  const at = now(call.world)
  const subscription: Subscription = known ?? {
    ...parseSubscription({ ...call, body: () => ({ ...details }) }),
    id: '00000000-0000-0000-0000-000000000000',
    status: 'enabled',
    createdBy: call.who,
    createdDate: at,
    modifiedBy: call.who,
    modifiedDate: at,
    failures: 0,
    notifications: [],
  }
  const project = [...call.world.projects.values()][0]
  return ok(
    call,
    deliver(call.world, subscription, {
      eventType: subscription.eventType,
      publisherId: 'tfs',
      message: null,
      detailedMessage: null,
      resource: testResource(call.world, subscription.eventType),
      resourceVersion: subscription.resourceVersion,
      resourceContainers: resourceContainers(call.world, project?.id ?? ''),
      createdDate: at,
    }),
  )
}

function notifications(call: Call) {
  const { notifications: all } = findSubscription(call)
  const [status, result] = [queryOf(call, 'status'), queryOf(call, 'result')]
  const found = all.filter(
    (each) => (status === null || each['status'] === status) && (result === null || each['result'] === result),
  )
  return list(
    call,
    found.slice(0, numberOf(call, 'maxResults') ?? 100).map((each) => ({ ...each, details: undefined })),
  )
}

const READ = { scope: 'vso.hooks', at: 'organization', resource: 1 } as const
const WRITE = { ...READ, scope: 'vso.hooks_write' } as const

export const hookEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'hooks/publishers', READ, (call) => list(call, [printPublisher(call.world)])),
  endpoint('GET', 'hooks/publishers/tfs', READ, (call) => ok(call, printPublisher(call.world))),
  endpoint('GET', 'hooks/publishers/tfs/eventtypes', READ, (call) =>
    list(call, printPublisher(call.world).supportedEvents),
  ),
  endpoint('GET', 'hooks/consumers', READ, (call) => list(call, [printConsumer(call.world)])),
  endpoint('GET', 'hooks/consumers/webHooks', READ, (call) => ok(call, printConsumer(call.world))),
  endpoint('GET', 'hooks/consumers/webHooks/actions', READ, (call) => list(call, printConsumer(call.world).actions)),
  endpoint('GET', 'hooks/subscriptions', READ, (call) => {
    const filter = (name: string) => queryOf(call, name)
    const found = search(call, {
      publisherId: filter('publisherId'),
      eventType: filter('eventType'),
      consumerId: filter('consumerId'),
      consumerActionId: filter('consumerActionId'),
    })
    return list(
      call,
      found.map((subscription) => printSubscription(call, subscription)),
    )
  }),
  endpoint('POST', 'hooks/subscriptions', WRITE, create),
  endpoint('POST', 'hooks/subscriptionsquery', READ, query),
  endpoint('GET', 'hooks/subscriptions/:id', READ, (call) => ok(call, printSubscription(call, findSubscription(call)))),
  endpoint('PUT', 'hooks/subscriptions/:id', WRITE, replace),
  endpoint('DELETE', 'hooks/subscriptions/:id', WRITE, (call) => {
    call.world.subscriptions.delete(findSubscription(call).id)
    return noContent()
  }),
  endpoint('GET', 'hooks/subscriptions/:id/notifications', READ, notifications),
  endpoint('GET', 'hooks/subscriptions/:id/notifications/:notification', READ, (call) => {
    const found = findSubscription(call).notifications.find(
      (each) => each['id'] === Number(call.params['notification']),
    )
    return ok(
      call,
      found ??
        refuseHook(`The notification ${call.params['notification']} does not exist.`, 'NotificationNotFoundException'),
    )
  }),
  endpoint('POST', 'hooks/testnotifications', WRITE, test),
]
