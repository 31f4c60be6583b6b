import type { Note } from '../core/change.ts'
import type { CommentsPlan } from '../core/comments.ts'
import type { LockstepError } from '../core/errors.ts'
import type { FieldConflict, Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { PairPlan } from '../core/plan.ts'
import type { Refusal } from '../core/ports.ts'
import { createOutcome, reportChanges } from './outcome.ts'

export interface PairEnd {
  readonly changes: Outcome['changes']
  readonly refused: readonly Refusal[]
  readonly conflicts: readonly FieldConflict[]
  readonly failures: readonly string[]
  readonly commentFailures: readonly LockstepError[]
  readonly news: readonly Note[]
}

const IN_STEP = 'Both sides are in step.'

/** How it ended for a pair, the worst first, in a sentence. */
export function concludePair(link: Link, end: PairEnd): Outcome {
  const { changes, refused, conflicts, failures, commentFailures, news } = end
  const notes = [...news.map(({ text }) => text), ...refused.map(({ message }) => message)]
  const facts = { changes, notes }
  const also = changes.length > 0 ? ` ${sayChanges(changes)}` : ''
  const [refusal] = refused
  if (refusal !== undefined) {
    const { code, remedy, message } = refusal
    return createOutcome(link, 'failed', `${asSentence(message)}${also}`, { ...facts, code, remedy })
  }
  const [comment] = commentFailures
  if (comment !== undefined) {
    const { code, remedy, message } = comment
    return createOutcome(link, 'failed', `A comment could not be written: ${asSentence(message)}${also}`, {
      ...facts,
      code,
      remedy,
    })
  }
  const [failure] = failures
  if (failure !== undefined) {
    const remedy = 'Add the person to people.map or to the archive, or choose another policy under people.unmatched.'
    return createOutcome(link, 'failed', `${failure}${also}`, { ...facts, code: 'not-found', remedy })
  }
  if (conflicts.length > 0) return createOutcome(link, 'conflicted', `${sayConflicts(conflicts)}${also}`, facts)
  if (changes.length > 0) return createOutcome(link, 'updated', sayChanges(changes), facts)
  return createOutcome(link, 'unchanged', IN_STEP, facts)
}

// What a server says may end without a full stop.
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

interface Planned {
  readonly fields: PairPlan
  readonly comments: CommentsPlan
  readonly news: readonly Note[]
}

/** What a sync would do to a pair. */
export function describePlan(link: Link, { fields, comments, news }: Planned): Outcome {
  const changes = reportChanges([...fields.changes, ...comments.changes])
  const facts = { changes, notes: news.map(({ text }) => text) }
  if (fields.conflicts.length > 0) return createOutcome(link, 'conflicted', sayConflicts(fields.conflicts), facts)
  if (changes.length === 0) return createOutcome(link, 'unchanged', IN_STEP, facts)
  return createOutcome(link, 'updated', sayChanges(changes, 'Would update'), facts)
}

/** What was written before something else may break off. */
export const describeWritten = (link: Link, changes: Outcome['changes']): Outcome =>
  createOutcome(link, 'updated', sayChanges(changes), { changes })

/** What was written before somebody came in between and all was planned anew is part of what was done. */
export function withEarlier(outcome: Outcome, earlier: Outcome['changes']): Outcome {
  if (earlier.length === 0) return outcome
  const changes = [...earlier, ...outcome.changes]
  if (outcome.outcome === 'unchanged' || outcome.outcome === 'updated')
    return { ...outcome, outcome: 'updated', message: sayChanges(changes), changes }
  return { ...outcome, message: `${outcome.message} ${sayChanges(earlier)}`, changes }
}

const sayConflicts = (conflicts: readonly FieldConflict[]): string =>
  `Both sides changed ${conflicts.map(({ field }) => field).join(', ')}; somebody has to decide.`

function sayChanges(changes: Outcome['changes'], verb = 'Updated'): string {
  const name = { github: 'issue', tracker: 'ticket' } as const
  const parts = (['tracker', 'github'] as const).flatMap((side) => {
    const fields = [...new Set(changes.filter((change) => change.side === side).map(({ field }) => field))]
    return fields.length === 0 ? [] : [`${fields.join(', ')} of the ${name[side]}`]
  })
  return `${verb} ${parts.join(' and ')}.`
}
