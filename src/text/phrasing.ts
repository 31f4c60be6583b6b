import { element, isElement, text, textOfTree, type Element, type ElementContent, type Nodes } from './html-tree.ts'

const aliases: Readonly<Record<string, string>> = {
  b: 'strong',
  strong: 'strong',
  i: 'em',
  em: 'em',
  s: 'del',
  strike: 'del',
  del: 'del',
  u: 'ins',
  ins: 'ins',
  sup: 'sup',
  sub: 'sub',
  kbd: 'kbd',
  a: 'a',
}
const code = ['code', 'tt', 'samp']

interface Leaf {
  readonly marks: readonly Element[]
  readonly node: ElementContent
}

/** A mention has no address of its own: the person is what tells two of them apart. */
const addressOf = ({ properties }: Element): string | undefined => {
  const address = properties['dataMention'] ?? properties['dataVssMention'] ?? properties['href']
  return address === undefined ? undefined : String(address)
}

const isSameMark = (left: Element | undefined, right: Element | undefined): boolean =>
  left !== undefined && left.tagName === right?.tagName && addressOf(left) === addressOf(right)

function sharedMarks(left: readonly Element[], right: readonly Element[]): readonly Element[] {
  let length = 0
  while (isSameMark(left[length], right[length])) length += 1
  return left.slice(0, length)
}

// Editors put U+00A0 and zero-width spaces where a person typed a blank or nothing at all.
const plainBlanks = (value: string): string => value.replaceAll('\u200b', '').replaceAll(/[\s\u00a0]+/gu, ' ')

/** Blocks inside (a list in a table cell) become lines. */
function leavesOf(nodes: readonly Nodes[], marks: readonly Element[], leaves: Leaf[]): Leaf[] {
  for (const node of nodes) {
    if (node.type === 'text') {
      for (const part of plainBlanks(node.value).split(/(?<=^ )|(?= $)/u))
        if (part !== '') leaves.push({ marks, node: text(part) })
      continue
    }
    if (!isElement(node)) continue
    const name = aliases[node.tagName]
    if (code.includes(node.tagName)) {
      const value = plainBlanks(textOfInline(node)).trim()
      if (value !== '') leaves.push({ marks, node: element('code', [text(value)]) })
    } else if (name !== undefined) {
      const known = marks.some((mark) => mark.tagName === name)
      const useless = known || (name === 'a' && addressOf(node) === undefined)
      const mark = element(name, [], node.properties)
      leavesOf(node.children, useless ? marks : [...marks, mark], leaves)
    } else if (isElement(node, 'br', 'img', 'input')) leaves.push({ marks, node })
    else if (isElement(node, 'pre')) {
      for (const line of textOfTree(node).split('\n'))
        leaves.push({ marks, node: element('br', []) }, { marks, node: element('code', [text(line.trim())]) })
    } else if (isBlockName(node.tagName)) {
      const line: Leaf = { marks, node: element('br', []) }
      leaves.push(line)
      leavesOf(node.children, marks, leaves)
      leaves.push(line)
    } else leavesOf(node.children, marks, leaves)
  }
  return leaves
}

function textOfInline(node: Nodes): string {
  if (node.type === 'text') return node.value
  if (isElement(node, 'br')) return ' '
  return 'children' in node ? node.children.map(textOfInline).join('') : ''
}

const isBlank = (leaf: Leaf | undefined): boolean => leaf?.node.type === 'text' && leaf.node.value === ' '
const isBreak = (leaf: Leaf | undefined): boolean => isElement(leaf?.node, 'br')

/** One blank between words, none at the ends of a line; blanks and breaks stand outside of marks that end there. */
function trimLeaves(leaves: readonly Leaf[]): readonly Leaf[] {
  const kept: Leaf[] = []
  for (const leaf of leaves) {
    const previous = kept.at(-1)
    if (isBlank(leaf) && (!previous || isBlank(previous) || isBreak(previous))) continue
    while (isBreak(leaf) && isBlank(kept.at(-1))) kept.pop()
    if (isBreak(leaf) && isBreak(kept.at(-1))) continue
    kept.push(leaf)
  }
  while (isBlank(kept.at(-1)) || isBreak(kept.at(-1))) kept.pop()
  const first = kept.findIndex((leaf) => !isBlank(leaf) && !isBreak(leaf))
  const trimmed = kept.slice(Math.max(first, 0))
  return trimmed.map((leaf, index) => {
    if (!isBlank(leaf) && !isBreak(leaf)) return leaf
    const marks = sharedMarks(trimmed[index - 1]?.marks ?? [], trimmed[index + 1]?.marks ?? [])
    return { marks: sharedMarks(leaf.marks, marks), node: leaf.node }
  })
}

function nest(leaves: readonly Leaf[]): ElementContent[] {
  const top: ElementContent[] = []
  const open: Element[] = []
  for (const leaf of leaves) {
    open.length = sharedMarks(open, leaf.marks).length
    for (const mark of leaf.marks.slice(open.length)) {
      const inner = element(mark.tagName, [], mark.properties)
      ;(open.at(-1)?.children ?? top).push(inner)
      open.push(inner)
    }
    const siblings = open.at(-1)?.children ?? top
    const last = siblings.at(-1)
    if (leaf.node.type === 'text' && last?.type === 'text') last.value += leaf.node.value
    else siblings.push(leaf.node.type === 'text' ? text(leaf.node.value) : leaf.node)
  }
  return top
}

/** Inline content in one form: known marks, each once and only around something, blanks collapsed. */
export const phrasingOf = (nodes: readonly Nodes[]): ElementContent[] => nest(trimLeaves(leavesOf(nodes, [], [])))

/** The same, cut into paragraphs where editors wrote two line breaks for an empty line. */
export function paragraphsOf(nodes: readonly Nodes[]): ElementContent[][] {
  const leaves = leavesOf(nodes, [], []).filter(
    (leaf, index, all) => !isBlank(leaf) || !isBreak(all[index - 1]) || !isBreak(all[index + 1]),
  )
  const runs: Leaf[][] = [[]]
  for (const [index, leaf] of leaves.entries()) {
    if (isBreak(leaf) && isBreak(leaves[index + 1])) runs.push([])
    else runs.at(-1)?.push(leaf)
  }
  return runs.map((run) => nest(trimLeaves(run))).filter((run) => run.length > 0)
}

const blockNames = new Set(
  (
    'p div section article center figure figcaption header footer h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table ' +
    'thead tbody tfoot tr td th details summary dl dt dd'
  ).split(' '),
)

export const isBlockName = (tagName: string): boolean => blockNames.has(tagName)
