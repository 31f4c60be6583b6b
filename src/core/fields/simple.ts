import { printIssueRef, sameIssueRef } from '../issue.ts'
import { chooseType } from '../route.ts'
import { remember } from '../remember.ts'
import { equalIgnoringCase, note } from './field.ts'
import type { Field, Pair } from './field.ts'

/** Trackers keep a title on one line and cut it; so it is compared in the form it can have there. */
export function fitTitle(title: string, limit: number): string {
  const line = title.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= limit) return line
  // Not in the middle of a surrogate pair.
  return `${line.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

const wantedTitle = (pair: Pair): string => fitTitle(pair.issue.title, pair.traits.titleLimit)

export const title: Field = {
  name: 'title',
  keepsBothWhenAdopted: true,
  issueValue: ({ issue }) => remember(issue.title),
  ticketValue: ({ ticket }) => remember(ticket.title),
  agree: (pair) => pair.issue.title === pair.ticket.title || wantedTitle(pair) === pair.ticket.title,
  toTicket: (pair) => ({
    kind: 'patch',
    patch: { title: wantedTitle(pair) },
    before: pair.ticket.title,
    after: wantedTitle(pair),
  }),
  toIssue: ({ issue, ticket }) => ({
    kind: 'patch',
    patch: { title: ticket.title },
    before: issue.title,
    after: ticket.title,
  }),
}

export const type: Field = {
  name: 'type',
  keepsBothWhenAdopted: true,
  issueValue: ({ rule, issue }) => chooseType(rule, issue) ?? null,
  ticketValue: ({ ticket }) => ticket.type,
  agree: ({ rule, issue, ticket }) => equalIgnoringCase(chooseType(rule, issue) ?? ticket.type, ticket.type),
  toTicket({ rule, issue, ticket }) {
    const wanted = chooseType(rule, issue)
    if (wanted === undefined) return { kind: 'same' }
    return { kind: 'patch', patch: { type: wanted }, before: ticket.type, after: wanted }
  },
  toIssue({ rule, issue, ticket }) {
    const known = Object.entries(rule.type).filter(
      ([key, value]) => key !== 'default' && equalIgnoringCase(value, ticket.type),
    )
    const only = known.length === 1 ? known[0]?.[0] : undefined
    if (only === undefined) {
      const text = `The ticket type ${ticket.type} stands for no single issue type in the route.`
      return { kind: 'none', note: note(`type:${ticket.type}`, text) }
    }
    return { kind: 'patch', patch: { type: only }, before: issue.type, after: only }
  },
}

function milestoneOfTicket({ rule, ticket }: Pair): string | null {
  if (ticket.milestone === null) return null
  const mapped = Object.entries(rule.milestone).find(([, name]) => equalIgnoringCase(name, ticket.milestone ?? ''))
  // An iteration is a path; its last part is what people call it.
  return mapped?.[0] ?? ticket.milestone.split('\\').at(-1) ?? null
}

function milestoneForTicket({ rule, issue }: Pair): string | null {
  if (issue.milestone === null) return null
  return rule.milestone[issue.milestone] ?? issue.milestone
}

export const milestone: Field = {
  name: 'milestone',
  issueValue: ({ issue }) => issue.milestone,
  ticketValue: ({ ticket }) => ticket.milestone,
  agree: (pair) => (pair.issue.milestone ?? '').toLowerCase() === (milestoneOfTicket(pair) ?? '').toLowerCase(),
  toTicket: (pair) => ({
    kind: 'patch',
    patch: { milestone: milestoneForTicket(pair) },
    before: pair.ticket.milestone,
    after: milestoneForTicket(pair),
  }),
  toIssue: (pair) => ({
    kind: 'patch',
    patch: { milestone: milestoneOfTicket(pair) },
    before: pair.issue.milestone,
    after: milestoneOfTicket(pair),
  }),
}

export const parent: Field = {
  name: 'parent',
  issueValue: ({ issue }) => (issue.parent === null ? null : printIssueRef(issue.parent).toLowerCase()),
  ticketValue: ({ ticket }) => ticket.parent,
  agree({ issue, ticket, parents }) {
    if (issue.parent === null || ticket.parent === null) return issue.parent === null && ticket.parent === null
    const counterpart = parents.issueOf(ticket.parent)
    return counterpart !== undefined && sameIssueRef(counterpart, issue.parent)
  },
  toTicket({ issue, ticket, parents }) {
    if (issue.parent === null) return { kind: 'patch', patch: { parent: null }, before: ticket.parent, after: null }
    const key = parents.ticketOf(issue.parent)
    if (key === undefined) {
      const ref = printIssueRef(issue.parent)
      return { kind: 'none', note: note(`parent:${ref}`, `The parent ${ref} has no ticket.`) }
    }
    return { kind: 'patch', patch: { parent: key }, before: ticket.parent, after: key }
  },
  toIssue({ issue, ticket, parents }) {
    const before = issue.parent === null ? null : printIssueRef(issue.parent)
    if (ticket.parent === null) return { kind: 'patch', patch: { parent: null }, before, after: null }
    const ref = parents.issueOf(ticket.parent)
    if (ref === undefined) {
      return { kind: 'none', note: note(`parent:${ticket.parent}`, `The parent ${ticket.parent} has no issue.`) }
    }
    return { kind: 'patch', patch: { parent: ref }, before, after: printIssueRef(ref) }
  },
}
