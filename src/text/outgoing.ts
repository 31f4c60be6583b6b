import type { FootnoteDefinition, Table } from 'mdast'
import { toHast, defaultHandlers, type Handlers } from 'mdast-util-to-hast'
import { toHtml } from 'hast-util-to-html'
import type { TextContext } from '../core/blocks.ts'
import { emojiOf } from './emoji.ts'
import { outgoingTokens, parseIssueUrl } from './github-references.ts'
import { element, isElement, text, type Element, type ElementContent, type Root } from './html-tree.ts'
import { parseMarkdown } from './markdown.ts'
import { columnsAllowed, tidyHtml } from './tidy.ts'

// GitHub shows these tags as text; let through, they would swallow what follows.
const swallowing = /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext|select|template)\b)/giu

const handlers: Handlers = {
  text(_state, node: { value: string }) {
    return node.value
      .split('\n')
      .flatMap((line, index) => (index === 0 ? [text(line)] : [element('br', []), text(line)]))
  },
  html(_state, node: { value: string }) {
    return { type: 'raw', value: node.value.replaceAll(swallowing, '&lt;') }
  },
  footnoteReference(_state, node: { label?: string; identifier: string }) {
    return element('sup', [text(`[${node.label ?? node.identifier}]`)])
  },
  footnoteDefinition(state, node: FootnoteDefinition) {
    const children = state.all(node)
    const sign = element('sup', [text(`[${node.label ?? node.identifier}]`)])
    const first = children.find((child) => isElement(child, 'p'))
    if (isElement(first)) first.children.unshift(sign, text(' '))
    return isElement(first) ? children : [element('p', [sign]), ...children]
  },
  table(state, node: Table) {
    const columns = columnsAllowed(node.align?.length ?? 0, node.children.length)
    return defaultHandlers.table(state, { ...node, align: node.align?.slice(0, columns) ?? [] })
  },
}

function renderMarkdown(markdown: string): Root {
  const tree = toHast(parseMarkdown(markdown), { allowDangerousHtml: true, handlers })
  return tidyHtml(toHtml(tree, { allowDangerousHtml: true }))
}

/** GitHub Markdown as a tidy tree that means the same elsewhere: references linked, people mapped, addresses absolute. */
export function treeForTracker(markdown: string, context: TextContext): Root {
  const root = renderMarkdown(markdown)
  return { type: 'root', children: root.children.flatMap((node) => (isElement(node) ? translate(node, context) : [])) }
}

function translate(node: ElementContent, context: TextContext): ElementContent[] {
  if (node.type === 'text') return translateText(node.value, context)
  if (!isElement(node)) return []
  if (node.tagName === 'pre' || node.tagName === 'code') return [node]
  if (node.tagName === 'input') return [text(node.properties['checked'] === undefined ? '☐' : '☑')]
  if (node.tagName === 'img') return [image(node, context)]
  if (node.tagName === 'a') return link(node, context)
  return [{ ...node, children: node.children.flatMap((child) => translate(child, context)) }]
}

function absolute(url: string, context: TextContext, kind: 'link' | 'image'): string | undefined {
  const whole = URL.parse(url, context.issueUrl)?.href
  const given = /^(?:https?|mailto):/iu.test(url) ? url : whole
  const rewritten = context.rewriteLink?.(given ?? url, kind) ?? given
  return rewritten === undefined || hasForeignScheme(rewritten) ? undefined : rewritten
}

/** A name without a scheme is left: an attachment of the ticket. */
const hasForeignScheme = (url: string): boolean => /^[^/?#]*:/u.test(url) && !/^(?:https?|mailto):/iu.test(url)

function image(node: Element, context: TextContext): ElementContent {
  const alt = String(node.properties['alt'] ?? '')
  const src = absolute(String(node.properties['src'] ?? ''), context, 'image')
  return src === undefined ? text(alt || 'image') : element('img', [], { src, ...(alt === '' ? {} : { alt }) })
}

function link(node: Element, context: TextContext): ElementContent[] {
  const href = absolute(String(node.properties['href'] ?? ''), context, 'link')
  const children = node.children.flatMap((child) => (isElement(child) ? translate(child, context) : [child]))
  return href === undefined ? children : [element('a', children, { href })]
}

function translateText(value: string, context: TextContext): ElementContent[] {
  const home = parseIssueUrl(context.issueUrl)
  const nodes: ElementContent[] = []
  let plain = ''
  let last = 0
  for (const match of value.matchAll(outgoingTokens)) {
    const { joined, login, repository, number, sha, shortcode } = match.groups ?? {}
    plain += value.slice(last, match.index)
    last = match.index + match[0].length
    let node: ElementContent | undefined
    if (joined) plain += joined.slice(0, -1)
    else if (login) node = mention(login, context)
    else if (number && home) node = anchor(`${home.server}/${repository ?? home.repository}/issues/${number}`, match[0])
    else if (sha && home) node = anchor(`${home.server}/${home.repository}/commit/${sha}`, sha.slice(0, 7))
    else plain += emojiOf(shortcode ?? '') ?? match[0]
    if (!node) continue
    nodes.push(text(plain), node)
    plain = ''
  }
  return [...nodes, text(plain + value.slice(last))].filter((node) => node.type !== 'text' || node.value !== '')
}

const anchor = (href: string, label: string): Element => element('a', [text(label)], { href })

function mention(login: string, context: TextContext): ElementContent {
  const person = context.mentionToTracker?.(login)
  if (person && 'account' in person) return element('a', [text(`@${person.name}`)], { dataMention: person.account })
  if (person) return text(person.text)
  const home = parseIssueUrl(context.issueUrl)
  return home ? anchor(`${home.server}/${login}`, `@${login}`) : text(`@${login}`)
}
