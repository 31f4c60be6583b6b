const space = /[\t\n\r ]*/y
const string = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** What may stand at the end of a text that was cut within a string or a word. */
const cutToken = /(?:"[ !#-\uffff]*|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)$/y

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'nothing'

/**
 * Where a text stops being the beginning of a JSON value: the index of the first token that fits nowhere, or the text's
 * length if it is sound as far as it goes. For messages: JSON.parse says no place, but quotes the text.
 */
export function findJsonFault(text: string): number {
  const open: ('{' | '[')[] = []
  let wanted: Wanted = 'value'
  let at = skip(space, text, 0)
  while (at < text.length) {
    const character = text[at]
    const wantsValue: boolean = wanted === 'value' || wanted === 'value or ]'
    let end = at + 1
    if (wantsValue && (character === '{' || character === '[')) {
      open.push(character)
      wanted = character === '{' ? 'key or }' : 'value or ]'
    } else if (isClosing(character, open.at(-1), wanted)) {
      open.pop()
      wanted = open.length > 0 ? 'comma' : 'nothing'
    } else if (character === ',' && wanted === 'comma') {
      wanted = open.at(-1) === '{' ? 'key' : 'value'
    } else if (character === ':' && wanted === 'colon') {
      wanted = 'value'
    } else if (wantsValue || wanted === 'key' || wanted === 'key or }') {
      end = skip(string, text, at)
      if (end === at && wantsValue) end = skip(scalar, text, at)
      if (end === at) return skip(cutToken, text, at) > at ? text.length : at
      wanted = !wantsValue ? 'colon' : open.length > 0 ? 'comma' : 'nothing'
    } else {
      return at
    }
    at = skip(space, text, end)
  }
  return text.length
}

function isClosing(character: string | undefined, opened: '{' | '[' | undefined, wanted: Wanted): boolean {
  if (character === '}') return opened === '{' && (wanted === 'comma' || wanted === 'key or }')
  if (character === ']') return opened === '[' && (wanted === 'comma' || wanted === 'value or ]')
  return false
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
