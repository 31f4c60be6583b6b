import type { TextContext } from '../core/blocks.ts'
import { markdownFromTree } from './incoming.ts'
import { element, isElement, printTree, text, textOfTree, type ElementContent, type Root } from './html-tree.ts'
import { treeForTracker } from './outgoing.ts'
import { tidyHtml } from './tidy.ts'

/** HTML for a field of Azure DevOps. */
export const htmlFromMarkdown = (markdown: string, context: TextContext): string =>
  printHtml(treeForTracker(markdown, context))

export const markdownFromHtml = (html: string, context: TextContext): string =>
  markdownFromTree(tidyHtml(html), context)

export const printHtml = (root: Root): string =>
  printTree({ type: 'root', children: root.children.map((node) => (isElement(node) ? plain(node) : node)) })

/** Without the paragraphs the tidy tree puts into items of a plain list, and with mentions as Azure DevOps writes them. */
function plain(node: ElementContent): ElementContent {
  if (!isElement(node)) return node
  const account = node.properties['dataMention']
  if (account !== undefined) return mention(String(account), textOfTree(node))
  const children = node.children.map(plain)
  if (node.tagName !== 'li') return { ...node, children }
  const [first, ...rest] = children
  const isLoose = rest.some((child) => isElement(child, 'p'))
  return isElement(first, 'p') && !isLoose ? { ...node, children: [...first.children, ...rest] } : { ...node, children }
}

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu

const mention = (account: string, label: string): ElementContent =>
  guid.test(account)
    ? element('a', [text(label)], { href: '#', dataVssMention: `version:2.0,{${account}}` })
    : text(label)
