import type { Call, Endpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { ok, refuse, refuseNotFound } from '../reply.ts'
import type { Webhooks } from '../webhooks.ts'
import type { HookDelivery } from '../world.ts'

export const deliveryEndpoints = (webhooks: Webhooks): readonly Endpoint[] => [
  ['GET', '/app/hook/deliveries', null, list],
  ['GET', '/app/hook/deliveries/:id', null, (call) => ok(showFully(deliveryOf(call)))],
  ['POST', '/app/hook/deliveries/:id/attempts', null, (call) => redeliver(call, webhooks)],
]

/** Deliveries are kept three days. */
const KEPT_MS = 3 * 24 * 3600 * 1000

function own({ who, world, host }: Call): HookDelivery[] {
  if (who.kind !== 'app') return refuse(401, 'A JSON web token could not be decoded')
  const oldest = host.clock.now().getTime() - KEPT_MS
  return world.deliveries.filter((each) => each.app === who.app && Date.parse(each.deliveredAt) >= oldest)
}

function statusOf({ statusCode, error }: HookDelivery): string {
  if (error !== null) return 'failed to connect to host'
  return statusCode >= 200 && statusCode < 300 ? 'OK' : `Invalid HTTP Response: ${statusCode}`
}

const show = (delivery: HookDelivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.deliveredAt,
  redelivery: delivery.redelivery,
  duration: delivery.duration,
  status: statusOf(delivery),
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repositoryId,
  throttled_at: null,
})

const showFully = (delivery: HookDelivery) => ({
  ...show(delivery),
  url: delivery.url,
  request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.payload) as unknown },
  response: { headers: delivery.replyHeaders, payload: delivery.replyBody },
})

/** Newest first, by cursor: pages cannot be counted. */
function list(call: Call) {
  const cursor = call.query.get('cursor')
  const perPage = Math.min(Number(call.query.get('per_page') ?? 30) || 30, 100)
  const before =
    cursor === null ? Number.POSITIVE_INFINITY : Number(/^v1_(\d+)$/.exec(cursor)?.[1] ?? refuse(422, 'Invalid cursor'))
  const status = call.query.get('status')
  const found = own(call)
    .filter((each) => each.id < before)
    .filter((each) => status === null || each.statusCode < 400 === (status === 'success'))
    .reverse()
  const page = found.slice(0, perPage)
  const last = page.at(-1)
  const query = new URLSearchParams(call.query)
  query.set('cursor', `v1_${last?.id ?? 0}`)
  const link =
    found.length > perPage
      ? { link: `<${call.request.origin}${call.request.path}?${query.toString()}>; rel="next"` }
      : {}
  return ok(page.map(show), link as Record<string, string>)
}

function deliveryOf(call: Call): HookDelivery {
  const id = numberParam(call, 'id')
  return own(call).find((each) => each.id === id) ?? refuseNotFound()
}

function redeliver(call: Call, webhooks: Webhooks) {
  webhooks.redeliver(deliveryOf(call))
  return { status: 202, body: {} }
}
