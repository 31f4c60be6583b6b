import { describe, expect, it } from 'vitest'
import type { Status, StatusCategory } from '../../../src/core/ticket.ts'
import { chooseStep, findBarrier } from '../../../src/trackers/jira/path.ts'
import type { Step } from '../../../src/trackers/jira/path.ts'

const category: Readonly<Record<string, StatusCategory>> = {
  Open: 'new',
  Backlog: 'new',
  Selected: 'new',
  Reopened: 'new',
  Doing: 'active',
  Review: 'active',
  Test: 'active',
  Waiting: 'active',
  Done: 'done',
  Closed: 'done',
  Rejected: 'done',
}
const status = (name: string): Status => ({ name, category: category[name] ?? 'unknown' })
const step = (to: string): Step => ({ id: to, name: `to ${to}`, to: status(to) })

type Workflow = Readonly<Record<string, readonly string[]>>

interface Case {
  readonly name: string
  readonly from: string
  readonly target: string
  /** What the server offers. */
  readonly workflow: Workflow
  /** Statuses whose steps are known besides the one the ticket is in. */
  readonly known?: readonly string[]
  readonly visited?: readonly string[]
  /** Steps that ask for something nobody gave. */
  readonly barred?: readonly string[]
  readonly takes: string | null
}

const long: Workflow = {
  Backlog: ['Selected'],
  Selected: ['Doing', 'Backlog'],
  Doing: ['Review', 'Selected'],
  Review: ['Done', 'Doing'],
  Done: [],
}
const classic: Workflow = {
  Open: ['Doing', 'Done', 'Closed'],
  Doing: ['Open', 'Done', 'Closed'],
  Done: ['Closed', 'Reopened'],
  Closed: ['Reopened'],
  Reopened: ['Doing', 'Done', 'Closed'],
}

const cases: readonly Case[] = [
  { name: 'takes the direct way', from: 'Open', target: 'Done', workflow: classic, takes: 'Done' },
  { name: 'knows the target in any letter case', from: 'Open', target: 'DONE', workflow: classic, takes: 'Done' },
  {
    name: 'explores forward where nothing is known',
    from: 'Backlog',
    target: 'Done',
    workflow: long,
    takes: 'Selected',
  },
  {
    name: 'prefers the nearer category when it explores',
    from: 'Selected',
    target: 'Done',
    workflow: long,
    takes: 'Doing',
  },
  {
    name: 'takes the shortest of the known ways',
    from: 'Open',
    target: 'Done',
    workflow: { Open: ['Doing', 'Review'], Doing: ['Test'], Test: ['Done'], Review: ['Done'] },
    known: ['Doing', 'Test', 'Review'],
    takes: 'Review',
  },
  {
    name: 'prefers a known way to an unknown one',
    from: 'Open',
    target: 'Done',
    workflow: { Open: ['Doing', 'Review'], Doing: ['Test'], Test: ['Done'] },
    known: ['Doing', 'Test'],
    takes: 'Doing',
  },
  {
    name: 'goes through known statuses to the next unknown one',
    from: 'Backlog',
    target: 'Done',
    workflow: long,
    known: ['Selected', 'Doing'],
    takes: 'Selected',
  },
  {
    name: 'never passes through a status that says done',
    from: 'Doing',
    target: 'Reopened',
    workflow: classic,
    known: ['Done', 'Closed', 'Open'],
    takes: null,
  },
  {
    name: 'does not try out a status that says done',
    from: 'Doing',
    target: 'Done',
    workflow: { Doing: ['Rejected'] },
    takes: null,
  },
  { name: 'leaves a done status to open again', from: 'Closed', target: 'Doing', workflow: classic, takes: 'Reopened' },
  {
    name: 'does not go back to what it has visited',
    from: 'Doing',
    target: 'Done',
    workflow: { Doing: ['Waiting'], Waiting: ['Doing'] },
    visited: ['Waiting'],
    takes: null,
  },
  {
    name: 'does not go backward to explore',
    from: 'Doing',
    target: 'Done',
    workflow: { Doing: ['Open', 'Backlog'] },
    takes: null,
  },
  {
    name: 'goes round a step that asks for too much',
    from: 'Doing',
    target: 'Done',
    workflow: { Doing: ['Closed', 'Review'], Review: ['Test'], Test: ['Done'] },
    known: ['Review'],
    barred: ['Closed'],
    takes: 'Review',
  },
  {
    name: 'tries nothing out when the direct way only lacks a value',
    from: 'Open',
    target: 'Done',
    workflow: classic,
    barred: ['Done'],
    takes: null,
  },
  {
    name: 'goes on to opened work where the way back to new leads through it',
    from: 'Reopened',
    target: 'Open',
    workflow: classic,
    takes: 'Doing',
  },
  {
    name: 'does not set out on a way that is known to be barred',
    from: 'Backlog',
    target: 'Done',
    workflow: long,
    known: ['Selected', 'Doing'],
    barred: ['Review'],
    takes: null,
  },
  { name: 'stays where nothing is open', from: 'Done', target: 'Backlog', workflow: long, takes: null },
  {
    name: 'is not led in circles by what it knows',
    from: 'Open',
    target: 'Done',
    workflow: { Open: ['Doing'], Doing: ['Review'], Review: ['Doing'] },
    known: ['Doing', 'Review'],
    takes: null,
  },
]

function whereabouts({ from, target, workflow, known = [], visited = [], barred = [] }: Case) {
  return {
    from: status(from),
    target: { ...status(target), category: category[target] ?? 'done' },
    open: (workflow[from] ?? []).map(step),
    known: (name: string) => (known.includes(name) || name === from ? (workflow[name] ?? []).map(step) : undefined),
    visited,
    passable: ({ to }: Step) => !barred.includes(to.name),
  }
}

describe('the way through a workflow', () => {
  it.each(cases)('$name', (one) => {
    expect(chooseStep(whereabouts(one))?.to.name ?? null).toBe(one.takes)
  })

  it('names the step that bars it', () => {
    const base = { name: '', from: 'Backlog', target: 'Done', workflow: long, takes: null }
    const barred = whereabouts({ ...base, known: ['Selected', 'Doing'], barred: ['Review'] })
    expect(findBarrier(barred)?.to.name).toBe('Review')
    expect(findBarrier(whereabouts({ ...base, from: 'Review', barred: ['Done'] }))?.to.name).toBe('Done')
    expect(findBarrier(whereabouts({ ...base, from: 'Done' }))).toBeNull()
  })

  it('arrives in every workflow that has a way, whatever is known', () => {
    for (const workflow of [long, classic]) {
      const known = new Map<string, readonly Step[]>()
      const target = status('Done')
      for (const start of Object.keys(workflow)) {
        let from = status(start)
        const visited: string[] = []
        while (from.name !== 'Done' && visited.length < 8) {
          const open: readonly Step[] = (workflow[from.name] ?? []).map(step)
          known.set(from.name, open)
          const next = chooseStep({
            from,
            target,
            open,
            known: (name: string) => known.get(name),
            visited,
            passable: () => true,
          })
          if (next === null) break
          visited.push(from.name)
          from = next.to
        }
        // From Closed the only way out leads through Reopened.
        expect(from.name).toBe('Done')
      }
    }
  })
})
