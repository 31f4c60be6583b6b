import type { Element, ElementContent, Nodes, Root, RootContent, Text } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { sanitize, type Schema } from 'hast-util-sanitize'
import { toHtml } from 'hast-util-to-html'

export type { Element, ElementContent, Nodes, Root, RootContent, Text }

const attributes = {
  a: ['href', 'dataVssMention', 'dataMention'],
  code: [['className', /^language-/]],
  details: ['open'],
  img: ['src', 'alt'],
  input: [['type', 'checkbox'], 'checked'],
  ol: ['start'],
  td: ['align'],
  th: ['align'],
  pre: ['lang'],
} satisfies Schema['attributes']

const schema: Schema = {
  tagNames: (
    'a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li ol p pre s samp section ' +
    'article strike strong sub summary sup table tbody td tfoot th thead tr tt u ul center figure figcaption header footer'
  ).split(' '),
  attributes,
  protocols: { href: ['http', 'https', 'mailto'], src: ['http', 'https'] },
  required: {},
  strip:
    'script style iframe noembed noframes noscript object svg math template textarea title xmp select plaintext head'.split(
      ' ',
    ),
}

// Deeper than any editor writes: the tree is walked recursively, and the parser opens unclosed marks anew in every paragraph.
const maximumDepth = 100
const maximumMarks = 12
const marks = new Set('a b big code em font i nobr s small strike strong tt u'.split(' '))
const neverDeep = new Set(
  'area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot option'.split(
    ' ',
  ),
)

/** Blanks tags nested too deep, keeping every place in the text what it is. */
function clipDepth(html: string): string {
  const open = new Map<string, number>()
  let depth = 0
  let markDepth = 0
  return html.replaceAll(/<(\/?)([a-z][^\s/>]*)[^>]*>?/giu, (tag: string, slash: string, rawName: string) => {
    const name = rawName.toLowerCase()
    if (neverDeep.has(name)) return tag
    const count = open.get(name) ?? 0
    if (slash !== '') {
      if (count === 0) return tag
      open.set(name, count - 1)
      depth -= 1
      if (marks.has(name)) markDepth -= 1
      return tag
    }
    if (depth >= maximumDepth || (marks.has(name) && markDepth >= maximumMarks)) return ' '.repeat(tag.length)
    open.set(name, count + 1)
    depth += 1
    if (marks.has(name)) markDepth += 1
    return tag
  })
}

/** As found, with places in the source. */
export const parseHtml = (html: string): Root => fromHtml(clipDepth(html), { fragment: true })

/** Without anything that could act: scripts, handlers, styles, frames, dangerous addresses, comments. */
export function cleanTree(root: Root): Root {
  const clean = sanitize(root, schema)
  return clean.type === 'root' ? clean : { type: 'root', children: [clean as RootContent] }
}

export const printTree = (node: Nodes | RootContent[]): string =>
  toHtml(node, { closeSelfClosing: false, characterReferences: { useNamedReferences: true } })

export const element = (
  tagName: string,
  children: ElementContent[],
  properties: Element['properties'] = {},
): Element => {
  return { type: 'element', tagName, properties, children }
}

export const text = (value: string): Text => {
  return { type: 'text', value }
}

export const isElement = <Name extends string>(
  node: Nodes | undefined,
  ...names: readonly Name[]
): node is Element & { tagName: Name } =>
  node?.type === 'element' && (names.length === 0 || names.some((name) => name === node.tagName))

export function textOfTree(node: Nodes): string {
  if (node.type === 'text') return node.value
  return 'children' in node ? node.children.map(textOfTree).join(isElement(node, 'pre') ? '' : ' ') : ''
}
