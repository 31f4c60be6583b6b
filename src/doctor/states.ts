import type { StatusMap } from '../config/schema.ts'
import { chooseState } from '../core/fields/status.ts'
import type { Aim } from '../core/fields/status.ts'
import type { Move } from '../core/inspection.ts'
import { goesOut } from '../core/option-values.ts'
import type { TicketType } from '../core/ports.ts'
import type { Status } from '../core/ticket.ts'
import { listNames, sameName } from './check.ts'
import type { Notes } from './check.ts'
import type { RouteScene } from './route.ts'
import { findWay } from './way.ts'
import type { Workflow } from './way.ts'

interface Types {
  readonly all: readonly TicketType[]
  /** Those that the route makes. */
  readonly types: readonly TicketType[]
}

/** The states that the map names or the categories give, and whether tickets get there. */
export async function examineStates(scene: RouteScene, { all, types }: Types, notes: Notes): Promise<void> {
  const { rule, path, tracker, project } = scene
  if (rule.sync.status === 'off') return
  examineMap(scene, all, notes)
  if (!goesOut(rule.sync.status)) return
  for (const type of types) {
    const open = chooseTarget(scene, type, 'open', notes)
    const closed = chooseTarget(scene, type, 'completed', notes)
    const assigned = rule.status.assigned === undefined ? undefined : chooseTarget(scene, type, 'assigned', notes)
    if (rule.status.not_planned !== undefined) chooseTarget(scene, type, 'not_planned', notes)
    if (rule.status.duplicate !== undefined) chooseTarget(scene, type, 'duplicate', notes)
    const { inspector } = tracker
    if (open === undefined || closed === undefined || inspector === undefined) continue
    const moves = await notes.attempt(`${path}.status`, () => inspector.readMoves(project.key, type.name))
    if (moves === undefined) continue
    const workflow = { moves, walks: inspector.walks, given: rule.transition }
    judgeWays(scene, { type, open, closed, workflow }, notes)
    if (assigned !== undefined) judgeAssigned(scene, { type, open, assigned, workflow }, notes)
  }
}

const KEYS: Readonly<Record<Aim, string>> = {
  open: 'open',
  assigned: 'assigned',
  completed: 'closed',
  not_planned: 'not_planned',
  duplicate: 'duplicate',
}

function chooseTarget(
  { rule, traits, path }: RouteScene,
  { name, states }: TicketType,
  aim: Aim,
  notes: Notes,
): Status | undefined {
  const target = chooseState({ rule, states, traits }, aim, name)
  if ('status' in target) return target.status
  const remedy = `Correct "status.${KEYS[aim]}" of the route.`
  notes.fail(`${path}.status.${KEYS[aim]}`, target.missing, remedy)
  return undefined
}

/** Names in the map that no type of the project knows. */
function examineMap({ rule, path, project }: RouteScene, all: readonly TicketType[], notes: Notes): void {
  const states = [...new Set(all.flatMap((type) => type.states.map(({ name }) => name)))]
  for (const name of Object.keys(rule.status.from)) {
    if (states.some((state) => sameName(state, name))) continue
    notes.fail(`${path}.status.from`, `${project.key} has no state "${name}".`, `Use some of ${listNames(states)}.`)
  }
  for (const side of ['open', 'assigned', 'closed', 'not_planned', 'duplicate'] as const) {
    for (const name of typesOf(rule.status[side])) {
      if (name === 'default' || all.some((type) => sameName(type.name, name))) continue
      const remedy = `Use some of ${listNames(all.map((type) => type.name))}.`
      notes.fail(`${path}.status.${side}`, `${project.key} has no type "${name}".`, remedy)
    }
  }
}

const typesOf = (target: StatusMap['open']): readonly string[] =>
  typeof target === 'object' ? Object.keys(target) : []

interface Ends {
  readonly type: TicketType
  readonly open: Status
  readonly closed: Status
  readonly workflow: Workflow
}

function judgeWays({ path }: RouteScene, { type, open, closed, workflow }: Ends, notes: Notes): void {
  const close = findWay(workflow, open.name, closed.name)
  const reopen = findWay(workflow, closed.name, open.name)
  const there = `${type.name} gets from "${open.name}" to "${closed.name}"`
  const subject = `${path}.status.closed`
  switch (close.kind) {
    case 'found':
      notes.ok(subject, `${there}.`)
      break
    case 'unknown':
      notes.ok(subject, `${there} as far as can be seen: no ticket stands in "${close.at}" to show what follows.`)
      break
    case 'barred':
      notes.fail(
        `${path}.transition`,
        `On the way from "${open.name}" to "${closed.name}" the type ${type.name} needs ${listNeeds(close.needs)}.`,
        explainNeeds(close.needs),
      )
      break
    case 'none':
      notes.fail(
        subject,
        `${type.name} cannot get from "${open.name}" to "${closed.name}".`,
        explainWays(workflow, open.name),
      )
  }
  const begin = workflow.moves.get('')?.[0]?.to
  if (begin !== undefined && findWay(workflow, begin, open.name).kind === 'none') {
    notes.fail(
      `${path}.status.open`,
      `A new ticket of the type ${type.name} begins in "${begin}" and cannot get to "${open.name}".`,
      explainWays(workflow, begin),
    )
  }
  const stuck = type.states.filter(
    ({ name, category }) =>
      (category === 'new' || category === 'active') &&
      !sameName(name, open.name) &&
      findWay(workflow, name, closed.name).kind === 'none',
  )
  if (stuck.length > 0 && close.kind !== 'none') {
    notes.warn(
      subject,
      `${type.name} in ${listNames(stuck.map(({ name }) => name))} cannot get to "${closed.name}".`,
      'Its issue can be closed, and the ticket stays; let the workflow allow the move.',
    )
  }
  if (reopen.kind === 'none') {
    notes.warn(
      `${path}.status.open`,
      `${type.name} cannot get back from "${closed.name}" to "${open.name}": a reopened issue leaves its ticket closed.`,
      explainWays(workflow, closed.name),
    )
  }
}

function judgeAssigned(
  { path }: RouteScene,
  { type, open, assigned, workflow }: Omit<Ends, 'closed'> & { readonly assigned: Status },
  notes: Notes,
): void {
  for (const [from, to] of [
    [open.name, assigned.name],
    [assigned.name, open.name],
  ] as const) {
    const way = findWay(workflow, from, to)
    if (way.kind !== 'none' && way.kind !== 'barred') continue
    const message = `${type.name} cannot get from "${from}" to "${to}": the ticket does not follow who is assigned.`
    const remedy = way.kind === 'none' ? explainWays(workflow, from) : explainNeeds(way.needs)
    notes.warn(`${path}.status.assigned`, message, remedy)
  }
}

const listNeeds = (needs: Move['needs']): string => listNames(needs.map(({ name }) => name))

function explainNeeds(needs: Move['needs']): string {
  const choices = needs.flatMap(({ name, allowed }) =>
    allowed.length === 0 ? [] : [`${name} is one of ${listNames(allowed)}.`],
  )
  return [`Give ${listNeeds(needs)} under "transition" of the route.`, ...choices].join(' ')
}

function explainWays({ moves }: Workflow, from: string): string {
  const next = [...moves].find(([name]) => sameName(name, from))?.[1] ?? []
  const names = next.map(({ to }) => to).filter((to) => !sameName(to, from))
  const ways = names.length === 0 ? `Nothing follows "${from}".` : `From "${from}" it can go to ${listNames(names)}.`
  return `Choose another state under "status" of the route, or change the workflow. ${ways}`
}
