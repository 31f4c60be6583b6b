import type { Link, Paragraph } from 'mdast'
import { disarm } from './github-references.ts'
import { htmlFromMarkdown, markdownFromHtml } from './html.ts'
import { parseMarkdown, printMarkdown } from './markdown.ts'
import { findMark, printMark, stripMark } from './marks.ts'

export interface TrackerComment {
  readonly authorName: string
  readonly authorLogin: string
  readonly url: string
  /** The comment as written on GitHub. */
  readonly markdown: string
}

export interface GitHubComment {
  readonly authorName: string
  readonly trackerName: string
  readonly url: string
  /** The comment as `toMarkdown` of the tracker's format gave it. */
  readonly markdown: string
  /** Finds the comment again. */
  readonly key: string
}

/** A GitHub comment for a tracker, still as Markdown: the tracker's format turns it into its own. */
export const printCommentForTracker = ({ authorName, authorLogin, url, markdown }: TrackerComment): string => {
  const author = authorName === '' || authorName === authorLogin ? authorLogin : `${authorName} (${authorLogin})`
  return `${header(author, url, 'wrote on GitHub:')}\n\n${stripMark(markdown)}`
}

export function printCommentForGitHub({ authorName, trackerName, url, markdown, key }: GitHubComment): string {
  const mark = printMark({ kind: 'comment', key })
  const start = header(disarm(authorName), url, `wrote in ${disarm(trackerName)}:`)
  const whole = `${start}\n\n${markdown.trim()}\n\n${mark}`
  const last = parseMarkdown(whole).children.at(-1)
  if (last?.type === 'html' && last.value === mark) return whole
  // An unclosed code fence or tag would show the mark or swallow it; by way of HTML everything is closed.
  return `${start}\n\n${markdownFromHtml(htmlFromMarkdown(markdown, {}), {})}\n\n${mark}`
}

/** What the author wrote, of a comment printed for GitHub: its text may have been edited there. */
export function bodyOfPrintedComment(markdown: string): string {
  if (findMark(markdown)?.kind !== 'comment') return markdown
  const body = stripMark(markdown)
  return /^\*\*\[.*\]\(.*\)\*\* wrote in [^\n]*:(?:\r?\n){2}/u.test(body) ? body.replace(/^[^\n]*\n\r?\n/u, '') : body
}

function header(author: string, url: string, rest: string): string {
  const link: Link = { type: 'link', url, children: [{ type: 'text', value: author }] }
  const line: Paragraph = {
    type: 'paragraph',
    children: [
      { type: 'strong', children: [link] },
      { type: 'text', value: ` ${rest.replaceAll(/\s+/gu, ' ')}` },
    ],
  }
  return printMarkdown({ type: 'root', children: [line] })
}
