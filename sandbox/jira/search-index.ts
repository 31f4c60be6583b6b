import { now } from './jira.ts'
import type { Jira } from './jira.ts'
import type { Issue } from './world.ts'

/** To be called before an issue changes, is created (`created`) or deleted: the index catches up later. */
export function indexLater(jira: Jira, issue: Issue, { created = false } = {}): void {
  const { world, switches } = jira
  world.byUpdated = null
  if (switches.indexLagMs <= 0) return
  const versions = world.lagging.get(issue.id) ?? []
  const before = created ? null : { ...issue }
  versions.push({ before, until: now(jira) + switches.indexLagMs })
  world.lagging.set(issue.id, versions)
}

/** The issues as the search index knows them now, by `updated`, the oldest first. */
export function indexedByUpdated(jira: Jira): readonly Issue[] {
  const { world } = jira
  if (world.lagging.size === 0) {
    world.byUpdated ??= sortByUpdated([...world.issues.values()])
    return world.byUpdated
  }
  const moment = now(jira)
  const seen = new Map(world.issues)
  for (const [id, versions] of world.lagging) {
    const waiting = versions.filter((version) => version.until > moment)
    if (waiting.length === 0) {
      world.lagging.delete(id)
      continue
    }
    world.lagging.set(id, waiting)
    const before = waiting[0]!.before
    if (before === null) seen.delete(id)
    else seen.set(id, before)
  }
  return sortByUpdated([...seen.values()])
}

const sortByUpdated = (issues: Issue[]): Issue[] => issues.sort((a, b) => a.updated - b.updated || a.id - b.id)

/** The index of the first issue updated at or after the moment. */
export function firstUpdatedSince(issues: readonly Issue[], moment: number): number {
  let low = 0
  let high = issues.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (issues[middle]!.updated < moment) low = middle + 1
    else high = middle
  }
  return low
}
