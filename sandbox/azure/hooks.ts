import { randomUUID } from 'node:crypto'
import { fieldChanges, printFieldChanges } from './changes.ts'
import { identityRef, printPerson, uniqueName } from './identities.ts'
import { itemUrl, printFields, printRelation, PLAIN, FAR_FUTURE } from './represent.ts'
import { collectionUrl, currentRevision, now } from './world.ts'
import type { Item, Person, Relation, Subscription, Update, World } from './world.ts'

export type EventKind = 'created' | 'updated' | 'commented' | 'deleted' | 'restored'

export interface WorkItemEvent {
  readonly kind: EventKind
  readonly item: Item
  readonly by: Person
  readonly update: Update
  /** What was said, when somebody said something. */
  readonly said?: string
}

const VERBS: Readonly<Record<EventKind, string>> = {
  created: 'created',
  updated: 'updated',
  commented: 'commented on',
  deleted: 'deleted',
  restored: 'restored',
}

/** Tells every subscription that asked for it; deliveries go out in the background. */
export function publish(world: World, event: WorkItemEvent): void {
  for (const subscription of world.subscriptions.values()) {
    if (subscription.eventType !== `workitem.${event.kind}`) continue
    if (subscription.status !== 'enabled' && subscription.status !== 'onProbation') continue
    if (wants(subscription, event)) deliver(world, subscription, eventBody(world, subscription, event))
  }
}

function wants({ publisherInputs: inputs }: Subscription, { item, kind, update, said = '' }: WorkItemEvent): boolean {
  const { fields } = currentRevision(item)
  const area = String(fields['System.AreaPath']).toLowerCase()
  const under = inputs['areaPath']?.toLowerCase() ?? ''
  if ((inputs['projectId'] ?? '') !== '' && inputs['projectId'] !== item.project.id) return false
  if (under !== '' && area !== under && !area.startsWith(`${under}\\`)) return false
  if ((inputs['workItemType'] ?? '') !== '' && inputs['workItemType'] !== fields['System.WorkItemType']) return false
  const tags = String(fields['System.Tags'] ?? '')
    .toLowerCase()
    .split('; ')
  if ((inputs['tag'] ?? '') !== '' && !tags.includes(inputs['tag']!.toLowerCase())) return false
  if (
    kind === 'updated' &&
    (inputs['changedFields'] ?? '') !== '' &&
    fieldChanges(item, update)[inputs['changedFields']!] === undefined
  )
    return false
  if (kind === 'updated' && inputs['linksChanged'] === 'true' && update.added.length + update.removed.length === 0)
    return false
  return kind !== 'commented' || said.toLowerCase().includes((inputs['commentPattern'] ?? '').toLowerCase())
}

/** `2020-01-07T13:18:27.1073456Z`: seven digits, as .NET prints ticks. */
const ticks = (at: string) => at.replace(/(?:\.(\d+))?Z$/, (_, fraction = '') => `.${String(fraction).padEnd(7, '0')}Z`)

export function resourceContainers(world: World, projectId: string) {
  const baseUrl = `${collectionUrl(world)}/`
  return {
    collection: { id: world.collectionId, baseUrl },
    account: { id: world.collectionId, baseUrl },
    project: { id: projectId, baseUrl },
  }
}

function eventBody(world: World, subscription: Subscription, event: WorkItemEvent): Record<string, unknown> {
  const { item, kind, by } = event
  const fields = currentRevision(item).fields
  const html = `${collectionUrl(world)}/web/wi.aspx?pcguid=${world.collectionId}&id=${item.id}`
  const text = `${String(fields['System.WorkItemType'])} #${item.id} (${String(fields['System.Title'])}) ${VERBS[kind]} by ${by.displayName}.\r\n(${html})`
  return {
    eventType: `workitem.${kind}`,
    publisherId: subscription.publisherId,
    ...messages(subscription, text, kind === 'commented' ? `${text}\r\n${event.said ?? ''}` : text),
    resource: resourceOf(world, subscription, event),
    resourceVersion: subscription.resourceVersion,
    resourceContainers: resourceContainers(world, item.project.id),
    createdDate: ticks(event.update.at),
  }
}

function messages({ consumerInputs }: Subscription, text: string, detailed: string) {
  const formats = (choice: string | undefined, value: string) => {
    if (choice === 'none') return null
    const all = { text: value, html: value.replaceAll('\r\n', '<br>'), markdown: value }
    return choice === undefined || choice === '' || choice === 'all' ? all : { [choice]: value }
  }
  return {
    message: formats(consumerInputs['messagesToSend'], text),
    detailedMessage: formats(consumerInputs['detailedMessagesToSend'], detailed),
  }
}

function resourceOf(world: World, subscription: Subscription, event: WorkItemEvent): unknown {
  const details = subscription.consumerInputs['resourceDetailsToSend']
  if (details === 'none') return null
  const identities = subscription.resourceVersion.startsWith('1.') ? 'text' : 'refs'
  const full =
    event.kind === 'updated' ? updateResource(world, event, identities) : itemResource(world, event, identities)
  return details === 'minimal' ? { id: full['id'], url: full['url'] } : full
}

function itemResource(
  world: World,
  { item, kind }: WorkItemEvent,
  identities: 'refs' | 'text',
): Record<string, unknown> {
  const revision = currentRevision(item)
  const url = kind === 'deleted' ? `${collectionUrl(world)}/_apis/wit/recyclebin/${item.id}` : itemUrl(world, item)
  return {
    id: item.id,
    rev: revision.rev,
    fields: printFields(world, item, revision, { ...PLAIN, identities }),
    ...(kind !== 'deleted' && item.relations.length > 0 && { relations: printRelations(world, item.relations) }),
    _links: {
      self: { href: url },
      workItemUpdates: { href: `${itemUrl(world, item)}/updates` },
      workItemRevisions: { href: `${itemUrl(world, item)}/revisions` },
      html: { href: `${collectionUrl(world)}/web/wi.aspx?pcguid=${world.collectionId}&id=${item.id}` },
    },
    url,
  }
}

