import type { RepoRef } from '../../core/issue.ts'
import { parseIssueRef } from '../../core/issue.ts'
import type { StoredEntry } from '../../core/events.ts'
import type { LinkTally } from '../../core/ports.ts'
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

const FRESH_MS = 1_000
const MOST_KEPT = 200

export type ReadScope = (visitor: Visitor) => Promise<Scope>

/** Every page asks, and so does every open browser when something happens: the counts are read once a second. */
export function createScopeReader({ store, clock }: Pick<PagesDeps, 'store' | 'clock'>): ReadScope {
  const kept = new Map<string, { readonly tally: Promise<readonly LinkTally[]>; readonly until: number }>()

  function readTally(owners: readonly string[]): Promise<readonly LinkTally[]> {
    const key = owners.join(' ').toLowerCase()
    const now = clock.now().getTime()
    const known = kept.get(key)
    if (known !== undefined && known.until > now) return known.tally
    const tally = store.links.tally({ owners })
    tally.catch(() => kept.delete(key))
    kept.delete(key)
    kept.set(key, { tally, until: now + FRESH_MS })
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
