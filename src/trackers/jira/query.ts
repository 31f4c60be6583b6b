import { z } from 'zod'
import type { JiraClient } from './client.ts'

export const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`

export const isOneOf = (keys: readonly string[]): string => `key in (${keys.map(quote).join(', ')})`

export interface Query {
  readonly jql: string
  readonly fields: readonly string[]
  readonly startAt?: number
  readonly maxResults?: number
  /** Without it, a key that leads nowhere is passed over instead of refused. */
  readonly validate?: boolean
}

/** The most that is asked for at once; a server may give less without a word, so what came is what counts. */
export const PAGE = 100

export interface Page<Item> {
  readonly startAt: number
  readonly total: number
  readonly issues: readonly Item[]
}

export async function runQuery<Item>(
  client: JiraClient,
  item: z.ZodType<Item>,
  { jql, fields, startAt = 0, maxResults = PAGE, validate = true }: Query,
): Promise<Page<Item>> {
  const reply = await client.request({
    method: 'POST',
    api: 'search',
    body: { jql, startAt, maxResults, fields, validateQuery: validate },
    idempotent: true,
  })
  return reply.read(z.object({ startAt: z.int(), total: z.int(), issues: z.array(item) }))
}

/** How many places a page reaches back into the one before: what leaves the list meanwhile moves the rest up. */
const DRIFT = 10

/** Where the next page begins; `null` after the last one. */
export function nextStart({ startAt, issues, total }: Page<unknown>): number | null {
  const end = startAt + issues.length
  if (issues.length === 0 || end >= total) return null
  return issues.length > DRIFT ? end - DRIFT : end
}

/** All pages of a query, each issue once. */
export async function* runWholeQuery<Item extends { readonly id: string }>(
  client: JiraClient,
  item: z.ZodType<Item>,
  query: Query,
): AsyncIterable<readonly Item[]> {
  const seen = new Set<string>()
  for (let startAt: number | null = 0; startAt !== null;) {
    const page: Page<Item> = await runQuery(client, item, { ...query, startAt })
    const fresh = page.issues.filter(({ id }) => !seen.has(id))
    for (const { id } of fresh) seen.add(id)
    yield fresh
    startAt = nextStart(page)
  }
}

const HOUR_MS = 3_600_000

/**
 * A moment for a query, which knows minutes in the zone of the profile. While clocks are set back one text stands for
 * two moments; then an earlier one is named, so that nothing is missed.
 */
export function printMoment(ms: number, timeZone: string): string {
  const wall = wallTime(ms, timeZone)
  const ambiguous = [ms - HOUR_MS, ms + HOUR_MS].some((other) => wallTime(other, timeZone) === wall)
  return ambiguous ? printMoment(ms - HOUR_MS, timeZone) : quote(wall)
}

const printers = new Map<string, Intl.DateTimeFormat>()

function wallTime(ms: number, timeZone: string): string {
  // Swedish writes dates as JQL does.
  const printer =
    printers.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  printers.set(timeZone, printer)
  return printer.format(ms)
}
