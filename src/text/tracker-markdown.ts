import type { Nodes } from 'mdast'
import type { TextContext } from '../core/blocks.ts'
import { percentEncode } from './addresses.ts'
import { emojiOf } from './emoji.ts'
import { disarm, outgoingTokens, parseIssueUrl, referenceOf, wordJoiner } from './github-references.ts'
import { parseMarkdown, textOf } from './markdown.ts'

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** For trackers that keep Markdown: everything stays as written but mentions, references and addresses. */
export function trackerMarkdownFromGitHub(markdown: string, context: TextContext): string {
  return rewrite(markdown, (node, raw) => {
    if (node.type === 'html') return raw.replaceAll(comments, '')
    if (node.type === 'text') return textForTracker(raw, context)
    if (!('url' in node)) return raw
    const url = URL.parse(node.url, context.issueUrl)?.href ?? node.url
    const given = /^(?:https?|mailto):/iu.test(node.url) ? node.url : url
    const rewritten = context.rewriteLink?.(given, node.type === 'image' ? 'image' : 'link') ?? given
    return withAddress(raw, node.url, rewritten)
  })
}

export function gitHubMarkdownFromTracker(markdown: string, context: TextContext): string {
  const named = replaceMentions(markdown.replaceAll(privateSigns, ''), context)
  const rewritten = rewrite(named, (node, raw) => {
    if (node.type === 'html') return raw.replaceAll(comments, '')
    if (node.type === 'text') return disarm(raw)
    if (!('url' in node)) return raw
    const label = node.type === 'link' ? textOf(node) : ''
    const reference = node.type === 'link' ? referenceOf(node.url, label, context.issueUrl) : undefined
    if (reference !== undefined) return reference
    return withAddress(
      raw,
      node.url,
      context.rewriteLink?.(node.url, node.type === 'image' ? 'image' : 'link') ?? node.url,
    )
  })
  return rewritten.replaceAll(/\uE000([\w-]+)\uE001/gu, '@$1').replaceAll(privateSigns, '')
}

const comments = /<!--[\s\S]*?(?:-->|$)/gu
const privateSigns = /[\uE000\uE001]/gu

function rewrite(markdown: string, change: (node: Nodes, raw: string) => string): string {
  const edits: Edit[] = []
  const visit = (node: Nodes): void => {
    const pictures = node.type === 'link' ? node.children.filter((child) => child.type === 'image') : []
    pictures.forEach(visit)
    const from = pictures.length > 0 ? pictures.at(-1)?.position?.end.offset : node.position?.start.offset
    const to = node.position?.end.offset
    if (from !== undefined && to !== undefined && ('url' in node || node.type === 'text' || node.type === 'html')) {
      const raw = markdown.slice(from, to)
      const text = change(node, raw)
      if (text !== raw) edits.push({ from, to, text })
      return
    }
    if ('children' in node) node.children.forEach(visit)
  }
  visit(parseMarkdown(markdown))
  return edits.reduceRight((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), markdown)
}

function withAddress(raw: string, before: string, after: string): string {
  const place = before === '' || before === after ? -1 : raw.lastIndexOf(before)
  if (place < 0) return raw
  // Only an address in parentheses has to be kept from ending them.
  const target = raw.endsWith(')') ? after.replaceAll(/[\s()<>]/gu, percentEncode) : after
  return raw.slice(0, place) + target + raw.slice(place + before.length)
}

const escaped = new RegExp(String.raw`\\?(?:${outgoingTokens.source})`, 'giu')

function textForTracker(raw: string, context: TextContext): string {
  const home = parseIssueUrl(context.issueUrl)
  return raw.replaceAll(escaped, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>
    const { joined, login, repository, number, sha, shortcode } = groups
    const label = match.replace(/^\\/u, '')
    if (joined) return match.slice(0, -1)
    if (login) return mentionForTracker(login, context)
    if (number && home) return `[${label}](${home.server}/${repository ?? home.repository}/issues/${number})`
    if (sha && home) return `[${sha.slice(0, 7)}](${home.server}/${home.repository}/commit/${sha})`
    return emojiOf(shortcode ?? '') ?? match
  })
}

function mentionForTracker(login: string, context: TextContext): string {
  const person = context.mentionToTracker?.(login)
  if (person && 'account' in person) return `@<${person.account}>`
  if (person) return person.text.replaceAll(/[\\`*_[\]<>#@&]/gu, String.raw`\$&`)
  const home = parseIssueUrl(context.issueUrl)
  return home ? `[@${login}](${home.server}/${login})` : `@${login}`
}

/** Azure DevOps writes a mention as `@<guid>`, without the name. */
function replaceMentions(markdown: string, context: TextContext): string {
  const codes: { from: number; to: number }[] = []
  const visit = (node: Nodes): void => {
    if (node.type === 'code' || node.type === 'inlineCode')
      codes.push({ from: node.position?.start.offset ?? 0, to: node.position?.end.offset ?? 0 })
    else if ('children' in node) node.children.forEach(visit)
  }
  if (!markdown.includes('@<')) return markdown
  visit(parseMarkdown(markdown))
  return markdown.replaceAll(/@<([\da-f-]{36})>/giu, (match: string, account: string, place: number) => {
    if (codes.some(({ from, to }) => place >= from && place < to)) return match
    const login = context.mentionToGitHub?.(account, '')
    return login === undefined ? `@${wordJoiner}someone` : `\uE000${login}\uE001`
  })
}
