import { planComments } from '../core/comments.ts'
import type { CommentsPlan } from '../core/comments.ts'
import type { Pair } from '../core/fields/field.ts'
import type { Comment } from '../core/issue.ts'
import type { Link, Side } from '../core/link.ts'
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
  const plan = (print: ReturnType<typeof printer>) =>
    planComments({
      pairs: link.comments,
      issue,
      ticket,
      direction: rule.sync.comments,
      editsOnTicket: traits.editsComments,
      printer: print,
      markOf: (side, comment) => markOfComment(side, comment, pair),
    })
  const first = plan(printer())
  const originals = first.changes.filter(({ side, op }) => side === 'tracker' && op !== 'delete')
  const written = issue.filter(({ id }) => originals.some(({ original }) => original === id))
  if (!(await images.share(written.map(({ body }) => body)))) return first
  return plan(printer(rewriteToTicket(images.known)))
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

const markOfComment = (side: Side, comment: Comment, { issue, ticket }: Pair): string =>
  side === 'github'
    ? (comment.url ?? `${issue.url}#issuecomment-${comment.id}`)
    : (comment.url ?? `${ticket.url}#${comment.id}`)
