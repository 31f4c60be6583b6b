import { rememberLast } from './last.ts'
import { parseMarkdown } from './markdown.ts'

/**
 * A hidden mark is the last line of a text on GitHub: `<!-- lockstep:comment KEY -->`. Only the last line counts, and we write it:
 * a mark quoted in the text above, or shown by a code block that does not end, is never taken for one.
 */
export interface Mark {
  readonly kind: string
  readonly key: string
}

const lastLine = /(?:^|\n)<!-- lockstep:([a-z]+) (\S+) -->\s*$/u

// ">" would end the comment, and "--" must not occur in one.
const encodeKey = (key: string): string => encodeURIComponent(key).replaceAll('--', '%2D%2D')

export const printMark = ({ kind, key }: Mark): string => `<!-- lockstep:${kind} ${encodeKey(key)} -->`

const lastNode = rememberLast((markdown) => parseMarkdown(markdown).children.at(-1))

export function findMark(markdown: string): Mark | undefined {
  const match = lastLine.exec(markdown)
  if (!match?.[1] || !match[2]) return undefined
  const last = lastNode(markdown)
  if (last?.type !== 'html' || last.value !== match[0].trim()) return undefined
  try {
    return { kind: match[1], key: decodeURIComponent(match[2]) }
  } catch {
    return undefined
  }
}

export const stripMark = (markdown: string): string => markdown.replace(lastLine, '').trimEnd()
