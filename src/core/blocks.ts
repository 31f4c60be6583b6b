import { fingerprint } from './fingerprint.ts'

/** One visible top-level piece of a text: a paragraph, a list, a table, a code block. */
export interface Block {
  /** The exact slice of the source. */
  readonly raw: string
  /** What stands between this block and the next one: blank lines, hidden comments, tags of a frame. */
  readonly tail: string
  /** The block without what a server may rewrite by itself. Equal keys mean: nobody changed anything. */
  readonly key: string
  /** Letters and digits alone: the same in every format, so that blocks of two formats can be paired. */
  readonly words: string
}

/** `head` and every `raw` and `tail` joined in order are the text they came from. */
export interface SplitText {
  readonly head: string
  readonly blocks: readonly Block[]
}

/** A text as last agreed, remembered without the text. */
export interface TextBase {
  readonly whole: string
  /** One print per block: 16 digits of its key, then 8 of its words. */
  readonly blocks: readonly string[]
}

/** How a tracker names a person: an account, which is told about it, or plain text, which tells nobody. */
export type TrackerMention = { readonly account: string; readonly name: string } | { readonly text: string }

export interface TextContext {
  /** Web address of the GitHub issue: the ground of relative links and of references such as `#12`. */
  readonly issueUrl?: string
  readonly mentionToTracker?: (login: string) => TrackerMention | undefined
  /** Takes the tracker's account (a GUID on Azure DevOps, a user name on Jira) and its display name. */
  readonly mentionToGitHub?: (account: string, name: string) => string | undefined
  readonly rewriteLink?: (url: string, kind: 'link' | 'image') => string | undefined
  /** Longest text the other side takes, in UTF-16 units. */
  readonly limit?: number
  /** Where the whole text stands, for the closing line of a text that had to be cut. */
  readonly moreUrl?: string
}

export interface TextFormat {
  readonly format: 'html' | 'markdown' | 'wiki'
  /** What has to stand between two blocks that were no neighbours before. */
  readonly gap: string
  readonly fromMarkdown: (markdown: string, context: TextContext) => string
  readonly toMarkdown: (raw: string, context: TextContext) => string
  readonly split: (raw: string) => SplitText
  readonly equal: (left: string, right: string) => boolean
}

const keyDigits = 16
const wordDigits = 8

export const printBlock = (block: Block): string =>
  fingerprint(block.key).slice(0, keyDigits) + fingerprint(block.words).slice(0, wordDigits)

export const wordsOfPrint = (print: string): string => print.slice(keyDigits)

export function rememberText(format: Pick<TextFormat, 'split'>, raw: string): TextBase {
  const blocks = format.split(raw).blocks.map(printBlock)
  return { whole: fingerprint(blocks.join(' ')), blocks }
}

export const isTextUnchanged = (base: TextBase, format: Pick<TextFormat, 'split'>, now: string): boolean =>
  rememberText(format, now).whole === base.whole
