import { element, text, type ElementContent } from './html-tree.ts'
import { emoticons, findEmoticon } from './wiki-escape.ts'

const marks: Readonly<Record<string, string>> = {
  '*': 'strong',
  _: 'em',
  '-': 'del',
  '+': 'ins',
  '^': 'sup',
  '~': 'sub',
}

const namedReferences: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  apos: "'",
}

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character)
const isBlank = (character: string | undefined): boolean => character === undefined || /\s/u.test(character)

/** One construct at a place: what it means and where it ends. */
interface Found {
  readonly nodes: readonly ElementContent[]
  readonly end: number
}

/** Wiki markup within a paragraph. Whatever is no complete construct is text. */
export function parseInline(source: string, openMarks = ''): ElementContent[] {
  const nodes: ElementContent[] = []
  const hopeless = new Map<string, number>()
  let plain = ''
  let index = 0
  while (index < source.length) {
    const found = constructAt(source, index, { openMarks, hopeless })
    if (!found) {
      plain += source.charAt(index)
      index += 1
      continue
    }
    const [only] = found.nodes
    if (found.nodes.length === 1 && only?.type === 'text') plain += only.value
    else {
      nodes.push(text(plain), ...found.nodes)
      plain = ''
    }
    index = found.end
  }
  return [...nodes, text(plain)].filter((node) => node.type !== 'text' || node.value !== '')
}

interface Search {
  readonly openMarks: string
  /** How far a sign's counterpart was looked for in vain: nobody starting before has to look again. */
  readonly hopeless: Map<string, number>
}

function constructAt(source: string, index: number, search: Search): Found | undefined {
  const character = source.charAt(index)
  switch (character) {
    case '\\':
      return backslash(source, index)
    case '&':
      return characterReference(source, index)
    case '\n':
      return { nodes: [element('br', [])], end: index + 1 }
    case '{':
      return braces(source, index, search)
    case '[':
      return link(source, index, search)
    case '!':
      return image(source, index, search)
    case '(':
    case ':':
    case ';':
      return emoticon(source, index)
    default:
      return character in marks && !search.openMarks.includes(character) ? mark(source, index, search) : undefined
  }
}

