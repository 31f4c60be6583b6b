import {
  cleanTree,
  element,
  isElement,
  parseHtml,
  text,
  type Element,
  type ElementContent,
  type Nodes,
  type Root,
} from './html-tree.ts'
import { isBlockName, paragraphsOf, phrasingOf } from './phrasing.ts'

/**
 * The one form between Markdown, HTML and wiki markup: a clean tree whose root holds p, h1-h6, ul, ol, blockquote, pre > code,
 * hr, table > tr > (th | td) and details > (summary, blocks) only; list items and quotes hold blocks, everything else inline content.
 */
export const tidy = (root: Root): Root => {
  return { type: 'root', children: flow(cleanTree(showStyles(root)).children) }
}

export const tidyHtml = (html: string): Root => tidy(parseHtml(html))

/** Azure DevOps' editor and pasted text say bold, italic and struck through by style. */
function showStyles(root: Root): Root {
  const show = (node: ElementContent): ElementContent => {
    if (!isElement(node)) return node
    const children = node.children.map(show)
    const style = node.tagName === 'span' ? String(node.properties['style'] ?? '') : ''
    if (style === '') return { ...node, children }
    const marks = [
      [/font-weight:\s*(?:bold|[6-9]00)/iu, 'strong'],
      [/font-style:\s*italic/iu, 'em'],
      [/text-decoration[^;]*line-through/iu, 'del'],
    ] as const
    const names = marks.filter(([pattern]) => pattern.test(style)).map(([, name]) => name)
    return names.reduce((inner, name) => element(name, [inner]), element('span', children))
  }
  return { type: 'root', children: root.children.map((node) => (isElement(node) ? show(node) : node)) }
}

const holdsBlock = (node: Nodes): boolean =>
  isElement(node) &&
  node.children.some((child) => isElement(child) && (isBlockName(child.tagName) || holdsBlock(child)))

/** Puts a mark that spans blocks (`<b><p>…`) into each of them. */
function pushDown(mark: Element, children: readonly ElementContent[]): ElementContent[] {
  const result: ElementContent[] = []
  let run: ElementContent[] = []
  const flush = () => {
    if (run.length > 0) result.push({ ...mark, children: run })
    run = []
  }
  for (const child of children) {
    if (!isElement(child) || !isBlockName(child.tagName)) {
      if (!holdsBlock(child)) run.push(child)
      else {
        flush()
        if (isElement(child)) result.push({ ...child, children: pushDown(mark, child.children) })
      }
      continue
    }
    flush()
    const isWhole = isElement(child, 'pre', 'hr')
    result.push(isWhole ? child : { ...child, children: pushDown(mark, child.children) })
  }
  flush()
  return result
}

function flow(nodes: readonly Nodes[]): Element[] {
  const blocks: Element[] = []
  let run: Nodes[] = []
  const flush = () => {
    for (const children of paragraphsOf(run)) blocks.push(element('p', children))
    run = []
  }
  for (const node of nodes) {
    if (!isElement(node)) run.push(node)
    else if (isBlockName(node.tagName)) {
      flush()
      blocks.push(...block(node))
    } else if (holdsBlock(node)) {
      flush()
      blocks.push(...flow(pushDown(node, node.children)))
    } else run.push(node)
  }
  flush()
  return blocks
}

function block(node: Element): Element[] {
  if (/^h[1-6]$/u.test(node.tagName)) return filled(element(node.tagName, oneLine(node.children)))
  if (node.tagName === 'ul' || node.tagName === 'ol') return list(node)
  if (node.tagName === 'blockquote') return filled(element('blockquote', flow(node.children)))
  if (node.tagName === 'pre') return filled(preformatted(node))
  if (node.tagName === 'hr') return [element('hr', [])]
  if (node.tagName === 'table') return table(node)
  if (node.tagName === 'details') return details(node)
  if (node.tagName === 'dt') return filled(element('p', phrasingOf([element('strong', node.children)])))
  return flow(node.children)
}

const filled = (node: Element): Element[] => (node.children.length > 0 ? [node] : [])

