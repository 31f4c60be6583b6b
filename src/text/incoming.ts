import type { TextContext } from '../core/blocks.ts'
import { disarm, gitHubReference, referenceOf, wordJoiner } from './github-references.ts'
import { element, isElement, text, textOfTree, type Element, type ElementContent, type Root } from './html-tree.ts'
import { printMarkdown } from './markdown.ts'
import { markdownTree } from './tree-markdown.ts'

/** A tracker's text, as a tidy tree, in GitHub Markdown. */
export function markdownFromTree(root: Root, context: TextContext): string {
  const linked = root.children.flatMap((node) => (isElement(node) ? resolve(node, context) : []))
  const children = linked.flatMap((node) => settle(node, false))
  return printMarkdown(markdownTree({ type: 'root', children }))
}

function resolve(node: ElementContent, context: TextContext): ElementContent[] {
  if (!isElement(node)) return [node]
  if (node.tagName === 'a') return link(node, context)
  if (node.tagName === 'img') return image(node, context)
  if (node.tagName === 'pre' || node.tagName === 'code') return [node]
  return [{ ...node, children: joinTexts(node.children.flatMap((child) => resolve(child, context))) }]
}

function joinTexts(nodes: readonly ElementContent[]): ElementContent[] {
  const joined: ElementContent[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.type === 'text' && last?.type === 'text') joined[joined.length - 1] = text(last.value + node.value)
    else joined.push(node)
  }
  return joined
}

// "version:2.0,{guid}" is a person; "version:1.0" alone marks a link to a work item.
const azurePerson = /^version:2\.0,\s*\{?([\w-]+)\}?/iu

function link(node: Element, context: TextContext): ElementContent[] {
  const { href, dataMention, dataVssMention } = node.properties
  const account = dataMention ?? azurePerson.exec(String(dataVssMention ?? ''))?.[1]
  const label = textOfTree(node)
  if (account !== undefined) return [person(String(account), label.replace(/^@/u, ''), context)]

  const children = joinTexts(node.children.flatMap((child) => resolve(child, context)))
  const given = String(href ?? '')
  const reference = referenceOf(given, label, context.issueUrl)
  if (reference !== undefined) return [element(gitHubReference, [text(reference)])]
  const url = context.rewriteLink?.(given, 'link') ?? given
  return isAbsolute(url) ? [element('a', children, { href: url })] : children
}

function person(account: string, name: string, context: TextContext): ElementContent {
  const login = context.mentionToGitHub?.(account, name)
  return login === undefined ? text(`@${wordJoiner}${name}`) : element(gitHubReference, [text(`@${login}`)])
}

function image(node: Element, context: TextContext): ElementContent[] {
  const given = String(node.properties['src'] ?? '')
  const alt = String(node.properties['alt'] ?? '')
  const url = context.rewriteLink?.(given, 'image') ?? given
  return isAbsolute(url) ? [element('img', [], { src: url, alt })] : [text(alt || given || 'image')]
}

const isAbsolute = (url: string): boolean => /^(?:https?:\/\/|mailto:)./iu.test(url)

function settle(node: ElementContent, inLink: boolean): ElementContent[] {
  if (node.type === 'text') return inLink ? [node] : linkAddresses(node.value)
  if (!isElement(node)) return []
  if (['pre', 'code', 'img', gitHubReference].includes(node.tagName)) return [node]
  const children = node.children.flatMap((child) => settle(child, inLink || node.tagName === 'a'))
  return [{ ...node, children: node.tagName === 'li' ? withTaskBox(children) : children }]
}

const addresses = /(?<![\w/.@-])(?:https?:\/\/|www\.)[^\s<>"`|\\^[\]{}]+|(?<![\w./@+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/giu

/** GitHub links bare addresses by itself; as links of our own their `@`, `#` and `_` stay what they are. */
function linkAddresses(value: string): ElementContent[] {
  const nodes: ElementContent[] = []
  let last = 0
  for (const match of value.matchAll(addresses)) {
    const label = match[0].replace(/[.,;:!?'")*_~-]+$/u, '')
    if (!/[\w/]$/u.test(label) || /^(?:https?:\/\/|www\.)$/iu.test(label)) continue
    nodes.push(text(disarm(value.slice(last, match.index))), element('a', [text(label)], { href: hrefOf(label) }))
    last = match.index + label.length
  }
  return [...nodes, text(disarm(value.slice(last)))]
}

function hrefOf(label: string): string {
  if (/^https?:/iu.test(label)) return label
  return /^www\./iu.test(label) ? `http://${label}` : `mailto:${label}`
}

const taskBox = /^(?:([☐☑☒✅])\ufe0f?|\[([ xX])\])\s+(?=\S)/u

function withTaskBox(children: ElementContent[]): ElementContent[] {
  const [first, ...rest] = children
  const start = isElement(first, 'p') ? first.children[0] : undefined
  const match = start?.type === 'text' ? taskBox.exec(start.value) : undefined
  if (!match || start?.type !== 'text' || !isElement(first)) return children
  const checked = match[1] === undefined ? match[2] !== ' ' : match[1] !== '☐'
  const box = element('input', [], checked ? { type: 'checkbox', checked: true } : { type: 'checkbox' })
  const content = [box, text(start.value.slice(match[0].length)), ...first.children.slice(1)]
  return [{ ...first, children: content }, ...rest]
}
