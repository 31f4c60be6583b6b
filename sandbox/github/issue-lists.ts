import type { Issue, Repo } from './world.ts'

/** The lists asked for since the last change, by whatever describes them. */
interface Found {
  version: number
  readonly lists: Map<string, readonly Issue[]>
}

const found = new WeakMap<Repo, Found>()

/** Finds a list once and keeps it until something changes: the pages of one walk share it. */
export function keepList(repo: Repo, description: string, find: () => readonly Issue[]): readonly Issue[] {
  const known = found.get(repo)
  const current =
    known?.version === repo.version ? known : { version: repo.version, lists: new Map<string, readonly Issue[]>() }
  found.set(repo, current)
  const list = current.lists.get(description) ?? find()
  current.lists.set(description, list)
  return list
}

export type SortKey = 'created' | 'updated' | 'comments'

interface Sorted {
  version: number
  ascending: Issue[]
}

const cache = new WeakMap<Repo, Map<SortKey, Sorted>>()

const compare: Readonly<Record<SortKey, (a: Issue, b: Issue) => number>> = {
  created: (a, b) => compareText(a.createdAt, b.createdAt) || a.number - b.number,
  updated: (a, b) => compareText(a.updatedAt, b.updatedAt) || a.number - b.number,
  comments: (a, b) => a.comments.length - b.comments.length || a.number - b.number,
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** All issues that still stand, sorted; kept until something changes, and then nearly sorted already. */
export function sortedIssues(repo: Repo, key: SortKey): readonly Issue[] {
  const byKey = cache.get(repo) ?? new Map<SortKey, Sorted>()
  cache.set(repo, byKey)
  const known = byKey.get(key)
  if (known?.version === repo.version) return known.ascending
  const grown = known === undefined || known.ascending.length !== repo.issues.size
  const issues = grown ? [...repo.issues.values()] : known.ascending
  const ascending = issues.sort(compare[key])
  byKey.set(key, { version: repo.version, ascending })
  return ascending
}
