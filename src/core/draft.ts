import type { RouteRule } from '../config/schema.ts'
import type { IssueDraft, TicketDraft } from './change.ts'
import type { TextCarrier } from './fields/body.ts'
import { isAlwaysRule, isLabelRule } from './fields/mapped.ts'
import { fitTitle } from './fields/simple.ts'
import { applySet, nameInTracker, nameOnGitHub, travels } from './fields/sets.ts'
import { equalIgnoringCase } from './fields/field.ts'
import { LockstepError } from './errors.ts'
import type { Issue } from './issue.ts'
import type { PeopleView } from './people.ts'
import type { TicketType, TrackerTraits } from './ports.ts'
import { chooseType } from './route.ts'
import type { Ticket } from './ticket.ts'
import { printTicketRef } from './ticket.ts'

export interface DraftInput {
  readonly rule: RouteRule
  readonly project: string
  readonly types: readonly TicketType[]
  readonly traits: TrackerTraits
  readonly people: PeopleView
  /** Carries the issue's text to the tracker. */
  readonly text: TextCarrier
  /** Key of the parent's ticket, where the issue has a parent that has one. */
  readonly parent: string | null
}

const goes = (rule: RouteRule, field: keyof RouteRule['sync']): boolean =>
  rule.sync[field] === 'both' || rule.sync[field] === 'to-tracker'

/** The ticket that an issue gets. Throws when the route does not say which type it should be. */
export function draftTicket(issue: Issue, input: DraftInput): TicketDraft {
  const { rule, project, types, traits, people } = input
  const type = chooseTicketType(rule, issue, types)
  const has = (label: string) => issue.labels.some((own) => equalIgnoringCase(own, label))
  const byLabel = <Value>(values: Readonly<Record<string, Value>>): Value | undefined =>
    Object.entries(values).find(([label]) => has(label))?.[1]

  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(rule.fields)) {
    if (isLabelRule(field)) {
      const value = byLabel(field.labels)
      if (value !== undefined) fields[name] = value
    } else if (isAlwaysRule(field)) fields[name] = field.always
    else fields[name] = typeof field === 'object' ? field.default : field
  }

  const labels = issue.labels
    .filter((label) => goes(rule, 'labels') && travels(rule, label))
    .map((label) => nameInTracker(rule, traits, label))
  const components = Object.entries(rule.components).flatMap(([label, component]) => (has(label) ? [component] : []))
  const assignee = goes(rule, 'assignee') ? findAssignee(issue, people) : null
  const priority = byLabel(rule.priority)
  const estimate = byLabel(rule.estimate)
  return {
    project,
    type,
    title: fitTitle(issue.title, traits.titleLimit),
    mark: { url: issue.url, issue: issue.ref },
    ...(goes(rule, 'body') && issue.body.trim() !== ''
      ? { body: { raw: input.text.fit(input.text.convert(issue.body, issue.body)), format: traits.text.format } }
      : {}),
    ...(labels.length > 0 ? { labels: { add: applySet([], { add: labels, remove: [] }), remove: [] } } : {}),
    ...(components.length > 0 ? { components: { add: components, remove: [] } } : {}),
    ...(assignee === null ? {} : { assignee }),
    ...(priority === undefined ? {} : { priority: String(priority) }),
    ...(estimate === undefined ? {} : { estimate }),
    ...(goes(rule, 'milestone') && issue.milestone !== null
      ? { milestone: rule.milestone[issue.milestone] ?? issue.milestone }
      : {}),
    ...(goes(rule, 'parent') && input.parent !== null ? { parent: input.parent } : {}),
    ...(rule.area === undefined ? {} : { area: rule.area }),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
  }
}

function chooseTicketType(rule: RouteRule, issue: Issue, types: readonly TicketType[]): string {
  const wanted = chooseType(rule, issue)
  const names = types.map(({ name }) => name)
  if (wanted === undefined) {
    const task = names.find((name) => equalIgnoringCase(name, 'Task'))
    if (task !== undefined) return task
    throw new LockstepError('config-invalid', 'The route does not say which type a new ticket should have.', {
      remedy: `Add "type: { default: … }" with one of ${names.join(', ')}.`,
    })
  }
  const found = names.find((name) => equalIgnoringCase(name, wanted))
  if (found !== undefined) return found
  throw new LockstepError('config-invalid', `The tracker has no ticket type "${wanted}".`, {
    remedy: `Use one of ${names.join(', ')} in the route's type map.`,
  })
}

function findAssignee(issue: Issue, people: PeopleView) {
  for (const login of issue.assignees) {
    const match = people.account(login)
    if (match.kind === 'matched') return match.found
  }
  return issue.assignees.length > 0 && people.standIn?.kind === 'matched' ? people.standIn.found : null
}

/** The issue that a ticket gets. */
export function draftIssue(
  ticket: Ticket,
  { rule, people, text }: Pick<DraftInput, 'rule' | 'people' | 'text'>,
): IssueDraft {
  const comes = (field: keyof RouteRule['sync']) => rule.sync[field] === 'both' || rule.sync[field] === 'to-github'
  const person = ticket.assignee === null ? null : people.login(ticket.assignee)
  const carried = comes('labels') ? ticket.labels.map((tag) => nameOnGitHub(rule, tag)) : []
  const labels = [...(rule.from?.labels ?? []), ...carried.filter((label) => travels(rule, label))]
  return {
    title: ticket.title,
    body: comes('body') ? text.fit(text.convert(ticket.body, ticket.body)) : '',
    mark: { url: ticket.url, ticket: printTicketRef(ticket.ref) },
    ...(labels.length > 0 ? { labels: { add: applySet([], { add: labels, remove: [] }), remove: [] } } : {}),
    ...(comes('assignee') && person?.kind === 'matched' ? { assignees: [person.found] } : {}),
  }
}
