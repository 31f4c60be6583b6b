import type { Direction, RouteRule } from '../config/schema.ts'
import type { Project } from './ports.ts'

/** The sync options of a connection, as a form or a person needs them; in this order. */
export type Option = OptionHead & (Mapper | Toggle | Selection | TextList)

interface OptionHead {
  readonly name: string
  readonly label: string
  readonly help: string
  readonly disabled: boolean
  /** With the remedy. */
  readonly disabledReason: string | null
}

/** One row per project; in each column a state is chosen. */
export interface Mapper {
  readonly type: 'mapper'
  readonly rowLabel: string
  readonly addText: string
  readonly emptyText: string
  readonly noResultsText: string
  readonly rows: readonly MapperRow[]
  readonly columns: readonly MapperColumn[]
}

export interface Toggle {
  readonly type: 'boolean'
}

export interface Selection {
  readonly type: 'choice'
  readonly choices: readonly Choice[]
}

/** Texts in lines or with commas between them. */
export interface TextList {
  readonly type: 'list'
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface MapperRow {
  /** The id of the project. */
  readonly value: string
  readonly label: string
  readonly choices: readonly Choice[]
  readonly disabled: boolean
  readonly disabledReason: string | null
}

export interface MapperColumn {
  readonly name: 'closed' | 'open'
  readonly label: string
  readonly placeholder: string
  /** Of all projects together. */
  readonly choices: readonly Choice[]
}

/** What was read of the projects, with the failures. */
export interface ProjectCatalog {
  readonly projects: readonly ProjectStates[]
  /** Why there is no list of projects at all. */
  readonly failure: string | null
}

export interface ProjectStates extends Project {
  /** Of every type in use, each once. */
  readonly states: readonly string[]
  readonly failure: string | null
}

/** In place of a state: whatever the category of the states says. */
export const BY_CATEGORY = '*'

export const nothingRead: ProjectCatalog = { projects: [], failure: null }

export interface OptionScene {
  readonly connection: string
  /** The project of the connection; a route may name another. */
  readonly project: string
  /** Every route of the file: an edit names it by its place. */
  readonly routes: readonly RouteRule[]
  readonly catalog: ProjectCatalog
  /** Why nothing of this may be used. */
  readonly barred: string | null
}

export const directionChoices: readonly Choice[] = [
  { value: 'both', label: 'Both ways' },
  { value: 'to-tracker', label: 'Only to the tracker' },
  { value: 'to-github', label: 'Only to GitHub' },
  { value: 'off', label: 'Not at all' },
] satisfies readonly { value: Direction; label: string }[]

const conflictChoices: readonly Choice[] = [
  { value: 'newest', label: 'The later edit wins' },
  { value: 'github', label: 'GitHub wins' },
  { value: 'tracker', label: 'The tracker wins' },
  { value: 'ask', label: 'A comment asks a person' },
]

/** Fields whose option is the direction itself, in the order of the form. */
export const directionFields = [
  ['comments', 'Comments', 'Which way comments travel, with their author and a link back.'],
  ['title', 'Title', 'Which way edits of the title travel.'],
  ['body', 'Description', 'Which way edits of the description travel; only what was edited is written.'],
  ['labels', 'Labels', 'Which way labels and tags travel.'],
  ['type', 'Type', 'Whether a later change of the issue’s type or labels changes the type of the ticket.'],
  ['priority', 'Priority', 'Which way the priority travels, by the labels of the map.'],
  ['milestone', 'Milestone', 'Which way milestones travel, to iterations or fix versions.'],
  ['estimate', 'Estimate', 'Which way the estimate travels, by the labels of the map.'],
  ['fields', 'Further fields', 'Which way the fields of the route’s own map travel.'],
  ['components', 'Components', 'Which way Jira’s components travel, by the labels of the map.'],
  ['parent', 'Parent', 'Which way sub-issues and parent links travel.'],
] as const satisfies readonly (readonly [keyof RouteRule['sync'], string, string])[]

const mapped = ['priority', 'estimate', 'fields', 'components'] as const

/** These do nothing without a map of the route, and the configuration may not name their direction then. */
export const lacksMap = (rule: RouteRule, field: string): boolean => {
  const name = mapped.find((one) => one === field)
  return name !== undefined && Object.keys(rule[name]).length === 0
}

export const routesOf = ({ routes, connection }: Pick<OptionScene, 'routes' | 'connection'>) =>
  routes.map((rule, index) => ({ rule, index })).filter(({ rule }) => rule.to === connection)

/** What a connection offers. What cannot be used now is there too, with the reason. */
export function listOptions(scene: OptionScene): readonly Option[] {
  const own = routesOf(scene)
  const general =
    scene.barred ?? (own.length === 0 ? `No route leads to ${scene.connection}: add one to the configuration.` : null)
  const head = (name: string, [label, help]: readonly [string, string], reason: string | null = null): OptionHead => {
    const why = general ?? reason
    return { name, label, help, disabled: why !== null, disabledReason: why }
  }
  const direction = ([field, label, help]: (typeof directionFields)[number]): Option => {
    const reason = own.every(({ rule }) => lacksMap(rule, field))
      ? `No route has a map for it: add "${field}:" to the route.`
      : null
    return { ...head(field, [label, help], reason), type: 'choice', choices: directionChoices }
  }
  const [comments, ...others] = directionFields
  return [
    mapperOption(scene, head),
    { ...head('assignee_to_tracker', ASSIGNEE_OUT), type: 'boolean' },
    direction(comments),
    { ...head('status_to_github', STATUS_IN), type: 'boolean' },
    { ...head('assignee_to_github', ASSIGNEE_IN), type: 'boolean' },
    ...others.map(direction),
    { ...head('labels_exclude', LABELS_EXCLUDE), type: 'list' },
    { ...head('conflict', CONFLICT), type: 'choice', choices: conflictChoices },
  ]
}

const STATUS_OUT = [
  'Status to the tracker',
  'When an issue is closed or reopened, its ticket moves to the state that is chosen here for its project.',
] as const
const ASSIGNEE_OUT = ['Assignee to the tracker', 'Whoever is assigned to the issue is assigned to the ticket.'] as const
const STATUS_IN = [
  'Status to GitHub',
  'When a ticket is done or taken up again, its issue is closed or reopened.',
] as const
const ASSIGNEE_IN = ['Assignee to GitHub', 'Whoever is assigned to the ticket is assigned to the issue.'] as const
const LABELS_EXCLUDE = [
  'Labels that stay',
  'Labels that do not travel, one in a line or with commas between them.',
] as const
const CONFLICT = ['Conflicts', 'What happens when both sides changed the same field.'] as const

type Head = (name: string, texts: readonly [string, string], reason?: string | null) => OptionHead

function mapperOption({ catalog, connection, project, routes }: OptionScene, head: Head): Option {
  const { projects, failure } = catalog
  const routed = routesOf({ routes, connection }).map(({ rule }) => rule.project ?? project)
  const rows = projects.map((one): MapperRow => {
    const isRouted = routed.some((name) => isProject(one, name))
    const reason = one.failure ?? (isRouted ? null : `No route leads to it: add one with "project: ${one.key}".`)
    const { id: value, name: label } = one
    return { value, label, choices: choicesOf(one.states), disabled: reason !== null, disabledReason: reason }
  })
  const readable = projects.filter((one) => one.failure === null)
  const all = [
    { value: BY_CATEGORY, label: 'As its category says' },
    ...choicesOf(readable.flatMap(({ states }) => states)),
  ]
  const reason = failure ?? (projects.length > 0 && readable.length === 0 ? (projects[0]?.failure ?? null) : null)
  return {
    ...head('status_to_tracker', STATUS_OUT, reason),
    type: 'mapper',
    rowLabel: 'Project',
    addText: 'Add a project',
    emptyText: 'All projects are there.',
    noResultsText: 'No project of that name.',
    rows,
    columns: [
      { name: 'closed', label: 'When the issue is closed', placeholder: 'Choose a state', choices: all },
      { name: 'open', label: 'When the issue is reopened', placeholder: 'Choose a state', choices: all },
    ],
  }
}

function choicesOf(states: readonly string[]): readonly Choice[] {
  const distinct = new Map(states.map((name) => [name.toLowerCase(), name]))
  return [...distinct.values()].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).map(asChoice)
}

const asChoice = (name: string): Choice => ({ value: name, label: name })

/** By id, key or name: a configuration names it by its key, a form by its id. */
export const isProject = ({ id, key, name }: Project, wanted: string): boolean =>
  [id, key, name].some((one) => one.toLowerCase() === wanted.toLowerCase())
