import type { OutcomeKind } from '../core/outcome.ts'
import type { StoredEntry } from '../core/events.ts'

export interface RunCount {
  readonly name: string
  readonly done: number
  readonly open: number
}

const RUNS = 12
const waiting: readonly string[] = ['conflicted', 'blocked', 'failed'] satisfies OutcomeKind[]

/** The runs that the state remembers, oldest first. Runs that changed nothing leave no entry. */
export function countRuns(events: readonly StoredEntry[]): readonly RunCount[] {
  const own = events.filter(({ kind, actor }) => kind === 'reconcile' && / run \d+$/.test(actor ?? ''))
  const runs = Map.groupBy(
    [...own].sort((a, b) => a.id - b.id),
    ({ actor }) => actor ?? '',
  )
  return [...runs].slice(-RUNS).map(([actor, entries]) => {
    const open = entries.filter(({ outcome }) => waiting.includes(outcome ?? '')).length
    return { name: `#${actor.split(' ').at(-1)}`, done: entries.length - open, open }
  })
}

/** A picture of them; one run alone is no history. */
export function drawRuns(runs: readonly RunCount[]): string {
  if (runs.length < 2) return ''
  const top = Math.max(1, ...runs.map(({ done, open }) => done + open))
  return [
    '### The last runs',
    '',
    '```mermaid',
    'xychart-beta',
    '  title "Bars: pairs brought in step. Line: pairs that failed or wait."',
    `  x-axis [${runs.map(({ name }) => `"${name}"`).join(', ')}]`,
    `  y-axis "pairs" 0 --> ${top}`,
    `  bar [${runs.map(({ done }) => done).join(', ')}]`,
    `  line [${runs.map(({ open }) => open).join(', ')}]`,
    '```',
    '',
  ].join('\n')
}
