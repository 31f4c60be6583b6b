import type { FieldChange } from '../change.ts'
import { mergeText } from '../block-merge.ts'
import { isTextUnchanged, rememberText } from '../blocks.ts'
import type { TextBase, TextFormat } from '../blocks.ts'
import { choosePolicy, chooseWinner } from '../merge.ts'
import type { FieldPlan } from '../merge.ts'
import type { Pair } from './field.ts'

/** Carries text one way; it knows what mentions, links and limits become there. */
export interface TextCarrier {
  /** An excerpt in the other side's format; `whole` is the text it was taken from. */
  convert(excerpt: string, whole: string): string
  /** Cut at a block, with a link to the rest, when it is too long. */
  fit(text: string): string
}

/** How texts cross: the formats of both sides, and who carries them. */
export interface TextView {
  readonly issue: TextFormat
  readonly ticket: TextFormat
  readonly toTicket: TextCarrier
  readonly toIssue: TextCarrier
}

const carryWhole = (carrier: TextCarrier, text: string): string => carrier.fit(carrier.convert(text, text))

const settled: FieldPlan = { changes: [], notes: [], unsettled: false, conflict: null, failed: false }

/** A text travels only when its own side was edited, and then only the blocks that were. */
export function planBody(pair: Pair, text: TextView): FieldPlan {
  const { issue, ticket, base, rule } = pair
  const direction = rule.sync.body
  if (direction === 'off') return settled
  const toTracker = direction !== 'to-github'
  const toGitHub = direction !== 'to-tracker'

  if (base?.body === undefined || base.body === null) {
    if (ticket.body.trim() === '' && issue.body.trim() !== '' && toTracker) {
      return change(pair, 'tracker', carryWhole(text.toTicket, issue.body), 'only GitHub has it')
    }
    if (issue.body.trim() === '' && ticket.body.trim() !== '' && toGitHub) {
      return change(pair, 'github', carryWhole(text.toIssue, ticket.body), 'only the tracker has it')
    }
    // Two texts that were paired by hand both stay.
    return base === null ? settled : planWhole(pair, text, { toTracker, toGitHub })
  }

  const issueMoved = !isTextUnchanged(base.body.issue, text.issue, issue.body)
  const ticketMoved = !isTextUnchanged(base.body.ticket, text.ticket, ticket.body)
  const issueSide = { format: text.issue, now: issue.body, base: base.body.issue }
  const ticketSide = { format: text.ticket, now: ticket.body, base: base.body.ticket }
  const intoTicket = () =>
    mergeText({
      source: issueSide,
      destination: ticketSide,
      ...text.toTicket,
    })
  const intoIssue = () =>
    mergeText({
      source: ticketSide,
      destination: issueSide,
      ...text.toIssue,
    })

  if (issueMoved && ticketMoved && toTracker && toGitHub) {
    const down = intoTicket()
    const up = intoIssue()
    const policy = choosePolicy(rule, 'body')
    const winner = down.conflict || up.conflict ? chooseWinner(policy, pair) : 'github'
    if (winner === null) {
      return { ...settled, unsettled: true, conflict: edited }
    }
    const why = down.conflict ? `the same passage was edited on both sides (${policy})` : 'edited on both sides'
    const forTicket = winner === 'github' ? down.text : down.textIfDestinationWins
    const forIssue = winner === 'tracker' ? up.text : up.textIfDestinationWins
    const changes = [
      ...(text.ticket.equal(forTicket, ticket.body) ? [] : change(pair, 'tracker', forTicket, why).changes),
      ...(text.issue.equal(forIssue, issue.body) ? [] : change(pair, 'github', forIssue, why).changes),
    ]
    return { ...settled, changes }
  }
  if (issueMoved && toTracker) {
    const merged = intoTicket()
    return merged.changed ? change(pair, 'tracker', merged.text, 'edited on GitHub') : settled
  }
  if (ticketMoved && toGitHub) {
    const merged = intoIssue()
    return merged.changed ? change(pair, 'github', merged.text, 'edited in the tracker') : settled
  }
  return settled
}

interface Ways {
  readonly toTracker: boolean
  readonly toGitHub: boolean
}

/** For a pair of which one half was made from the other, nobody remembers from what text: the whole text decides. */
function planWhole(pair: Pair, text: TextView, { toTracker, toGitHub }: Ways): FieldPlan {
  const { issue, ticket, rule } = pair
  const forTicket = carryWhole(text.toTicket, issue.body)
  const forIssue = carryWhole(text.toIssue, ticket.body)
  if (text.ticket.equal(forTicket, ticket.body) || text.issue.equal(forIssue, issue.body)) return settled
  const policy = choosePolicy(rule, 'body')
  const winner = toTracker && toGitHub ? chooseWinner(policy, pair) : toTracker ? 'github' : 'tracker'
  if (winner === null) return { ...settled, unsettled: true, conflict: edited }
  return winner === 'github'
    ? change(pair, 'tracker', forTicket, `first met; GitHub wins (${policy})`)
    : change(pair, 'github', forIssue, `first met; the tracker wins (${policy})`)
}

const edited = { field: 'body', issue: 'edited', ticket: 'edited', since: '' } as const

function change(pair: Pair, side: FieldChange['side'], after: string, why: string): FieldPlan {
  const tracker = side === 'tracker'
  const before = tracker ? pair.ticket.body : pair.issue.body
  const patch = tracker ? { body: { raw: after, format: pair.ticket.bodyFormat } } : { body: after }
  return { ...settled, changes: [{ kind: 'field', side, field: 'body', before, after, why, patch }] }
}

export const rememberBodies = (
  pair: Pick<Pair, 'issue' | 'ticket'>,
  text: TextView,
): { issue: TextBase; ticket: TextBase } => ({
  issue: rememberText(text.issue, pair.issue.body),
  ticket: rememberText(text.ticket, pair.ticket.body),
})
