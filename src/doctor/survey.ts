import type { Starter, StarterPerson, StarterState, StarterValue } from '../config/starter.ts'
import type { RouteRule } from '../config/schema.ts'
import { LockstepError } from '../core/errors.ts'
import type { AssignablePerson, Move, TrackerInspector } from '../core/inspection.ts'
import type { RepoRef } from '../core/issue.ts'
import { isProject } from '../core/options.ts'
import type { IssueHost, People, Project, TicketType, Tracker } from '../core/ports.ts'
import { listNames, sameName } from './check.ts'
import { isFilledByIssue } from './fields.ts'
import { findWay } from './way.ts'

export interface SurveyInput {
  readonly tracker: Tracker
  readonly people: People
  readonly host: IssueHost
  readonly repo: RepoRef
  readonly project: string
  /** What travels unless the configuration says otherwise. */
  readonly sync: RouteRule['sync']
}

export type Survey = Omit<Starter, 'name' | 'connection' | 'token'>

/** Reads from the live servers what a first configuration needs, and chooses where there is a choice. */
export async function survey(input: SurveyInput): Promise<Survey> {
  const { tracker } = input
  const { inspector } = tracker
  const traits = await tracker.describe()
  const project = await findProject(tracker, input.project)
  const types = await tracker.readTypes(project.key)
  if (inspector === undefined || types.length === 0) {
    throw new LockstepError('not-found', `${project.key} shows this account no ticket types.`, {
      remedy: 'Give the account access to the project, and start again.',
    })
  }
  const typeMap = chooseTypes(types)
  const used = types.filter(({ name }) => Object.values(typeMap).includes(name))
  const flows = await Promise.all(used.map((type) => chooseFlow(inspector, project, type)))
  const fallback = typeMap['default'] ?? ''
  const [places, form] = await Promise.all([
    inspector.readPlaces(project.key),
    inspector.readForm(project.key, fallback),
  ])
  return {
    product: traits.product,
    types: types.map(({ name, states }) => ({ name, states: states.map((state) => state.name) })),
    typeMap,
    open: joinStates(flows.map(({ type, open }) => [type, open])),
    closed: joinStates(flows.map(({ type, closed }) => [type, closed])),
    transition: distinct(flows.flatMap(({ needs }) => needs)),
    fields: distinct(used.flatMap((type) => requiredOf(type, input.sync))),
    priorities: form.priorities ?? [],
    milestones: places.milestones,
    ...(await choosePeople(input, project)),
  }
}

async function findProject(tracker: Tracker, wanted: string): Promise<Project> {
  const all = await tracker.readProjects()
  const found = all.find((one) => isProject(one, wanted))
  if (found !== undefined) return found
  throw new LockstepError('not-found', `The account sees no project "${wanted}".`, {
    remedy: all.length === 0 ? 'Give it access to a project.' : `Name one of ${listNames(all.map(({ key }) => key))}.`,
  })
}

/** What people file as issues: a task, where there is one, and the types that everybody knows by name. */
function chooseTypes(types: readonly TicketType[]): Readonly<Record<string, string>> {
  const pick = (...names: readonly string[]): string | undefined =>
    names.flatMap((name) => types.find((type) => sameName(type.name, name))?.name ?? [])[0]
  const bug = pick('Bug')
  const story = pick('User Story', 'Product Backlog Item', 'Requirement', 'Story')
  // A process with neither calls its backlog items issues.
  const usual = (bug ?? story) === undefined ? pick('Issue', 'Task') : pick('Task', 'Issue')
  return {
    default: usual ?? types[0]?.name ?? '',
    ...(bug === undefined ? {} : { bug }),
    ...(story === undefined ? {} : { enhancement: story, feature: story }),
  }
}

interface Flow {
  readonly type: string
  readonly open: string
  readonly closed: string
  readonly needs: readonly StarterValue[]
}

const OPEN_NAMES = ['To Do', 'New', 'Open', 'Backlog', 'Proposed']
const CLOSED_NAMES = ['Done', 'Closed', 'Completed', 'Released', 'Resolved']

