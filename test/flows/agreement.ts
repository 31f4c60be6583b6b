import { expect } from 'vitest'
import type { StoredEntry } from '../../src/core/events.ts'
import { isGone, printIssueRef } from '../../src/core/issue.ts'
import type { Comment, Issue } from '../../src/core/issue.ts'
import type { Link } from '../../src/core/link.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { printTicketRef } from '../../src/core/ticket.ts'
import type { Half, Parent, ToldField, Told } from './histories.ts'
import { componentOf, displayNames, ownField, valuesOf } from './sides.ts'
import { repo } from './stage.ts'
import type { Stage } from './stage.ts'
import { choices, chosenFields, ownLabels, places } from './steps.ts'
import type { Chosen, Place } from './steps.ts'

interface Lived {
  readonly number: number
  readonly told: Told
  readonly halves: readonly Half[]
  readonly world: { readonly parents: readonly Parent[] }
}

/** How it stands for one issue in the end, and what the stream tells about the way there. */
interface End {
  readonly stage: Stage
  readonly told: Told
  /** `null` when it is gone, and so with tickets. */
  readonly issue: Issue | null
  readonly entries: readonly StoredEntry[]
  /** What the runs themselves said: the state in a repository keeps no values. */
  readonly outcomes: readonly Outcome[]
  readonly logged: readonly Logged[]
  readonly alone: boolean
  /** Whatever it may hang under is still there. */
  readonly hasParents: boolean
}

/** The facts of a line in the log of a run. */
export type Logged = Readonly<Record<string, unknown>>

/** Both sides agree, what people did is in place or told, and what is gone was answered as the route says. */
export async function expectAgreement(
  stage: Stage,
  { number, told, halves, world }: Lived,
  { said, logged }: { readonly said: readonly Outcome[]; readonly logged: readonly Logged[] },
): Promise<void> {
  const ref = { ...repo, number }
  const found = await stage.wired.host.readIssue(ref)
  const issue = isGone(found) ? null : found
  expect(issue === null, 'nobody but people take an issue away').toBe(told.gone.has('github'))
  const entries = await stage.wired.store.events.list({ issue: printIssueRef(ref) })
  const hasParents = world.parents.every((parent) => parent.told.gone.size === 0)
  const outcomes = said.filter((outcome) => outcome.issue === printIssueRef(ref))
  const end: End = {
    stage,
    told,
    issue,
    entries,
    outcomes,
    logged: logged.filter((facts) => facts['issue'] === printIssueRef(ref)),
    alone: halves.length === 1,
    hasParents,
  }
  const tickets = new Map<Place, Ticket>()
  for (const half of halves) {
    const ticket = await expectHalf(end, half)
    if (ticket !== null) tickets.set(half.place, ticket)
  }
  if (issue !== null) expectLabels(issue, told)
  for (const place of places) {
    if (!told.gone.has(place)) expectInPlaceOrTold(end, place, tickets.get(place) ?? null)
  }
}

async function expectHalf(end: End, half: Half): Promise<Ticket | null> {
  const { stage, told, issue } = end
  const link = await half.findLink()
  if (link === undefined) {
    expect(issue, 'the issue has its ticket').toBeNull()
    return null
  }
  if (issue !== null && !told.gone.has(half.place)) return await expectSame(end, issue, { half, link })
  expect(link.state, 'a pair of which one half is gone is no longer kept').toBe('ended')
  const ticket = told.gone.has(half.place) ? null : await stage.readTicket(link.ticket.connection, link.ticket.key)
  expectAnswer(end, link, ticket)
  return ticket
}

/** What the route says is done with the half that is left, and said. */
function expectAnswer({ stage, issue, entries, alone }: End, { ticket: ref }: Link, ticket: Ticket | null): void {
  const gone = stage.config.routes.find(({ to }) => to === ref.connection)?.gone
  const said = entries.filter((entry) => entry.ticket === printTicketRef(ref)).map(({ message }) => message)
  const isAnswer = (message: string) => /^The (issue|ticket) (was deleted|was moved|cannot be read)/.test(message)
  const answer = said.find(isAnswer)
  expect(answer, 'what is gone is told').toBeDefined()
  if (ticket !== null && gone?.issue === 'close') {
    expect(ticket.status.category, `the ticket is closed: ${answer}`).toBe('done')
  } else if (issue !== null && gone?.ticket === 'close' && alone) {
    expect(issue.open, `the issue is closed: ${answer}`).toBe(false)
  } else if (gone?.issue === 'unlink' && gone.ticket === 'unlink') {
    expect(answer, 'what is left stays as it is').toMatch(/; the pair is no longer kept\.$/)
  }
}

