import { refuse } from '../refusal.ts'

export interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'mark' | 'end'
  readonly text: string
  readonly at: number
}

export const syntaxError = (source: string, at: number, what: string) => {
  const before = source.slice(0, at).split('\n')
  const place = `(line ${before.length}, character ${before.at(-1)!.length + 1})`
  return refuse(400, `Error in the JQL Query: ${what} ${place}`)
}

const RESERVED_CHARACTERS = new Set('{}*/%+^$#@?;')

// An unquoted value may be none of these.
export const reservedWords = new Set(
  `abort access add after alias all alter and any as asc audit avg before begin between boolean break by byte catch cf
  char character check checkpoint collate collation column commit connect continue count create current date decimal
  declare decrement default defaults define delete delimiter desc difference distinct divide do double drop else empty
  encoding end equals escape exclusive exec execute exists explain false fetch file field first float for from function
  go goto grant greater group having identified if immediate in increment index initial inner inout input insert int
  integer intersect intersection into is isempty isnull join last left less like limit lock long max min minus mode
  modify modulo more multiply next noaudit not notin nowait null number object of on option or order outer output power
  previous prior privileges public raise raw remainder rename resource return returns revoke right row rowid rownum rows
  select session set share size sqrt start strict string subtract sum synonym table then to trans transaction trigger
  true uid union unique update user validate values view when whenever where while with`.split(/\s+/),
)

export function readTokens(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const char = source[at]!
    if (/\s/.test(char)) {
      at++
      continue
    }
    const start = at
    if (char === '"' || char === "'") {
      let text = ''
      at++
      while (at < source.length && source[at] !== char) {
        if (source[at] === '\\') {
          const [escaped, length] = readEscape(source, at)
          text += escaped
          at += length
        } else text += source[at++]
      }
      if (at >= source.length) {
        throw syntaxError(source, start, `The quoted string '${text}' has not been completed.`)
      }
      at++
      tokens.push({ kind: 'text', text, at: start })
      continue
    }
    const operator = /^(?:!=|!~|>=|<=|&&|\|\||[=<>~!&|])/.exec(source.slice(at, at + 2))?.[0]
    if (operator !== undefined) {
      at += operator.length
      const word = operator.startsWith('&') ? 'and' : operator.startsWith('|') ? 'or' : operator === '!' ? 'not' : null
      tokens.push(
        word === null ? { kind: 'operator', text: operator, at: start } : { kind: 'word', text: word, at: start },
      )
      continue
    }
    if ('(),[]'.includes(char)) {
      at++
      tokens.push({ kind: 'mark', text: char, at: start })
      continue
    }
    while (at < source.length && !/[\s"'=!<>~(),[\]&|]/.test(source[at]!)) {
      if (RESERVED_CHARACTERS.has(source[at]!)) {
        const code = source.codePointAt(at)!.toString(16).padStart(4, '0')
        const what = `The character '${source[at]}' is a reserved JQL character. You must enclose it in a string or use the escape '\\u${code}' instead.`
        throw syntaxError(source, at, what)
      }
      at++
    }
    tokens.push({ kind: 'word', text: source.slice(start, at), at: start })
  }
  tokens.push({ kind: 'end', text: '', at: source.length })
  return tokens
}

function readEscape(source: string, at: number): readonly [text: string, length: number] {
  const unicode = /^\\u([0-9a-fA-F]{4})/.exec(source.slice(at, at + 6))
  if (unicode !== null) return [String.fromCharCode(Number.parseInt(unicode[1]!, 16)), 6]
  const escaped = source[at + 1]
  const text = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\', ' ': ' ' }[escaped ?? '']
  if (text === undefined) {
    const what = `'\\${escaped ?? ''}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX.`
    throw syntaxError(source, at, what)
  }
  return [text, 2]
}
