import { z } from 'zod'
import type { Log } from '../core/ports.ts'
import type { Client } from '../github/index.ts'

// Ids of deliveries outgrew the safe integers; Octokit reads such a number as a bigint.
const DeliveryJson = z.object({
  id: z.union([z.number(), z.bigint(), z.string()]).transform(String),
  guid: z.string(),
  delivered_at: z.string(),
  status_code: z.number(),
})
type Delivery = z.infer<typeof DeliveryJson>

const PER_PAGE = 100
const MOST_PAGES = 50
/** After that the nightly scan makes up for it. */
const MOST_TRIES = 4

/**
 * Asks GitHub to send again what did not arrive since then: it does not try again by itself. How often it was tried
 * stands in the list itself.
 */
export async function redeliverMissed(
  app: Client,
  { since, log }: { readonly since: Date; readonly log: Log },
): Promise<number> {
  const missed = findMissed(await readDeliveries(app, since))
  for (const { id } of missed) {
    await app.call('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id })
  }
  if (missed.length > 0) log.warn('missed deliveries asked for again', { deliveries: missed.length })
  return missed.length
}

/** Newest first, as far back as that. */
async function readDeliveries(app: Client, since: Date): Promise<readonly Delivery[]> {
  const all: Delivery[] = []
  let cursor: string | undefined
  for (let page = 1; page <= MOST_PAGES; page++) {
    const parameters = { per_page: PER_PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const { data: found, headers } = await app.readAnswer(z.array(DeliveryJson), 'GET /app/hook/deliveries', parameters)
    all.push(...found)
    const last = found.at(-1)
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(headers['link'] ?? '')?.[1]
    if (cursor === undefined || last === undefined || Date.parse(last.delivered_at) < since.getTime()) break
  }
  return all.filter(({ delivered_at: at }) => Date.parse(at) >= since.getTime())
}

const arrived = ({ status_code: status }: Delivery): boolean => status >= 200 && status < 300

function findMissed(deliveries: readonly Delivery[]): readonly Delivery[] {
  const attempts = Map.groupBy(deliveries, ({ guid }) => guid)
  return [...attempts.values()]
    .filter((tries) => tries.length < MOST_TRIES && !tries.some(arrived))
    .flatMap((tries) => tries[0] ?? [])
}