async function expectSame(
  { stage, told, hasParents }: End,
  issue: Issue,
  { half, link }: { readonly half: Half; readonly link: Link },
): Promise<Ticket> {
  const { side } = half
  const ticket = await stage.readTicket(side.connection, link.ticket.key)
  const conflicts = link.conflicts.map(({ field }) => field)
  if (!conflicts.includes('title')) expect(ticket.title).toBe(issue.title)
  expect(ticket.status.category === 'done', `${ticket.status.name} stands for ${issue.open ? 'open' : 'closed'}`).toBe(
    !issue.open,
  )
  expect(labelsOf(ticket).toSorted()).toEqual(issue.labels.filter((label) => !isChoice(label)).toSorted())
  await expectSameAssignee(stage, issue, ticket)
  if (!conflicts.includes('body')) expect(words(side.format.toMarkdown(ticket.body, {}))).toEqual(words(issue.body))
  expectSameChoices(issue, ticket, told)
  if (hasParents && !conflicts.includes('parent')) await expectSameParent(stage, issue, ticket)
  const onIssue = await stage.wired.host.readComments(issue.ref)
  await expectSameComments(stage, onIssue, { ticket, half, told })
  const notice = onIssue.find(({ id }) => id === link.notice)?.body ?? ''
  for (const field of conflicts) expect(notice, 'a conflict waits for a person and is told').toContain(`| ${field} |`)
  return ticket
}

async function expectSameAssignee(stage: Stage, issue: Issue, ticket: Ticket): Promise<void> {
  if (ticket.assignee === null) return expect(issue.assignees).toEqual([])
  const match = await stage.wired.people.findLogin(ticket.assignee, ticket.ref.connection)
  expect(match.kind).toBe('matched')
  if (match.kind === 'matched') expect(issue.assignees).toContain(match.found)
}

async function expectSameParent({ wired }: Stage, { parent }: Issue, ticket: Ticket): Promise<void> {
  const link = parent === null ? undefined : await wired.store.links.find(parent, ticket.ref.connection)
  expect(ticket.parent, 'the ticket hangs under the ticket of the parent').toBe(link?.ticket.key ?? null)
}

function expectSameChoices(issue: Issue, ticket: Ticket, told: Told): void {
  const values = valuesOf[ticket.ref.connection as keyof typeof valuesOf]
  for (const field of chosenFields) {
    const here =
      field === 'milestone' ? [issue.milestone ?? []].flat() : choices[field].filter((l) => issue.labels.includes(l))
    const there = choices[field].filter((name) => String(values[field][name]) === String(chosenOn(ticket, field)))
    // An issue without a label says nothing about the ticket.
    if (here.length === 0 && told.emptied.has(field) && field !== 'milestone') continue
    expect(there, `${field} is the same`).toEqual(here)
  }
}

async function expectSameComments(
  stage: Stage,
  onIssue: readonly Comment[],
  { ticket, half: { side, place }, told }: { readonly ticket: Ticket; readonly half: Half; readonly told: Told },
): Promise<void> {
  const onTicket = (await stage.wired.trackers.get(side.connection)?.readComments(ticket)) ?? []
  for (const [said, { on }] of told.comments) {
    if (on !== 'github' && on !== place) continue
    const target =
      on === 'github' ? onTicket.map(({ body }) => side.format.toMarkdown(body, {})) : onIssue.map(({ body }) => body)
    expect(
      target.filter((body) => words(body).includes(words(said))),
      `one copy of "${said}"`,
    ).toHaveLength(1)
  }
  const copies = onTicket.filter(({ own, copyOf }) => own && copyOf !== null)
  expect(copies, 'no copy without its original').toHaveLength(onIssue.filter(({ own }) => !own).length)
}

/** Components under the names of the labels that they stand for. */
const labelsOf = ({ labels, components }: Ticket): readonly string[] => [
  ...labels,
  ...Object.values(ownLabels)
    .flat()
    .filter((label) => components.includes(componentOf(label) ?? '')),
]

