import { percentEncode } from './addresses.ts'

/** What stands around a text in its line; '' at the line's ends. */
export interface Surroundings {
  readonly before: string
  readonly after: string
  /** In a link's label `\]` and `\|` do not help: only a character reference does. */
  readonly inLabel: boolean
  /** Signs of the marks around the text: here they would close one. */
  readonly within?: string
}

const reference = (character: string): string => `&#${character.codePointAt(0)};`

const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character)
const isBlank = (character: string): boolean => character === '' || /\s/u.test(character)

/** The emoticons of Jira: a parenthesis and what stands in it, or a face. */
export const emoticons: Readonly<Record<string, string>> = {
  '(y)': '👍',
  '(n)': '👎',
  '(i)': 'ℹ️',
  '(/)': '✅',
  '(x)': '❌',
  '(!)': '⚠️',
  '(+)': '➕',
  '(-)': '➖',
  '(?)': '❓',
  '(on)': '💡',
  '(off)': '💡',
  '(*)': '⭐',
  '(*r)': '⭐',
  '(*g)': '⭐',
  '(*b)': '⭐',
  '(*y)': '⭐',
  '(flag)': '🚩',
  '(flagoff)': '🏳️',
  ':)': '🙂',
  ':(': '🙁',
  ':P': '😛',
  ':D': '😄',
  ';)': '😉',
}

const emoticonAt = /^(?:\((?:y|n|i|\/|x|!|\+|-|\?|on|off|\*[rgby]?|flag|flagoff)\)|[:;]\)|:\(|:P|:D)/u

export const findEmoticon = (text: string, index: number): string | undefined =>
  emoticonAt.exec(text.slice(index, index + 10))?.[0]

/**
 * Text that stays text in Jira: no character of it starts a mark, a link, a macro, a table or a line of another kind. Jira
 * reads `\\` as a line break, so a backslash that could meet a sign becomes a character reference.
 */
export function escapeWiki(value: string, { before, after, inLabel, within = '' }: Surroundings): string {
  let line = ''
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index)
    const previous = index === 0 ? before : value.charAt(index - 1)
    const next = index === value.length - 1 ? after : value.charAt(index + 1)
    line += escapeCharacter(character, { previous, next, inLabel, within, value, index })
  }
  return before === '' ? escapeLineStart(line) : line
}

interface Place {
  readonly previous: string
  readonly next: string
  readonly inLabel: boolean
  readonly within: string
  readonly value: string
  readonly index: number
}

function escapeCharacter(character: string, { previous, next, inLabel, within, value, index }: Place): string {
  if ('{}[]|'.includes(character)) return inLabel ? reference(character) : `\\${character}`
  if (character === '\\') return isWord(next) && previous !== '\\' && next !== '\\' ? character : reference(character)
  if (character === '&')
    return /^&(?:#\d+|#x[\da-f]+|\w+);/iu.test(value.slice(index, index + 40)) ? '&amp;' : character
  if ('*_-+^~!?'.includes(character) && !isWord(previous) && !isBlank(next)) return `\\${character}`
  if (within.includes(character) && (inLabel || !isBlank(previous)) && !isWord(next)) return `\\${character}`
  if ('(:;'.includes(character) && findEmoticon(value, index)) return reference(character)
  return character
}

function escapeLineStart(line: string): string {
  if (/^(?:h[1-6]|bq)\./u.test(line)) return line.replace('.', reference('.'))
  return /^(?:[*#-]+(?:\s|$)|#|-{2,})/u.test(line) ? reference(line.charAt(0)) + line.slice(1) : line
}

/** The characters that end or split a link's address. */
export const escapeAddress = (url: string): string => url.replaceAll(/[\s|[\]{}\\^!<>"]/gu, percentEncode)
