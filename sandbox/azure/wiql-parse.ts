import { refuse } from './errors.ts'

export type Literal =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'macro'; readonly name: string; readonly offset: number }
  | { readonly kind: 'field'; readonly name: string }

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'test'; readonly field: string; readonly operator: string; readonly values: readonly Literal[] }

export interface Wiql {
  readonly columns: readonly string[]
  readonly where: Condition | null
  readonly order: readonly { readonly field: string; readonly descending: boolean }[]
}

export function refuseWiql(message: string): never {
  refuse({ status: 400, typeKey: 'SyntaxException', message })
}

const TOKEN =
  /\s+|('(?:[^']|'')*'|"(?:[^"]|"")*")|(\[[^\]]*\])|(@\w+(?:\s*[+-]\s*\d+)?)|(-?\d+(?:\.\d+)?)(?![\w.])|(<>|>=|<=|!=|[=<>(),])|([A-Za-z_][\w.]*)/gy

interface Token {
  readonly type: 'text' | 'field' | 'macro' | 'number' | 'sign' | 'word'
  readonly value: string
}

function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  let position = 0
  for (const match of query.matchAll(TOKEN)) {
    position = match.index + match[0].length
    const [, text, field, macro, number, sign, word] = match
    if (text !== undefined)
      tokens.push({ type: 'text', value: text.slice(1, -1).replaceAll(text[0]!.repeat(2), text[0]!) })
    else if (field !== undefined) tokens.push({ type: 'field', value: field.slice(1, -1).trim() })
    else if (macro !== undefined) tokens.push({ type: 'macro', value: macro })
    else if (number !== undefined) tokens.push({ type: 'number', value: number })
    else if (sign !== undefined) tokens.push({ type: 'sign', value: sign })
    else if (word !== undefined) tokens.push({ type: 'word', value: word })
  }
  if (position < query.length) {
    refuseWiql(
      `TF51006: The query statement is missing or has an unexpected character. The error is caused by «${query.slice(position, position + 20)}».`,
    )
  }
  return tokens
}

/** The part of the query language that clients use on work items; queries over links are not known. */
export function parseWiql(query: string): Wiql {
  const tokens = tokenize(query)
  let at = 0
  const peek = () => tokens[at]
  const isWord = (word: string) => peek()?.type === 'word' && peek()!.value.toLowerCase() === word
  const take = (word: string) => {
    if (!isWord(word)) return false
    at++
    return true
  }
  const takeSign = (sign: string) => {
    if (peek()?.type !== 'sign' || peek()!.value !== sign) return false
    at++
    return true
  }
  const unexpected = (expected: string): never =>
    refuseWiql(
      `TF51005: The query references a field or keyword that does not exist or is misplaced: expecting ${expected}. The error is caused by «${peek()?.value ?? 'the end of the query'}».`,
    )

  function field(): string {
    const token = peek()
    if (token?.type !== 'field' && token?.type !== 'word') unexpected('a field')
    at++
    return token!.value
  }

  function fields(): string[] {
    const found = [field()]
    while (takeSign(',')) found.push(field())
    return found
  }

  function literal(): Literal {
    const token = peek() ?? unexpected('a value')
    at++
    if (token.type === 'text') return { kind: 'text', text: token.value }
    if (token.type === 'number') return { kind: 'number', value: Number(token.value) }
    if (token.type === 'field') return { kind: 'field', name: token.value }
    if (token.type === 'macro') {
      const [, name = '', sign, days] = /^@(\w+)(?:\s*([+-])\s*(\d+))?$/.exec(token.value) ?? []
      return { kind: 'macro', name: name.toLowerCase(), offset: days === undefined ? 0 : Number(`${sign}${days}`) }
    }
    if (token.type === 'word' && /^(?:true|false)$/i.test(token.value)) return { kind: 'text', text: token.value }
    at--
    return unexpected('a value')
  }

  function operator(): string {
    const token = peek() ?? unexpected('an operator')
    if (token.type === 'sign' && /^(?:=|<>|!=|>|>=|<|<=)$/.test(token.value)) {
      at++
      return token.value === '!=' ? '<>' : token.value
    }
    const negated = take('not') ? 'not ' : ''
    if (take('in')) return `${negated}in`
    if (take('contains')) return take('words') ? `${negated}contains words` : `${negated}contains`
    if (take('under')) return `${negated}under`
    if (take('ever')) return 'ever'
    if (take('is')) {
      const not = take('not')
      if (!take('empty')) unexpected('EMPTY')
      return not ? 'is not empty' : 'is empty'
    }
    return unexpected('an operator')
  }

  function test(): Condition {
    const name = field()
    const found = operator()
    if (found.endsWith('empty')) return { kind: 'test', field: name, operator: found, values: [] }
    if (!found.endsWith('in')) return { kind: 'test', field: name, operator: found, values: [literal()] }
    if (!takeSign('(')) unexpected('(')
    const values = [literal()]
    while (takeSign(',')) values.push(literal())
    if (!takeSign(')')) unexpected(')')
    return { kind: 'test', field: name, operator: found, values }
  }

  function factor(): Condition {
    if (take('not')) return { kind: 'not', part: factor() }
    if (!takeSign('(')) return test()
    const inside = either()
    if (!takeSign(')')) unexpected(')')
    return inside
  }

  function both(): Condition {
    const parts = [factor()]
    while (take('and')) parts.push(factor())
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  function either(): Condition {
    const parts = [both()]
    while (take('or')) parts.push(both())
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  if (!take('select')) unexpected('SELECT')
  const columns = fields()
  if (!take('from')) unexpected('FROM')
  if (!take('workitems')) refuseWiql('TF51004: The query must be FROM WorkItems; queries over links are not modelled.')
  const where = take('where') ? either() : null
  const order: { field: string; descending: boolean }[] = []
  if (take('order')) {
    if (!take('by')) unexpected('BY')
    do {
      const name = field()
      const descending = take('desc')
      if (!descending) take('asc')
      order.push({ field: name, descending })
    } while (takeSign(','))
  }
  if (isWord('asof')) refuseWiql('TF51009: ASOF is not modelled.')
  if (peek() !== undefined) unexpected('the end of the query')
  return { columns, where, order }
}
