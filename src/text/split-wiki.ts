import type { SplitText } from '../core/blocks.ts'
import { cutAt, wordsIn } from './split.ts'
import { visibleHtml } from './split-markdown.ts'
import { tidy } from './tidy.ts'
import { parseBlocks } from './wiki-parser.ts'

export function splitWiki(raw: string): SplitText {
  const pieces = parseBlocks(raw).map(({ from, to, nodes }) => {
    const visible = visibleHtml(tidy({ type: 'root', children: [...nodes] }))
    return { from, to, key: keyOf(raw.slice(from, to)), words: wordsIn(visible) }
  })
  return cutAt(raw, pieces)
}

const keyOf = (slice: string): string =>
  slice
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/[ \t]+$/gmu, '')
    .trim()