const chosenOn = (ticket: Ticket, field: Chosen): unknown =>
  field === 'fields' ? ticket.fields[ownField[ticket.ref.connection as keyof typeof ownField]] : ticket[field]

/** Labels go with the people who put them, and with nobody else. */
function expectLabels(issue: Issue, told: Told): void {
  const labels = issue.labels.filter((label) => !isChoice(label)).toSorted()
  const left = places.flatMap((place) => (told.gone.has(place) ? [] : [...told.labels[place]]))
  // What came from a ticket that is gone stays, as far as it had come.
  const others = labels.filter((label) => ![...told.gone].some((place) => ownLabels[place].includes(label)))
  expect(others, 'labels go with the people who put them, and with nobody else').toEqual(left.toSorted())
}

/** The last that people did on one side, field by field. */
function expectInPlaceOrTold(
  { told, issue, entries, outcomes, logged, hasParents }: End,
  place: Place,
  ticket: Ticket | null,
): void {
  // What a write without a reply may have changed is told in the log, and in a database in the stream as well.
  const attempts = [...logged, ...entries.map(({ details }) => details)].flatMap(
    (facts) => (facts['attempted'] as Outcome['changes'] | undefined) ?? [],
  )
  const changes = [...[...entries, ...outcomes].flatMap((one) => one.changes), ...attempts]
  for (const [field, value] of told.last[place]) {
    if (field === 'parent' && !hasParents) continue
    const known = [
      ...valuesIn(field, issue, ticket),
      ...changes.filter((change) => isOf(change.field, field)).flatMap(({ before, after }) => [before, after]),
    ]
    const printed = known.flatMap((one) => (Array.isArray(one) && one.length > 0 ? one : [one])).map(print)
    const wanted = formsOf(field, value).map(print)
    const found = printed.some((one) => (field === 'body' ? one.includes(wanted[0] ?? '') : wanted.includes(one)))
    const sentence = `the last ${field} given on ${place} (${value}) is in place, or the stream tells what became of it`
    expect(found, `${sentence}: ${printed.join(', ')}`).toBe(true)
  }
}

/** A field of the tracker's own has its name behind `fields.`. */
const isOf = (name: string, field: ToldField): boolean => name === field || name.startsWith(`${field}.`)

const print = (value: unknown): string => words(String(Array.isArray(value) ? '' : (value ?? '')))

function valuesIn(field: ToldField, issue: Issue | null, ticket: Ticket | null): readonly unknown[] {
  return [...(issue === null ? [] : [valueOn(issue, field)]), ...(ticket === null ? [] : [valueOf(ticket, field)])]
}

function valueOn(issue: Issue, field: ToldField): unknown {
  if (field === 'status') return issue.open ? 'open' : 'completed'
  if (field === 'assignee') return issue.assignees
  if (field === 'parent') return issue.parent === null ? null : printIssueRef(issue.parent)
  if (field === 'priority' || field === 'estimate' || field === 'fields') {
    return issue.labels.filter((label) => choices[field].some((one) => one === label))
  }
  return issue[field]
}

function valueOf(ticket: Ticket, field: ToldField): unknown {
  if (field === 'status') return ticket.status.name
  if (field === 'assignee') return ticket.assignee?.name
  return chosenFields.some((one) => one === field) ? chosenOn(ticket, field as Chosen) : ticket[field]
}

/** What a value may be called on one side or the other. */
function formsOf(field: ToldField, value: string | null): readonly unknown[] {
  switch (field) {
    case 'status':
      return value === 'open' ? ['open', 'To Do', 'Doing', 'In Progress'] : ['completed', 'not_planned', 'Done']
    case 'assignee':
      return value === null ? [null] : [value, displayNames[value as keyof typeof displayNames]]
    case 'priority':
    case 'estimate':
    case 'milestone':
    case 'fields':
      return value === null
        ? [null, '2', 'Medium']
        : [value, ...Object.values(valuesOf).map((values) => values[field][value])]
    default:
      return [value]
  }
}

const isChoice = (label: string): boolean =>
  Object.values(choices).some((labels) => labels.some((one) => one === label))

const words = (text: string): string =>
  text
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
