import type { StoredEntry } from '../../core/events.ts'
import { parseIssueRef, printRepo } from '../../core/issue.ts'
import type { RepoRef } from '../../core/issue.ts'
import type { Visitor } from '../context.ts'
import type { Bar } from './charts.ts'
import type { PagesDeps } from './deps.ts'
import { mayReadRepo, maySee } from './scope.ts'

const MINUTES = 60
const MINUTE_MS = 60_000
const FRESH_MS = 900
const AT_ONCE = 1_000
const FIRST_READ = 5_000
const LATEST = 500

/** The end of the event stream, read once for everybody who looks at it. */
export interface Activity {
  /** Id of the newest entry that is known. */
  position(): Promise<number>
  after(id: number, visitor: Visitor): Promise<readonly StoredEntry[]>
  /** The newest first. */
  latest(visitor: Visitor, limit: number): Promise<readonly StoredEntry[]>
  /** How many pairs were reconciled in each minute of the last hour. */
  minutes(visitor: Visitor): Promise<readonly Bar[]>
}

interface Counted {
  readonly repo: RepoRef
  count: number
}

// What was imported is told on the pages of the imports: one may be a million entries.
const KIND = 'reconcile'

/** What is found anew with every scan is news only once. */
const isRepeated = ({ issue, ticket, message, changes }: StoredEntry, newer: readonly StoredEntry[]): boolean =>
  changes.length === 0 &&
  newer.some(
    (one) => one.issue === issue && one.ticket === ticket && one.message === message && one.changes.length === 0,
  )

export function createActivity({ store, clock }: Pick<PagesDeps, 'store' | 'clock'>): Activity {
  /** Minute, then repository. */
  const counts = new Map<number, Map<string, Counted>>()
  let tail: readonly StoredEntry[] = []
  let last = 0
  let readAt = 0
  let reading: Promise<void> | null = null

  function take(entries: readonly StoredEntry[]): void {
    for (const { id, at, issue } of entries) {
      last = Math.max(last, id)
      const repo = issue === null ? undefined : parseIssueRef(issue)
      if (repo === undefined) continue
      const minute = Math.floor(Date.parse(at) / MINUTE_MS)
      const own = counts.get(minute) ?? new Map<string, Counted>()
      const known = own.get(printRepo(repo)) ?? { repo, count: 0 }
      known.count++
      counts.set(minute, own.set(printRepo(repo), known))
    }
    tail = [...tail, ...entries].slice(-LATEST)
    const oldest = thisMinute() - MINUTES
    for (const minute of counts.keys()) if (minute < oldest) counts.delete(minute)
  }

  async function read(): Promise<void> {
    if (readAt === 0) take((await store.events.list({ kind: KIND, limit: FIRST_READ })).toReversed())
    for (;;) {
      const entries = await store.events.list({ kind: KIND, after: last, limit: AT_ONCE })
      take(entries)
      if (entries.length < AT_ONCE) break
    }
    readAt = clock.now().getTime()
  }

  async function catchUp(): Promise<void> {
    if (clock.now().getTime() - readAt < FRESH_MS) return
    reading ??= read().finally(() => {
      reading = null
    })
    await reading
  }

  const thisMinute = (): number => Math.floor(clock.now().getTime() / MINUTE_MS)

  return {
    async position() {
      await catchUp()
      return last
    },
    async after(id, visitor) {
      await catchUp()
      return tail.filter((entry) => entry.id > id && maySee(visitor, entry))
    },
    async latest(visitor, limit) {
      const read = visitor.organizations.flatMap((organization) =>
        [KIND, 'link'].map((kind) => store.events.list({ organization, kind, limit: limit * 3 })),
      )
      const entries = (await Promise.all(read)).flat().filter((entry) => maySee(visitor, entry))
      const sorted = entries.toSorted((a, b) => b.id - a.id)
      return sorted.filter((entry, index) => !isRepeated(entry, sorted.slice(0, index))).slice(0, limit)
    },
    async minutes(visitor) {
      await catchUp()
      const now = thisMinute()
      return Array.from({ length: MINUTES }, (_, index) => {
        const minute = now - MINUTES + 1 + index
        const seen = [...(counts.get(minute)?.values() ?? [])].filter(({ repo }) => mayReadRepo(visitor, repo))
        const label = new Date(minute * MINUTE_MS).toISOString().slice(11, 16)
        return { label, value: seen.reduce((sum, { count }) => sum + count, 0) }
      })
    },
  }
}
