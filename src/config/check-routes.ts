import { isDeepStrictEqual } from 'node:util'
import { suggest } from './nearest.ts'
import type { RoutePart } from './parts.ts'
import { printPath, type Finding, type Path } from './problem.ts'
import type { Connection, RouteRule, StatusMap, When } from './schema.ts'
import { valueAt } from './shape.ts'

type Kinds = ReadonlyMap<string, Connection['kind'] | undefined>
type Report = (path: Path, message: string, remedy: string, more?: Partial<Finding>) => void

/** What the schema cannot say about the routes; `kinds` names every tracker that a route may lead to. */
export function checkRoutes(routes: readonly (RoutePart | undefined)[], kinds: Kinds): Finding[] {
  const findings: Finding[] = []
  routes.forEach((route, index) => {
    if (route === undefined) return
    const report: Report = (path, message, remedy, { judged = [], ...more } = {}) => {
      const here = ['routes', index, ...path]
      findings.push({ severity: 'error', path: here, message, remedy, judged: [here, ...judged], ...more })
    }
    checkTarget(route.rule, kinds, report)
    checkMaps(route, report)
    checkStatus(route.rule, report)
    checkFrom(route, report)
    checkKind(route, kinds.get(route.rule.to), report)
    checkWhen(route.rule.when, report)
    checkEarlier(route.rule, index, routes, findings)
  })
  return findings
}

function checkTarget({ to }: RouteRule, kinds: Kinds, report: Report): void {
  if (kinds.has(to)) return
  const names = [...kinds.keys()]
  const known = names.length === 0 ? 'Describe it under "trackers".' : `Known: ${names.join(', ')}.`
  report(['to'], `there is no tracker "${to}"`, suggest(to, names) + known, { judged: [['trackers', to]] })
}

const mapped = ['priority', 'estimate', 'components', 'fields'] as const

/** A direction without a map does nothing, and neither does a map without a direction. */
function checkMaps({ rule, written }: RoutePart, report: Report): void {
  for (const field of mapped) {
    const asked = valueAt(written, ['sync', field])
    const empty = Object.keys(rule[field]).length === 0
    if (asked !== undefined && asked !== 'off' && empty) {
      report(
        ['sync', field],
        `${field} cannot travel: the route has no map for it`,
        `Add "${field}:" to the route, or remove this line.`,
      )
    }
    if (asked === 'off' && !empty) {
      report([field], `this map is not used: sync.${field} is off`, `Remove the map, or set sync.${field}.`, {
        severity: 'warning',
        at: 'key',
      })
    }
  }
}

const apart = [
  ['open', 'closed'],
  ['open', 'assigned'],
  ['assigned', 'closed'],
] as const

function checkStatus({ status, type }: RouteRule, report: Report): void {
  const types = Object.values(type)
  for (const side of ['open', 'assigned', 'closed', 'not_planned', 'duplicate'] as const) {
    const state = status[side]
    if (typeof state !== 'object' || types.length === 0) continue
    for (const name of Object.keys(state)) {
      if (name === 'default' || types.includes(name)) continue
      const known = `The types of this route: ${[...new Set(types)].join(', ')}.`
      report(['status', side, name], `the route makes no tickets of the type "${name}"`, suggest(name, types) + known, {
        severity: 'warning',
        at: 'key',
      })
    }
  }
  for (const [one, other] of apart) {
    const state = status[one]
    if (typeof state !== 'string' || !isStateOf(status, other, state)) continue
    report(['status', other], `${one} and ${other} are both the state "${state}"`, 'Give them different states.')
  }
  for (const [state, meaning] of Object.entries(status.from)) {
    const opens = meaning === 'open'
    const others = opens ? (['closed'] as const) : (['open', 'assigned'] as const)
    const contradicts = meaning !== 'ignore' && others.some((other) => isStateOf(status, other, state))
    if (!contradicts) continue
    report(
      ['status', 'from', state],
      `"${state}" means ${meaning} here, and ${opens ? 'closed' : 'open'} in the other direction`,
      'Let both directions agree: a ticket would never come to rest.',
    )
  }
}

/** Of a state that every type shares; per type they may overlap rightly. */
function isStateOf(status: StatusMap, side: 'open' | 'assigned' | 'closed', name: string): boolean {
  const state = status[side]
  return typeof state === 'string' && state.toLowerCase() === name.toLowerCase()
}