/** Where tickets of a type begin and where they end, and what the workflow asks for in between. */
async function chooseFlow(inspector: TrackerInspector, project: Project, type: TicketType): Promise<Flow> {
  const moves = await inspector.readMoves(project.key, type.name)
  const { states } = type
  const fresh = states.filter(({ category }) => category === 'new')
  const begin = moves.get('')?.[0]?.to
  const open =
    begin ?? preferred(fresh.length > 0 ? fresh.map(({ name }) => name) : states.map(({ name }) => name), OPEN_NAMES)
  const done = states.filter(({ category }) => category === 'done')
  const settled = done.filter(({ resolved }) => resolved !== true)
  const ends = (settled.length > 0 ? settled : done).map(({ name }) => name)
  const walks = inspector.walks
  const reached = ends.filter((end) => findWay({ moves, walks, given: {} }, open, end).kind !== 'none')
  const closed = preferred(
    reached.length > 0 ? reached : ends.length > 0 ? ends : [states.at(-1)?.name ?? ''],
    CLOSED_NAMES,
  )
  const needs: StarterValue[] = []
  for (const [from, to] of [
    [open, closed],
    [closed, open],
  ] as const) {
    const given = Object.fromEntries(needs.map(({ name, value }) => [name, value]))
    const way = findWay({ moves, walks, given }, from, to)
    if (way.kind === 'barred') needs.push(...way.needs.map(fillNeed))
  }
  return { type: type.name, open, closed, needs: distinct(needs) }
}

const preferred = (names: readonly string[], order: readonly string[]): string =>
  order.flatMap((wanted) => names.find((name) => sameName(name, wanted)) ?? [])[0] ?? names[0] ?? ''

const USUAL_VALUES = ['Done', 'Fixed', 'Completed']

const fillNeed = ({ name, allowed }: Move['needs'][number]): StarterValue => {
  const usual = USUAL_VALUES.flatMap((wanted) => allowed.find((one) => sameName(one, wanted)) ?? [])[0]
  return { name, allowed, value: usual ?? allowed[0] ?? 'Closed on GitHub' }
}

const requiredOf = (type: TicketType, sync: RouteRule['sync']): readonly StarterValue[] =>
  type.required
    .filter(({ field }) => !isFilledByIssue(field, sync))
    .map(({ field, name, allowed }) => ({
      name: name === '' ? field : nameFor(field, name),
      allowed,
      value: allowed[0] ?? null,
    }))

/** Reference names say more than labels; numbers of custom fields say nothing. */
const nameFor = (field: string, name: string): string => (field.includes('.') ? field : name)

const distinct = (values: readonly StarterValue[]): readonly StarterValue[] => [
  ...new Map(values.map((value) => [value.name.toLowerCase(), value])).values(),
]

function joinStates(states: readonly (readonly [type: string, state: string])[]): StarterState {
  const [first] = states
  if (first !== undefined && states.every(([, state]) => state === first[1])) return first[1]
  return Object.fromEntries(states)
}

type FoundPeople = Pick<Survey, 'people' | 'guesses' | 'known' | 'strangers'>

async function choosePeople(input: SurveyInput, project: Project): Promise<FoundPeople> {
  const assignable = (await input.host.inspector?.readAssignable(input.repo)) ?? []
  const found = await Promise.all(assignable.map((person) => findPerson(input, project, person)))
  const peopleOf = (kind: FoundPerson['kind']) =>
    found.flatMap(({ kind: own, login, name, email }) => (own === kind ? { login, name, email } : []))
  const loginsOf = (kind: FoundPerson['kind']) => found.flatMap((one) => (one.kind === kind ? one.login : []))
  return {
    people: peopleOf('public'),
    guesses: peopleOf('namesake'),
    known: loginsOf('private'),
    strangers: loginsOf('stranger'),
  }
}

interface FoundPerson extends StarterPerson {
  /** What they were found by. */
  readonly kind: 'public' | 'private' | 'namesake' | 'stranger'
}

async function findPerson(
  { tracker, people }: SurveyInput,
  { key }: Project,
  { login, name, email }: AssignablePerson,
): Promise<FoundPerson> {
  const scope = { project: key, ticket: null }
  if (email !== null) {
    const { exact } = await tracker.people.findByEmail([email], scope)
    const [account] = exact
    if (account !== undefined && exact.length === 1) {
      return { kind: 'public', login, name: account.name, email: email.toLowerCase() }
    }
  }
  const match = await people.findAccount(login, tracker.connection, scope)
  if (match.kind === 'matched') return { kind: 'private', login, name: match.found.name, email: '' }
  const stranger: FoundPerson = { kind: 'stranger', login, name: name ?? '', email: '' }
  if (name === null) return stranger
  const namesakes = (await tracker.people.search(name, scope)).filter(
    (account) => account.active && account.human && sameName(account.name, name),
  )
  const [account] = namesakes
  const address = account?.emails[0]
  if (account === undefined || address === undefined || namesakes.length > 1) return stranger
  return { kind: 'namesake', login, name: account.name, email: address }
}
