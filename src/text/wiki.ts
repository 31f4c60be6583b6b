import type { TextContext } from '../core/blocks.ts'
import { isElement, textOfTree, type Element, type ElementContent, type Root } from './html-tree.ts'
import { markdownFromTree } from './incoming.ts'
import { treeForTracker } from './outgoing.ts'
import { escapeAddress, escapeWiki } from './wiki-escape.ts'
import { parseWiki } from './wiki-parser.ts'
import { tidy } from './tidy.ts'

/** Jira's wiki markup, for Jira Server and Data Center. */
export const wikiFromMarkdown = (markdown: string, context: TextContext): string =>
  printWiki(treeForTracker(markdown, context))

export const markdownFromWiki = (wiki: string, context: TextContext): string =>
  markdownFromTree(tidy(parseWiki(wiki)), context)

export const printWiki = (root: Root): string => printBlocks(root.children.filter((node) => isElement(node)))

interface Line {
  /** What a line break is here: a new line, or `\\` where the construct ends with its line. */
  readonly lineBreak: string
  readonly inLabel?: boolean
  /** Signs of the marks that are open. */
  readonly within?: string
}

const ownLines: Line = { lineBreak: '\n' }
const oneLine: Line = { lineBreak: '\\\\ ' }

const printBlocks = (nodes: readonly ElementContent[], separator = '\n\n'): string =>
  nodes
    .filter((node) => isElement(node))
    .map((node) => printBlock(node))
    .filter((text) => text !== '')
    .join(separator)

function printBlock(node: Element): string {
  switch (node.tagName) {
    case 'p':
      return inline(node.children, ownLines)
    case 'ul':
    case 'ol':
      return list(node, '')
    case 'blockquote':
      return `{quote}\n${printBlocks(withoutQuotes(node.children))}\n{quote}`
    case 'pre':
      return preformatted(node)
    case 'hr':
      return '----'
    case 'table':
      return table(node)
    case 'details':
      return panel(node)
    default:
      return `${node.tagName}. ${inline(node.children, oneLine, ' ')}`
  }
}

/** {quote} and {panel} end at the next {quote} and {panel}: none can stand in another. */
function withoutQuotes(nodes: readonly ElementContent[]): ElementContent[] {
  return nodes.flatMap((node): ElementContent[] => {
    if (!isElement(node)) return []
    if (node.tagName === 'blockquote') return withoutQuotes(node.children)
    if (node.tagName === 'details') return withoutQuotes(spread(node))
    if (['ul', 'ol', 'li'].includes(node.tagName)) return [{ ...node, children: withoutQuotes(node.children) }]
    return [node]
  })
}

const spread = (node: Element): ElementContent[] => {
  const [summary, ...rest] = node.children
  return isElement(summary) ? [{ ...summary, tagName: 'p' }, ...rest] : rest
}

