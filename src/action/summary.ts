import { isWorthALine, printTally } from '../commands/report.ts'
import type { LockstepError } from '../core/errors.ts'
import { parseIssueRef } from '../core/issue.ts'
import type { Outcome, ReportedChange } from '../core/outcome.ts'
import { countOutcomes } from '../core/outcome.ts'
import { parseTicketRef } from '../core/ticket.ts'
import type { TicketRef } from '../core/ticket.ts'
import { code, escapeMarkdown, linkTo, printTable } from './markdown.ts'

export interface Report {
  readonly title: string
  readonly outcomes: readonly Outcome[]
  readonly requests: Readonly<Record<string, number>>
  /** Why not everything was looked at. */
  readonly stopped: string | null
  /** What people should know about the run as a whole. */
  readonly note: string | null
  /** What kept it from ending well. */
  readonly reasons: readonly Pick<LockstepError, 'message' | 'remedy'>[]
  /** A picture of the runs before; empty where there is none. */
  readonly history: string
  readonly links: Links
}

/** Where the two sides are looked at. */
export interface Links {
  readonly serverUrl: string
  ticketUrl(ref: TicketRef): string
}

// GitHub takes 1 MiB for the summary of a step and 65,536 characters for a comment.
const ROWS = 200
const WIDTH = 80

export function printReport({ title, outcomes, requests, stopped, note, reasons, history, links }: Report): string {
  const of = (...kinds: readonly Outcome['outcome'][]) => outcomes.filter(({ outcome }) => kinds.includes(outcome))
  const parts = [
    `## ${title}`,
    `**${printTally(countOutcomes(outcomes))}**`,
    ...(stopped === null ? [] : [`${stopped}: the next run goes on from here.`]),
    ...(note === null ? [] : [escapeMarkdown(note)]),
    reasons.length === 0 ? '' : ['### The run broke off', ...reasons.map(printReason)].join('\n\n'),
    section('Failed', of('failed'), printTrouble, links),
    section('Waiting for a person', of('conflicted'), printTrouble, links),
    section('Blocked', of('blocked'), printTrouble, links),
    section('Changed', of('created', 'updated'), printChanges, links),
    printNotes(outcomes.filter(isWorthALine), links),
    history,
    `<sub>Requests: ${Object.entries(requests)
      .map(([name, count]) => `${count} to ${escapeMarkdown(name)}`)
      .join(', ')}.</sub>`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const printReason = ({ message, remedy }: Report['reasons'][number]): string =>
  [message, remedy]
    .filter((part) => part !== null)
    .map(escapeMarkdown)
    .join(' ')

type PrintCell = (outcome: Outcome) => string

function section(title: string, outcomes: readonly Outcome[], print: PrintCell, links: Links): string {
  if (outcomes.length === 0) return ''
  const rows = outcomes.slice(0, ROWS).map((outcome) => [...printSides(outcome, links), print(outcome)])
  const more = outcomes.length > ROWS ? `\nand ${outcomes.length - ROWS} more.` : ''
  return `### ${title}\n\n${printTable(['issue', 'ticket', title === 'Changed' ? 'what' : 'why'], rows)}${more}`.trimEnd()
}

function printSides({ issue, ticket }: Outcome, { serverUrl, ticketUrl }: Links): readonly string[] {
  const ref = issue === null ? undefined : parseIssueRef(issue)
  const ticketRef = ticket === null ? undefined : parseTicketRef(ticket)
  return [
    ref === undefined ? '' : linkTo(`#${ref.number}`, `${serverUrl}/${ref.owner}/${ref.repo}/issues/${ref.number}`),
    ticketRef === undefined ? '' : linkTo(ticketRef.key, ticketUrl(ticketRef)),
  ]
}

const printTrouble: PrintCell = ({ message, remedy }) =>
  [message, remedy]
    .filter((part) => part !== null)
    .map(escapeMarkdown)
    .join('<br>')

const printChanges: PrintCell = ({ message, changes }) =>
  changes.length === 0 ? escapeMarkdown(message) : changes.map(printChange).join('<br>')

const printChange = ({ side, field, before, after }: ReportedChange): string =>
  `${side === 'github' ? 'issue' : 'ticket'} ${code(field)}: ${show(before)} → ${show(after)}`

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return '*nothing*'
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
  return escapeMarkdown(text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text)
}

/** People without a counterpart, mostly: each note once, with the issues it is about. */
function printNotes(outcomes: readonly Outcome[], links: Links): string {
  const told = outcomes.flatMap((outcome) => outcome.notes.map((note) => ({ note, outcome })))
  if (told.length === 0) return ''
  const lines = [...Map.groupBy(told, ({ note }) => note)].slice(0, ROWS).map(([note, own]) => {
    const issues = [...new Set(own.map(({ outcome }) => printSides(outcome, links)[0]))].slice(0, 10)
    return `- ${escapeMarkdown(note)} ${issues.join(' ')}`
  })
  return `### Unmatched people and other notes\n\n${lines.join('\n')}`
}
