import type { z } from 'zod'
import type { Finding, Path } from './problem.ts'
import { Connection, PeopleRule, RouteRule } from './schema.ts'
import { valueAt } from './shape.ts'

/** The configuration piece by piece, so that one broken piece does not keep the others from being judged. */
export interface Parts {
  /** Every name in the file; undefined where nothing can be made of the tracker. */
  readonly trackers: ReadonlyMap<string, Connection | undefined>
  readonly routes: readonly (RoutePart | undefined)[]
  readonly people: PeopleRule | undefined
}

export interface RoutePart {
  readonly rule: RouteRule
  /** As written, without the defaults. */
  readonly written: unknown
}

export function readParts(data: unknown): Parts {
  const trackers = Object.entries(valueAt(data, ['trackers']) ?? {})
  const routes = valueAt(data, ['routes'])
  return {
    trackers: new Map(trackers.map(([name, value]) => [name, salvage(Connection, value)])),
    routes: (Array.isArray(routes) ? routes : []).map((written: unknown) => {
      const rule = salvage(RouteRule, written)
      return rule === undefined ? undefined : { rule, written }
    }),
    people: salvage(PeopleRule, valueAt(data, ['people']) ?? {}),
  }
}

// Each round may uncover what the one before hid: wrong, then missing.
const ROUNDS = 4
const STAND_INS: Readonly<Record<string, string>> = { url: 'https://missing.invalid/missing' }

/** Leaves out what the schema refuses, and lets a stand-in take the place of what is missing. */
function salvage<Out>(schema: z.ZodType<Out>, value: unknown): Out | undefined {
  const rest = structuredClone(value)
  for (let round = 0; round < ROUNDS; round++) {
    const result = schema.safeParse(rest)
    if (result.success) return result.data
    for (const issue of result.error.issues) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]]
      for (const key of keys) repair(rest, [...issue.path, ...key])
    }
  }
  return undefined
}

function repair(data: unknown, path: readonly PropertyKey[]): void {
  const list = path.findIndex((part) => typeof part === 'number')
  const whole = (list > 0 ? path.slice(0, list) : path) as Path
  const name = whole.at(-1)
  const parent = valueAt(data, whole.slice(0, -1))
  if (typeof parent !== 'object' || parent === null || name === undefined) return
  if (Object.hasOwn(parent, name)) Reflect.deleteProperty(parent, name)
  else Reflect.set(parent, name, STAND_INS[name] ?? 'missing')
}

/** Drops findings that may only be a consequence of others. */
export function dropConsequences(findings: readonly Finding[], causes: readonly Finding[]): Finding[] {
  const broken = causes
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ path, meant }) => (meant === undefined ? [path] : [path, meant]))
  return findings.filter(
    ({ path, judged = [path] }) => !judged.some((place) => broken.some((cause) => touches(place, cause))),
  )
}

/** One of the two lies within the other. */
const touches = (a: Path, b: Path): boolean => {
  const length = Math.min(a.length, b.length)
  return a.slice(0, length).every((part, index) => part === b[index])
}
