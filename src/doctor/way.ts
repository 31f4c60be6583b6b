import type { Move } from '../core/inspection.ts'
import { sameName } from './check.ts'

export interface Workflow {
  readonly moves: ReadonlyMap<string, readonly Move[]>
  /** Several moves are made where one does not do. */
  readonly walks: boolean
  /** Values that the route gives on the way. */
  readonly given: Readonly<Record<string, unknown>>
}

export type Way =
  | { readonly kind: 'found' }
  /** It may go on from there; nothing shows it. */
  | { readonly kind: 'unknown'; readonly at: string }
  /** The only way known asks for these, and nobody gives them. */
  | { readonly kind: 'barred'; readonly needs: Move['needs'] }
  | { readonly kind: 'none' }

/** Whether a ticket gets from one state to another, as far as the server shows its workflow. */
export function findWay(workflow: Workflow, from: string, to: string): Way {
  if (sameName(from, to)) return { kind: 'found' }
  const free = search(workflow, { from, to, passable: (move) => lacks(workflow, move).length === 0 })
  if (free.kind === 'found') return free
  const any = search(workflow, { from, to, passable: () => true })
  if (any.kind === 'found') return { kind: 'barred', needs: any.needs }
  return any.kind === 'unknown' ? any : { kind: 'none' }
}

interface Search {
  readonly from: string
  readonly to: string
  readonly passable: (move: Move) => boolean
}

type Found = { kind: 'found'; needs: Move['needs'] } | { kind: 'unknown'; at: string } | { kind: 'none' }

/** Breadth first. */
function search(workflow: Workflow, { from, to, passable }: Search): Found {
  const { moves, walks } = workflow
  const known = (name: string) => [...moves].find(([state]) => sameName(state, name))?.[1]
  const seen = new Set<string>([from.toLowerCase()])
  let unknown: string | null = null
  let front: readonly { readonly at: string; readonly needs: Move['needs'] }[] = [{ at: from, needs: [] }]
  while (front.length > 0) {
    const next: { at: string; needs: Move['needs'] }[] = []
    for (const { at, needs } of front) {
      const steps = known(at)
      if (steps === undefined) {
        unknown ??= at
        continue
      }
      for (const move of steps.filter(passable)) {
        const sofar = [...needs, ...lacks(workflow, move)]
        if (sameName(move.to, to)) return { kind: 'found', needs: sofar }
        if (seen.has(move.to.toLowerCase())) continue
        seen.add(move.to.toLowerCase())
        next.push({ at: move.to, needs: sofar })
      }
    }
    front = walks ? next : []
  }
  return unknown === null ? { kind: 'none' } : { kind: 'unknown', at: unknown }
}

/** What the move asks for and the route gives no fitting value. */
function lacks({ given }: Workflow, { needs }: Move): Move['needs'] {
  return needs.filter(({ name, allowed }) => {
    const value = Object.entries(given).find(([key]) => sameName(key, name))?.[1]
    if (value === undefined) return true
    return allowed.length > 0 && typeof value !== 'object' && !allowed.some((one) => sameName(one, String(value)))
  })
}
