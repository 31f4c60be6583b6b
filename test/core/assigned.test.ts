import { describe, expect, it } from 'vitest'
import { firstBase, nextBase } from '../../src/core/base.ts'
import type { Pair } from '../../src/core/fields/field.ts'
import { status } from '../../src/core/fields/status.ts'
import type { Issue } from '../../src/core/issue.ts'
import { hasIssueMoved } from '../../src/core/moved.ts'
import { joinIssuePatches, joinTicketPatches } from '../../src/core/patch.ts'
import { planPair } from '../../src/core/plan.ts'
import { sampleIssue, samplePair, sampleTicket, states, textOf } from './samples.ts'

const text = textOf()
const map = { open: 'To Do', assigned: 'Doing', closed: 'Done' }
const workflow = [...states.slice(0, 2), { name: 'In Review', category: 'active' } as const, ...states.slice(2)]

const nobody: Partial<Issue> = { assignees: [] }
const mona: Partial<Issue> = { assignees: ['mona'] }
const closed = { open: false, reason: 'completed' } as const

interface Half {
  readonly issue: Partial<Issue>
  readonly state: string
}

/** A pair that agreed as `before` says and whose sides then moved; who is assigned does not travel. */
function moved(before: Half, now: Partial<Half & { issueAt: string; ticketAt: string }>, rule: object = {}): Pair {
  const at = '2026-01-01T10:00:00Z'
  const stand = ({ issue, state }: Half, { issueAt = at, ticketAt = at } = {}) => ({
    issue: sampleIssue({ ...issue, updatedAt: issueAt }),
    ticket: sampleTicket({ status: workflow.find(({ name }) => name === state)!, updatedAt: ticketAt }),
  })
  const pair = samplePair({
    rule: { status: map, sync: { assignee: 'off' }, ...rule },
    states: workflow,
    ...stand(before),
  })
  const base = nextBase(pair, text, { unsettled: [], applied: [] })
  return { ...pair, base, ...stand({ ...before, ...now }, now) }
}

function outcome(pair: Pair) {
  const { changes, conflicts, notes, unsettled } = planPair(pair, text)
  const { status: target, ...restOfTicket } = joinTicketPatches(changes)
  const { open, reason, ...restOfIssue } = joinIssuePatches(changes)
  expect({ ...restOfTicket, ...restOfIssue }).toEqual({})
  if (conflicts.length > 0) return conflicts.map(({ issue, ticket }) => `asks: ${issue} or ${ticket}`).join()
  if (notes.length > 0) return `${unsettled.join()}: ${notes[0]!.text}`
  if (target !== undefined) return `ticket to ${target.name}`
  return open === undefined ? 'nothing' : `issue ${open ? 'opened' : `closed as ${reason}`}`
}

