import { z } from 'zod'
import type { Clock, MovedTicket, ScanPage, ScanStart } from '../../core/ports.ts'
import type { AzureClient } from './client.ts'
import { FIELD } from './fields.ts'
import { LinksBatch, RevisionsBatch } from './schema.ts'

/** The feeds' own tokens say all; the watermarks in them are not ours to read. */
const Cursor = z.object({
  token: z.string(),
  /** Where the feed of links begins, and how far it was followed; missing where nobody asked for it. */
  links: z.object({ since: z.string(), token: z.string().nullable() }).optional(),
})
type Links = NonNullable<z.infer<typeof Cursor>['links']>

interface Scan extends ScanStart {
  readonly project: string
  readonly cursor: string | null
}

// Small enough that a page is dealt with, and its cursor stored, in reasonable time.
const PAGE = 1000

const FIELDS = ['System.Id', 'System.Rev', FIELD.deleted, FIELD.commentCount].join(',')

// The clock of a server may be behind ours.
const MARGIN_MS = 10 * 60_000

/** Follows the reporting feeds: one request when nothing moved, and one more where parents count. */
export async function* scanChanges(
  client: AzureClient,
  clock: Clock,
  scan: Scan,
): AsyncIterable<ScanPage<MovedTicket>> {
  const before = readCursor(scan.cursor)
  // The first walk reads every ticket with its parent: of links only what comes from then on is news.
  const begun = { since: new Date(clock.now().getTime() - MARGIN_MS).toISOString(), token: null }
  let links: Links | undefined = scan.parents === true ? (before?.links ?? begun) : undefined
  let token = before?.token ?? null
  const print = () => JSON.stringify({ token, links })
  for await (const page of readRevisions(client, scan, token)) {
    token = page.token
    yield { items: page.items, cursor: print() }
  }
  if (links === undefined) return
  for await (const page of readLinks(client, scan.project, links)) {
    links = { ...links, token: page.token }
    yield { items: page.items, cursor: print() }
  }
}

interface FeedPage {
  readonly items: readonly MovedTicket[]
  readonly token: string | null
}

async function* readRevisions(
  client: AzureClient,
  { project, cursor, since }: Scan,
  from: string | null,
): AsyncIterable<FeedPage> {
  let token = from
  for (;;) {
    const reply = await client.request({
      method: 'GET',
      api: 'wit/reporting/workitemrevisions',
      project,
      query: {
        fields: FIELDS,
        // A later revision would hide the one that tells of an edited comment. The first walk has no use for either.
        includeLatestOnly: cursor === null,
        includeDeleted: true,
        $maxPageSize: PAGE,
        // The two exclude each other.
        ...(token === null ? { startDateTime: since } : { continuationToken: token }),
      },
    })
    const page = reply.read(RevisionsBatch)
    token = page.continuationToken ?? tokenOf(page.nextLink) ?? token
    yield { items: [...Map.groupBy(page.values, ({ id }) => id).values()].map(toMoved), token }
    if (page.isLastBatch) return
  }

  // The feed knows no relations, and so no marks: whoever needs a ticket reads it, many at once.
  function toMoved(revisions: z.infer<typeof RevisionsBatch>['values']): MovedTicket {
    const last = revisions.reduce((a, b) => (b.rev > a.rev ? b : a))
    return {
      ref: { connection: client.connection, key: String(last.id) },
      ticket: null,
      revision: String(last.rev),
      comments: revisions.some(({ commentVersionRef }) => (commentVersionRef ?? null) !== null),
    }
  }
}

/** Hanging one work item under another gives neither of them a revision: only this feed tells of it. */
async function* readLinks(client: AzureClient, project: string, { since, ...from }: Links): AsyncIterable<FeedPage> {
  let { token } = from
  for (;;) {
    const query = token === null ? { startDateTime: since } : { continuationToken: token }
    const reply = await client.request({ method: 'GET', api: 'wit/reporting/workitemlinks', project, query })
    const page = reply.read(LinksBatch)
    token = page.continuationToken ?? tokenOf(page.nextLink) ?? token
    // Which end is the child shows when they are read.
    const keys = page.values
      .filter(({ rel }) => rel.startsWith('System.LinkTypes.Hierarchy'))
      .flatMap(({ attributes: { sourceId, targetId } }) => [String(sourceId), String(targetId)])
    const items = [...new Set(keys)].map((key) => ({
      ref: { connection: client.connection, key },
      ticket: null,
      revision: null,
      comments: false,
    }))
    yield { items, token }
    if (page.isLastBatch) return
  }
}

function readCursor(cursor: string | null): z.infer<typeof Cursor> | null {
  if (cursor === null) return null
  try {
    return Cursor.safeParse(JSON.parse(cursor)).data ?? null
  } catch {
    return null
  }
}

const tokenOf = (link: string | null | undefined): string | null =>
  link === null || link === undefined || !URL.canParse(link)
    ? null
    : new URL(link).searchParams.get('continuationToken')
