import { readTokens, reservedWords, syntaxError } from './tokens.ts'

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=' | '~' | '!~' | 'in' | 'not in' | 'is' | 'is not'

export type Operand =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: 'empty' }

export interface Term {
  readonly kind: 'term'
  readonly field: string
  readonly operator: Operator
  readonly operand: Operand
}

export type Clause = { readonly kind: 'and' | 'or'; readonly parts: readonly Clause[] } | Term

export interface Query {
  readonly where: Clause | null
  readonly orderBy: readonly { readonly field: string; readonly descending: boolean }[]
}

const OPERATORS =
  "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."

const opposite: Readonly<Record<Operator, Operator>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '~': '!~',
  '!~': '~',
  in: 'not in',
  'not in': 'in',
  is: 'is not',
  'is not': 'is',
}

// Jira pushes NOT down to the operators, so that, as with `!=`, issues without a value match neither way.
function negate(clause: Clause): Clause {
  if (clause.kind === 'term') return { ...clause, operator: opposite[clause.operator] }
  return { kind: clause.kind === 'and' ? 'or' : 'and', parts: clause.parts.map(negate) }
}

export function parseJql(source: string): Query {
  const tokens = readTokens(source)
  let position = 0
  const peek = (ahead = 0) => tokens[Math.min(position + ahead, tokens.length - 1)]!
  const next = () => tokens[position++] ?? tokens.at(-1)!
  const isWord = (word: string, ahead = 0) => peek(ahead).kind === 'word' && peek(ahead).text.toLowerCase() === word
  const isMark = (mark: string) => peek().kind === 'mark' && peek().text === mark
  const fail = (what: string) => syntaxError(source, peek().at, what)

  function readClause(): Clause {
    const parts = [readAnd()]
    while (isWord('or')) {
      next()
      parts.push(readAnd())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  function readAnd(): Clause {
    const parts = [readNot()]
    while (isWord('and')) {
      next()
      parts.push(readNot())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  function readNot(): Clause {
    if (isWord('not')) {
      next()
      return negate(readNot())
    }
    if (!isMark('(')) return readTerm()
    next()
    const inner = readClause()
    if (!isMark(')'))
      throw fail(
        peek().kind === 'end'
          ? "Expecting ')' before the end of the query."
          : `Expecting ')' but got '${peek().text}'.`,
      )
    next()
    return inner
  }

  function readField(): string {
    const token = peek()
    if (token.kind === 'end') throw fail('Expecting a field name at the end of the query.')
    if (token.kind === 'mark' || token.kind === 'operator')
      throw fail(`Expecting a field name but got '${token.text}'.`)
    next()
    if (token.kind === 'word' && token.text.toLowerCase() !== 'cf' && reservedWords.has(token.text.toLowerCase())) {
      throw syntaxError(
        source,
        token.at,
        `Expecting a field name but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a field name.`,
      )
    }
    let name = token.text
    // `cf[10100]`, and entity properties: `issue.property[key].path`.
    while (token.kind === 'word' && isMark('[')) {
      next()
      name += `[${next().text}]`
      if (!isMark(']')) throw fail(`Expecting ']' but got '${peek().text}'.`)
      next()
      if (peek().kind === 'word' && peek().text.startsWith('.')) name += next().text
    }
    return name
  }

  function readOperator(): Operator {
    const token = peek()
    if (token.kind === 'end') throw fail(`Expecting operator before the end of the query. ${OPERATORS}`)
    if (token.kind === 'operator') return next().text as Operator
    if (isWord('in')) {
      next()
      return 'in'
    }
    if (isWord('not') && isWord('in', 1)) {
      position += 2
      return 'not in'
    }
    if (isWord('is')) {
      next()
      if (!isWord('not')) return 'is'
      next()
      return 'is not'
    }
    throw fail(`Expecting operator but got '${token.text}'. ${OPERATORS}`)
  }

  function readOperand(): Operand {
    const token = peek()
    if (token.kind === 'end') throw fail('Expecting either a value, list or function before the end of the query.')
    if (isMark('(')) {
      next()
      const items: Operand[] = []
      while (!isMark(')')) {
        if (items.length > 0) {
          if (!isMark(','))
            throw fail(
              peek().kind === 'end'
                ? "Expecting ')' before the end of the query."
                : `Expecting ',' or ')' but got '${peek().text}'.`,
            )
          next()
        }
        items.push(readOperand())
      }
      next()
      return { kind: 'list', items }
    }
    if (token.kind === 'mark' || token.kind === 'operator') {
      throw fail(
        `Expecting either a value, list or function but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a value.`,
      )
    }
    next()
    if (token.kind === 'word') {
      const lower = token.text.toLowerCase()
      if (lower === 'empty' || lower === 'null') return { kind: 'empty' }
      if (isMark('(')) return readFunction(token.text)
      if (reservedWords.has(lower)) {
        throw syntaxError(
          source,
          token.at,
          `Expecting either a value, list or function but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a value.`,
        )
      }
    }
    return { kind: 'value', text: token.text }
  }

  function readFunction(name: string): Operand {
    next()
    const args: string[] = []
    while (!isMark(')')) {
      if (args.length > 0) {
        if (!isMark(',')) throw fail(`Expecting ')' but got '${peek().text}'.`)
        next()
      }
      args.push(next().text)
      if (peek().kind === 'end') throw fail("Expecting ')' before the end of the query.")
    }
    next()
    return { kind: 'function', name, args }
  }

  function readTerm(): Term {
    const field = readField()
    const operator = readOperator()
    return { kind: 'term', field, operator, operand: readOperand() }
  }

  function readOrderBy() {
    const orderBy: { field: string; descending: boolean }[] = []
    if (!isWord('order')) return orderBy
    next()
    if (!isWord('by')) throw fail(`Expecting 'by' but got '${peek().text}'.`)
    do {
      next()
      const field = readField()
      const descending = isWord('desc')
      if (descending || isWord('asc')) next()
      orderBy.push({ field, descending })
    } while (isMark(','))
    return orderBy
  }

  const where = peek().kind === 'end' || isWord('order') ? null : readClause()
  if (peek().kind !== 'end' && !isWord('order')) throw fail(`Expecting either 'OR' or 'AND' but got '${peek().text}'.`)
  const orderBy = readOrderBy()
  if (peek().kind !== 'end') throw fail(`Expecting ',' or the end of the query but got '${peek().text}'.`)
  return { where, orderBy }
}
