import { z } from 'zod'
import type { MovedTicket, ScanPage } from '../../core/ports.ts'
import type { JiraClient } from './client.ts'
import { accountId, toMs } from './convert.ts'
import { nextStart, printMoment, quote, runQuery } from './query.ts'
import { Issue } from './schema.ts'
import { READ_FIELDS } from './tickets.ts'
import { findOriginal } from './text.ts'
import type { Tickets } from './tickets.ts'

/** The latest change dealt with, in milliseconds, and what was seen shortly before it: `id@moment`. */
const Cursor = z.object({ at: z.number(), seen: z.array(z.string()).default([]) })
type Cursor = z.infer<typeof Cursor>

/** The index learns of a change a moment late, so each look reaches back this far. */
const OVERLAP_MS = 2 * 60_000

const MINUTE_MS = 60_000

// In no zone before 1970, where dates of a query end.
const EARLIEST_MS = 24 * 60 * MINUTE_MS

/**
 * Follows the changes of a project by their moment: one request when nothing is new. What was deleted is in no search
 * and shows when its ticket is read.
 */
export async function* scanChanges(
  { client, tickets }: { readonly client: JiraClient; readonly tickets: Tickets },
  { project, cursor, since }: { readonly project: string; readonly cursor: string | null; readonly since: string },
): AsyncIterable<ScanPage<MovedTicket>> {
  const { timeZone, self } = await client.session()
  let state = readCursor(cursor) ?? { at: Date.parse(since), seen: [] }
  let from = Math.max(EARLIEST_MS, floorMinute(state.at - OVERLAP_MS))
  for (let startAt: number | null = 0; startAt !== null;) {
    const jql = `project = ${quote(project)} AND updated >= ${printMoment(from, timeZone)} ORDER BY updated ASC, key ASC`
    const page = await runQuery(client, Issue, { jql, fields: READ_FIELDS, startAt })
    const before = state
    const fresh = page.issues.filter((issue) => momentOf(issue) >= from && !before.seen.includes(printSeen(issue)))
    state = advance(before, page.issues)
    yield { items: await toMoved(fresh, before), cursor: JSON.stringify(state) }
    startAt = nextStart(page)
    if (startAt === null) return
    // On from the last moment: places in a list shift while tickets move. A minute that fills a page has to be paged.
    const next = floorMinute(state.at)
    if (next > from) {
      from = next
      startAt = 0
    }
  }

  async function toMoved(issues: readonly Issue[], before: Cursor): Promise<readonly MovedTicket[]> {
    const converted = await tickets.convert(issues)
    return converted.map((ticket, index) => ({
      ref: ticket.ref,
      ticket,
      revision: ticket.revision,
      comments: issues[index]?.fields.comment?.comments.some(isNews(before, ticket.id)) ?? false,
    }))
  }

  /** Written or edited since this ticket was last met, and not by us: copies come without their mark here. */
  function isNews({ at, seen }: Cursor, id: string) {
    const met = seen.flatMap((one) => (one.startsWith(`${id}@`) ? [Number(one.slice(id.length + 1))] : []))
    const since = met.length > 0 ? Math.max(...met) : at - OVERLAP_MS
    return ({ body, updated, updateAuthor }: InlineComment): boolean =>
      updated !== undefined &&
      toMs(updated) > since &&
      (updateAuthor === undefined || accountId(updateAuthor) !== self.key || findOriginal(body) === null)
  }
}

type InlineComment = NonNullable<Issue['fields']['comment']>['comments'][number]

const floorMinute = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS

const momentOf = ({ fields }: Issue): number => toMs(fields.updated)

const printSeen = (issue: Issue): string => `${issue.id}@${momentOf(issue)}`

/** Only what the next look will meet again must be kept in mind. */
function advance({ at, seen }: Cursor, issues: readonly Issue[]): Cursor {
  const latest = Math.max(at, ...issues.map(momentOf))
  const oldest = floorMinute(latest - OVERLAP_MS)
  const all = new Set([...seen, ...issues.map(printSeen)])
  return { at: latest, seen: [...all].filter((one) => Number(one.split('@')[1]) >= oldest) }
}

function readCursor(cursor: string | null): Cursor | null {
  if (cursor === null) return null
  try {
    return Cursor.safeParse(JSON.parse(cursor)).data ?? null
  } catch {
    return null
  }
}