function preformatted(node: Element): string {
  const inner = node.children[0]
  const classes = isElement(inner) ? inner.properties['className'] : undefined
  const language = Array.isArray(classes) ? String(classes[0]).replace(/^language-/u, '') : ''
  const value = textOfTree(node)
  if (!/\{code/iu.test(value))
    return language === '' ? `{code}\n${value}\n{code}` : `{code:${language}}\n${value}\n{code}`
  // Neither macro can hold its own name; the word joiner is taken out again on the way back.
  return `{noformat}\n${value.replaceAll(/\{(?=noformat)/giu, '{\u2060')}\n{noformat}`
}

function list(node: Element, marks: string): string {
  const mark = marks + (node.tagName === 'ol' ? '#' : '*')
  return node.children
    .filter((item) => isElement(item))
    .map((item) => listItem(item, mark))
    .join('\n')
}

/** All of an item has to follow its mark without an empty line: that would end the list. */
function listItem(item: Element, mark: string): string {
  const children = withoutQuotesInside(item.children).filter((child) => isElement(child))
  const parts = children.map((child, index) => {
    if (child.tagName === 'ul' || child.tagName === 'ol') return `\n${list(child, mark)}`
    if (child.tagName === 'p')
      return (
        (index === 0 ? ' ' : '\\\\ ') +
        inline(child.children, oneLine, ' ', isElement(children[index + 1], 'p') ? '\\' : '')
      )
    return (index === 0 ? ' ' : '\n') + printBlock(child)
  })
  const startsWithList = isElement(children[0], 'ul', 'ol')
  return startsWithList ? parts.join('').slice(1) : mark + parts.join('')
}

/** Only paragraphs, code and lists can stand in an item; the rest is shown line by line. */
const withoutQuotesInside = (nodes: readonly ElementContent[]): ElementContent[] =>
  withoutQuotes(nodes).flatMap((node): ElementContent[] => {
    if (!isElement(node)) return []
    if (/^h[1-6]$/u.test(node.tagName)) return [{ ...node, tagName: 'p' }]
    if (node.tagName === 'table') return node.children.flatMap((row) => (isElement(row) ? rowAsLine(row) : []))
    return node.tagName === 'hr' ? [] : [node]
  })

function table(node: Element): string {
  return node.children
    .filter((row) => isElement(row))
    .map((row) => {
      const cells = row.children.filter((cell) => isElement(cell))
      const bar = cells[0]?.tagName === 'th' ? '||' : '|'
      return bar + cells.map((cell) => inline(cell.children, oneLine, ' ') || ' ').join(bar) + bar
    })
    .join('\n')
}

function panel(node: Element): string {
  const [summary, ...rest] = node.children
  const title = isElement(summary)
    ? textOfTree(summary)
        .replaceAll(/[{}|=\\\s]+/gu, ' ')
        .trim()
    : ''
  return `{panel:title=${title || 'Details'}}\n${printBlocks(withoutQuotes(rest))}\n{panel}`
}

const signs: Readonly<Record<string, string>> = { strong: '*', em: '_', del: '-', ins: '+', sup: '^', sub: '~' }

/** `before` and `after` are the signs around it on the same line, '' at the line's ends. */
function inline(nodes: readonly ElementContent[], line: Line, before = '', after = ''): string {
  let output = ''
  for (const [index, node] of nodes.entries()) {
    const last = output === '' ? before : output.endsWith('\n') ? '' : output.slice(-1)
    const following = nodes[index + 1]
    if (node.type === 'text') {
      const next = isElement(following, 'br') ? line.lineBreak.trim().charAt(0) : following ? '*' : after
      output += escapeWiki(node.value, {
        before: last,
        after: next,
        inLabel: line.inLabel === true,
        within: line.within ?? '',
      })
    } else if (isElement(node)) {
      const next = following?.type === 'text' ? following.value.charAt(0) : following ? '*' : after
      output += inlineElement(node, line, last, next)
    }
  }
  return output
}

function inlineElement(node: Element, line: Line, before: string, after: string): string {
  const sign = signs[node.tagName]
  if (sign !== undefined) {
    const content = inline(node.children, { ...line, ...oneLine, within: (line.within ?? '') + sign }, sign, sign)
    // Between letters Jira sees a mark only in braces.
    const tight = /[^\s]/u.test(before) || /[^\s]/u.test(after)
    return tight ? `{${sign}}${content}{${sign}}` : sign + content + sign
  }
  switch (node.tagName) {
    case 'br':
      return line.lineBreak
    case 'code':
    case 'kbd':
      return `{{${escapeWiki(textOfTree(node), { before: '{', after: '}', inLabel: true })}}}`
    case 'a':
      return link(node, line, before, after)
    case 'img':
      return image(node)
    default:
      return inline(node.children, line, before, after)
  }
}

function link(node: Element, line: Line, before: string, after: string): string {
  const account = node.properties['dataMention']
  const label = textOfTree(node)
  if (account !== undefined) {
    const name = String(account)
    return /^[^\s[\]{}|\\]+$/u.test(name)
      ? `[~${name}]`
      : escapeWiki(label, { before: '*', after: '*', inLabel: false })
  }
  const href = escapeAddress(String(node.properties['href'] ?? ''))
  if (line.inLabel === true || !/^(?:https?:\/\/|mailto:)/iu.test(href))
    return inline(node.children, line, before, after)
  if (label === href || `mailto:${label}` === href) return `[${href}]`
  return `[${inline(node.children, { ...line, ...oneLine, inLabel: true }, ' ', ' ')}|${href}]`
}

function image(node: Element): string {
  const src = escapeAddress(String(node.properties['src'] ?? ''))
  const alt = String(node.properties['alt'] ?? '')
    .replaceAll(/[^\p{L}\p{N} .:_/-]+/gu, ' ')
    .trim()
  return alt === '' ? `!${src}!` : `!${src}|alt=${alt}!`
}

/** A table row where no table can stand: its filled cells side by side. An empty line would end the list. */
function rowAsLine(row: Element): ElementContent[] {
  const cells = row.children.filter((cell): cell is Element => isElement(cell) && isFilled(cell))
  const children = cells.flatMap((cell, index): ElementContent[] =>
    index === 0 ? cell.children : [{ type: 'text', value: ' | ' }, ...cell.children],
  )
  return cells.length === 0 ? [] : [{ type: 'element', tagName: 'p', properties: {}, children }]
}

const isFilled = (node: ElementContent): boolean =>
  node.type === 'text'
    ? node.value.trim() !== ''
    : isElement(node) && (node.tagName === 'img' || node.children.some(isFilled))