function checkFrom({ rule: { from, create }, written }: RoutePart, report: Report): void {
  const asked = valueAt(written, ['create'])
  if (from === undefined && asked === 'to-github') {
    report(['create'], 'tickets only become issues when "from" says which', 'Add "from:" with a query or a label.')
  }
  if (from !== undefined && (create === 'to-tracker' || create === 'off')) {
    report(
      ['from'],
      `this is not used: create is ${create}`,
      'Set "create: both" or "create: to-github", or remove "from".',
      { severity: 'warning', at: 'key' },
    )
  }
  if (from?.query !== undefined && /\border\s+by\b/i.test(from.query)) {
    report(['from', 'query'], 'the query has an ORDER BY', 'Remove it: Lockstep puts the tickets in order itself.')
  }
}

function checkKind({ rule, written }: RoutePart, kind: Connection['kind'] | undefined, report: Report): void {
  const judged: Path[] = [['trackers', rule.to, 'kind']]
  if (kind === 'azure' && Object.keys(rule.components).length > 0) {
    report(['components'], 'Azure DevOps has no components', 'Use labels, which become tags, or "area".', {
      at: 'key',
      judged,
    })
  }
  if (kind === 'azure' && Object.keys(rule.transition).length > 0) {
    report(['transition'], 'only Jira asks for fields on a transition', 'Use "fields".', { at: 'key', judged })
  }
  if (kind === 'jira' && valueAt(written, ['area']) !== undefined) {
    report(['area'], 'only Azure DevOps has area paths', 'Use "components" or "fields".', { at: 'key', judged })
  }
  if (kind === 'jira' && rule.project !== undefined && /[a-z]/.test(rule.project)) {
    report(
      ['project'],
      `"${rule.project}" does not look like the key of a Jira project`,
      'Use the key, not the name.',
      { severity: 'warning', judged },
    )
  }
}

function checkWhen({ labels, without }: When, report: Report): void {
  if (labels === undefined || without === undefined) return
  const both = fold(labels).filter((label) => fold(without).includes(label))
  if (both.length < labels.length) return
  report(
    ['when', 'without'],
    'no issue can match: every label of "labels" is excluded here',
    'Remove it from one of the two.',
  )
}

// Every route is compared with those before it; a hostile file shall not keep the machine busy.
const MOST_COMPARED = 200

/** Of the routes to one tracker the first that matches wins, so a later one must want something that it leaves. */
function checkEarlier(
  rule: RouteRule,
  index: number,
  routes: readonly (RoutePart | undefined)[],
  findings: Finding[],
): void {
  const earlier = routes
    .slice(0, Math.min(index, MOST_COMPARED))
    .findIndex((route) => route !== undefined && takesFirst(route.rule, rule))
  const first = routes[earlier]?.rule
  if (first === undefined) return
  const path = ['routes', index]
  const judged: Path[] = [path, ['routes', earlier, 'when']]
  const where = printPath(['routes', earlier])
  if (isDeepStrictEqual(first, rule)) {
    findings.push({
      severity: 'error',
      path,
      judged,
      message: `this repeats ${where}`,
      remedy: 'Remove one of the two.',
    })
    return
  }
  if (rule.from !== undefined) return
  findings.push({
    severity: 'error',
    path,
    judged: [['routes', index, 'when'], ...judged.slice(1)],
    message: `no issue ever comes here: ${where} takes them all`,
    remedy: `The routes to ${rule.to} are tried in order. Move this one up, or narrow the "when" of ${where}.`,
  })
}

/** Whether the earlier route makes a ticket of every issue that the later one would make one of. */
const takesFirst = (earlier: RouteRule, later: RouteRule): boolean =>
  earlier.to === later.to &&
  (isDeepStrictEqual(earlier, later) || (earlier.create !== 'to-github' && earlier.create !== 'off')) &&
  covers(earlier.when, later.when)

/** Whether every issue that matches `narrow` matches `wide` too. */
function covers(wide: When, narrow: When): boolean {
  const lists = ['labels', 'types', 'milestones', 'assignees', 'authors'] as const
  const excluded = fold(narrow.without ?? [])
  return (
    lists.every((list) => isWithin(narrow[list], wide[list])) &&
    fold(wide.without ?? []).every((label) => excluded.includes(label)) &&
    (wide.since === undefined || (narrow.since !== undefined && narrow.since >= wide.since)) &&
    (wide.state === 'any' || narrow.state === 'open')
  )
}

function isWithin(narrow: readonly string[] | undefined, wide: readonly string[] | undefined): boolean {
  if (wide === undefined) return true
  const allowed = fold(wide)
  return narrow !== undefined && fold(narrow).every((name) => allowed.includes(name))
}

/** GitHub compares labels, types and logins without letter case. */
const fold = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())
