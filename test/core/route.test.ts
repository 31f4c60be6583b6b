import { describe, expect, it } from 'vitest'
import { RouteRule } from '../../src/config/schema.ts'
import { chooseRouteOfPair, chooseRoutes, chooseType, explainNoRoute, matchesPattern } from '../../src/core/route.ts'
import { sampleIssue } from './samples.ts'

const rules = (...raw: Record<string, unknown>[]) => raw.map((one) => RouteRule.parse({ to: 'boards', ...one }))

describe('a pattern', () => {
  it.each([
    ['bug', 'Bug', true],
    ['bug', 'bugfix', false],
    ['area/*', 'area/ui', true],
    ['area/*', 'areas', false],
    ['*-done-*', 'x-done-y', true],
    ['a*a', 'a', false],
    ['*', '', true],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected)
  })
})

describe('the route of an issue', () => {
  it('complaint 38: is the first for each tracker that takes it, so one issue may have a ticket in several', () => {
    const all = rules({ when: { labels: 'bug' } }, {}, { to: 'jira' })
    expect(chooseRoutes(all, sampleIssue({ labels: ['bug'] })).map(({ index }) => index)).toEqual([0, 2])
    expect(chooseRoutes(all, sampleIssue()).map(({ index }) => index)).toEqual([1, 2])
  })

  it('is none for a closed issue unless the route says any', () => {
    const closed = sampleIssue({ open: false })
    expect(chooseRoutes(rules({}), closed)).toEqual([])
    expect(chooseRoutes(rules({ when: { state: 'any' } }), closed)).toHaveLength(1)
    expect(explainNoRoute(rules({}), closed)).toBe(
      'No route takes this issue: route 1 (boards): the issue is closed already.',
    )
  })

  it('of a pair stays, whatever became of the labels', () => {
    const all = rules({ when: { labels: 'bug' } }, { when: { labels: 'chore' } })
    expect(chooseRouteOfPair(all, 'boards', sampleIssue({ labels: ['chore'], open: false }))?.index).toBe(1)
    expect(chooseRouteOfPair(all, 'boards', sampleIssue())?.index).toBe(0)
    expect(chooseRouteOfPair(all, 'jira', sampleIssue())).toBeUndefined()
  })

  it.each([
    [{ without: 'wontfix' }, { labels: ['wontfix'] }],
    [{ types: 'Bug' }, { type: 'Feature' }],
    [{ milestones: 'v*' }, { milestone: null }],
    [{ assignees: 'ada' }, { assignees: ['grace'] }],
    [{ authors: 'ada' }, {}],
    [{ since: '2026-02-01' }, {}],
  ])('%o leaves %o alone', (when, facts) => {
    expect(chooseRoutes(rules({ when }), sampleIssue(facts))).toEqual([])
  })
})

describe('the type of a ticket', () => {
  it('follows the issue type, then the labels in the order of the map, then the default', () => {
    const [rule] = rules({ type: { Feature: 'Story', bug: 'Bug', default: 'Task' } })
    expect(chooseType(rule!, sampleIssue({ type: 'Feature', labels: ['bug'] }))).toBe('Story')
    expect(chooseType(rule!, sampleIssue({ labels: ['bug'] }))).toBe('Bug')
    expect(chooseType(rule!, sampleIssue())).toBe('Task')
  })
})
