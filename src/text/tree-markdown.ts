import type { Code, List, ListItem, PhrasingContent, Root as MarkdownRoot, RootContent, Table } from 'mdast'
import { gitHubReference } from './github-references.ts'
import { isElement, printTree, text, textOfTree, type Element, type ElementContent, type Root } from './html-tree.ts'

/** From the tidy tree to Markdown's own; what Markdown has no sign for stays as the HTML GitHub allows. */
export const markdownTree = (root: Root): MarkdownRoot => {
  return { type: 'root', children: root.children.flatMap((node) => (isElement(node) ? block(node) : [])) }
}

type Blocks = ListItem['children']

const blocks = (nodes: readonly ElementContent[]): Blocks =>
  nodes.flatMap((node) => (isElement(node) ? block(node) : [])) as Blocks

function block(node: Element): RootContent[] {
  switch (node.tagName) {
    case 'p':
      return [{ type: 'paragraph', children: inline(node.children) }]
    case 'ul':
    case 'ol':
      return [list(node)]
    case 'blockquote':
      return [{ type: 'blockquote', children: blocks(node.children) }]
    case 'pre':
      return [code(node)]
    case 'hr':
      return [{ type: 'thematicBreak' }]
    case 'table':
      return [table(node)]
    case 'details':
      return details(node)
    default:
      return [heading(node)]
  }
}

function heading(node: Element): RootContent {
  const depth = Number(node.tagName.slice(1))
  return { type: 'heading', depth: (depth >= 1 && depth <= 6 ? depth : 6) as 1, children: inline(node.children) }
}

function code(node: Element): Code {
  const inner = node.children[0]
  const classes = isElement(inner) ? inner.properties['className'] : undefined
  const lang = Array.isArray(classes) ? String(classes[0]).replace(/^language-/u, '') : null
  return { type: 'code', lang, value: textOfTree(node) }
}

function list(node: Element): List {
  const items = node.children.filter((child) => isElement(child)).map(listItem)
  const start = Number(node.properties['start'] ?? 1)
  return {
    type: 'list',
    ordered: node.tagName === 'ol',
    start: node.tagName === 'ol' ? start : null,
    spread: false,
    children: items,
  }
}

function listItem(node: Element): ListItem {
  const [first, ...rest] = node.children
  const box = isElement(first, 'p') ? first.children[0] : undefined
  const children =
    isElement(box, 'input') && isElement(first)
      ? blocks([{ ...first, children: trimStart(first.children.slice(1)) }, ...rest])
      : blocks(node.children)
  const checked = isElement(box, 'input') ? box.properties['checked'] !== undefined : null
  // Only a list or a code fence starts on the next line without being read as more of what stands before it.
  const spread = children.slice(1).some((child) => child.type !== 'list' && child.type !== 'code')
  return { type: 'listItem', checked, spread, children }
}

const trimStart = (nodes: readonly ElementContent[]): ElementContent[] =>
  nodes.map((node, index) => (index === 0 && node.type === 'text' ? text(node.value.trimStart()) : node))

function table(node: Element): Table {
  const rows = node.children
    .filter((row) => isElement(row))
    .map((row) => row.children.filter((cell) => isElement(cell)))
  return {
    type: 'table',
    align: (rows[0] ?? []).map((cell) => (cell.properties['align'] as 'left' | undefined) ?? null),
    children: rows.map((row) => {
      return {
        type: 'tableRow',
        children: row.map((cell) => ({ type: 'tableCell', children: inline(cell.children, true) })),
      }
    }),
  }
}

function details(node: Element): RootContent[] {
  const [summary, ...rest] = node.children
  const open = node.properties['open'] === undefined ? '<details>' : '<details open>'
  const title = isElement(summary) ? printTree({ type: 'root', children: summary.children }) : ''
  return [
    { type: 'html', value: `${open}\n<summary>${title}</summary>` },
    ...(blocks(rest) as RootContent[]),
    { type: 'html', value: '</details>' },
  ]
}

/** GitHub shows a plain line end in an issue as a line break; in a table cell only `<br>` can be one. */
function inline(nodes: readonly ElementContent[], inCell = false): PhrasingContent[] {
  return nodes.flatMap((node): PhrasingContent[] => {
    if (node.type === 'text') return [{ type: 'text', value: node.value }]
    if (!isElement(node)) return []
    const children = () => inline(node.children, inCell)
    switch (node.tagName) {
      case 'strong':
        return [{ type: 'strong', children: children() }]
      case 'em':
        return [{ type: 'emphasis', children: children() }]
      case 'del':
        return [{ type: 'delete', children: children() }]
      case gitHubReference:
        return children()
      case 'code':
        return [{ type: 'inlineCode', value: textOfTree(node) }]
      case 'br':
        return [inCell ? { type: 'html', value: '<br>' } : { type: 'text', value: '\n' }]
      case 'img':
        return [{ type: 'image', url: String(node.properties['src'] ?? ''), alt: String(node.properties['alt'] ?? '') }]
      case 'a':
        return [{ type: 'link', url: String(node.properties['href'] ?? ''), children: children() }]
      case 'input':
        return [{ type: 'text', value: node.properties['checked'] === undefined ? '☐' : '☑' }]
      default:
        return [
          { type: 'html', value: `<${node.tagName}>` },
          ...children(),
          { type: 'html', value: `</${node.tagName}>` },
        ]
    }
  })
}
