import { describe, expect, it } from 'vitest'
import type { Pair } from '../../src/core/fields/field.ts'
import { nextBase } from '../../src/core/base.ts'
import { planPair } from '../../src/core/plan.ts'
import { joinIssuePatches, joinTicketPatches } from '../../src/core/patch.ts'
import { account, sampleIssue, samplePair, sampleTicket, states, textOf } from './samples.ts'

const text = textOf()

/** A pair that agreed as `facts` say, and whose sides then moved to `now`. */
function agreed(facts: Parameters<typeof samplePair>[0], now: Partial<Pick<Pair, 'issue' | 'ticket'>> = {}): Pair {
  const before = samplePair(facts)
  return { ...before, base: nextBase(before, text, { unsettled: [], applied: [] }), ...now }
}

const writes = (pair: Pair) => {
  const plan = planPair(pair, text)
  return { ticket: joinTicketPatches(plan.changes), issue: joinIssuePatches(plan.changes), plan }
}

describe('plan', () => {
  it('does nothing when neither side moved, even where they say different things', () => {
    const pair = agreed({ issue: sampleIssue({ title: 'One' }), ticket: sampleTicket({ title: 'Another' }) })
    expect(planPair(pair, text)).toEqual({ changes: [], conflicts: [], notes: [], unsettled: [], failures: [] })
  })

  it('carries a changed title to the ticket in one line and cut to its limit', () => {
    const pair = agreed({}, { issue: sampleIssue({ title: 'A  longer\ntitle' }) })
    expect(writes(pair).ticket).toEqual({ title: 'A longer title' })
    const long = agreed({}, { issue: sampleIssue({ title: 'x'.repeat(300) }) })
    expect(writes(long).ticket.title).toHaveLength(255)
  })

  it('keeps both titles and bodies of a pair that was made by hand', () => {
    const pair = samplePair({
      issue: sampleIssue({ title: 'Mine', body: 'my text' }),
      ticket: sampleTicket({ title: 'Yours', body: '<p>your text</p>' }),
    })
    expect(writes(pair)).toMatchObject({ ticket: {}, issue: {} })
  })

  it('leaves a field alone that is switched off', () => {
    const pair = agreed({ rule: { sync: { title: 'off' } } }, { issue: sampleIssue({ title: 'New' }) })
    expect(writes(pair).ticket).toEqual({})
  })

  it('does not carry the ticket’s title back when the title only goes to the tracker', () => {
    const pair = agreed({ rule: { sync: { title: 'to-tracker' } } }, { ticket: sampleTicket({ title: 'New' }) })
    expect(writes(pair)).toMatchObject({ ticket: {}, issue: {} })
  })

  describe('when both sides changed a field', () => {
    const moved = (conflict: unknown, ticketAt: string) =>
      agreed(
        { rule: { conflict } },
        {
          issue: sampleIssue({ title: 'From GitHub', updatedAt: '2026-01-02T10:00:00Z' }),
          ticket: sampleTicket({ title: 'From the tracker', updatedAt: ticketAt }),
        },
      )

    it.each([
      ['github', '2026-01-03T10:00:00Z', { ticket: { title: 'From GitHub' }, issue: {} }],
      ['tracker', '2026-01-01T10:00:00Z', { ticket: {}, issue: { title: 'From the tracker' } }],
      ['newest', '2026-01-03T10:00:00Z', { ticket: {}, issue: { title: 'From the tracker' } }],
      ['newest', '2026-01-01T10:00:00Z', { ticket: { title: 'From GitHub' }, issue: {} }],
      [
        { title: 'tracker', default: 'github' },
        '2026-01-01T10:00:00Z',
        { ticket: {}, issue: { title: 'From the tracker' } },
      ],
    ])('the policy %j with the ticket of %s decides', (policy, ticketAt, expected) => {
      expect(writes(moved(policy, ticketAt))).toMatchObject(expected)
    })

    it('asks when the policy says so, and touches neither side', () => {
      const { ticket, issue, plan } = writes(moved('ask', '2026-01-03T10:00:00Z'))
      expect({ ticket, issue }).toEqual({ ticket: {}, issue: {} })
      expect(plan.conflicts).toMatchObject([{ field: 'title', issue: 'From GitHub', ticket: 'From the tracker' }])
      expect(plan.unsettled).toEqual(['title'])
    })

    it('has nothing to say when both changed to the same', () => {
      const same = { title: 'Both' }
      const pair = agreed({ rule: { conflict: 'ask' } }, { issue: sampleIssue(same), ticket: sampleTicket(same) })
      expect(writes(pair).plan).toMatchObject({ changes: [], conflicts: [] })
    })
  })

  it('keeps an unsettled field as it was in the base, so that it is looked at again', () => {
    const pair = agreed({}, { issue: sampleIssue({ assignees: ['stranger'] }) })
    const plan = planPair(pair, text)
    expect(plan.unsettled).toEqual(['assignee'])
    const base = nextBase(pair, text, { unsettled: plan.unsettled, applied: [] })
    expect(planPair({ ...pair, base }, text).notes).toEqual(plan.notes)
  })
})

