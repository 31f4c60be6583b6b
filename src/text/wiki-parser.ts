import { element, isElement, text, type Element, type ElementContent, type Root } from './html-tree.ts'
import { parseInline } from './wiki-inline.ts'

/** A block of wiki markup and its place in the source. */
export interface WikiBlock {
  readonly from: number
  readonly to: number
  readonly nodes: readonly Element[]
}

export const parseWiki = (wiki: string): Root => {
  return { type: 'root', children: parseBlocks(wiki).flatMap((block) => block.nodes) }
}

const macroStart = /^[ \t]*\{(code|noformat|quote|panel)(?::([^}\n]*))?\}/iu
const macroWithin = /(?<!\\)\{(?:code|noformat|quote|panel)(?::[^}\n]*)?\}/giu

/** Reads block after block; every reader takes at least one line. */
export function parseBlocks(wiki: string): readonly WikiBlock[] {
  const blocks: WikiBlock[] = []
  let index = 0
  while (index < wiki.length) {
    const lineEnd = endOfLine(wiki, index)
    if (wiki.slice(index, lineEnd).trim() === '') {
      index = lineEnd + 1
      continue
    }
    const block =
      macro(wiki, index) ?? lineBlock(wiki, index) ?? list(wiki, index) ?? table(wiki, index) ?? paragraph(wiki, index)
    blocks.push(block)
    index = Math.max(block.to, index + 1)
  }
  return blocks
}

function endOfLine(wiki: string, from: number): number {
  const end = wiki.indexOf('\n', from)
  return end < 0 ? wiki.length : end
}

const lineAt = (wiki: string, from: number): string => wiki.slice(from, endOfLine(wiki, from)).replace(/\r$/u, '')

/** The place after a macro that starts here, and what it holds. */
function macroAt(wiki: string, from: number): { name: string; options: string; body: string; to: number } | undefined {
  const start = macroStart.exec(lineAt(wiki, from))
  if (!start?.[1]) return undefined
  const name = start[1].toLowerCase()
  const bodyFrom = from + start[0].length
  const end = new RegExp(String.raw`\{${name}\}`, 'giu')
  end.lastIndex = bodyFrom
  const match = end.exec(wiki)
  if (!match) return undefined
  return { name, options: start[2] ?? '', body: wiki.slice(bodyFrom, match.index), to: end.lastIndex }
}

/** Where the text of a line that starts here ends: at its end, or before a macro in it. */
function endOfText(wiki: string, from: number): number {
  const line = lineAt(wiki, from)
  for (const match of line.matchAll(macroWithin)) if (macroAt(wiki, from + match.index)) return from + match.index
  return from + line.length
}

function macro(wiki: string, from: number): WikiBlock | undefined {
  const found = macroAt(wiki, from)
  if (!found) return undefined
  const { name, options, body, to } = found
  if (name === 'code' || name === 'noformat') return { from, to, nodes: preformatted(name, options, body) }
  const blocks = parseWiki(body).children.filter((node) => isElement(node))
  const title = optionsOf(options).get('title')
  if (name === 'quote' || title === undefined) return { from, to, nodes: [element('blockquote', blocks)] }
  return { from, to, nodes: [element('details', [element('summary', [text(title)]), ...blocks], { open: true })] }
}

const optionsOf = (options: string): ReadonlyMap<string, string> =>
  new Map(
    options.split('|').map((option): [string, string] => {
      const [name = '', value] = option.split(/=(.*)/su)
      return value === undefined ? ['language', name.trim()] : [name.trim().toLowerCase(), value.trim()]
    }),
  )

function preformatted(name: string, options: string, body: string): Element[] {
  const known = optionsOf(options)
  const language = known.get('language') ?? ''
  const title = known.get('title')
  const value = body
    .replaceAll('\r\n', '\n')
    .replace(/^[ \t]*\n/u, '')
    .replace(/\n[ \t]*$/u, '')
    .replaceAll('{\u2060', '{')
  const properties = name === 'code' && language !== '' ? { className: [`language-${language}`] } : {}
  const pre = element('pre', [element('code', [text(value)], properties)])
  return title ? [element('p', [element('strong', [text(title)])]), pre] : [pre]
}

function lineBlock(wiki: string, from: number): WikiBlock | undefined {
  const line = lineAt(wiki, from)
  const to = from + line.length
  const heading = /^[ \t]*(h[1-6])\.(?:\s+(.*))?$/u.exec(line)
  if (heading?.[1]) return { from, to, nodes: [element(heading[1], parseInline(heading[2] ?? ''))] }
  const quote = /^[ \t]*bq\.\s+(.*)$/u.exec(line)
  if (quote) return { from, to, nodes: [element('blockquote', [element('p', parseInline(quote[1] ?? ''))])] }
  return /^[ \t]*-{4,5}[ \t]*$/u.test(line) ? { from, to, nodes: [element('hr', [])] } : undefined
}

