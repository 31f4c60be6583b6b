import type { TextContext } from '../core/blocks.ts'
import type { CommentPrinter } from '../core/comments.ts'
import type { TrackerTraits } from '../core/ports.ts'
import { printCommentForGitHub, printCommentForTracker } from './comment.ts'
import { toGitHub, toTracker } from './format.ts'

const GITHUB_LIMIT = 65_536

/** Prints the copies of comments: author and link on top, the text in the other side's format, the mark at the end. */
export function createCommentPrinter({
  issueUrl,
  traits,
  rewriteLink = () => undefined,
}: {
  readonly issueUrl: string
  readonly traits: TrackerTraits
  /** For pictures that were copied to the ticket. */
  readonly rewriteLink?: TextContext['rewriteLink']
}): CommentPrinter {
  const down = (moreUrl: string) => toTracker(traits.text, { issueUrl, limit: traits.bodyLimit, moreUrl, rewriteLink })
  const up = (moreUrl: string) => toGitHub(traits.text, { issueUrl, limit: GITHUB_LIMIT - 1_000, moreUrl })
  return {
    forTicket({ author, body }, mark) {
      const markdown = printCommentForTracker({
        authorName: author.name,
        authorLogin: author.id,
        url: mark,
        markdown: body,
      })
      const carrier = down(mark)
      return carrier.fit(carrier.convert(markdown, markdown))
    },
    forIssue({ author, body, url }, mark) {
      const carrier = up(url ?? mark)
      const markdown = carrier.fit(carrier.convert(body, body))
      return printCommentForGitHub({
        authorName: author.name,
        trackerName: traits.product,
        url: url ?? mark,
        markdown,
        key: mark,
      })
    },
  }
}
