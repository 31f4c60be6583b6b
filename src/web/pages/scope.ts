import type { RepoRef } from '../../core/issue.ts'
import { parseIssueRef } from '../../core/issue.ts'
import type { StoredEntry } from '../../core/events.ts'
import type { LinkTally } from '../../core/store.ts'
import type { Visitor } from '../context.ts'
import type { PagesDeps } from './deps.ts'
import { countStates } from './pair-state.ts'
import type { PairState } from './pair-state.ts'

/** What of the store a visitor may see: the repositories that GitHub lets them read. */
export interface Scope {
  readonly tally: readonly LinkTally[]
  readonly repos: readonly RepoRef[]
  readonly connections: readonly string[]
  readonly counts: Readonly<Record<PairState, number>>
}

// Counting a million pairs takes its time; counting a few is done afresh for nearly everybody.
const KEPT_PER_MS = 10
export const LONGEST_KEPT_MS = 5_000
const MOST_KEPT = 200

interface Kept {
  readonly tally: Promise<readonly LinkTally[]>
  until: number
}

export type ReadScope = (visitor: Visitor) => Promise<Scope>

/** Every page asks, and so does every open browser when something happens: what took long to count is kept for long. */
export function createScopeReader({ store }: Pick<PagesDeps, 'store'>): ReadScope {
  const kept = new Map<string, Kept>()

  function readTally(owners: readonly string[]): Promise<readonly LinkTally[]> {
    const key = owners.join(' ').toLowerCase()
    const known = kept.get(key)
    if (known !== undefined && known.until > performance.now()) return known.tally
    const started = performance.now()
    const tally = store.links.tally({ owners })
    const entry: Kept = { tally, until: Number.POSITIVE_INFINITY }
    kept.delete(key)
    kept.set(key, entry)
    tally.then(
      () => {
        const took = performance.now() - started
        entry.until = performance.now() + Math.min(took * KEPT_PER_MS, LONGEST_KEPT_MS)
      },
      () => kept.delete(key),
    )
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
    return tally
  }

  return async (visitor) => {
    const tally = (await readTally(visitor.organizations)).filter(({ repo }) => visitor.may('read', repo))
    const repos = new Map(tally.map(({ repo }) => [`${repo.owner}/${repo.repo}`, repo]))
    return {
      tally,
      repos: [...repos.values()],
      connections: [...new Set(tally.map(({ connection }) => connection))].sort(),
      counts: countStates(tally),
    }
  }
}

/** Entries about an issue follow the rights in its repository; those about an organization are for who runs it. */
export function maySee(
  visitor: Visitor,
  { issue, organization }: Pick<StoredEntry, 'issue' | 'organization'>,
): boolean {
  if (issue === null) return organization !== null && visitor.administers(organization)
  const ref = parseIssueRef(issue)
  return ref !== undefined && mayReadRepo(visitor, ref)
}

export const mayReadRepo = (visitor: Visitor, repo: RepoRef): boolean =>
  visitor.organizations.some((one) => one.toLowerCase() === repo.owner.toLowerCase()) && visitor.may('read', repo)