const listStart = /^[ \t]*([*#]{1,20}|-{1,3})[ \t]+(?=\S)/u

interface Item {
  readonly marks: string
  readonly nodes: ElementContent[]
}

function list(wiki: string, from: number): WikiBlock | undefined {
  const items: Item[] = []
  let index = from
  let to = from
  while (index < wiki.length) {
    const line = lineAt(wiki, index)
    const start = listStart.exec(line)
    if (start?.[1]) {
      const textFrom = index + start[0].length
      to = endOfText(wiki, textFrom)
      items.push({ marks: start[1], nodes: parseInline(wiki.slice(textFrom, to)) })
      index = afterText(wiki, to)
      continue
    }
    const item = items.at(-1)
    if (!item || line.trim() === '' || lineBlock(wiki, index) || /^[ \t]*\|/u.test(line)) break
    const inner = macro(wiki, index)
    if (inner) {
      item.nodes.push(...inner.nodes)
      to = inner.to
      index = afterText(wiki, to)
      continue
    }
    to = endOfText(wiki, index)
    item.nodes.push(element('br', []), ...parseInline(wiki.slice(index, to).trim()))
    index = afterText(wiki, to)
  }
  return items.length === 0 ? undefined : { from, to, nodes: nestItems(items) }
}

/** The next line, if nothing else stands on this one. */
function afterText(wiki: string, to: number): number {
  const end = endOfLine(wiki, to)
  return wiki.slice(to, end).trim() === '' ? end + 1 : to
}

function nestItems(items: readonly Item[]): Element[] {
  const top: Element[] = []
  const open: { sign: string; list: Element }[] = []
  for (const { marks, nodes } of items) {
    const signs = [...marks.replaceAll('-', '*')]
    let level = 0
    while (level < open.length && level < signs.length && open[level]?.sign === signs[level]) level += 1
    open.length = level
    for (const sign of signs.slice(level)) {
      const list = element(sign === '#' ? 'ol' : 'ul', [])
      const parent = open.at(-1)?.list.children.at(-1)
      if (isElement(parent)) parent.children.push(list)
      else if (open.at(-1)) open.at(-1)?.list.children.push(element('li', [list]))
      else top.push(list)
      open.push({ sign, list })
    }
    open.at(-1)?.list.children.push(element('li', nodes))
  }
  return top
}

function table(wiki: string, from: number): WikiBlock | undefined {
  const rows: Element[] = []
  let index = from
  let to = from
  while (index < wiki.length) {
    const line = lineAt(wiki, index)
    if (!/^[ \t]*\|/u.test(line)) break
    rows.push(row(line.trim()))
    to = index + line.length
    index = endOfLine(wiki, index) + 1
  }
  return rows.length === 0 ? undefined : { from, to, nodes: [element('table', rows)] }
}

/** Bars within links, pictures and after a backslash do not end a cell. */
const cellEnd = /\\.|\[[^\]\n]*\]|![^\s!|][^!\n]*!|\{\{.*?\}\}|\|{1,2}/gu

function row(line: string): Element {
  const cells: Element[] = []
  let bar = ''
  let start = 0
  for (const match of line.matchAll(cellEnd)) {
    if (!match[0].startsWith('|')) continue
    if (bar !== '') cells.push(cell(bar, line.slice(start, match.index)))
    bar = match[0]
    start = match.index + bar.length
  }
  const rest = line.slice(start)
  if (rest.trim() !== '') cells.push(cell(bar, rest))
  return element('tr', cells)
}

const cell = (bar: string, content: string): Element => element(bar === '||' ? 'th' : 'td', parseInline(content.trim()))

/** To the next empty line, or the next line that starts something else. */
function paragraph(wiki: string, from: number): WikiBlock {
  let to = from
  let index = from
  while (index < wiki.length) {
    const line = lineAt(wiki, index)
    const isFirst = index === from
    if (line.trim() === '') break
    const startsOther =
      lineBlock(wiki, index) ?? (listStart.test(line) || /^[ \t]*\|/u.test(line) || macroAt(wiki, index))
    if (!isFirst && startsOther) break
    to = endOfText(wiki, index)
    if (to < index + line.length) break
    index = endOfLine(wiki, index) + 1
  }
  const lines = wiki.slice(from, to).replaceAll(/[ \t]*\r?\n[ \t]*/gu, '\n')
  return { from, to, nodes: [element('p', parseInline(lines.trim()))] }
}
