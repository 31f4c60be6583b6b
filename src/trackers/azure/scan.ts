import { z } from 'zod'
import type { MovedTicket, ScanPage } from '../../core/ports.ts'
import type { AzureClient } from './client.ts'
import { FIELD } from './fields.ts'
import { RevisionsBatch } from './schema.ts'

/** The feed's own token says all; the watermark in it is not ours to read. */
const Cursor = z.object({ token: z.string() })

// Small enough that a page is dealt with, and its cursor stored, in reasonable time.
const PAGE = 1000

const FIELDS = ['System.Id', 'System.Rev', FIELD.deleted, FIELD.commentCount].join(',')

/** Follows the reporting feed: one request when nothing moved. */
export async function* scanChanges(
  client: AzureClient,
  { project, cursor, since }: { readonly project: string; readonly cursor: string | null; readonly since: string },
): AsyncIterable<ScanPage<MovedTicket>> {
  let token = readToken(cursor)
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
    const items = [...Map.groupBy(page.values, ({ id }) => id).values()].flatMap(toMoved)
    yield { items, cursor: JSON.stringify({ token }) }
    if (page.isLastBatch) return
  }

  // The feed knows no relations, and so no marks: whoever needs a ticket reads it, many at once.
  function toMoved(revisions: z.infer<typeof RevisionsBatch>['values']): readonly MovedTicket[] {
    const last = revisions.reduce((a, b) => (b.rev > a.rev ? b : a))
    return [
      {
        ref: { connection: client.connection, key: String(last.id) },
        ticket: null,
        revision: String(last.rev),
        comments: revisions.some(({ commentVersionRef }) => (commentVersionRef ?? null) !== null),
      },
    ]
  }
}

function readToken(cursor: string | null): string | null {
  if (cursor === null) return null
  try {
    return Cursor.safeParse(JSON.parse(cursor)).data?.token ?? null
  } catch {
    return null
  }
}

const tokenOf = (link: string | null | undefined): string | null =>
  link === null || link === undefined || !URL.canParse(link)
    ? null
    : new URL(link).searchParams.get('continuationToken')
