import type { RouteRule } from '../config/schema.ts'
import { nameInTracker } from '../core/fields/sets.ts'
import type { Places, RepositoryFacts, TypeForm } from '../core/inspection.ts'
import { goesOut } from '../core/option-values.ts'
import type { Project, TicketType, Tracker, TrackerTraits } from '../core/ports.ts'
import { listNames, sameName } from './check.ts'
import type { Notes } from './check.ts'
import { examineFields } from './fields.ts'
import { examineStates } from './states.ts'

/** One route against the server that it leads to. */
export interface RouteScene {
  readonly rule: RouteRule
  /** `routes[0]`. */
  readonly path: string
  readonly tracker: Tracker
  readonly project: Project
  readonly traits: TrackerTraits
  readonly repository: RepositoryFacts | undefined
}

export async function examineRoute(scene: RouteScene, notes: Notes): Promise<void> {
  const { tracker, project, path } = scene
  examineLabels(scene, notes)
  const all = await notes.attempt(path, () => tracker.readTypes(project.key))
  if (all === undefined) return
  const types = chooseTypes(scene, all, notes)
  await examineStates(scene, { all, types }, notes)
  const { inspector } = tracker
  await examineQuery(scene, notes)
  if (inspector === undefined) return
  const places = await notes.attempt(path, () => inspector.readPlaces(project.key))
  if (places !== undefined) examinePlaces(scene, places, notes)
  for (const type of types) {
    const form = await notes.attempt(`${path}.type`, () => inspector.readForm(project.key, type.name))
    if (form === undefined) continue
    examineFields(scene, { type, form }, notes)
    examineScales(scene, { type, form }, notes)
  }
}

/** The types that this route makes. */
function chooseTypes({ rule, path, project }: RouteScene, all: readonly TicketType[], notes: Notes) {
  const subject = `${path}.type`
  const names = listNames(all.map(({ name }) => name))
  const wanted = Object.values(rule.type)
  if (rule.type['default'] === undefined) {
    const task = all.find(({ name }) => sameName(name, 'Task'))
    if (task === undefined && rule.create !== 'off' && rule.create !== 'to-github') {
      const remedy = `Add "type: { default: … }" with one of ${names}.`
      notes.fail(subject, 'The route does not say which type a new ticket has, and there is no Task.', remedy)
    }
    if (task !== undefined) wanted.push(task.name)
  }
  for (const name of wanted.filter((one) => !all.some((type) => sameName(type.name, one)))) {
    notes.fail(subject, `The project ${project.key} has no type "${name}".`, `Use one of ${names}.`)
  }
  const found = all.filter(({ name }) => wanted.some((one) => sameName(one, name)))
  if (found.length > 0) notes.ok(subject, `${listNames(found.map(({ name }) => name))}: there.`)
  return found
}

function examineLabels({ rule, path, traits }: RouteScene, notes: Notes): void {
  for (const label of Object.keys(rule.labels.map)) {
    const said = rule.labels.map[label] ?? ''
    const name = nameInTracker(rule, traits, label)
    if (name === said && !traits.labelForbids.test(said)) continue
    notes.fail(
      `${path}.labels.map`,
      `"${said}" cannot be a label in ${traits.product}.`,
      'Leave out the characters that it does not allow there.',
    )
  }
  const wanted = rule.from?.label
  if (wanted !== undefined && traits.labelForbids.test(wanted)) {
    notes.fail(
      `${path}.from.label`,
      `No ticket of ${traits.product} can have the label "${wanted}".`,
      'Name a label that can exist there.',
    )
  }
}

async function examineQuery({ rule, path, tracker, project }: RouteScene, notes: Notes): Promise<void> {
  const query = rule.from?.query
  // Some key has to be asked about; whether there is such a ticket does not matter.
  const [key] = tracker.findKeys(`AB#1 ${project.key}-1`)
  if (query === undefined || key === undefined) return
  const filter = { project: project.key, query, label: null }
  const ask = () => tracker.filterTickets([key], filter)
  const answer = await notes.attempt(`${path}.from.query`, ask, 'Correct the query, and try it in the tracker itself.')
  if (answer !== undefined) notes.ok(`${path}.from.query`, 'The server understands the query.')
}

function examinePlaces({ rule, path, project, repository }: RouteScene, places: Places, notes: Notes): void {
  const { milestones, areas, components } = places
  const isPlace = (known: readonly string[], wanted: string): boolean => {
    const plain = (name: string) => name.replaceAll('/', '\\').replace(/^\\+/, '').toLowerCase()
    const below = `${plain(project.key)}\\${plain(wanted)}`
    return known.some((name) => plain(name) === plain(wanted) || plain(name) === below)
  }
  for (const [milestone, place] of Object.entries(rule.milestone)) {
    if (isPlace(milestones, place)) continue
    const remedy = `Use one of ${listNames(milestones)}, or create it there.`
    notes.fail(`${path}.milestone`, `"${place}" (for ${milestone}) is not there in ${project.key}.`, remedy)
  }
  if (goesOut(rule.sync.milestone)) {
    const lost = (repository?.milestones ?? []).filter((title) => !isPlace(milestones, rule.milestone[title] ?? title))
    if (lost.length > 0) {
      notes.warn(
        `${path}.milestone`,
        `Nothing in ${project.key} corresponds to ${listNames(lost)}.`,
        'Name the counterparts under "milestone" of the route, or create them.',
      )
    }
  }
  if (rule.area !== undefined && (areas === null || !isPlace(areas, rule.area))) {
    notes.fail(
      `${path}.area`,
      `There is no area "${rule.area}" in ${project.key}.`,
      `Use one of ${listNames(areas ?? [])}.`,
    )
  }
  for (const component of Object.values(rule.components)) {
    if (components?.some((name) => sameName(name, component)) === true) continue
    const remedy = `Use one of ${listNames(components ?? [])}, or create it there.`
    notes.fail(`${path}.components`, `There is no component "${component}" in ${project.key}.`, remedy)
  }
}

/** Priority and estimate, which are values of a scale. */
function examineScales(
  { rule, path }: RouteScene,
  { type, form }: { readonly type: TicketType; readonly form: TypeForm },
  notes: Notes,
): void {
  const { priorities, hasEstimate } = form
  for (const value of Object.values(rule.priority).map(String)) {
    if (priorities === null) {
      notes.fail(
        `${path}.priority`,
        `The type ${type.name} shows no priority.`,
        'Remove "priority" from the route, or put the field on the form.',
      )
    } else if (priorities.length > 0 && !priorities.some((name) => sameName(name, value))) {
      notes.fail(
        `${path}.priority`,
        `The type ${type.name} has no priority "${value}".`,
        `Use one of ${listNames(priorities)}.`,
      )
    }
  }
  if (Object.keys(rule.estimate).length > 0 && !hasEstimate) {
    notes.fail(
      `${path}.estimate`,
      `The type ${type.name} has no field for an estimate.`,
      'Remove "estimate" from the route, or add the field to the type.',
    )
  }
}
