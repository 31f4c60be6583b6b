import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { canBrowse } from '../permissions.ts'
import { refuse } from '../refusal.ts'
import { firstUpdatedSince, indexedByUpdated } from '../search-index.ts'
import type { Issue, Person } from '../world.ts'
import { findJqlField } from './fields.ts'
import type { Asking, JqlField } from './fields.ts'
import { parseJql } from './parse.ts'
import type { Clause, Operand, Query, Term } from './parse.ts'

type Test = (issue: Issue) => boolean

export interface Found {
  readonly issues: readonly Issue[]
  readonly warnings: readonly string[]
}

const DAY_MS = 86_400_000

const compare: Readonly<Record<string, (left: string | number, right: string | number) => boolean>> = {
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
}

/** `null` stands for EMPTY; `undefined` means a problem was noted. */
function resolveOperand(
  asking: Asking,
  {
    field,
    term,
    operand,
    problems,
  }: { readonly field: JqlField; readonly term: Term; readonly operand: Operand; readonly problems: string[] },
): readonly (string | number | null)[] {
  if (operand.kind === 'list') {
    return operand.items.flatMap((item) => resolveOperand(asking, { field, term, operand: item, problems }))
  }
  if (operand.kind === 'empty') return [null]
  if (operand.kind === 'function') return callFunction(asking, operand, problems)
  const found = field.text === undefined ? field.resolve(asking, operand.text) : [operand.text]
  if (found.length === 0) {
    const message = field.unknown(operand.text, term.field)
    if (message !== null) problems.push(message)
  }
  return found
}

function callFunction(
  { jira, person }: Asking,
  { name, args }: { readonly name: string; readonly args: readonly string[] },
  problems: string[],
): readonly (string | number | null)[] {
  switch (name.toLowerCase()) {
    case 'currentuser':
      return person === null ? [] : [person.key]
    case 'now':
      return [now(jira)]
    case 'startofday':
    case 'endofday': {
      const days = Number(/^([+-]?\d+)d?$/.exec(args[0] ?? '0')?.[1] ?? 0)
      const zone = person?.timeZone ?? 'Etc/UTC'
      const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now(jira))
      const start = findJqlField('created')!.resolve({ jira, person }, today)[0] as number
      return [start + days * DAY_MS + (name.toLowerCase() === 'endofday' ? DAY_MS - 1 : 0)]
    }
    case 'membersof':
      return [...jira.world.people.values()]
        .filter(({ groups }) => groups.includes(args[0] ?? ''))
        .map(({ key }) => key)
    default:
      problems.push(`Unable to find JQL function '${name}(${args.join(', ')})'.`)
      return []
  }
}

const textWords = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

/** All words, each whole or with a trailing asterisk; a phrase in inner quotes in order. */
function textTest(wanted: string): (texts: readonly string[]) => boolean {
  const phrase = /^"(.*)"$/.exec(wanted.trim())
  if (phrase !== null) {
    const sequence = textWords(phrase[1]!).join(' ')
    return (texts) => texts.some((text) => ` ${textWords(text).join(' ')} `.includes(` ${sequence} `))
  }
  const words = wanted
    .toLowerCase()
    .split(/[^\p{L}\p{N}*]+/u)
    .filter((word) => word.replaceAll('*', '') !== '')
  return (texts) => {
    const present = texts.flatMap(textWords)
    return words.every((word) =>
      word.endsWith('*') ? present.some((one) => one.startsWith(word.slice(0, -1))) : present.includes(word),
    )
  }
}

