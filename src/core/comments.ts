import type { Direction } from '../config/schema.ts'
import type { CommentChange } from './change.ts'
import { fingerprint } from './fingerprint.ts'
import type { Comment } from './issue.ts'
import type { CommentPair, Side } from './link.ts'
import { otherSide } from './link.ts'

/** Turns a comment of one side into the text of its copy on the other. */
export interface CommentPrinter {
  forTicket(comment: Comment, mark: string): string
  forIssue(comment: Comment, mark: string): string
}

export interface CommentsInput {
  readonly pairs: readonly CommentPair[]
  readonly issue: readonly Comment[]
  readonly ticket: readonly Comment[]
  readonly direction: Direction
  /** Whether the tracker can edit and delete comments. */
  readonly editsOnTicket: boolean
  readonly printer: CommentPrinter
  /** Address that marks the copy of a comment; it must be the same each time. */
  markOf(side: Side, comment: Comment): string
  /** Whether a mark is that of a comment of this very issue or ticket, be it still there or not. */
  isMarkOf(side: Side, mark: string): boolean
}

export interface CommentsPlan {
  readonly changes: readonly CommentChange[]
  /** The pairs as known now, copies found by their mark included; new copies come on top once they stand. */
  readonly pairs: readonly CommentPair[]
}

// Commands to Lockstep are no talk about the issue.
const isCommand = (comment: Comment): boolean => /^\s*\/lockstep\b/i.test(comment.body)

const seenOf = (comment: Comment): string => fingerprint(comment.body.replaceAll('\r\n', '\n').trim())

/** One copy of each comment, edits and deletes followed; what is restricted never leaves its side. */
export function planComments(input: CommentsInput): CommentsPlan {
  const { direction } = input
  const changes: CommentChange[] = []
  const known = adoptCopies(input)
  const pairs = known.map((pair) => followPair(pair, input, changes))
  if (direction === 'both' || direction === 'to-tracker') addMissing('github', input, pairs, changes)
  if (direction === 'both' || direction === 'to-github') addMissing('tracker', input, pairs, changes)
  return { changes, pairs }
}

/** Whether what somebody wrote on an issue stands in step already, or has no part in it. */
export const isCommentKnown = (pairs: readonly CommentPair[], comment: Comment): boolean =>
  pairs.some(
    (pair) =>
      pair.issueComment === comment.id && (pair.ended || pair.origin === 'tracker' || pair.seen === seenOf(comment)),
  )

const commentsOf = (side: Side, input: CommentsInput): readonly Comment[] =>
  side === 'github' ? input.issue : input.ticket

/** Copies that stand but are not remembered: the process died between writing and remembering. */
function adoptCopies(input: CommentsInput): CommentPair[] {
  const pairs = [...input.pairs]
  for (const origin of ['github', 'tracker'] as const) {
    for (const original of commentsOf(origin, input)) {
      if (original.own || pairs.some((pair) => idOn(origin, pair) === original.id)) continue
      const mark = input.markOf(origin, original)
      const copy = commentsOf(otherSide(origin), input).find((comment) => comment.own && comment.copyOf === mark)
      if (copy === undefined) continue
      const ids = origin === 'github' ? [original.id, copy.id] : [copy.id, original.id]
      const [issueComment = '', ticketComment = ''] = ids
      // What it said when it was copied is not known: remembered as unseen, so the copy is written anew.
      pairs.push({ origin, issueComment, ticketComment, seen: '', ended: false })
    }
  }
  return pairs
}

/** A copy that no pair knows and whose comment is gone. */
export interface StrayCopy {
  readonly copy: Comment
  readonly pair: CommentPair
}

/** Copies whose write got no reply, and whose comment was deleted before anybody looked. */
export function findStrayCopies(input: CommentsInput): readonly StrayCopy[] {
  return (['github', 'tracker'] as const).flatMap((origin) => {
    const target = otherSide(origin)
    const standing = new Set(commentsOf(origin, input).map((comment) => input.markOf(origin, comment)))
    return commentsOf(target, input).flatMap((copy) => {
      const mark = copy.copyOf
      if (mark === null || standing.has(mark) || !input.isMarkOf(origin, mark)) return []
      if (input.pairs.some((pair) => idOn(target, pair) === copy.id)) return []
      // What the comment's id was is not known; its mark stands for it.
      const [issueComment, ticketComment] = origin === 'github' ? [mark, copy.id] : [copy.id, mark]
      return [{ copy, pair: { origin, issueComment, ticketComment, seen: '', ended: false } }]
    })
  })
}

const idOn = (side: Side, pair: CommentPair): string => (side === 'github' ? pair.issueComment : pair.ticketComment)

const travels = (side: Side, direction: Direction): boolean =>
  direction === 'both' || direction === (side === 'github' ? 'to-tracker' : 'to-github')

function followPair(pair: CommentPair, input: CommentsInput, changes: CommentChange[]): CommentPair {
  if (pair.ended || !travels(pair.origin, input.direction)) return pair
  const target = otherSide(pair.origin)
  const original = commentsOf(pair.origin, input).find(({ id }) => id === idOn(pair.origin, pair))
  const copy = commentsOf(target, input).find(({ id }) => id === idOn(target, pair))
  if (copy === undefined) return { ...pair, ended: true }
  const canEdit = target === 'github' || input.editsOnTicket
  const base = { kind: 'comment', side: target, original: idOn(pair.origin, pair), copy: copy.id } as const
  if (original === undefined || original.restricted) {
    if (!canEdit) return { ...pair, ended: true }
    changes.push({ ...base, op: 'delete', body: '', mark: copy.copyOf ?? '', seen: '', author: '' })
    return pair
  }
  const seen = seenOf(original)
  if (seen === pair.seen) return pair
  if (!canEdit) return { ...pair, seen }
  changes.push({ ...base, op: 'edit', ...render(pair.origin, original, input), seen })
  return pair
}

function addMissing(origin: Side, input: CommentsInput, pairs: readonly CommentPair[], changes: CommentChange[]): void {
  for (const original of commentsOf(origin, input)) {
    if (original.own || original.copyOf !== null || original.restricted || isCommand(original)) continue
    if (original.body.trim() === '' || pairs.some((pair) => idOn(origin, pair) === original.id)) continue
    changes.push({
      kind: 'comment',
      side: otherSide(origin),
      op: 'add',
      original: original.id,
      copy: null,
      ...render(origin, original, input),
      seen: seenOf(original),
    })
  }
}

function render(
  origin: Side,
  original: Comment,
  input: CommentsInput,
): Pick<CommentChange, 'body' | 'mark' | 'author'> {
  const mark = input.markOf(origin, original)
  const { printer } = input
  const body = origin === 'github' ? printer.forTicket(original, mark) : printer.forIssue(original, mark)
  return { body, mark, author: original.author.name }
}

/** The pairs after one change has taken effect; `copy` is the id of the copy that stands now. */
export function rememberComment(
  pairs: readonly CommentPair[],
  change: CommentChange,
  copy: string,
): readonly CommentPair[] {
  const origin = otherSide(change.side)
  const isIt = (pair: CommentPair) => pair.origin === origin && idOn(origin, pair) === change.original
  if (change.op === 'delete') return pairs.map((pair) => (isIt(pair) ? { ...pair, ended: true } : pair))
  if (change.op === 'edit') return pairs.map((pair) => (isIt(pair) ? { ...pair, seen: change.seen } : pair))
  const ids = origin === 'github' ? [change.original, copy] : [copy, change.original]
  const [issueComment = '', ticketComment = ''] = ids
  return [...pairs, { origin, issueComment, ticketComment, seen: change.seen, ended: false }]
}