describe('a state for what is assigned', () => {
  it.each<[string, Half, Parameters<typeof moved>[1], string]>([
    ['from nobody to somebody', { issue: nobody, state: 'To Do' }, { issue: mona }, 'ticket to Doing'],
    ['from somebody to nobody', { issue: mona, state: 'Doing' }, { issue: nobody }, 'ticket to To Do'],
    ['from one to another', { issue: mona, state: 'To Do' }, { issue: { assignees: ['octo'] } }, 'nothing'],
    ['to one more', { issue: mona, state: 'To Do' }, { issue: { assignees: ['mona', 'octo'] } }, 'nothing'],
    ['to one fewer', { issue: { assignees: ['mona', 'octo'] }, state: 'Doing' }, { issue: mona }, 'nothing'],
    ['somebody, where a person moved it on', { issue: nobody, state: 'In Review' }, { issue: mona }, 'nothing'],
    [
      'somebody, and a person moved it on',
      { issue: nobody, state: 'To Do' },
      { issue: mona, state: 'In Review' },
      'nothing',
    ],
    [
      'somebody, and a person did the same',
      { issue: nobody, state: 'To Do' },
      { issue: mona, state: 'Doing' },
      'nothing',
    ],
    ['nobody, where a person moved it on', { issue: mona, state: 'In Review' }, { issue: nobody }, 'nothing'],
    ['nobody, where a person moved it back', { issue: mona, state: 'To Do' }, { issue: nobody }, 'nothing'],
    ['moved back by hand', { issue: mona, state: 'Doing' }, { state: 'To Do' }, 'nothing'],
    ['moved there by hand', { issue: nobody, state: 'To Do' }, { state: 'Doing' }, 'nothing'],
    ['closed while assigned', { issue: mona, state: 'Doing' }, { issue: { ...mona, ...closed } }, 'ticket to Done'],
    ['assigned while closed', { issue: closed, state: 'Done' }, { issue: { ...mona, ...closed } }, 'nothing'],
    [
      'assigned and closed at once',
      { issue: nobody, state: 'To Do' },
      { issue: { ...mona, ...closed } },
      'ticket to Done',
    ],
    ['reopened with somebody', { issue: { ...mona, ...closed }, state: 'Done' }, { issue: mona }, 'ticket to Doing'],
    ['reopened with nobody', { issue: { ...mona, ...closed }, state: 'Done' }, { issue: nobody }, 'ticket to To Do'],
    [
      'reopened on both sides',
      { issue: { ...mona, ...closed }, state: 'Done' },
      { issue: mona, state: 'To Do' },
      'nothing',
    ],
    ['reopened in the tracker', { issue: { ...mona, ...closed }, state: 'Done' }, { state: 'To Do' }, 'issue opened'],
    ['reopened there as assigned', { issue: closed, state: 'Done' }, { state: 'Doing' }, 'issue opened'],
  ])('%s', (_, before, now, expected) => {
    expect(outcome(moved(before, now))).toBe(expected)
  })

  it.each(['newest', 'github', 'ask'])(
    'reopens no ticket that was closed meanwhile, whatever the policy (%s)',
    (conflict) => {
      const now = { issue: mona, state: 'Done', issueAt: '2026-01-03T10:00:00Z', ticketAt: '2026-01-02T10:00:00Z' }
      expect(outcome(moved({ issue: nobody, state: 'To Do' }, now, { conflict }))).toBe('issue closed as completed')
    },
  )

  it('is where the ticket of an assigned issue begins, and not where nobody has it', () => {
    const born = (issue: Partial<Issue>) => moved({ issue, state: 'To Do' }, {})
    const begin = (pair: Pair) =>
      outcome({ ...pair, base: firstBase(pair, text, { origin: 'github', applied: [], textOpen: false }) })
    expect(begin(born(mona))).toBe('ticket to Doing')
    expect(begin(born(nobody))).toBe('nothing')
    const unnamed = moved({ issue: mona, state: 'To Do' }, {}, { status: { open: 'Doing', closed: 'Done' } })
    expect(begin(unnamed)).toBe('ticket to Doing')
  })

  it('asks nothing of the ticket that an assigned issue was made from, nor of one that it was paired with', () => {
    const pair = moved({ issue: mona, state: 'To Do' }, {})
    expect(outcome({ ...pair, base: firstBase(pair, text, { origin: 'tracker', applied: [], textOpen: false }) })).toBe(
      'nothing',
    )
    expect(outcome({ ...pair, base: null })).toBe('nothing')
  })

  it('is kept by the base, so that the next look does nothing, and is seen in the issue alone', () => {
    const pair = moved({ issue: nobody, state: 'To Do' }, { issue: mona })
    expect(hasIssueMoved(pair, pair.base!, text.issue)).toBe(true)
    const after = { ...pair, ticket: sampleTicket({ status: workflow[1]! }) }
    const base = nextBase(after, text, { unsettled: [], applied: [] })
    expect(outcome({ ...after, base })).toBe('nothing')
    expect(hasIssueMoved(after, base, text.issue)).toBe(false)
    expect(outcome({ ...after, base, ticket: pair.ticket })).toBe('nothing')
  })

  it('is that of the type, where each has its own, and the category says which one is open', () => {
    const rule = { status: { assigned: { task: 'Doing', Bug: 'In Review' } } }
    const before = { issue: nobody, state: 'To Do' }
    expect(outcome(moved(before, { issue: mona }, rule))).toBe('ticket to Doing')
    const other = { status: { assigned: { Bug: 'In Review' } }, conflict: 'github' }
    expect(outcome(moved(before, { issue: mona }, other))).toBe('nothing')
    expect(outcome(moved(before, { issue: mona, state: 'Done' }, other))).toBe('issue closed as completed')
  })

  it('says so when the type has no such state, and looks again', () => {
    const rule = { status: { ...map, assigned: 'Busy' } }
    expect(outcome(moved({ issue: nobody, state: 'To Do' }, { issue: mona }, rule))).toMatch(
      /^status: The type Task has no state "Busy"; it has "To Do"/,
    )
  })

  it('means open in the other direction, whatever its category', () => {
    const rule = { status: { ...map, assigned: 'Removed' } }
    expect(outcome(moved({ issue: nobody, state: 'To Do' }, { state: 'Removed' }, rule))).toBe('nothing')
  })

  it('leaves a ticket parked in a state that says nothing', () => {
    const rule = { conflict: 'github', status: { ...map, from: { 'In Review': 'ignore' } } }
    expect(outcome(moved({ issue: nobody, state: 'In Review' }, { issue: mona }, rule))).toBe('nothing')
    expect(outcome(moved({ issue: nobody, state: 'To Do' }, { issue: mona, state: 'In Review' }, rule))).toMatch(
      /neither open nor closed/,
    )
  })

  it('is left again, though it says nothing in the other direction', () => {
    const rule = { status: { ...map, from: { Doing: 'ignore' } } }
    expect(outcome(moved({ issue: mona, state: 'Doing' }, { issue: nobody }, rule))).toBe('ticket to To Do')
  })

  it('is no move where it is the state of open', () => {
    const rule = { status: { ...map, assigned: { Task: 'to do' } } }
    expect(outcome(moved({ issue: nobody, state: 'To Do' }, { issue: mona }, rule))).toBe('nothing')
  })

  it.each(['off', 'to-github'])('moves nothing where the status goes %s', (direction) => {
    const rule = { sync: { status: direction, assignee: 'off' } }
    expect(outcome(moved({ issue: nobody, state: 'To Do' }, { issue: mona }, rule))).toBe('nothing')
    expect(outcome(moved({ issue: mona, state: 'Doing' }, { issue: nobody }, rule))).toBe('nothing')
  })

  it('moves by the key alone, and not when the key comes or goes', () => {
    const without = { conflict: 'github', status: { open: 'To Do', closed: 'Done' } }
    const withKey = { ...without, status: map }
    const unnamed = (pair: Pair) => ({ ...pair, rule: moved({ issue: {}, state: 'To Do' }, {}, without).rule })
    const named = (pair: Pair) => ({ ...pair, rule: moved({ issue: {}, state: 'To Do' }, {}, withKey).rule })
    const before = { issue: nobody, state: 'To Do' }
    expect(outcome(moved(before, { issue: mona }, without))).toBe('nothing')
    expect(outcome(moved(before, { issue: mona, state: 'Done' }, without))).toBe('issue closed as completed')
    expect(outcome(named(moved({ issue: mona, state: 'To Do' }, {}, without)))).toBe('nothing')
    expect(outcome(named(moved({ issue: mona, state: 'To Do' }, { state: 'Done' }, without)))).toMatch(/^issue closed/)
    expect(outcome(named(moved(before, { issue: mona }, without)))).toBe('ticket to Doing')
    expect(outcome(unnamed(moved({ issue: mona, state: 'Doing' }, { issue: nobody }, withKey)))).toBe('nothing')
    expect(outcome(unnamed(moved({ issue: mona, state: 'Doing' }, { state: 'Done' }, withKey)))).toMatch(
      /^issue closed/,
    )
  })

  it('is remembered by the status itself, whether or not people travel', () => {
    for (const assignee of ['off', 'both']) {
      const { base } = moved({ issue: mona, state: 'Doing' }, {}, { sync: { assignee } })
      expect(base?.issue[status.name]).toEqual(['open', 'assigned'])
    }
  })
})
