import type { Direction, RouteRule } from '../../config/schema.ts'
import type { FieldChange, SetPatch } from '../change.ts'
import { matchesPattern } from '../route.ts'
import type { TrackerTraits } from '../ports.ts'
import { equalIgnoringCase } from './field.ts'
import type { IssueSide, Pair, TicketSide } from './field.ts'

/** What is known of a set on both sides: members by the key under which they are compared. */
export interface SetSides {
  readonly issue: ReadonlyMap<string, string>
  readonly ticket: ReadonlyMap<string, string>
}

export interface SetMerge {
  readonly toIssue: SetPatch
  readonly toTicket: SetPatch
}

interface Was {
  readonly issue: readonly string[]
  readonly ticket: readonly string[]
}

interface SetRules {
  readonly direction: Direction
  /** What the members were when last agreed; `null` for a pair that never agreed. */
  readonly was: Was | null
  /** Keys that Lockstep itself put on a side: the only ones it may take away. */
  readonly placed: Was
  /** The name a member gets on the other side. */
  nameOnTicket(key: string, label: string): string
  nameOnIssue(key: string, tag: string): string
}

/** Additions and removals of both sides meet; a set knows no conflicts. */
export function mergeSets(sides: SetSides, rules: SetRules): SetMerge {
  const { direction, was, placed } = rules
  const toTracker = direction === 'both' || direction === 'to-tracker'
  const toGitHub = direction === 'both' || direction === 'to-github'
  const result = {
    addIssue: [] as string[],
    removeIssue: [] as string[],
    addTicket: [] as string[],
    removeTicket: [] as string[],
  }
  for (const [key, label] of sides.issue) {
    if (sides.ticket.has(key)) continue
    const isNew = was === null || !was.issue.includes(key)
    const leftTicket = was?.ticket.includes(key) === true
    if (isNew && !leftTicket && toTracker) result.addTicket.push(rules.nameOnTicket(key, label))
    else if (leftTicket && toGitHub && placed.issue.includes(key)) result.removeIssue.push(label)
  }
  for (const [key, tag] of sides.ticket) {
    if (sides.issue.has(key)) continue
    const isNew = was === null || !was.ticket.includes(key)
    const leftIssue = was?.issue.includes(key) === true
    if (isNew && !leftIssue && toGitHub) result.addIssue.push(rules.nameOnIssue(key, tag))
    else if (leftIssue && toTracker && placed.ticket.includes(key)) result.removeTicket.push(tag)
  }
  return {
    toIssue: { add: result.addIssue, remove: result.removeIssue },
    toTicket: { add: result.addTicket, remove: result.removeTicket },
  }
}

/** Labels that stand for a value of another field do not travel as labels. */
function labelsWithMeaning(rule: RouteRule): readonly string[] {
  const custom = Object.values(rule.fields).flatMap((field) =>
    typeof field === 'object' && 'labels' in field ? Object.keys(field.labels) : [],
  )
  return [...Object.keys(rule.priority), ...Object.keys(rule.estimate), ...Object.keys(rule.components), ...custom]
}

export function travels(rule: RouteRule, label: string): boolean {
  const matches = (patterns: readonly string[]) => patterns.some((pattern) => matchesPattern(pattern, label))
  if (labelsWithMeaning(rule).some((own) => equalIgnoringCase(own, label))) return false
  return matches(rule.labels.include) && !matches(rule.labels.exclude)
}

/** A label under the name it has in the tracker. */
export function nameInTracker(rule: RouteRule, traits: TrackerTraits, label: string): string {
  const mapped = Object.entries(rule.labels.map).find(([name]) => equalIgnoringCase(name, label))?.[1]
  return (mapped ?? label).replaceAll(new RegExp(traits.labelForbids, 'g'), '-')
}

/** A tag under the name of the label that it stands for. */
export function nameOnGitHub(rule: RouteRule, tag: string): string {
  return Object.entries(rule.labels.map).find(([, name]) => equalIgnoringCase(name, tag))?.[0] ?? tag
}

const keyOf = (traits: TrackerTraits, tag: string): string => (traits.labelsIgnoreCase ? tag.toLowerCase() : tag)

export const setFields = ['labels', 'components'] as const
export type SetField = (typeof setFields)[number]

/** The members on the issue, by the key under which they are compared. */
export function readIssueSet(field: SetField, { rule, traits, issue }: IssueSide): ReadonlyMap<string, string> {
  if (field === 'labels') {
    const labels = issue.labels.filter((label) => travels(rule, label))
    return new Map(labels.map((label) => [keyOf(traits, nameInTracker(rule, traits, label)), label]))
  }
  const carried = Object.entries(rule.components).filter(([label]) =>
    issue.labels.some((own) => equalIgnoringCase(own, label)),
  )
  return new Map(carried.map(([label, component]) => [component.toLowerCase(), label]))
}

