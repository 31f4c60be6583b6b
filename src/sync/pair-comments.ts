import { findStrayCopies, planComments } from '../core/comments.ts'
import type { CommentsInput, CommentsPlan } from '../core/comments.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Comment } from '../core/issue.ts'
import type { CommentPair, Link, Side } from '../core/link.ts'
import type { Tracker } from '../core/ports.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { rewriteToTicket } from './images.ts'
import type { SharedImages } from './images.ts'

/** Reads the comments of both sides, if they may have moved, and plans their copies. */
export async function planPairComments(
  deps: SyncDeps,
  tracker: Tracker,
  { link, pair, images }: { readonly link: Link; readonly pair: Pair; readonly images: SharedImages },
  options: ReconcileOptions,
): Promise<CommentsPlan> {
  const { rule, traits } = pair
  if (rule.sync.comments === 'off' || !haveMoved(link, pair, options)) return { changes: [], pairs: link.comments }
  const [issue, ticket] = await Promise.all([
    pair.issue.commentCount === 0 ? [] : deps.host.readComments(pair.issue.ref),
    pair.ticket.comments ?? tracker.readComments(pair.ticket),
  ])
  const printer = (rewriteLink?: (url: string) => string | undefined) =>
    deps.createPrinter({ issueUrl: pair.issue.url, traits, ...(rewriteLink && { rewriteLink }) })
  const input: CommentsInput = {
    pairs: link.comments,
    issue,
    ticket,
    direction: rule.sync.comments,
    editsOnTicket: traits.editsComments,
    printer: printer(),
    markOf: (side, comment) => markOfComment(side, comment, pair),
    isMarkOf: (side, mark) => isBelow(mark, addressOf(side, pair)),
  }
  const known = { ...input, pairs: [...link.comments, ...(await findOurStrays(tracker, input))] }
  const first = planComments(known)
  const originals = first.changes.filter(({ side, op }) => side === 'tracker' && op !== 'delete')
  const written = issue.filter(({ id }) => originals.some(({ original }) => original === id))
  if (!(await images.share(written.map(({ body }) => body)))) return first
  return planComments({ ...known, printer: printer(rewriteToTicket(images.known)) })
}

function haveMoved(link: Link, { base, issue, ticket }: Pair, options: ReconcileOptions): boolean {
  if (issue.commentCount === 0 && ticket.commentCount === 0 && link.comments.length === 0) return false
  const counts = base?.commentCount
  return (
    options.comments === true ||
    counts === undefined ||
    counts.issue !== issue.commentCount ||
    counts.ticket !== ticket.commentCount
  )
}

/**
 * Strays are taken away, so they must be ours beyond doubt. In a tracker, people who copy a copy take along the link that
 * marks it; the mark on GitHub is hidden from them.
 */
async function findOurStrays(tracker: Tracker, input: CommentsInput): Promise<readonly CommentPair[]> {
  const strays = findStrayCopies(input)
  const self = strays.some(({ pair }) => pair.origin === 'github') ? await tracker.readSelf() : null
  return strays.filter(({ pair, copy }) => pair.origin === 'tracker' || copy.author.id === self).map(({ pair }) => pair)
}

const isBelow = (mark: string, address: string): boolean =>
  mark.startsWith(address) && /^[?#]/.test(mark.slice(address.length))

const addressOf = (side: Side, { issue, ticket }: Pair): string => (side === 'github' ? issue.url : ticket.url)

const markOfComment = (side: Side, comment: Comment, pair: Pair): string =>
  comment.url ?? `${addressOf(side, pair)}#${side === 'github' ? 'issuecomment-' : ''}${comment.id}`
