import { printPath } from './problem.ts'
import type { Path } from './problem.ts'
import { readYaml } from './yaml.ts'

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds where in a configuration something like `routes[0].status.closed` stands: itself, or what is nearest around it. */
export function createPointer(text: string): (path: string) => Position | undefined {
  const plain = text.replace(/^\uFEFF/, '')
  const places = new Map(
    [...readYaml(plain).places].map(([json, { key, value }]) => [printPath(JSON.parse(json) as Path), key ?? value]),
  )
  return function find(path): Position | undefined {
    if (path === '') return undefined
    const start = places.get(path)?.[0]
    if (start !== undefined) return positionOf(plain, start)
    const around = path.replace(LAST, '')
    return around === path ? undefined : find(around)
  }
}

/** Such as `.closed`, `[0]` or `["needs: work"]`. */
const LAST = /(?:\[[^\]]*\]|\.?[^.[\]]+)$/

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