describe('status', () => {
  const done = { status: states[2]! }
  const closed = { open: false, reason: 'completed' as const }

  it.each([
    ['closed on GitHub by the map', { status: { closed: 'Done' } }, closed, {}, { status: { name: 'Done' } }],
    ['closed on GitHub by category', {}, closed, {}, { status: { name: 'Done' } }],
    [
      'closed as not planned by the map',
      { status: { not_planned: 'Removed' } },
      { open: false, reason: 'not_planned' as const },
      {},
      { status: { name: 'Removed' } },
    ],
    [
      'closed as not planned without a map',
      {},
      { open: false, reason: 'not_planned' as const },
      {},
      { status: { name: 'Done' } },
    ],
  ])('%s', (_, rule, issue, ticket, expected) => {
    expect(writes(agreed({ rule }, { issue: sampleIssue(issue), ticket: sampleTicket(ticket) })).ticket).toMatchObject(
      expected,
    )
  })

  it('closes the issue when the ticket is done, and reopens it when the ticket leaves done', () => {
    expect(writes(agreed({}, { ticket: sampleTicket(done) })).issue).toEqual({ open: false, reason: 'completed' })
    const reopened = agreed({ issue: sampleIssue(closed), ticket: sampleTicket(done) }, { ticket: sampleTicket() })
    expect(writes(reopened).issue).toEqual({ open: true })
  })

  it('complaint 30: moving from one done state to another is no reopening', () => {
    const many = [...states, { name: 'Resolved', category: 'done' as const, resolved: true }]
    const pair = agreed(
      { states: many, issue: sampleIssue(closed), ticket: sampleTicket({ status: many[4]! }) },
      { ticket: sampleTicket(done) },
    )
    expect(writes(pair)).toMatchObject({ ticket: {}, issue: {} })
  })

  it('tells nobody that an open ticket moved from new to active', () => {
    expect(writes(agreed({}, { ticket: sampleTicket({ status: states[1]! }) })).issue).toEqual({})
  })

  it('does nothing and says why when the state means neither open nor closed', () => {
    const odd = { name: 'Limbo', category: 'unknown' as const }
    const { issue, plan } = writes(agreed({ states: [...states, odd] }, { ticket: sampleTicket({ status: odd }) }))
    expect(issue).toEqual({})
    expect(plan.notes[0]!.text).toContain('"Limbo" says neither open nor closed')
  })

  it('never guesses among several done states that have no order', () => {
    const many = [...states, { name: 'Rejected', category: 'done' as const }]
    const pair = samplePair({})
    const unordered = agreed(
      { states: many, traits: { ...pair.traits, statesOrdered: false } },
      { issue: sampleIssue(closed) },
    )
    const { ticket, plan } = writes(unordered)
    expect(ticket).toEqual({})
    expect(plan.notes[0]!.text).toContain('set status.closed to one of "Done", "Rejected"')
  })

  it('names the states there are when the map names one that is not', () => {
    const pair = agreed({ rule: { status: { closed: 'Finished' } } }, { issue: sampleIssue(closed) })
    expect(writes(pair).plan.notes[0]!.text).toBe(
      'The type Task has no state "Finished"; it has "To Do", "Doing", "Done", "Removed".',
    )
  })
})

