import type { Status, StatusCategory } from '../../core/ticket.ts'

/** A step of a workflow that is open from some status. */
export interface Step {
  readonly id: string
  readonly name: string
  readonly to: Status
}

export interface Whereabouts<S extends Step> {
  readonly from: Status
  readonly target: Status
  /** The steps that the server offers now. */
  readonly open: readonly S[]
  /** Steps seen earlier, by status: `known(name)` is undefined for a status that no ticket was seen in. */
  readonly known: (status: string) => readonly S[] | undefined
  /** Where this ticket has been on its way. */
  readonly visited: readonly string[]
  /** Whether everything that the step asks for can be given. */
  readonly passable: (step: S) => boolean
}

/** The next step towards the target; `null` when none may be taken. */
export function chooseStep<S extends Step>(where: Whereabouts<S>): S | null {
  const path = findPath(where, isTarget(where))
  if (path !== null) return path[0] ?? null
  // Beside a way that only lacks a value, nothing is tried out: the ticket would be moved for nothing.
  const barred = where.open.some(isTarget(where))
  return barred ? null : (findPath(where, isUnexplored(where))?.[0] ?? null)
}

/** The step that bars the only way known, for the message. */
export function findBarrier<S extends Step>(where: Whereabouts<S>): S | null {
  const anyway = { ...where, passable: () => true }
  const path = findPath(anyway, isTarget(where)) ?? findPath(anyway, isUnexplored(where))
  return path?.find((step) => !where.passable(step)) ?? null
}

type Goal<S extends Step> = (step: S) => boolean

const isTarget =
  <S extends Step>({ target }: Whereabouts<S>): Goal<S> =>
  ({ to }) =>
    same(to.name, target.name)

/** A status whose own steps are not known is worth a look, when it lies ahead. */
const isUnexplored =
  <S extends Step>({ from, target, known, visited }: Whereabouts<S>): Goal<S> =>
  ({ to }) =>
    known(to.name) === undefined && !visited.some((name) => same(name, to.name)) && liesAhead(from, to, target)

/** Breadth first, so that the shortest path wins; never through a status that says the work is done. */
function findPath<S extends Step>(where: Whereabouts<S>, goal: Goal<S>): readonly S[] | null {
  const { target, known, visited, passable } = where
  const seen = new Set([where.from.name, ...visited].map(fold))
  let paths: readonly (readonly S[])[] = where.open.filter(passable).map((step) => [step])
  while (paths.length > 0) {
    const arrived = paths.filter((path) => path.slice(-1).some(goal))
    if (arrived.length > 0) return arrived.toSorted(byCloseness(target))[0] ?? null
    const longer: (readonly S[])[] = []
    for (const path of paths) {
      const to = path.at(-1)?.to
      if (to === undefined || seen.has(fold(to.name)) || to.category === 'done') continue
      seen.add(fold(to.name))
      for (const step of known(to.name) ?? []) if (passable(step)) longer.push([...path, step])
    }
    paths = longer
  }
  return null
}

const RANKS: Readonly<Record<StatusCategory, number>> = { new: 0, active: 1, unknown: 1, done: 2, removed: 2 }

const rank = ({ category }: Status): number => RANKS[category]

function liesAhead(from: Status, to: Status, target: Status): boolean {
  if (rank(to) === 2) return false
  // Whatever leads out of "done" leads on.
  return rank(from) === 2 || rank(to) >= Math.min(rank(from), rank(target))
}

const byCloseness =
  (target: Status) =>
  (a: readonly Step[], b: readonly Step[]): number =>
    distance(a, target) - distance(b, target)

const distance = (path: readonly Step[], target: Status): number => {
  const end = path.at(-1)
  return end === undefined ? 0 : Math.abs(rank(end.to) - rank(target))
}

const fold = (name: string): string => name.toLowerCase()
const same = (a: string, b: string): boolean => fold(a) === fold(b)
