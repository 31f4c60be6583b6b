import { printPath, type Path } from './problem.ts'
import { Secret, type Config } from './schema.ts'
import { isSecretKey } from './secrets.ts'

/** An environment variable that a configuration names, and where. */
export interface Reference {
  readonly name: string
  readonly usedAt: readonly string[]
}

export function findReferences({ trackers, people }: Pick<Config, 'trackers' | 'people'>): readonly Reference[] {
  const found = new Map<string, string[]>()
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) walk(member, [...path, key])
    } else if (isSecretKey(String(path.at(-1))) && Secret.safeParse(value).success) {
      const name = referredName(String(value))
      found.set(name, [...(found.get(name) ?? []), printPath(path)])
    }
  }
  walk(trackers, ['trackers'])
  walk(people.key, ['people', 'key'])
  return [...found].map(([name, usedAt]) => ({ name, usedAt }))
}

/** `$NAME` to `NAME`. */
export const referredName = (secret: string): string => secret.slice(1)
