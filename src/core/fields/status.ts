import type { StatusMap } from '../../config/schema.ts'
import type { CloseReason, Issue } from '../issue.ts'
import { findMappedState } from '../route.ts'
import type { Status } from '../ticket.ts'
import { equalIgnoringCase, note, same } from './field.ts'
import type { Field, Pair, TicketSide, Translation } from './field.ts'
import type { TicketPatch } from '../change.ts'

/** What a status says in GitHub's terms; `unknown` makes nobody do anything. */
export type Meaning = 'open' | CloseReason | 'unknown'

export const meaningOfIssue = (issue: Pick<Issue, 'open' | 'reason'>): Exclude<Meaning, 'unknown'> =>
  issue.open ? 'open' : (issue.reason ?? 'completed')

/** Said by the map first, then by the states the map aims at, then by the category; never guessed. */
export function meaningOfStatus(map: StatusMap, status: Status, type: string): Meaning {
  const said = Object.entries(map.from).find(([name]) => equalIgnoringCase(name, status.name))?.[1]
  if (said === 'ignore') return 'unknown'
  if (said !== undefined) return said === 'closed' ? 'completed' : said
  for (const [target, meaning] of aims(map)) {
    const name = findMappedState(target, type)
    if (name !== undefined && equalIgnoringCase(name, status.name)) return meaning
  }
  switch (status.category) {
    case 'new':
    case 'active':
      return 'open'
    case 'done':
      return 'completed'
    case 'removed':
      return 'not_planned'
    default:
      return 'unknown'
  }
}

const aims = (map: StatusMap): readonly [StatusMap['open'], Exclude<Meaning, 'unknown'>][] => [
  [map.open, 'open'],
  [map.assigned, 'open'],
  [map.closed, 'completed'],
  [map.not_planned, 'not_planned'],
  [map.duplicate, 'duplicate'],
]

/** What an issue asks of its ticket: an open one that somebody has may want a state of its own. */
export type Aim = Exclude<Meaning, 'unknown'> | 'assigned'

const isAssigned = ({ open, assignees }: Issue): boolean => open && assignees.length > 0

const hasAssignedState = ({ rule, ticket }: TicketSide): boolean =>
  findMappedState(rule.status.assigned, ticket.type) !== undefined

const aimOfIssue = (pair: Pair): Aim =>
  isAssigned(pair.issue) && hasAssignedState(pair) ? 'assigned' : meaningOfIssue(pair.issue)

type Target = { readonly status: Status } | { readonly missing: string }

/** The state to move a ticket to, from the map, else the only fitting one of the category. */
export function chooseState(pair: Pick<Pair, 'rule' | 'states' | 'traits'>, aim: Aim, type: string): Target {
  const map = pair.rule.status
  const named = {
    open: [map.open],
    assigned: [map.assigned, map.open],
    completed: [map.closed],
    not_planned: [map.not_planned, map.closed],
    duplicate: [map.duplicate, map.not_planned, map.closed],
  }[aim]
  for (const target of named) {
    const name = findMappedState(target, type)
    if (name === undefined) continue
    const status = pair.states.find((state) => equalIgnoringCase(state.name, name))
    if (status !== undefined) return { status }
    return { missing: `The type ${type} has no state "${name}"; it has ${listStates(pair.states)}.` }
  }
  const opens = aim === 'open' || aim === 'assigned'
  const category = opens ? 'new' : 'done'
  const fitting = pair.states.filter(
    (state) => state.category === category && state.resolved !== true && !isIgnored(map, state),
  )
  const only = fitting.length === 1 || pair.traits.statesOrdered ? fitting[0] : undefined
  if (only !== undefined) return { status: only }
  const key = opens ? 'open' : 'closed'
  const choices = fitting.length === 0 ? listStates(pair.states) : fitting.map(({ name }) => `"${name}"`).join(', ')
  return {
    missing: `Which state of the type ${type} stands for ${key} is not clear: set status.${key} to one of ${choices}.`,
  }
}

const isIgnored = (map: StatusMap, state: Status): boolean =>
  Object.entries(map.from).some(([name, said]) => said === 'ignore' && equalIgnoringCase(name, state.name))

