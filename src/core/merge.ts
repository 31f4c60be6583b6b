import type { ConflictPolicy, RouteRule } from '../config/schema.ts'
import type { FieldChange, IssuePatch, Note, TicketPatch } from './change.ts'
import { isEmpty, same } from './fields/field.ts'
import type { Pair, Translation } from './fields/field.ts'
import type { KeyedField } from './fields/fields.ts'
import type { FieldConflict, Side } from './link.ts'

/** What is to be done about one field. */
export interface FieldPlan {
  readonly changes: readonly FieldChange[]
  readonly notes: readonly Note[]
  /** The field keeps its old base, so that it is looked at again. */
  readonly unsettled: boolean
  readonly conflict: FieldConflict | null
  readonly failed: boolean
}

const settled: FieldPlan = { changes: [], notes: [], unsettled: false, conflict: null, failed: false }

/** For `fields.Severity` its own policy, else that of all `fields`. */
export function choosePolicy(rule: RouteRule, key: string): ConflictPolicy {
  if (typeof rule.conflict === 'string') return rule.conflict
  const policies: Readonly<Record<string, ConflictPolicy | undefined>> = rule.conflict
  return policies[key] ?? policies[key.split('.')[0] ?? key] ?? policies['default'] ?? 'newest'
}

/** The side that wins by the policy; `null` when a person is to be asked. */
export function chooseWinner(policy: ConflictPolicy, pair: Pair): Side | null {
  switch (policy) {
    case 'github':
    case 'tracker':
      return policy
    case 'newest':
      return Date.parse(pair.ticket.updatedAt) > Date.parse(pair.issue.updatedAt) ? 'tracker' : 'github'
    case 'ask':
      return null
  }
}

/** Three-way: each side against its own base, then the one that moved is carried over. */
export function planField({ key, field }: KeyedField, pair: Pair): FieldPlan {
  if (field.agree(pair)) return settled
  if (field.enforced === true) return carry('tracker', key, 'kept by the route', field.toTicket(pair))

  const direction = pair.rule.sync[field.name]
  const toTracker = direction === 'both' || direction === 'to-tracker'
  const toGitHub = direction === 'both' || direction === 'to-github'
  const issueNow = field.issueValue(pair)
  const ticketNow = field.ticketValue(pair)
  const issueWas = pair.base?.issue[key]
  const ticketWas = pair.base?.ticket[key]
  const toTicket = (why: string) => carry('tracker', key, why, field.toTicket(pair))
  const toIssue = (why: string) => carry('github', key, why, field.toIssue(pair))

  if (issueWas === undefined || ticketWas === undefined) {
    // Never agreed. Nothing filled is ever overwritten by nothing.
    if (isEmpty(issueNow)) return toGitHub ? toIssue('only the tracker has it') : settled
    if (isEmpty(ticketNow)) return toTracker ? toTicket('only GitHub has it') : settled
    if (pair.base === null && field.keepsBothWhenAdopted === true) return settled
    return decide('first met')
  }
  const issueMoved = field.issueMoved?.(pair) ?? !same(issueNow, issueWas)
  const ticketMoved = !same(ticketNow, ticketWas)
  if (issueMoved && ticketMoved) return decide('changed on both sides')
  if (issueMoved) return toTracker ? toTicket('changed on GitHub') : settled
  if (ticketMoved) return toGitHub ? toIssue('changed in the tracker') : settled
  return settled

  function decide(why: string): FieldPlan {
    if (!toGitHub) return toTicket(why)
    if (!toTracker) return toIssue(why)
    const policy = choosePolicy(pair.rule, key)
    const winner = chooseWinner(policy, pair)
    if (winner === 'github') return toTicket(`${why}; GitHub wins (${policy})`)
    if (winner === 'tracker') return toIssue(`${why}; the tracker wins (${policy})`)
    return {
      ...settled,
      unsettled: true,
      conflict: { field: key, issue: show(issueNow), ticket: show(ticketNow), since: '' },
    }
  }
}

function carry(
  side: Side,
  field: string,
  why: string,
  translation: Translation<TicketPatch> | Translation<IssuePatch>,
): FieldPlan {
  if (translation.kind === 'same') return settled
  if (translation.kind === 'none') {
    return { ...settled, notes: [translation.note], unsettled: true, failed: translation.failed === true }
  }
  const { before, after, patch, note } = translation
  return {
    ...settled,
    changes: [{ kind: 'field', side, field, before, after, why, patch }],
    notes: note === undefined ? [] : [note],
  }
}

const show = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value ?? 'nothing'))