function compileTerm(asking: Asking, term: Term, problems: string[]): Test {
  // Entity properties are searchable only where an app has declared an index for them.
  if (/^issue\.property\[/i.test(term.field)) return () => false
  const field = findJqlField(term.field)
  if (field === undefined) {
    problems.push(`Field '${term.field}' does not exist or you do not have permission to view it.`)
    return () => false
  }
  const { operator, operand } = term
  if (!field.operators.includes(operator)) {
    problems.push(`The operator '${operator}' is not supported by the '${term.field}' field.`)
    return () => false
  }
  const isEmptiness = operator === 'is' || operator === 'is not'
  if (isEmptiness && operand.kind !== 'empty') {
    problems.push(`The operator '${operator}' only supports the 'EMPTY' and 'NULL' values.`)
    return () => false
  }
  if (operand.kind === 'list' && operator !== 'in' && operator !== 'not in') {
    problems.push(
      `Operator '${operator}' does not support the list value '(${operand.items.map((item) => ('text' in item ? item.text : '')).join(', ')})' for field '${term.field}'.`,
    )
    return () => false
  }
  if ((operator === 'in' || operator === 'not in') && operand.kind === 'value') {
    problems.push(
      `Operator '${operator}' does not support the non-list value '"${operand.text}"' for field '${term.field}'.`,
    )
    return () => false
  }
  const wanted = resolveOperand(asking, { field, term, operand, problems })
  const { jira } = asking
  if (operator === '~' || operator === '!~') {
    const test = textTest(String(wanted[0] ?? ''))
    const read = field.text ?? ((issue: Issue) => field.values(issue, jira).map(String))
    return operator === '~' ? (issue) => test(read(issue)) : (issue) => read(issue).length > 0 && !test(read(issue))
  }
  const comparing = compare[operator]
  if (comparing !== undefined) {
    const limit = wanted[0]
    if (limit === undefined || limit === null) return () => false
    return (issue) => field.values(issue, jira).some((value) => comparing(value, limit))
  }
  const set = new Set(wanted)
  const matches: Test = (issue) => {
    const values = field.values(issue, jira)
    return values.length === 0 ? set.has(null) : values.some((value) => set.has(value))
  }
  if (operator === '=' || operator === 'in' || operator === 'is') return matches
  if (operator === 'is not') return (issue) => field.values(issue, jira).length > 0
  return (issue) => field.values(issue, jira).length > 0 && !matches(issue)
}

function compile(asking: Asking, clause: Clause, problems: string[]): Test {
  if (clause.kind === 'term') return compileTerm(asking, clause, problems)
  const tests = clause.parts.map((part) => compile(asking, part, problems))
  return clause.kind === 'and'
    ? (issue) => tests.every((test) => test(issue))
    : (issue) => tests.some((test) => test(issue))
}

/** A lower bound on `updated` that holds for the whole query, to spare looking at older issues. */
function updatedSince(asking: Asking, clause: Clause | null): number {
  if (clause === null || clause.kind === 'or') return 0
  if (clause.kind === 'and') return Math.max(...clause.parts.map((part) => updatedSince(asking, part)))
  if (clause.kind !== 'term' || findJqlField(clause.field)?.id !== 'updated') return 0
  if ((clause.operator !== '>=' && clause.operator !== '>') || clause.operand.kind !== 'value') return 0
  return Number(findJqlField('updated')!.resolve(asking, clause.operand.text)[0] ?? 0)
}

type Rank = string | number | null

function compareRanks(left: Rank, right: Rank): number {
  if (left === right) return 0
  // What has no value sorts after everything, and descending turns that round.
  if (left === null) return 1
  return right !== null && left > right ? 1 : -1
}

function sorter(asking: Asking, query: Query, problems: string[]): (issues: readonly Issue[]) => Issue[] {
  const orders = query.orderBy.length > 0 ? query.orderBy : [{ field: 'key', descending: true }]
  const ranks = orders.flatMap(({ field: name, descending }) => {
    const order = findJqlField(name)?.order
    if (order === undefined) problems.push(`Not able to sort using field '${name}'.`)
    return order === undefined ? [] : [{ order, sign: descending ? -1 : 1 }]
  })
  return (issues) => {
    const ranked = issues.map((issue) => ({ issue, by: ranks.map(({ order }) => order(issue, asking.jira)) }))
    ranked.sort((left, right) => {
      for (const [index, { sign }] of ranks.entries()) {
        const result = compareRanks(left.by[index]!, right.by[index]!) * sign
        if (result !== 0) return result
      }
      return left.issue.id - right.issue.id
    })
    return ranked.map(({ issue }) => issue)
  }
}

/** `validate` off turns what the query names in vain into warnings; broken syntax is refused always. */
export function searchIssues(
  jira: Jira,
  { jql, person, validate }: { readonly jql: string; readonly person: Person | null; readonly validate: boolean },
): Found {
  const asking: Asking = { jira, person }
  const query = parseJql(jql)
  const problems: string[] = []
  const test = query.where === null ? () => true : compile(asking, query.where, problems)
  const sort = sorter(asking, query, problems)
  if (problems.length > 0 && validate) throw refuse(400, problems)

  const candidates = indexedByUpdated(jira)
  const from = firstUpdatedSince(candidates, updatedSince(asking, query.where))
  const visible = new Map([...jira.world.projects.values()].map((project) => [project.id, canBrowse(person, project)]))
  const issues: Issue[] = []
  for (let index = from; index < candidates.length; index++) {
    const issue = candidates[index]!
    if (visible.get(issue.projectId) === true && test(issue)) issues.push(issue)
  }
  return { issues: sort(issues), warnings: problems }
}

/** Whether the issue, as it is now, meets the filter of a webhook. A broken filter lets nothing through. */
export function meetsFilter(
  jira: Jira,
  { jql, issue, person }: { readonly jql: string; readonly issue: Issue; readonly person: Person | null },
): boolean {
  if (jql.trim() === '') return true
  const problems: string[] = []
  const { where } = parseJql(jql)
  const test = where === null ? () => true : compile({ jira, person }, where, problems)
  return problems.length === 0 && test(issue)
}