const listStates = (states: readonly Status[]): string => states.map(({ name }) => `"${name}"`).join(', ')

const ticketMeaning = (pair: TicketSide): Meaning =>
  meaningOfStatus(pair.rule.status, pair.ticket.status, pair.ticket.type)

/** Reasons only differ where the config keeps them apart; otherwise closed is closed. */
function sameMeaning(pair: Pair, ofIssue: Meaning, ofTicket: Meaning): boolean {
  if (ofIssue === ofTicket) return true
  if (ofIssue === 'open' || ofTicket === 'open' || ofTicket === 'unknown' || ofIssue === 'unknown') return false
  const target = chooseState(pair, ofIssue, pair.ticket.type)
  return 'missing' in target || meaningOfStatus(pair.rule.status, target.status, pair.ticket.type) === ofTicket
}

function standsIn(pair: Pair, aim: Aim): boolean {
  const target = chooseState(pair, aim, pair.ticket.type)
  return 'status' in target && equalIgnoringCase(target.status.name, pair.ticket.status.name)
}

/** A fresh ticket stands where its workflow begins; where the map names another state, it still has to go there. */
function awaitsFirstState(pair: Pair): boolean {
  if (pair.base === null || pair.base.issue['status'] !== null) return false
  const aim = aimOfIssue(pair)
  const named = pair.rule.status[aim === 'completed' ? 'closed' : aim]
  const target = named === undefined ? undefined : chooseState(pair, aim, pair.ticket.type)
  return target !== undefined && 'status' in target && !equalIgnoringCase(target.status.name, pair.ticket.status.name)
}

/** So the base has it, whether the map asks or not: a key that comes into the config shall move nothing by itself. */
const ASSIGNED = ['open', 'assigned']

/**
 * Since the base somebody got the open issue, or nobody has it any more. The ticket follows only from the one of the two
 * states to the other: out of any further one a person took it on.
 */
function followsAssignment(pair: Pair): boolean {
  if (!pair.issue.open || !hasAssignedState(pair)) return false
  const [was, from] = isAssigned(pair.issue) ? (['open', 'open'] as const) : ([ASSIGNED, 'assigned'] as const)
  return same(pair.base?.issue['status'], was) && standsIn(pair, from)
}

function issueMoved(pair: Pair): boolean {
  const was = pair.base?.issue['status']
  return (same(was, ASSIGNED) ? 'open' : was) !== meaningOfIssue(pair.issue) || followsAssignment(pair)
}

function toTicket(pair: Pair): Translation<TicketPatch> {
  const aim = aimOfIssue(pair)
  const target = chooseState(pair, aim, pair.ticket.type)
  if ('missing' in target) return { kind: 'none', note: note(`status:${aim}`, target.missing, 'warning') }
  if (equalIgnoringCase(target.status.name, pair.ticket.status.name)) return { kind: 'same' }
  return {
    kind: 'patch',
    patch: { status: { name: target.status.name, fields: pair.rule.transition } },
    before: pair.ticket.status.name,
    after: target.status.name,
  }
}

export const status: Field = {
  name: 'status',
  issueValue: ({ issue }) => (isAssigned(issue) ? ASSIGNED : meaningOfIssue(issue)),
  // The meaning, not the name: New to Active is no news for GitHub, nor is Resolved to Closed.
  ticketValue: ticketMeaning,
  issueMoved,
  agree: (pair) =>
    sameMeaning(pair, meaningOfIssue(pair.issue), ticketMeaning(pair)) &&
    !awaitsFirstState(pair) &&
    !followsAssignment(pair),
  toTicket,
  toIssue(pair) {
    const meaning = ticketMeaning(pair)
    if (meaning === 'unknown') {
      const text = `The state "${pair.ticket.status.name}" says neither open nor closed; name it under status.from to use it.`
      return { kind: 'none', note: note(`status:${pair.ticket.status.name}`, text) }
    }
    const open = meaning === 'open'
    return {
      kind: 'patch',
      patch: open ? { open } : { open, reason: meaning },
      before: meaningOfIssue(pair.issue),
      after: meaning,
    }
  },
}