describe('assignee', () => {
  it('assigns the person that the login stands for', () => {
    const pair = agreed({}, { issue: sampleIssue({ assignees: ['mona'] }) })
    expect(writes(pair).ticket).toEqual({ assignee: account('mona') })
  })

  it('unassigns when nobody is assigned any more', () => {
    const both = { issue: sampleIssue({ assignees: ['mona'] }), ticket: sampleTicket({ assignee: account('mona') }) }
    expect(writes(agreed(both, { issue: sampleIssue() })).ticket).toEqual({ assignee: null })
    expect(writes(agreed(both, { ticket: sampleTicket() })).issue).toEqual({ assignees: [] })
  })

  it('writes nothing when the ticket has the right person already', () => {
    const pair = agreed(
      {},
      { issue: sampleIssue({ assignees: ['Mona'] }), ticket: sampleTicket({ assignee: account('mona') }) },
    )
    expect(writes(pair)).toMatchObject({ ticket: {}, issue: {} })
  })

  it('complaint 23: several assignees and one do not flip-flop; the present one stays while among them', () => {
    const pair = agreed(
      { issue: sampleIssue({ assignees: ['mona'] }), ticket: sampleTicket({ assignee: account('mona') }) },
      { issue: sampleIssue({ assignees: ['hubot', 'mona'] }), ticket: sampleTicket({ assignee: account('mona') }) },
    )
    expect(writes(pair)).toMatchObject({ ticket: {}, issue: {} })
    const settled = { ...pair, base: nextBase(pair, text, { unsettled: [], applied: [] }) }
    expect(writes(settled)).toMatchObject({ ticket: {}, issue: {} })
  })

  it('hands over among several: the one who stood for the ticket goes, the others stay', () => {
    const pair = agreed(
      { issue: sampleIssue({ assignees: ['mona', 'hubot'] }), ticket: sampleTicket({ assignee: account('mona') }) },
      { ticket: sampleTicket({ assignee: account('octo') }) },
    )
    const settled = { ...pair, issue: sampleIssue({ assignees: ['mona', 'hubot'] }) }
    expect(writes(settled).issue).toEqual({ assignees: ['octo', 'hubot'] })
  })

  it('complaint 22: somebody who is not found leaves the ticket as it is, and it is said', () => {
    const pair = agreed(
      { ticket: sampleTicket({ assignee: account('mona') }), issue: sampleIssue({ assignees: ['mona'] }) },
      { issue: sampleIssue({ assignees: ['stranger'] }), ticket: sampleTicket({ assignee: account('mona') }) },
    )
    const { ticket, plan } = writes(pair)
    expect(ticket).toEqual({})
    expect(plan.notes).toMatchObject([{ key: 'assignee-not-found:stranger', level: 'warning' }])
  })

  it.each([
    ['clear', { assignee: null }],
    ['error', {}],
    [{ default: 'octo@example.com' }, { assignee: account('octo') }],
  ] as const)('follows the policy %j for somebody who is not found', (unmatched, expected) => {
    const base = agreed({
      unmatched,
      ticket: sampleTicket({ assignee: account('mona') }),
      issue: sampleIssue({ assignees: ['mona'] }),
    })
    const standIn = { kind: 'matched' as const, found: account('octo'), email: null, source: 'config' as const }
    const pair = {
      ...base,
      issue: sampleIssue({ assignees: ['stranger'] }),
      people: { ...base.people, standIn: typeof unmatched === 'object' ? standIn : null },
    }
    const { ticket, plan } = writes(pair)
    expect(ticket).toEqual(expected)
    expect(plan.failures).toHaveLength(unmatched === 'error' ? 1 : 0)
  })

  it('never clears the issue because a fresh ticket has nobody', () => {
    const pair = samplePair({
      issue: sampleIssue({ assignees: ['stranger'] }),
      ticket: sampleTicket({ updatedAt: '2027-01-01T00:00:00Z' }),
    })
    expect(writes(pair).issue).toEqual({})
  })
})

