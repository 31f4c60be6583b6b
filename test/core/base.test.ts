import { describe, expect, it } from 'vitest'
import { firstBase, nextBase } from '../../src/core/base.ts'
import { intendBase } from '../../src/core/intent.ts'
import { hasIssueMoved, hasTicketMoved } from '../../src/core/moved.ts'
import { planPair } from '../../src/core/plan.ts'
import { htmlFormat, markdownFormat } from '../../src/text/format.ts'
import type { Pair } from '../../src/core/fields/field.ts'
import type { Issue } from '../../src/core/issue.ts'
import type { Ticket } from '../../src/core/ticket.ts'
import { sampleIssue, samplePair, sampleTicket, textOf } from './samples.ts'

const text = textOf()

const pairOf = ({
  issue,
  ticket,
  ...facts
}: {
  issue?: Partial<Issue>
  ticket?: Partial<Ticket>
  base?: Pair['base']
}) => samplePair({ ...facts, issue: sampleIssue(issue), ticket: sampleTicket(ticket) })

const settled = { unsettled: [], applied: [] }

describe('what has moved', () => {
  it('is nothing right after the base was taken, and each side is judged by its own half', () => {
    const pair = pairOf({ issue: { body: 'one', labels: ['bug'] }, ticket: { body: '<p>other</p>' } })
    const base = nextBase(pair, text, settled)
    expect(hasIssueMoved(pair, base, markdownFormat)).toBe(false)
    expect(hasTicketMoved(pair, base, htmlFormat)).toBe(false)
    for (const facts of [{ title: 'New' }, { body: 'two' }, { labels: [] }, { commentCount: 3 }, { open: false }])
      expect(
        hasIssueMoved({ ...pair, issue: { ...pair.issue, ...facts } }, base, markdownFormat),
        JSON.stringify(facts),
      ).toBe(true)
    expect(hasTicketMoved({ ...pair, ticket: { ...pair.ticket, body: '<p>other </p>' } }, base, htmlFormat)).toBe(false)
  })
})

describe('the first base of a pair', () => {
  const closed = { open: false, reason: 'completed' } as const

  it('sends what the fresh ticket lacks down to it, whoever was edited last', () => {
    const born = pairOf({ issue: closed, ticket: { updatedAt: '2026-12-31T00:00:00Z' } })
    const base = firstBase(born, text, { origin: 'github', applied: [], textOpen: false })
    expect(planPair({ ...born, base }, text).changes).toMatchObject([{ side: 'tracker', field: 'status' }])
  })

  it('sends what the fresh issue lacks up to it', () => {
    const born = pairOf({ ticket: { status: { name: 'Done', category: 'done' } } })
    const base = firstBase(born, text, { origin: 'tracker', applied: [], textOpen: false })
    expect(planPair({ ...born, base }, text).changes).toMatchObject([{ side: 'github', field: 'status' }])
  })

  it('takes off the found ticket what has gone from the issue since, and puts on what has come', () => {
    const born = pairOf({ issue: { labels: ['ui', 'new'] }, ticket: { labels: ['bug', 'ui'] } })
    const base = firstBase(born, text, { origin: 'github', applied: null, textOpen: true })
    const { changes } = planPair({ ...born, base }, text)
    expect(changes).toMatchObject([
      { side: 'tracker', field: 'labels', patch: { labels: { add: ['new'], remove: ['bug'] } } },
    ])
    const known = firstBase(born, text, { origin: 'github', applied: [], textOpen: true })
    expect(planPair({ ...born, base: known }, text).changes).toMatchObject([
      { side: 'tracker', field: 'labels', patch: { labels: { add: ['new'], remove: [] } } },
    ])
  })

  it('lets the whole text decide when nobody knows from what text the half was made', () => {
    const born = pairOf({ issue: { body: 'new', updatedAt: '2026-12-31T00:00:00Z' }, ticket: { body: '<p>old</p>' } })
    const base = firstBase(born, text, { origin: 'github', applied: [], textOpen: true })
    expect(planPair({ ...born, base }, text).changes).toMatchObject([
      { side: 'tracker', field: 'body', after: '<p>new</p>' },
    ])
    const same = pairOf({ issue: { body: 'old' }, ticket: { body: '<p>old</p>' } })
    const agreed = firstBase(same, text, { origin: 'github', applied: [], textOpen: true })
    expect(planPair({ ...same, base: agreed }, text).changes).toEqual([])
  })
})

describe('labels about to be placed', () => {
  it('count as placed only once they are there', () => {
    const before = pairOf({ issue: { labels: [] }, ticket: { labels: [] } })
    const base = nextBase(before, text, settled)
    const pair = pairOf({ issue: { labels: ['bug'] }, ticket: { labels: [] }, base })
    const intended = intendBase({ ...pair, base }, text, planPair(pair, text).changes)
    expect(intended.placed.ticket).toEqual(['labels/bug'])
    expect(nextBase({ ...pair, base: intended }, text, settled).placed.ticket).toEqual([])
    const there = pairOf({ issue: { labels: ['bug'] }, ticket: { labels: ['bug'] }, base: intended })
    expect(nextBase(there, text, settled).placed.ticket).toEqual(['labels/bug'])
  })
})
