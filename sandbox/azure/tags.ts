import { refuse } from './errors.ts'
import { stableGuid } from './identities.ts'
import { now } from './world.ts'
import type { World } from './world.ts'

export function parseTags(value: unknown): string[] {
  if (typeof value !== 'string') return []
  return value
    .split(/[;,]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** Names differ by more than case. */
export function mergeTags(present: readonly string[], added: readonly string[]): string[] {
  const tags = new Map(present.map((tag) => [tag.toLowerCase(), tag]))
  for (const tag of added) if (!tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag)
  return [...tags.values()]
}

const MAX_TAGS = 100
const MAX_TAG_LENGTH = 400

/** One string, in alphabetical order, each tag in the spelling the project knows it by. */
export function printTags(world: World, tags: readonly string[]): string {
  if (tags.length > MAX_TAGS || tags.some((tag) => tag.length > MAX_TAG_LENGTH)) {
    refuse({
      status: 400,
      typeKey: 'WorkItemTagException',
      message: `VS402363: A work item can have at most ${MAX_TAGS} tags of at most ${MAX_TAG_LENGTH} characters each.`,
    })
  }
  const known = tags.map((tag) => {
    const existing = world.tags.get(tag.toLowerCase())
    if (existing !== undefined) return existing.name
    world.tags.set(tag.toLowerCase(), {
      id: stableGuid(`tag ${tag.toLowerCase()}`),
      name: tag,
      lastUpdated: now(world),
    })
    return tag
  })
  return known.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join('; ')
}
