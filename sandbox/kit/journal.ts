/** One request as the server saw it. */
export interface JournalEntry {
  readonly n: number
  readonly at: string
  readonly method: string
  /** Path without the query string. */
  readonly path: string
  readonly query: string
  readonly status: number
  readonly ms: number
  readonly requestBytes: number
  readonly replyBytes: number
  /** Who asked, as the server understood the credentials; `null` is anonymous. */
  readonly who: string | null
  /** The fault that was played on this request, if any. */
  readonly fault: string | null
}

export interface JournalCount {
  readonly total: number
  readonly reads: number
  readonly writes: number
  readonly byRoute: Readonly<Record<string, number>>
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  add(entry: Omit<JournalEntry, 'n'>): JournalEntry
  clear(): void
  /** Counts what matches; a POST counts as a write unless `isRead` of the server says otherwise. */
  count(filter?: (entry: JournalEntry) => boolean): JournalCount
}

const KEEP = 200_000

export function createJournal(isRead: (method: string, path: string) => boolean): Journal {
  const entries: JournalEntry[] = []
  let n = 0
  return {
    entries,
    add(entry) {
      const numbered = { n: ++n, ...entry }
      entries.push(numbered)
      if (entries.length > KEEP) entries.splice(0, entries.length - KEEP)
      return numbered
    },
    clear() {
      entries.length = 0
    },
    count(filter = () => true) {
      const byRoute: Record<string, number> = {}
      let total = 0
      let reads = 0
      for (const entry of entries) {
        if (!filter(entry)) continue
        total++
        if (isRead(entry.method, entry.path)) reads++
        const route = `${entry.method} ${entry.path}`
        byRoute[route] = (byRoute[route] ?? 0) + 1
      }
      return { total, reads, writes: total - reads, byRoute }
    },
  }
}
