import type { SplitText } from '../core/blocks.ts'
import { isElement, parseHtml, type RootContent } from './html-tree.ts'
import { printHtml } from './html.ts'
import { isBlockName } from './phrasing.ts'
import { cutAt, wordsIn, type Piece } from './split.ts'
import { visibleHtml } from './split-markdown.ts'
import { tidy } from './tidy.ts'

export function splitHtml(raw: string): SplitText {
  const pieces: Piece[] = []
  for (const run of runsOf(parseHtml(raw).children)) {
    const from = run[0]?.position?.start.offset
    const to = run.at(-1)?.position?.end.offset
    if (from === undefined || to === undefined) continue
    const tree = tidy({ type: 'root', children: run })
    const key = printHtml(tree)
    if (key !== '') pieces.push({ from, to, key, words: wordsIn(visibleHtml(tree)) })
  }
  return cutAt(raw, pieces)
}

/** Blocks, and runs of loose text between them; a frame of `div` around blocks is looked into. */
function runsOf(nodes: readonly RootContent[]): RootContent[][] {
  const runs: RootContent[][] = []
  let loose: RootContent[] = []
  const flush = () => {
    if (loose.length > 0) runs.push(loose)
    loose = []
  }
  for (const node of nodes) {
    if (!isElement(node) || !isBlockName(node.tagName)) {
      if (loose.length > 0 || node.type !== 'text' || node.value.trim() !== '') loose.push(node)
      continue
    }
    flush()
    const holdsBlocks = node.children.some((child) => isElement(child) && isBlockName(child.tagName))
    if (isElement(node, 'div', 'section', 'article') && holdsBlocks)
      runs.push(...runsOf(node.children as RootContent[]))
    else runs.push([node])
  }
  flush()
  return runs
}
