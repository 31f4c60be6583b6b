/** A field of a query, its arguments resolved; `selection` is `null` for a leaf. */
export interface Field {
  readonly name: string
  readonly alias: string
  readonly args: Readonly<Record<string, unknown>>
  readonly selection: readonly Field[] | null
  readonly line: number
  readonly column: number
  /** The type condition of the inline fragment it stands in. */
  readonly on: string | null
}

export interface Operation {
  readonly kind: 'query' | 'mutation'
  readonly fields: readonly Field[]
}

interface Lexeme {
  readonly text: string
  readonly line: number
  readonly column: number
}

const LEXEME = /\s+|,|#[^\n]*|"""[^]*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()[\]:$!=@]/gy

function* read(source: string): Generator<Lexeme> {
  let line = 1
  let lineStart = 0
  for (const match of source.matchAll(LEXEME)) {
    const [text] = match
    if (/^[\s,#]/.test(text)) {
      for (const newline of text.matchAll(/\n/g)) {
        line++
        lineStart = match.index + newline.index + 1
      }
      continue
    }
    yield { text, line, column: match.index - lineStart + 1 }
  }
}

/** Reads one operation with fields, aliases, arguments, variables and inline fragments: all that the modelled queries use. */
export function parseQuery(source: string, variables: Readonly<Record<string, unknown>>): Operation {
  const lexemes = [...read(source)]
  let at = 0
  const peek = (): string => lexemes[at]?.text ?? ''
  const take = (wanted?: string): Lexeme => {
    const lexeme = lexemes[at]
    if (lexeme === undefined || (wanted !== undefined && lexeme.text !== wanted)) {
      throw new SyntaxError(
        `Expected ${wanted ?? 'more'}, actual: ${lexeme?.text ?? '(end of source)'} at [${lexeme?.line ?? 1}, ${lexeme?.column ?? 1}]`,
      )
    }
    at++
    return lexeme
  }

  function value(): unknown {
    const { text } = take()
    if (text === '$') return variables[take().text] ?? defaults.get(lexemes[at - 1]?.text ?? '') ?? null
    if (text.startsWith('"""')) return text.slice(3, -3).trim()
    if (text.startsWith('"')) return JSON.parse(text) as unknown
    if (text === '[') {
      const list: unknown[] = []
      while (peek() !== ']') list.push(value())
      take(']')
      return list
    }
    if (text === '{') {
      const object: Record<string, unknown> = {}
      while (peek() !== '}') {
        const name = take().text
        take(':')
        object[name] = value()
      }
      take('}')
      return object
    }
    if (/^-?\d/.test(text)) return Number(text)
    if (text === 'true' || text === 'false') return text === 'true'
    return text === 'null' ? null : text
  }

  function args(): Record<string, unknown> {
    const found: Record<string, unknown> = {}
    if (peek() !== '(') return found
    take('(')
    while (peek() !== ')') {
      const name = take().text
      take(':')
      found[name] = value()
    }
    take(')')
    return found
  }

  function selection(on: string | null): Field[] {
    const fields: Field[] = []
    take('{')
    while (peek() !== '}') {
      if (peek() === '...') {
        take('...')
        take('on')
        fields.push(...selection(take().text))
        continue
      }
      const first = take()
      const aliased = peek() === ':'
      const name = aliased ? (take(':'), take().text) : first.text
      const given = args()
      fields.push({
        name,
        alias: first.text,
        args: given,
        selection: peek() === '{' ? selection(null) : null,
        line: first.line,
        column: first.column,
        on,
      })
    }
    take('}')
    return fields
  }

  const defaults = new Map<string, unknown>()
  function variableDefinitions(): void {
    take('(')
    while (peek() !== ')') {
      const lexeme = take()
      if (lexeme.text !== '$') continue
      const name = take().text
      take(':')
      while (!['$', ')', '='].includes(peek())) take()
      if (peek() === '=') {
        take('=')
        defaults.set(name, value())
      }
    }
    take(')')
  }

  if (peek() === '{') return { kind: 'query', fields: selection(null) }
  const kind = take().text
  if (kind !== 'query' && kind !== 'mutation')
    throw new SyntaxError(`Expected one of SCHEMA, SCALAR, TYPE, ENUM, INPUT, UNION, INTERFACE, actual: ${kind}`)
  if (peek() !== '(' && peek() !== '{') take()
  if (peek() === '(') variableDefinitions()
  return { kind, fields: selection(null) }
}
