import type { Outcome, Tally } from '../core/outcome.ts'
import { countOutcomes, outcomeKinds } from '../core/outcome.ts'

/** What a run prints with --json, and nothing besides. */
export function printJson(outcomes: readonly Outcome[], requests: Readonly<Record<string, number>>): string {
  return `${JSON.stringify({ outcomes, tally: countOutcomes(outcomes), requests })}\n`
}

const signs = {
  created: '+',
  updated: '~',
  unchanged: '=',
  skipped: '-',
  conflicted: '!',
  blocked: '…',
  failed: '✗',
} as const

/** One outcome for people: what happened, and each field from what to what. */
export function printOutcome({ issue, ticket, outcome, message, remedy, changes, notes }: Outcome): string {
  const pair = [issue, ticket].filter((side) => side !== null).join(' ↔ ')
  const lines = [`${signs[outcome]} ${pair}  ${message}`]
  for (const { side, field, before, after } of changes) {
    lines.push(`    ${side === 'github' ? 'issue ' : 'ticket'} ${field}: ${show(before)} → ${show(after)}`)
  }
  for (const note of notes) lines.push(`    note: ${note}`)
  if (remedy !== null) lines.push(`    ${remedy}`)
  return `${lines.join('\n')}\n`
}

const WIDTH = 60

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}

export function printTally(tally: Tally): string {
  const parts = outcomeKinds.filter((kind) => tally[kind] > 0).map((kind) => `${tally[kind]} ${kind}`)
  return parts.length === 0 ? 'Nothing moved.' : `${parts.join(', ')}.`
}

/** Ordinary endings are not worth a line each when a whole repository was looked at. */
export const isWorthALine = ({ outcome, notes }: Outcome): boolean =>
  !['unchanged', 'skipped'].includes(outcome) || notes.length > 0
