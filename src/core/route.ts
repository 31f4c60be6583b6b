import type { RouteRule, StatusMap, When } from '../config/schema.ts'
import type { Issue } from './issue.ts'

/** A pattern with `*` for any text, compared without letter case. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const subject = text.toLowerCase()
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return subject === first
  if (!subject.startsWith(first) || !subject.endsWith(last)) return false
  let from = first.length
  const end = subject.length - last.length
  for (const part of parts.slice(1, -1)) {
    const at = subject.indexOf(part, from)
    if (at === -1 || at + part.length > end) return false
    from = at + part.length
  }
  return from <= end
}

const anyMatches = (patterns: readonly string[], texts: readonly string[]): boolean =>
  patterns.some((pattern) => texts.some((text) => matchesPattern(pattern, text)))

/** Why this issue gets no ticket by the route, or `undefined` when it does. */
export function findMismatch(when: When, issue: Issue): string | undefined {
  if (when.state === 'open' && !issue.open) return 'the issue is closed already'
  if (when.labels !== undefined && !anyMatches(when.labels, issue.labels)) {
    return `it has none of the labels ${when.labels.join(', ')}`
  }
  if (when.without !== undefined && anyMatches(when.without, issue.labels)) {
    return `it has one of the labels ${when.without.join(', ')}`
  }
  if (when.types !== undefined && !anyMatches(when.types, [issue.type ?? ''])) {
    return `its type is none of ${when.types.join(', ')}`
  }
  if (when.milestones !== undefined && !anyMatches(when.milestones, [issue.milestone ?? ''])) {
    return `its milestone is none of ${when.milestones.join(', ')}`
  }
  if (when.assignees !== undefined && !anyMatches(when.assignees, issue.assignees)) {
    return `it is assigned to none of ${when.assignees.join(', ')}`
  }
  if (when.authors !== undefined && !anyMatches(when.authors, [issue.author.id])) {
    return `its author is none of ${when.authors.join(', ')}`
  }
  if (when.since !== undefined && issue.createdAt.slice(0, 10) < when.since) {
    return `it was opened before ${when.since}`
  }
  return undefined
}

/** A route with its place in the file, which names it in messages. */
export interface Route {
  readonly index: number
  readonly rule: RouteRule
}

/** For each tracker the first route that takes this issue: an issue may have a ticket in each. */
export function chooseRoutes(rules: readonly RouteRule[], issue: Issue): readonly Route[] {
  const chosen = new Map<string, Route>()
  for (const [index, rule] of rules.entries()) {
    if (chosen.has(rule.to) || rule.create === 'to-github' || rule.create === 'off') continue
    if (findMismatch(rule.when, issue) === undefined) chosen.set(rule.to, { index, rule })
  }
  return [...chosen.values()]
}

/** The route by which an existing pair is kept: the one that takes the issue, else the tracker's first. */
export function chooseRouteOfPair(rules: readonly RouteRule[], connection: string, issue: Issue): Route | undefined {
  const own = rules.map((rule, index) => ({ index, rule })).filter(({ rule }) => rule.to === connection)
  return own.find(({ rule }) => findMismatch({ ...rule.when, state: 'any' }, issue) === undefined) ?? own[0]
}

/** Why no route took it, as one sentence for the outcome. */
export function explainNoRoute(rules: readonly RouteRule[], issue: Issue): string {
  const reasons = rules.map((rule, index) => {
    if (rule.create === 'to-github' || rule.create === 'off') return `route ${index + 1} creates no tickets`
    return `route ${index + 1} (${rule.to}): ${findMismatch(rule.when, issue) ?? 'it fits'}`
  })
  return `No route takes this issue: ${reasons.join('; ')}.`
}

/** The ticket type for an issue: by its type, then by its labels in the order of the map, then the default. */
export function chooseType(rule: RouteRule, issue: Issue): string | undefined {
  const entries = Object.entries(rule.type).filter(([key]) => key !== 'default')
  const byType = entries.find(([key]) => issue.type !== null && matchesPattern(key, issue.type))
  const byLabel = entries.find(([key]) => issue.labels.some((label) => matchesPattern(key, label)))
  return (byType ?? byLabel)?.[1] ?? rule.type['default']
}

/** The state the map names for this type, where it names one. */
export function findMappedState(state: StatusMap['open'], type: string): string | undefined {
  if (state === undefined || typeof state === 'string') return state
  const own = Object.entries(state).find(([name]) => name.toLowerCase() === type.toLowerCase())
  return own?.[1] ?? state['default']
}
