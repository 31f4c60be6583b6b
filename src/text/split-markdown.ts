import type { Definition, Nodes, Root, RootContent } from 'mdast'
import type { SplitText } from '../core/blocks.ts'
import { parseHtml, textOfTree, cleanTree, isElement, type Nodes as HtmlNodes } from './html-tree.ts'
import { parseMarkdown, textOf } from './markdown.ts'
import { cutAt, imageSign, ruleSign, wordsIn, type Piece } from './split.ts'

export function splitMarkdown(raw: string): SplitText {
  const root = parseMarkdown(raw)
  const definitions = definitionsOf(root)
  const pieces = groupHtml(root.children).flatMap((group): Piece[] => {
    const from = group[0]?.position?.start.offset
    const to = group.at(-1)?.position?.end.offset
    if (from === undefined || to === undefined || group.every(isHidden)) return []
    const start = raw.lastIndexOf('\n', from - 1) + 1
    const slice = raw.slice(start, to)
    const addresses = group.flatMap((node) => addressesIn(node, definitions))
    return [
      { from: start, to, key: [keyOf(slice), ...addresses].join('\n'), words: wordsIn(group.map(visible).join(' ')) },
    ]
  })
  return cutAt(raw, pieces)
}

/** Two blanks at the end of a line are no change: GitHub breaks the line in an issue with or without them. */
const keyOf = (slice: string): string =>
  slice
    .replaceAll(/\r\n?/gu, '\n')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/[ \t]+$/gmu, '')
    .replaceAll(/\n{3,}/gu, '\n\n')
    .replace(/^\n*(?: {1,3}(?=\S))?/u, '')
    .trimEnd()

/** Link definitions print nothing; whoever uses one carries its address in its own key. */
const isHidden = (node: RootContent): boolean =>
  node.type === 'definition' ||
  (node.type === 'html' && node.value.replaceAll(/<!--[\s\S]*?(?:-->|$)/gu, '').trim() === '')

const definitionsOf = (root: Root): ReadonlyMap<string, Definition> =>
  new Map(
    root.children
      .filter((node) => node.type === 'definition')
      .reverse()
      .map((node) => [node.identifier, node]),
  )

function addressesIn(node: Nodes, definitions: ReadonlyMap<string, Definition>): string[] {
  if (definitions.size === 0) return []
  const own =
    node.type === 'linkReference' || node.type === 'imageReference' ? definitions.get(node.identifier) : undefined
  const below = 'children' in node ? node.children.flatMap((child) => addressesIn(child, definitions)) : []
  return own ? [own.url, ...below] : below
}

/** `<details>` and its end are nodes of their own; what stands between them belongs to one block. */
function groupHtml(nodes: readonly RootContent[]): readonly (readonly RootContent[])[] {
  const groups: RootContent[][] = []
  let depth = 0
  for (const node of nodes) {
    const group = groups.at(-1)
    if (depth > 0 && group) group.push(node)
    else groups.push([node])
    if (node.type === 'html') depth = Math.max(0, depth + openTags(node.value))
  }
  // A tag that nobody closes holds nothing together.
  return depth > 0 ? nodes.map((node) => [node]) : groups
}

const openTags = (html: string): number => {
  const tags = html.replaceAll(/<!--[\s\S]*?(?:-->|$)/gu, '')
  const open = tags.match(/<(?:details|div|table|blockquote|ul|ol|section|center|picture|pre)\b/giu)?.length ?? 0
  return open - (tags.match(/<\/(?:details|div|table|blockquote|ul|ol|section|center|picture|pre)\b/giu)?.length ?? 0)
}

function visible(node: Nodes): string {
  if (node.type === 'html') return visibleHtml(cleanTree(parseHtml(node.value)))
  if (node.type === 'image' || node.type === 'imageReference') return imageSign
  if (node.type === 'thematicBreak') return ruleSign
  return 'children' in node && node.type !== 'footnoteDefinition' ? node.children.map(visible).join(' ') : textOf(node)
}

export function visibleHtml(node: HtmlNodes): string {
  if (isElement(node, 'img')) return imageSign
  if (isElement(node, 'hr')) return ruleSign
  return 'children' in node ? node.children.map(visibleHtml).join(' ') : textOfTree(node)
}

/** The excerpt with the link definitions it uses from the text it was cut from. */
export function withDefinitions(excerpt: string, whole: string): string {
  if (excerpt === whole) return excerpt
  if (!/^[ \t>]*\[[^\]]+\]:/mu.test(whole)) return excerpt
  const named = (label: string) => excerpt.toLowerCase().includes(`[${label.toLowerCase()}]`)
  const definitions = parseMarkdown(whole).children.filter(
    (node) => node.type === 'definition' && named(node.label ?? node.identifier),
  )
  const lines = definitions.map(({ position }) => whole.slice(position?.start.offset, position?.end.offset))
  return lines.length === 0 ? excerpt : [excerpt, ...lines].join('\n\n')
}