describe('labels', () => {
  it('adds what was added on either side and removes nothing that people put there', () => {
    const pair = agreed(
      { issue: sampleIssue({ labels: ['a'] }), ticket: sampleTicket({ labels: ['a'] }) },
      { issue: sampleIssue({ labels: ['a', 'b'] }), ticket: sampleTicket({ labels: ['A', 'c'] }) },
    )
    expect(writes(pair)).toMatchObject({
      ticket: { labels: { add: ['b'], remove: [] } },
      issue: { labels: { add: ['c'], remove: [] } },
    })
    const removed = agreed(
      { issue: sampleIssue({ labels: ['a'] }), ticket: sampleTicket({ labels: ['a'] }) },
      { issue: sampleIssue() },
    )
    expect(writes(removed).ticket).toEqual({})
  })

  it('takes away only what Lockstep itself put there', () => {
    const first = agreed({}, { issue: sampleIssue({ labels: ['bug'] }) })
    const { plan } = writes(first)
    const carried = { ...first, ticket: sampleTicket({ labels: ['bug', 'human'] }) }
    const base = nextBase(carried, text, { unsettled: [], applied: plan.changes })
    expect(base.placed.ticket).toEqual(['labels/bug'])
    const removed = { ...carried, base, issue: sampleIssue() }
    expect(writes(removed).ticket).toEqual({ labels: { add: [], remove: ['bug'] } })
  })

  it('bug is no part of bugfix', () => {
    const pair = agreed(
      { ticket: sampleTicket({ labels: ['bugfix'] }), issue: sampleIssue({ labels: ['bugfix'] }) },
      { issue: sampleIssue({ labels: ['bugfix', 'bug'] }), ticket: sampleTicket({ labels: ['bugfix'] }) },
    )
    expect(writes(pair).ticket).toEqual({ labels: { add: ['bug'], remove: [] } })
  })

  it('follows patterns and names of the map, and what the tracker cannot write', () => {
    const rule = {
      labels: { include: ['team-*', 'a;b', 'P1'], exclude: ['*-secret'], map: { 'team-red': 'Red' } },
      priority: { P1: 1 },
    }
    const pair = agreed({ rule }, { issue: sampleIssue({ labels: ['team-red', 'team-secret', 'other', 'a;b', 'P1'] }) })
    expect(writes(pair).ticket.labels).toEqual({ add: ['Red', 'a-b'], remove: [] })
  })
})

describe('fields by label', () => {
  const rule = {
    priority: { P1: '1', P2: '2' },
    estimate: { 'size: S': 1 },
    fields: { Team: { always: 'Rocket' }, Risk: { labels: { risky: 'High' } } },
  }

  it('sets the value that the label stands for', () => {
    const pair = agreed(
      {
        rule,
        ticket: sampleTicket({ priority: '2', fields: { Team: 'Rocket' } }),
        issue: sampleIssue({ labels: ['P2'] }),
      },
      {
        issue: sampleIssue({ labels: ['P1', 'size: S', 'risky'] }),
        ticket: sampleTicket({ priority: '2', fields: { Team: 'Rocket' } }),
      },
    )
    expect(writes(pair).ticket).toMatchObject({ priority: '1', estimate: 1, fields: { Risk: 'High' } })
  })

  it('exchanges the label when the tracker changed the value', () => {
    const pair = agreed(
      {
        rule,
        ticket: sampleTicket({ priority: '2', fields: { Team: 'Rocket' } }),
        issue: sampleIssue({ labels: ['P2'] }),
      },
      { ticket: sampleTicket({ priority: '1', fields: { Team: 'Rocket' } }) },
    )
    const withIssue = { ...pair, issue: sampleIssue({ labels: ['P2'] }) }
    expect(writes(withIssue).issue).toEqual({ labels: { add: ['P1'], remove: ['P2'] } })
  })

  it('keeps a field at the value of the route', () => {
    const pair = agreed({ rule }, { ticket: sampleTicket({ fields: { Team: 'Other' } }) })
    expect(writes(pair).ticket).toEqual({ fields: { Team: 'Rocket' } })
  })
})
