import type { IssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome, ReportedChange } from '../core/outcome.ts'
import { printTicketRef } from '../core/ticket.ts'
import { printMark } from '../text/marks.ts'
import { commandHelp } from './command-line.ts'

/** There is one answer per issue; each further command changes it. */
const ANSWER = printMark({ kind: 'answer', key: 'command' })

export const isAnswer = (body: string): boolean => body.trimEnd().endsWith(ANSWER)

export const printAnswer = (lines: readonly string[]): string => `${lines.join('\n')}\n\n${ANSWER}`

// Nobody is to be called by a text that only quotes them, and a quoted text must not become markup of ours.
const quiet = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[`<>|[\]]/g, String.raw`\$&`)
    .replaceAll('@', '@\u2060')

const WIDTH = 60

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
  const line = quiet(text)
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}

const printChange = ({ side, field, before, after }: ReportedChange): string =>
  `  - ${side === 'github' ? 'issue' : 'ticket'} ${field}: ${show(before)} → ${show(after)}`

export function printOutcomeLines({ ticket, outcome, message, remedy, changes, notes }: Outcome): readonly string[] {
  const head = `- **${outcome}**${ticket === null ? '' : ` (${quiet(ticket)})`}: ${quiet(message)}`
  return [
    head,
    ...changes.map(printChange),
    ...notes.map((note) => `  - ${quiet(note)}`),
    ...(remedy === null ? [] : [`  - ${quiet(remedy)}`]),
  ]
}

export const printHelp = (): readonly string[] => [
  'I know these commands:',
  '',
  ...Object.entries(commandHelp).map(([name, about]) => `- \`/lockstep ${name}\`: ${about}`),
]

export function printPairs(issue: IssueRef, links: readonly Link[], urlOf: (link: Link) => string): readonly string[] {
  if (links.length === 0) return [`#${issue.number} is paired with no ticket.`]
  return links.map((link) => {
    const name = quiet(printTicketRef(link.ticket))
    const url = urlOf(link)
    const conflicts = link.conflicts.map(({ field }) => field).join(', ')
    const ended = link.outcome === null ? 'not reconciled yet' : `last ended as ${link.outcome}`
    const waits = conflicts === '' ? '' : `; somebody has to decide about ${conflicts}`
    return `- ${url === '' ? name : `[${name}](${url})`}: ${link.state}, ${ended}${waits}`
  })
}
