import type { TextContext, TextFormat } from '../core/blocks.ts'
import { htmlFromMarkdown, markdownFromHtml } from './html.ts'
import { rememberLast } from './last.ts'
import { fitText } from './limit.ts'
import { splitHtml } from './split-html.ts'
import { splitMarkdown, withDefinitions } from './split-markdown.ts'
import { splitWiki } from './split-wiki.ts'
import { gitHubMarkdownFromTracker, trackerMarkdownFromGitHub } from './tracker-markdown.ts'
import { markdownFromWiki, wikiFromMarkdown } from './wiki.ts'

type Parts = Pick<TextFormat, 'format' | 'gap' | 'fromMarkdown' | 'toMarkdown' | 'split'>

function createFormat(parts: Parts): TextFormat {
  const split = rememberLast(parts.split)
  const keysOf = (raw: string) => split(raw).blocks.map((block) => block.key)
  const format: TextFormat = {
    ...parts,
    split,
    fromMarkdown: (markdown, context) => fitText(format, parts.fromMarkdown(markdown, context), context),
    toMarkdown: (raw, context) => fitText(markdownFormat, parts.toMarkdown(raw, context), context),
    equal(left, right) {
      if (left === right) return true
      const [before, after] = [keysOf(left), keysOf(right)]
      return before.length === after.length && before.every((key, index) => key === after[index])
    },
  }
  return format
}

/** GitHub's own text, and the Markdown fields of trackers that keep Markdown. */
export const markdownFormat: TextFormat = createFormat({
  format: 'markdown',
  gap: '\n\n',
  fromMarkdown: trackerMarkdownFromGitHub,
  toMarkdown: gitHubMarkdownFromTracker,
  split: splitMarkdown,
})

/** Text fields and comments of Azure DevOps. */
export const htmlFormat: TextFormat = createFormat({
  format: 'html',
  gap: '',
  fromMarkdown: htmlFromMarkdown,
  toMarkdown: markdownFromHtml,
  split: splitHtml,
})

/** Jira Server and Data Center. */
export const wikiFormat: TextFormat = createFormat({
  format: 'wiki',
  gap: '\n\n',
  fromMarkdown: wikiFromMarkdown,
  toMarkdown: markdownFromWiki,
  split: splitWiki,
})

/** What `mergeText` needs to carry GitHub's text into a tracker. */
export const toTracker = (format: TextFormat, context: TextContext) => {
  const { limit: _limit, ...unlimited } = context
  return {
    convert: (excerpt: string, whole: string) => format.fromMarkdown(withDefinitions(excerpt, whole), unlimited),
    fit: (text: string) => fitText(format, text, context),
  }
}

/** What `mergeText` needs to carry a tracker's text into GitHub. */
export const toGitHub = (format: TextFormat, context: TextContext) => {
  const { limit: _limit, ...unlimited } = context
  return {
    convert: (excerpt: string, whole: string) => {
      const complete = format.format === 'markdown' ? withDefinitions(excerpt, whole) : excerpt
      return format.toMarkdown(complete, unlimited)
    },
    fit: (text: string) => fitText(markdownFormat, text, context),
  }
}
