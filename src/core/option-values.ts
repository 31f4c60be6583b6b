import type { Direction, RouteRule, StatusMap } from '../config/schema.ts'
import { BY_CATEGORY, directionFields, isProject, lacksMap, routesOf } from './options.ts'
import type { Option, OptionScene } from './options.ts'

/** A state, or one per type. */
type StateTarget = NonNullable<StatusMap['open']>

export type StateMapping = Readonly<Record<string, { readonly closed: StateTarget; readonly open: StateTarget }>>

/** One place of the configuration and what shall stand there; `undefined` takes it away. */
export interface ConfigEdit {
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

export interface OptionProblem {
  readonly option: string
  readonly message: string
}

export const goesOut = (direction: Direction): boolean => direction === 'both' || direction === 'to-tracker'
export const comesIn = (direction: Direction): boolean => direction === 'both' || direction === 'to-github'

const toDirection = (out: boolean, back: boolean): Direction =>
  out ? (back ? 'both' : 'to-tracker') : back ? 'to-github' : 'off'

/** What is set now; `null` where the routes of the connection differ. */
export function readOptionValues(scene: OptionScene): Readonly<Record<string, unknown>> {
  const rules = routesOf(scene).map(({ rule }) => rule)
  const shared = (read: (rule: RouteRule) => unknown): unknown => {
    const [first, ...others] = rules.map(read)
    return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? (first ?? null) : null
  }
  const mapping: Record<string, unknown> = {}
  for (const rule of rules) {
    if (!goesOut(rule.sync.status)) continue
    const { open = BY_CATEGORY, closed = BY_CATEGORY } = rule.status
    mapping[projectKey(scene, rule)] ??= { closed, open }
  }
  return {
    status_to_tracker: mapping,
    assignee_to_tracker: shared(({ sync }) => goesOut(sync.assignee)),
    comments: shared(({ sync }) => sync.comments),
    status_to_github: shared(({ sync }) => comesIn(sync.status)),
    assignee_to_github: shared(({ sync }) => comesIn(sync.assignee)),
    ...Object.fromEntries(directionFields.slice(1).map(([field]) => [field, shared(({ sync }) => sync[field])])),
    labels_exclude: shared(({ labels }) => labels.exclude.join(', ')),
    conflict: shared(({ conflict }) => (typeof conflict === 'string' ? conflict : null)),
  }
}

function projectKey({ catalog, project }: OptionScene, rule: RouteRule): string {
  const name = rule.project ?? project
  return catalog.projects.find((one) => isProject(one, name))?.id ?? name
}

export type OptionPlan =
  | { readonly edits: readonly ConfigEdit[]; readonly problems?: never }
  | { readonly problems: readonly OptionProblem[]; readonly edits?: never }

/**
 * What these values change in the file. The mapping is replaced as a whole, every other option only where it is
 * named. One wrong value, and nothing is changed.
 */
export function planOptions(
  scene: OptionScene,
  options: readonly Option[],
  values: Readonly<Record<string, unknown>>,
): OptionPlan {
  const problems = Object.entries(values).flatMap(([name, value]) => judge(scene, options, { name, value }))
  if (problems.length > 0) return { problems }
  return { edits: routesOf(scene).flatMap(({ rule, index }) => editRoute(scene, { rule, index }, values)) }
}

interface Given {
  readonly name: string
  readonly value: unknown
}

function judge(scene: OptionScene, options: readonly Option[], { name, value }: Given): readonly OptionProblem[] {
  const problem = (message: string): readonly OptionProblem[] => [{ option: name, message }]
  const option = options.find((one) => one.name === name)
  if (option === undefined) return problem(`There is no option "${name}".`)
  const clears = option.type === 'mapper' && isRecord(value) && Object.keys(value).length === 0
  if (option.disabled && !(clears && scene.barred === null)) {
    return problem(`${option.label} cannot be set now: ${option.disabledReason}`)
  }
  switch (option.type) {
    case 'boolean':
      return typeof value === 'boolean' ? [] : problem('Expected true or false.')
    case 'choice':
      return option.choices.some((choice) => choice.value === value)
        ? []
        : problem(`Expected one of ${option.choices.map((choice) => choice.value).join(', ')}.`)
    case 'list':
      return readTextList(value) === undefined ? problem('Expected text, or a list of texts.') : []
    case 'mapper':
      return judgeMapping(scene, value).map((message) => ({ option: name, message }))
  }
}

function judgeMapping(scene: OptionScene, value: unknown): readonly string[] {
  if (!isRecord(value)) return ['Expected a mapping: project to { closed, open }.']
  return Object.entries(value).flatMap(([project, entry]) => {
    const known = scene.catalog.projects.find((one) => isProject(one, project))
    const { open, closed } = isRecord(entry) ? entry : {}
    if (!isTarget(open) || !isTarget(closed)) {
      return [`Both states of ${known?.name ?? project} are required: for a closed issue and for a reopened one.`]
    }
    if (known === undefined) return [`The tracker has no project "${project}".`]
    if (known.failure !== null) return [`The states of ${known.name} could not be read: ${known.failure}`]
    if (!routesOf(scene).some(({ rule }) => isProject(known, rule.project ?? scene.project))) {
      return [`No route leads to ${known.name}: add one with "project: ${known.key}".`]
    }
    if (open !== BY_CATEGORY && JSON.stringify(open) === JSON.stringify(closed))
      return [`${known.name}: a state cannot be open and closed.`]
    const unknown = [...statesOf(open), ...statesOf(closed)].find(
      (name) => !known.states.some((state) => state.toLowerCase() === name.toLowerCase()),
    )
    return unknown === undefined
      ? []
      : [`${known.name} has no state "${unknown}"; it has ${known.states.toSorted().join(', ')}.`]
  })
}

const statesOf = (target: StateTarget): readonly string[] => {
  if (target === BY_CATEGORY) return []
  return typeof target === 'string' ? [target] : Object.values(target)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isState = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''

const isTarget = (value: unknown): value is StateTarget =>
  isState(value) || (isRecord(value) && Object.keys(value).length > 0 && Object.values(value).every(isState))

/** `undefined` when it is neither text nor a list of texts. */
export function readTextList(value: unknown): readonly string[] | undefined {
  const parts: readonly unknown[] =
    typeof value === 'string' ? value.split(/[,\n\r]/) : Array.isArray(value) ? value : [0]
  if (!parts.every((part) => typeof part === 'string')) return undefined
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

interface PlacedRule {
  readonly rule: RouteRule
  readonly index: number
}

function editRoute(scene: OptionScene, { rule, index }: PlacedRule, values: Readonly<Record<string, unknown>>) {
  const edits: ConfigEdit[] = []
  const set = (path: readonly string[], before: unknown, value: unknown) => {
    if (JSON.stringify(before) !== JSON.stringify(value)) edits.push({ path: ['routes', index, ...path], value })
  }
  const mapping = values['status_to_tracker'] as StateMapping | undefined
  const entry = mapping === undefined ? undefined : findEntry(scene, rule, mapping)
  if (mapping !== undefined) {
    const { open, closed } = entry ?? {}
    set(['status', 'open'], rule.status.open, open === BY_CATEGORY ? undefined : open)
    set(['status', 'closed'], rule.status.closed, closed === BY_CATEGORY ? undefined : closed)
  }
  const statusOut = mapping === undefined ? goesOut(rule.sync.status) : entry !== undefined
  const flag = (name: string, before: boolean): boolean => (values[name] as boolean | undefined) ?? before
  const status = toDirection(statusOut, flag('status_to_github', comesIn(rule.sync.status)))
  const assignee = toDirection(
    flag('assignee_to_tracker', goesOut(rule.sync.assignee)),
    flag('assignee_to_github', comesIn(rule.sync.assignee)),
  )
  set(['sync', 'status'], rule.sync.status, status)
  set(['sync', 'assignee'], rule.sync.assignee, assignee)
  for (const [field] of directionFields) {
    if (values[field] !== undefined && !lacksMap(rule, field)) set(['sync', field], rule.sync[field], values[field])
  }
  const exclude = values['labels_exclude']
  if (exclude !== undefined) {
    const list = readTextList(exclude) ?? []
    set(
      ['labels', 'exclude'],
      rule.labels.exclude,
      list.length === 0 && rule.labels.exclude.length > 0 ? undefined : list,
    )
  }
  if (values['conflict'] !== undefined) set(['conflict'], rule.conflict, values['conflict'])
  return edits
}

function findEntry(scene: OptionScene, rule: RouteRule, mapping: StateMapping) {
  const name = rule.project ?? scene.project
  const known = scene.catalog.projects.find((one) => isProject(one, name))
  return Object.entries(mapping).find(([key]) =>
    known === undefined ? key.toLowerCase() === name.toLowerCase() : isProject(known, key),
  )?.[1]
}