export function readTicketSet(field: SetField, { rule, traits, ticket }: TicketSide): ReadonlyMap<string, string> {
  if (field === 'labels') {
    const tags = ticket.labels.filter((tag) => travels(rule, nameOnGitHub(rule, tag)))
    return new Map(tags.map((tag) => [keyOf(traits, tag), tag]))
  }
  const known = Object.values(rule.components)
  const carried = ticket.components.filter((component) => known.some((name) => equalIgnoringCase(name, component)))
  return new Map(carried.map((component) => [component.toLowerCase(), component]))
}

const isStrings = (value: unknown): value is readonly string[] => Array.isArray(value)

export function planSet(field: SetField, pair: Pair): readonly FieldChange[] {
  const { rule, traits, base } = pair
  const wasIssue = base?.issue[field]
  const wasTicket = base?.ticket[field]
  const merge = mergeSets(
    { issue: readIssueSet(field, pair), ticket: readTicketSet(field, pair) },
    {
      direction: rule.sync[field],
      was: isStrings(wasIssue) && isStrings(wasTicket) ? { issue: wasIssue, ticket: wasTicket } : null,
      placed: { issue: placedOf(field, base?.placed.issue), ticket: placedOf(field, base?.placed.ticket) },
      nameOnTicket: (key, label) =>
        field === 'labels' ? nameInTracker(rule, traits, label) : (rule.components[label] ?? key),
      nameOnIssue: (key, name) =>
        field === 'labels'
          ? nameOnGitHub(rule, name)
          : (Object.entries(rule.components).find(([, mapped]) => mapped.toLowerCase() === key)?.[0] ?? name),
    },
  )
  const changes: FieldChange[] = []
  const ticketNames = field === 'labels' ? pair.ticket.labels : pair.ticket.components
  if (touches(merge.toTicket)) {
    const after = applySet(ticketNames, merge.toTicket)
    const patch = field === 'labels' ? { labels: merge.toTicket } : { components: merge.toTicket }
    changes.push({ kind: 'field', side: 'tracker', field, before: ticketNames, after, why: 'changed on GitHub', patch })
  }
  if (touches(merge.toIssue)) {
    const after = applySet(pair.issue.labels, merge.toIssue)
    const patch = { labels: merge.toIssue }
    const before = pair.issue.labels
    changes.push({ kind: 'field', side: 'github', field, before, after, why: 'changed in the tracker', patch })
  }
  return changes
}

const touches = (patch: SetPatch): boolean => patch.add.length > 0 || patch.remove.length > 0

/** A set after a patch, in the old order, additions last. */
export function applySet(names: readonly string[], patch: SetPatch): readonly string[] {
  const kept = names.filter((name) => !patch.remove.some((gone) => equalIgnoringCase(gone, name)))
  const after = [...kept]
  for (const name of patch.add) if (!after.some((own) => equalIgnoringCase(own, name))) after.push(name)
  return after
}

/** What a change puts on its side, in the form in which the base remembers it as placed. */
export function placedBy(change: FieldChange, { rule, traits }: Pick<Pair, 'rule' | 'traits'>): readonly string[] {
  const { field, patch } = change
  if (field === 'components') {
    const added = 'components' in patch ? (patch.components?.add ?? []) : componentsFor(rule, patch.labels?.add ?? [])
    return added.map((name) => placedKey(field, name.toLowerCase()))
  }
  if (field !== 'labels') return []
  const names = patch.labels?.add ?? []
  const onTicket = change.side === 'tracker' ? names : names.map((label) => nameInTracker(rule, traits, label))
  return onTicket.map((tag) => placedKey(field, keyOf(traits, tag)))
}

/** The components that these labels stand for. */
const componentsFor = ({ components }: RouteRule, labels: readonly string[]): readonly string[] =>
  Object.entries(components).flatMap(([label, component]) =>
    labels.some((own) => equalIgnoringCase(own, label)) ? [component] : [],
  )

/** Placed keys of both sets lie in one list, each under its field's name. */
export const placedKey = (field: SetField, key: string): string => `${field}/${key}`

const placedOf = (field: SetField, placed: readonly string[] | undefined): readonly string[] =>
  (placed ?? []).filter((entry) => entry.startsWith(`${field}/`)).map((entry) => entry.slice(field.length + 1))
