import type { SandboxReply } from '../kit/router.ts'
import type { Call, RepoCall } from './call.ts'
import { ok } from './reply.ts'

export interface Page {
  readonly page: number
  readonly perPage: number
}

/** Nonsense falls back to the first page and thirty a page; more than a hundred is a hundred. */
export function readPage({ query }: Pick<Call, 'query'>): Page {
  const read = (name: string, fallback: number): number => {
    const value = Number.parseInt(query.get(name) ?? '', 10)
    return Number.isNaN(value) || value < 1 ? fallback : value
  }
  return { page: read('page', 1), perPage: Math.min(read('per_page', 30), 100) }
}

/** One page of a list with the `Link` header that goes with it. */
export function replyPage<Thing>(
  call: Call | RepoCall,
  all: readonly Thing[],
  render: (thing: Thing) => unknown,
  wrap: (rendered: readonly unknown[]) => unknown = (rendered) => rendered,
): SandboxReply {
  const { page, perPage } = readPage(call)
  const start = (page - 1) * perPage
  const link = linkHeader(call, page, Math.ceil(all.length / perPage))
  return ok(wrap(all.slice(start, start + perPage).map(render)), link === '' ? {} : { link })
}

/** `prev`, `next`, `last`, `first`, in that order, each only where it makes sense. */
function linkHeader(call: Call | RepoCall, page: number, last: number): string {
  const to = (target: number, rel: string): string => `<${pageUrl(call, target)}>; rel="${rel}"`
  const parts = [
    ...(page > 1 ? [to(Math.min(page - 1, Math.max(last, 1)), 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ]
  return last <= 1 && page === 1 ? '' : parts.join(', ')
}

function pageUrl(call: Call | RepoCall, page: number): string {
  const query = new URLSearchParams(call.query)
  query.set('page', String(page))
  return `${call.request.origin}${listPath(call)}?${query.toString()}`
}

function listPath(call: Call | RepoCall): string {
  const { path } = call.request
  if (!('repo' in call) || call.host.switches.linkUrls === 'as-asked') return path
  return path.replace(/\/repos\/[^/]+\/[^/]+/, `/repositories/${call.repo.id}`)
}