function backslash(source: string, index: number): Found | undefined {
  const next = source.charAt(index + 1)
  if (next === '\\') return { nodes: [element('br', [])], end: index + 2 }
  return /[!-/:-@[-`{-~]/u.test(next) ? { nodes: [text(next)], end: index + 2 } : undefined
}

function characterReference(source: string, index: number): Found | undefined {
  const match = /^&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/iu.exec(source.slice(index, index + 12))
  if (!match) return undefined
  const code = match[1] === undefined ? Number.parseInt(match[2] ?? '', 16) : Number(match[1])
  const named = Object.hasOwn(namedReferences, match[3] ?? '') ? namedReferences[match[3] ?? ''] : undefined
  const value = match[3] === undefined ? characterOf(code) : named
  return value === undefined ? undefined : { nodes: [text(value)], end: index + match[0].length }
}

const characterOf = (code: number): string | undefined =>
  code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined

function emoticon(source: string, index: number): Found | undefined {
  const sign = findEmoticon(source, index)
  if (sign === undefined || isWord(source[index - 1])) return undefined
  return { nodes: [text(emoticons[sign] ?? sign)], end: index + sign.length }
}

function braces(source: string, index: number, search: Search): Found | undefined {
  if (source.startsWith('{{', index)) {
    const end = closing(source, index + 2, '}}', search)
    return end === undefined || end === index + 2
      ? undefined
      : { nodes: [element('code', [text(textIn(source.slice(index + 2, end)))])], end: end + 2 }
  }
  const colour = /^\{color(?::[^}\n]{0,60})?\}/u.exec(source.slice(index, index + 70))
  if (colour) return { nodes: [], end: index + colour[0].length }

  const sign = source.charAt(index + 1)
  const name = marks[sign]
  if (name === undefined || source.charAt(index + 2) !== '}' || search.openMarks.includes(sign)) return undefined
  const end = closing(source, index + 3, `{${sign}}`, search)
  if (end === undefined) return undefined
  return { nodes: [element(name, parseInline(source.slice(index + 3, end), search.openMarks + sign))], end: end + 3 }
}

/** The text of inline code: only escapes count in it. */
const textIn = (source: string): string =>
  source.replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1').replaceAll(/&(?:#\d{1,7}|amp);/gu, (reference) => {
    const [only] = characterReference(reference, 0)?.nodes ?? []
    return only?.type === 'text' ? only.value : reference
  })

/** Where a sign closes that cannot be escaped within, on the same line. */
function closing(source: string, from: number, sign: string, { hopeless }: Search): number | undefined {
  if (from < (hopeless.get(sign) ?? 0)) return undefined
  for (let index = source.indexOf(sign, from); index >= 0; index = source.indexOf(sign, index + 1)) {
    if (source.charAt(index - 1) === '\\' && source.charAt(index - 2) !== '\\') continue
    // `{{a}}}`: the last two braces close.
    let end = index
    while (sign === '}}' && source.startsWith('}}', end + 1)) end += 1
    return end
  }
  hopeless.set(sign, source.length + 1)
  return undefined
}

function mark(source: string, index: number, search: Search): Found | undefined {
  const sign = source.charAt(index)
  const name = marks[sign]
  if (name === undefined || index < (search.hopeless.get(sign) ?? 0)) return undefined
  if (isWord(source[index - 1]) || isBlank(source[index + 1]) || source[index + 1] === sign) return undefined
  if (source.startsWith('\\\\', index + 1)) return undefined
  let end = index + 2
  for (; end < source.length; end += 1) {
    const character = source.charAt(end)
    if (character === '\\') end += 1
    else if (character === '\n') break
    else if (character === '{' && source.startsWith(`{${sign}}`, end)) end += 2
    else if (character === sign && !isBlank(source[end - 1]) && !isWord(source[end + 1]))
      return {
        nodes: [element(name, parseInline(source.slice(index + 1, end), search.openMarks + sign))],
        end: end + 1,
      }
  }
  search.hopeless.set(sign, end)
  return undefined
}

function link(source: string, index: number, search: Search): Found | undefined {
  const end = closing(source, index + 1, ']', search)
  if (end === undefined || search.openMarks.includes('[')) return undefined
  const content = source.slice(index + 1, end)
  if (content === '' || content.includes('\n')) return undefined
  if (/^~[^\s|]+$/u.test(content)) {
    const account = content.slice(1)
    return { nodes: [element('a', [text(`@${account}`)], { dataMention: account })], end: end + 1 }
  }
  if (/^\^[^|]+$/u.test(content))
    return { nodes: [element('a', [text(content.slice(1))], { href: content.slice(1) })], end: end + 1 }
  const bar = content.lastIndexOf('|')
  const address = content.slice(bar + 1).trim()
  if (!/^(?:https?:\/\/|mailto:|#|\/)[^\s]+$/iu.test(address)) return undefined
  const label =
    bar > 0 ? parseInline(labelOf(content, bar), `${search.openMarks}[`) : [text(address.replace(/^mailto:/iu, ''))]
  return { nodes: [element('a', label, { href: address })], end: end + 1 }
}

/** `[label|address|tooltip]` is told from `[label|address]` by what stands in the middle. */
const labelOf = (content: string, bar: number): string => content.slice(0, bar)

function image(source: string, index: number, search: Search): Found | undefined {
  if (isWord(source[index - 1]) || isBlank(source[index + 1])) return undefined
  const end = closing(source, index + 1, '!', search)
  if (end === undefined || end - index > 2_100) return undefined
  const [src = '', options = ''] = source.slice(index + 1, end).split(/\|(.*)/su)
  const isAddress = /^https?:\/\/[^\s]+$/iu.test(src) || /^[^\s/\\:*?"<>|][^\n/\\:*?"<>|]*\.\w{2,5}$/u.test(src)
  if (!isAddress) return undefined
  const alt = /(?:^|,)\s*alt="?([^,"]*)/u.exec(options)?.[1] ?? ''
  return { nodes: [element('img', [], { src, alt })], end: end + 1 }
}
