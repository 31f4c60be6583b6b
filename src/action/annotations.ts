import type { Problem } from '../config/problem.ts'
import type { Position } from '../config/pointer.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Check } from '../doctor/check.ts'
import type { AnnotationLevel, Place, Runner } from './runner.ts'
import { printable } from './runner.ts'

/** GitHub shows ten annotations of each level for a step, and drops the rest. */
const LIMIT = 10

interface Annotation {
  readonly level: AnnotationLevel
  readonly text: string
  readonly place: Place
}

/** Mistakes of the configuration on its own lines. */
export function annotateProblems(runner: Runner, problems: readonly Problem[]): void {
  const all = problems.map(({ severity, file, line, column, path, message, remedy }) => ({
    level: severity,
    text: `${path === '' ? '' : `${path}: `}${message}\n${remedy}`,
    place: { title: 'Lockstep', file, line, column },
  }))
  annotate(runner, all)
}

/** What went wrong, and what waits for somebody; `red` says whether the run fails over it. */
export function annotateOutcomes(runner: Runner, outcomes: readonly Outcome[], red: boolean): void {
  const worth = outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'conflicted')
  const all = worth.map(({ issue, ticket, outcome, message, remedy }) => ({
    level: outcome === 'failed' && red ? ('error' as const) : ('warning' as const),
    text: [message, remedy].filter((part) => part !== null).join('\n'),
    place: { title: [issue, ticket].filter((side) => side !== null).join(' ↔ ') },
  }))
  annotate(runner, all)
}

interface ChecksPlace {
  readonly file: string
  /** Where the configuration says what was looked at. */
  find(path: string): Position | undefined
  readonly red: boolean
}

/** What the doctor found, on the lines of the configuration that it is about. */
export function annotateChecks(runner: Runner, checks: readonly Check[], { file, find, red }: ChecksPlace): void {
  const all = checks.flatMap(({ area, subject, severity, message, remedy }) => {
    if (severity === 'ok') return []
    const level = severity === 'error' && red ? ('error' as const) : ('warning' as const)
    const text = [message, remedy].filter((part) => part !== null).join('\n')
    const position = find(pathOf({ area, subject }))
    const title = `${area}: ${subject}`
    return [{ level, text, place: position === undefined ? { title } : { title, file, ...position } }]
  })
  annotate(runner, all)
}

/** Where the configuration speaks of it; GitHub itself has no place there. */
function pathOf({ area, subject }: Pick<Check, 'area' | 'subject'>): string {
  if (subject.startsWith('routes')) return subject
  if (area === 'people') return 'people.map'
  return area === 'github' ? '' : `trackers.${area}.${subject}`
}

function annotate(runner: Runner, annotations: readonly Annotation[]): void {
  for (const [level, own] of Map.groupBy(annotations, (one) => one.level)) {
    const shown = own.length > LIMIT ? own.slice(0, LIMIT - 1) : own
    for (const { text, place } of shown) runner.annotate(level, printable(text), place)
    if (shown.length < own.length) {
      runner.annotate(level, `${own.length - shown.length} more are told in the summary.`, { title: 'Lockstep' })
    }
  }
}
