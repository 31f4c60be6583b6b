import type { IssuePatch, TicketPatch } from '../change.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Account } from '../ticket.ts'
import { equalIgnoringCase, note, withNote } from './field.ts'
import type { Field, Pair, PatchTranslation, Translation } from './field.ts'

const hasLogin = (logins: readonly string[], login: string): boolean =>
  logins.some((one) => equalIgnoringCase(one, login))

/** The login among the issue's assignees that stands for the ticket's assignee. */
export function findLead(pair: Pair): string | null {
  if (pair.ticket.assignee === null) return null
  const accountId = pair.ticket.assignee.id
  for (const login of pair.issue.assignees) {
    const match = pair.people.account(login)
    if (match.kind === 'matched' && match.found.id === accountId) return login
  }
  return null
}

function agree(pair: Pair): boolean {
  const { issue, ticket } = pair
  if (issue.assignees.length === 0 || ticket.assignee === null) {
    return issue.assignees.length === 0 && ticket.assignee === null
  }
  if (findLead(pair) !== null) return true
  // Nobody was found, and the config says what stands in: then that is agreement too.
  const standIn = pair.people.standIn
  return (
    standIn?.kind === 'matched' &&
    standIn.found.id === ticket.assignee.id &&
    issue.assignees.every((login) => pair.people.account(login).kind !== 'matched')
  )
}

const set = (pair: Pair, assignee: Account | null): PatchTranslation<TicketPatch> => ({
  kind: 'patch',
  patch: { assignee },
  before: pair.ticket.assignee?.name ?? null,
  after: assignee?.name ?? null,
})

function toTicket(pair: Pair): Translation<TicketPatch> {
  const { issue, ticket, people, unmatched } = pair
  if (issue.assignees.length === 0) return ticket.assignee === null ? { kind: 'same' } : set(pair, null)
  const reasons: string[] = []
  for (const login of issue.assignees) {
    const match = people.account(login)
    if (match.kind === 'matched') {
      return match.found.id === ticket.assignee?.id ? { kind: 'same' } : set(pair, match.found)
    }
    reasons.push(`${login}: ${match.reason}`)
  }
  const text = `Nobody in the tracker matches the assignee. ${reasons.join(' ')}`
  const said = note(`assignee-not-found:${issue.assignees.join(',').toLowerCase()}`, text, 'warning')
  if (unmatched === 'keep') return { kind: 'none', note: said }
  if (unmatched === 'error') return { kind: 'none', note: said, failed: true }
  if (unmatched === 'clear') {
    return ticket.assignee === null ? { kind: 'none', note: said } : withNote(set(pair, null), said)
  }
  const standIn = people.standIn
  if (standIn?.kind !== 'matched') {
    const missing = `${text} The stand-in ${unmatched.default} was not found either.`
    return { kind: 'none', note: { ...said, text: missing } }
  }
  return standIn.found.id === ticket.assignee?.id ? { kind: 'same' } : withNote(set(pair, standIn.found), said)
}

function toIssue(pair: Pair): Translation<IssuePatch> {
  const { issue, ticket, people, base, unmatched } = pair
  const setAll = (assignees: readonly string[]): PatchTranslation<IssuePatch> => ({
    kind: 'patch',
    patch: { assignees },
    before: issue.assignees,
    after: assignees,
  })
  if (ticket.assignee === null) return issue.assignees.length === 0 ? { kind: 'same' } : setAll([])
  const match = people.login(ticket.assignee)
  if (match.kind === 'matched') {
    if (hasLogin(issue.assignees, match.found)) return { kind: 'same' }
    // The one who stood for the ticket so far hands over; the others stay.
    const lead = base?.lead ?? null
    const others = issue.assignees.filter((login) => lead === null || !equalIgnoringCase(login, lead))
    return setAll([match.found, ...(lead === null ? [] : others)])
  }
  const text = `Nobody on GitHub matches the assignee ${ticket.assignee.name}. ${match.reason}`
  const said = note(`assignee-not-found-inbound:${fingerprint(ticket.assignee.id)}`, text, 'warning')
  if (unmatched === 'error') return { kind: 'none', note: said, failed: true }
  if (unmatched === 'clear' && issue.assignees.length > 0) return withNote(setAll([]), said)
  return { kind: 'none', note: said }
}

export const assignee: Field = {
  name: 'assignee',
  issueValue: ({ issue }) => issue.assignees.map((login) => login.toLowerCase()).sort(),
  // An account id may be an address, and the base must be able to lie in a repository.
  ticketValue: ({ ticket }) => (ticket.assignee === null ? null : fingerprint(ticket.assignee.id)),
  agree,
  toTicket,
  toIssue,
}