const printRelations = (world: World, relations: readonly Relation[]) =>
  relations.map((each) => printRelation(world, each))

export function revisedBy(world: World, person: Person) {
  return { ...identityRef(world, person), name: printPerson(world, person), uniqueName: uniqueName(world, person) }
}

function updateResource(
  world: World,
  { item, update }: WorkItemEvent,
  identities: 'refs' | 'text',
): Record<string, unknown> {
  const url = itemUrl(world, item)
  const revision = currentRevision(item)
  const revisionUrl = `${url}/revisions/${revision.rev}`
  const fields = printFieldChanges(world, item, update, identities)
  const linked = update.added.length + update.removed.length + update.changed.length > 0
  return {
    id: update.id,
    workItemId: item.id,
    rev: update.rev,
    revisedBy: revisedBy(world, update.by),
    revisedDate: FAR_FUTURE,
    ...(update.revised && { fields }),
    ...(linked && { relations: printRelationChanges(world, update) }),
    _links: {
      self: { href: `${url}/updates/${update.id}` },
      workItemUpdates: { href: `${url}/updates` },
      parent: { href: url },
      html: { href: `${collectionUrl(world)}/web/wi.aspx?pcguid=${world.collectionId}&id=${item.id}` },
    },
    url: `${url}/updates/${update.id}`,
    revision: {
      id: item.id,
      rev: revision.rev,
      fields: printFields(world, item, revision, { ...PLAIN, identities }),
      ...(world.version === 'services' && {
        multilineFieldsFormat: Object.fromEntries([...revision.markdown].map((name) => [name, 'markdown'])),
      }),
      ...(item.relations.length > 0 && { relations: printRelations(world, item.relations) }),
      _links: { self: { href: revisionUrl }, workItemRevisions: { href: `${url}/revisions` }, parent: { href: url } },
      url: revisionUrl,
    },
  }
}

export function printRelationChanges(world: World, update: Update) {
  const { added, removed, changed } = update
  return {
    ...(added.length > 0 && { added: printRelations(world, added) }),
    ...(removed.length > 0 && { removed: printRelations(world, removed) }),
    ...(changed.length > 0 && { updated: printRelations(world, changed) }),
  }
}

const parseHeaders = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  )

/** Sends one event; the notification it returns is what the history will show. */
export function deliver(
  world: World,
  subscription: Subscription,
  event: Record<string, unknown>,
): Record<string, unknown> {
  const { consumerInputs } = subscription
  const id = ++world.nextNotificationId
  const body = { subscriptionId: subscription.id, notificationId: id, id: randomUUID(), ...event }
  const user = consumerInputs['basicAuthUsername'] ?? ''
  const password = consumerInputs['basicAuthPassword'] ?? ''
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'VSServices/19.255.36125.1 (w3wp.exe)',
    ...((user !== '' || password !== '') && {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    }),
    ...parseHeaders(consumerInputs['httpHeaders'] ?? ''),
  }
  const url = consumerInputs['url'] ?? ''
  const createdDate = now(world)
  const notification: Record<string, unknown> = {
    id,
    subscriptionId: subscription.id,
    subscriberId: subscription.createdBy.id,
    eventId: body.id,
    status: 'requestInProgress',
    result: 'pending',
    createdDate,
    modifiedDate: createdDate,
  }
  subscription.notifications.unshift(notification)
  world.stage.deliveries.send(
    { url, event: String(event['eventType']), headers, body: JSON.stringify(body) },
    (result) => {
      const ok = result.status >= 200 && result.status < 300
      Object.assign(notification, {
        status: 'completed',
        result: ok ? 'succeeded' : 'failed',
        modifiedDate: result.deliveredAt,
        details: {
          eventType: event['eventType'],
          event: body,
          publisherId: subscription.publisherId,
          publisherInputs: subscription.publisherInputs,
          consumerId: subscription.consumerId,
          consumerActionId: subscription.consumerActionId,
          consumerInputs: maskInputs(consumerInputs),
          request: `Method: POST\r\nURI: ${url}\r\nHTTP Version: 1.1`,
          response: ok || result.status > 0 ? `Status Code: ${result.status}\r\n\r\n${result.replyBody}` : '',
          errorMessage: ok ? '' : (result.error ?? `${result.status}`),
          queuedDate: createdDate,
          dequeuedDate: createdDate,
          processedDate: createdDate,
          completedDate: result.deliveredAt,
          requestDuration: result.ms / 1000,
          requestAttempts: 1,
        },
      })
      settleStatus(world, subscription, ok, result.status)
    },
  )
  return notification
}

function settleStatus(world: World, subscription: Subscription, ok: boolean, status: number): void {
  if (ok) {
    subscription.failures = 0
    if (subscription.status === 'onProbation') subscription.status = 'enabled'
    return
  }
  subscription.failures++
  const over = subscription.failures >= world.switches.hookFailuresAllowed
  // 410 Gone is the one answer that ends a subscription at once.
  if (over || status === 410) subscription.status = 'disabledBySystem'
  else if (subscription.failures > 1) subscription.status = 'onProbation'
}

export const maskInputs = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      /password|token|secret/i.test(name) && value !== '' ? '********' : value,
    ]),
  )
