import { z } from 'zod'
import type { Comment, RepoRef } from '../core/issue.ts'
import type { MovedIssue, ScanPage } from '../core/ports.ts'
import { findMark } from '../text/marks.ts'
import type { Client } from './client.ts'
import { convertComment, convertIssue, parseApiUrl } from './convert.ts'
import { CommentJson, IssueJson } from './schema.ts'

/** Where a scan goes on: the last moment seen of each list, and the ETags of the requests that start there. */
const Cursor = z.object({
  issues: z.string(),
  comments: z.string(),
  issuesEtag: z.string().nullable(),
  commentsEtag: z.string().nullable(),
})
type Cursor = z.infer<typeof Cursor>

const PER_PAGE = 100

interface Listed {
  readonly updated_at: string
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly since: string
  /** For the next scan to ask with, where that may be relied on. */
  readonly etag: string | null
  readonly last: boolean
}

/**
 * Pages through a list sorted by update, each page asked for from the moment where the last one ended. Pages by number
 * would skip items: whatever is updated meanwhile moves to the end and everything behind it moves up.
 */
async function* readList<Shape extends z.ZodType<Listed>>(
  client: Client,
  shape: Shape,
  {
    route,
    repo,
    since,
    etag: sent,
  }: { readonly route: string; readonly repo: RepoRef; readonly since: string; readonly etag: string | null },
): AsyncGenerator<Page<z.infer<Shape>>> {
  let from = since
  let page = 1
  let seen = new Set<string>()
  for (;;) {
    const first = from === since && page === 1
    const parameters = {
      ...repo,
      since: from,
      sort: 'updated',
      direction: 'asc',
      per_page: PER_PAGE,
      page,
      state: 'all',
    }
    const answer = await client.readChanged(z.array(shape), route, parameters, first ? sent : null)
    if (answer === null) {
      yield { items: [], since: from, etag: sent, last: true }
      return
    }
    const listed: readonly z.infer<Shape>[] = answer.data
    const items = listed.filter((item) => !seen.has(JSON.stringify(item)))
    const last = listed.length < PER_PAGE
    const newest = listed.at(-1)?.updated_at ?? from
    // More items in one second than fit on a page: only then the page number has to help.
    if (newest === from && !last) page++
    else page = 1
    seen = new Set(listed.filter((item) => item.updated_at === newest).map((item) => JSON.stringify(item)))
    // The ETag belongs to the request just made; it holds for the next scan only if that asks the same.
    const holds = newest === from && page === 1 && isOver(newest, answer.headers['date'])
    yield { items, since: newest, etag: holds ? (answer.headers['etag'] ?? null) : null, last }
    if (last) return
    from = newest
  }
}

/**
 * Whether a second has passed by the server's own clock. As long as it lasts an item may be changed and changed back
 * without a trace in the list, while somebody saw what was in between.
 */
const isOver = (second: string, date: unknown): boolean =>
  typeof date === 'string' && Date.parse(date) - Date.parse(second) >= 2_000

/** Issues that moved, with those of whom only a comment did. */
export async function* scanIssues(
  client: Client,
  repo: RepoRef,
  { cursor, since, now }: { readonly cursor: string | null; readonly since: string; readonly now: Date },
): AsyncGenerator<ScanPage<MovedIssue>> {
  let at: Cursor =
    cursor === null
      ? // The issues of a first scan say themselves whether they have comments.
        { issues: since, comments: floorToSecond(now), issuesEtag: null, commentsEtag: null }
      : Cursor.parse(JSON.parse(cursor))

  const commented = new Map<number, Comment[]>()
  if (cursor !== null) {
    const list = { route: 'GET /repos/{owner}/{repo}/issues/comments', repo, since: at.comments, etag: at.commentsEtag }
    for await (const page of readList(client, CommentJson, list)) {
      at = { ...at, comments: page.since, commentsEtag: page.etag }
      for (const comment of page.items) {
        const ref = parseApiUrl(comment.issue_url ?? '')
        // Comments of pull requests stand in the same list, and so do our own copies.
        if (ref === undefined || comment.html_url.includes('/pull/') || findMark(comment.body ?? '') !== undefined)
          continue
        commented.set(ref.number, [...(commented.get(ref.number) ?? []), convertComment(comment)])
      }
    }
  }

  const list = { route: 'GET /repos/{owner}/{repo}/issues', repo, since: at.issues, etag: at.issuesEtag }
  for await (const page of readList(client, IssueJson, list)) {
    at = { ...at, issues: page.since, issuesEtag: page.etag }
    const items: MovedIssue[] = page.items
      .filter((json) => json.pull_request === undefined)
      .map((json) => {
        const ref = { ...repo, number: json.number }
        const comments = commented.get(ref.number) ?? []
        commented.delete(ref.number)
        return { ref, issue: convertIssue(json, ref), comments }
      })
    if (page.last) {
      items.push(...[...commented].map(([number, comments]) => ({ ref: { ...repo, number }, issue: null, comments })))
    }
    yield { items, cursor: JSON.stringify(at) }
  }
}

const floorToSecond = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`
