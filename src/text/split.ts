import { emojiOf } from './emoji.ts'
import type { Block, SplitText } from '../core/blocks.ts'

/** Where a block starts and ends in its source, and what it says. */
export interface Piece {
  readonly from: number
  readonly to: number
  readonly key: string
  readonly words: string
}

/** Stands for what has no words of its own, so that two pictures are more alike than a picture and a rule. */
export const imageSign = '\uFFFC'
export const ruleSign = '\u2015'

export const wordsIn = (visible: string): string =>
  visible
    // A picture on one side may be its name on the other.
    .replaceAll(/(?<![\w:]):([\w+-]+):/gu, (whole, name: string) => (emojiOf(name) === undefined ? whole : ' '))
    .replaceAll(/[^\p{L}\p{N}\uFFFC\u2015]+/gu, '')

/** Cuts the source at the pieces: nothing is lost, whatever stands between two pieces is the tail of the first. */
export function cutAt(raw: string, pieces: readonly Piece[]): SplitText {
  const blocks: Block[] = []
  const ordered = pieces.filter((piece, index) => piece.from >= (pieces[index - 1]?.to ?? 0) && piece.to > piece.from)
  for (const [index, { from, to, key, words }] of ordered.entries()) {
    const next = ordered[index + 1]?.from ?? raw.length
    const end = from + raw.slice(from, to).trimEnd().length
    blocks.push({ raw: raw.slice(from, end), tail: raw.slice(end, next), key, words })
  }
  return { head: raw.slice(0, ordered[0]?.from ?? raw.length), blocks }
}

export const joinBlocks = ({ head, blocks }: SplitText): string =>
  head + blocks.map((block) => block.raw + block.tail).join('')