const oneLine = (nodes: readonly ElementContent[]): ElementContent[] =>
  phrasingOf(nodes.map((node) => withoutBreaks(node)))

function withoutBreaks(node: ElementContent): ElementContent {
  if (!isElement(node)) return node
  return node.tagName === 'br' ? text(' ') : { ...node, children: node.children.map(withoutBreaks) }
}

function list(node: Element): Element[] {
  const items: Element[] = []
  for (const child of node.children) {
    if (!isElement(child)) continue
    if (child.tagName === 'li') {
      items.push(...filled(element('li', flow(child.children))))
      continue
    }
    // Word and old editors nest a list beside the item it belongs to.
    const blocks = flow([child])
    const last = items.at(-1)
    if (last) last.children.push(...blocks)
    else items.push(...filled(element('li', blocks)))
  }
  const start = Number(node.properties['start'] ?? 1)
  const counts = node.tagName === 'ol' && Number.isSafeInteger(start) && start >= 0 && start < 1e9 && start !== 1
  return filled(element(node.tagName, items, counts ? { start } : {}))
}

function preformatted(node: Element): Element {
  const inner = node.children.find((child) => isElement(child, 'code'))
  const classes = isElement(inner) ? inner.properties['className'] : undefined
  const named = Array.isArray(classes) ? String(classes[0] ?? '').replace(/^language-/u, '') : ''
  const language = named || String(node.properties['lang'] ?? '')
  const value = linesOf(node).replaceAll('\u00a0', ' ').trimEnd()
  const properties = /^[\w#+.-]+$/u.test(language) ? { className: [`language-${language}`] } : {}
  return element('pre', value.trim() === '' ? [] : [element('code', [text(value)], properties)])
}

function linesOf(node: Nodes): string {
  if (node.type === 'text') return node.value
  if (isElement(node, 'br')) return '\n'
  const inner = 'children' in node ? node.children.map(linesOf).join('') : ''
  return isElement(node, 'div', 'p') ? `${inner}\n` : inner
}

// A header of thousands of columns over thousands of short rows would be padded to millions of cells.
const maximumCells = 40_000

export const columnsAllowed = (columns: number, rows: number): number =>
  Math.min(columns, Math.max(2, Math.floor(maximumCells / Math.max(rows, 1))))

function table(node: Element): Element[] {
  const rows = rowsOf(node).filter((row) => row.length > 0)
  const widest = rows.reduce((most, row) => Math.max(most, row.length), 0)
  if (rows.length === 0) return []
  const columns = columnsAllowed(widest, rows.length)
  const cells = rows.map((row, index) =>
    Array.from({ length: columns }, (_, column) => {
      const align = row[column]?.properties['align'] ?? rows[0]?.[column]?.properties['align']
      const known = align === 'left' || align === 'center' || align === 'right'
      const content = phrasingOf(row[column]?.children ?? [])
      return element(index === 0 ? 'th' : 'td', content, known ? { align } : {})
    }),
  )
  if (cells.every((row) => row.every((cell) => cell.children.length === 0))) return []
  return [
    element(
      'table',
      cells.map((row) => element('tr', row)),
    ),
  ]
}

function rowsOf(node: Element): Element[][] {
  return node.children.flatMap((child) => {
    if (!isElement(child)) return []
    if (child.tagName === 'tr') return [child.children.filter((cell) => isElement(cell, 'td', 'th'))]
    return isElement(child, 'thead', 'tbody', 'tfoot') ? rowsOf(child) : []
  })
}

function details(node: Element): Element[] {
  const summary = node.children.find((child) => isElement(child, 'summary'))
  const rest = flow(node.children.filter((child) => child !== summary))
  const heading = isElement(summary) ? oneLine(summary.children) : []
  if (heading.length === 0 && rest.length === 0) return []
  const open = node.properties['open'] === undefined ? {} : { open: true }
  return [element('details', [element('summary', heading.length > 0 ? heading : [text('Details')]), ...rest], open)]
}
