import { setTimeout as wait } from 'node:timers/promises'
import { printOutcome } from '../../src/commands/report.ts'
import type { StoredEntry } from '../../src/core/events.ts'
import { outcomeKinds } from '../../src/core/outcome.ts'
import type { OutcomeKind } from '../../src/core/outcome.ts'
import type { Events } from '../../src/core/store.ts'

const LOOK_MS = 10
const PAGE = 500

export interface Watch {
  /** What came of something that happened to this issue or ticket just now. */
  next(about: string, patienceMs: number): Promise<StoredEntry | undefined>
  stop(): Promise<void>
}

/** Tells each thing that the app did, as it does it. */
export async function startWatch(
  events: Events,
  tell: (entry: StoredEntry, tookMs: number | null) => void,
): Promise<Watch> {
  let last = (await events.list({ kind: 'reconcile', limit: 1 }))[0]?.id ?? 0
  let stopped = false
  let awaited: { readonly about: string; readonly since: number } | null = null
  const seen: StoredEntry[] = []

  async function look(): Promise<void> {
    while (!stopped) {
      const entries = await events.list({ kind: 'reconcile', after: last, limit: PAGE })
      for (const entry of entries) {
        last = entry.id
        seen.push(entry)
        const isAwaited = awaited !== null && [entry.issue, entry.ticket].includes(awaited.about)
        tell(entry, isAwaited && awaited !== null ? performance.now() - awaited.since : null)
      }
      await wait(LOOK_MS)
    }
  }
  const looking = look()

  return {
    async next(about, patienceMs) {
      const [from, since] = [last, performance.now()]
      awaited = { about, since }
      while (performance.now() < since + patienceMs && !stopped) {
        const found = seen.find(({ id, issue, ticket }) => id > from && (issue === about || ticket === about))
        if (found !== undefined) return found
        await wait(LOOK_MS)
      }
      return undefined
    },
    async stop() {
      stopped = true
      await looking
    },
  }
}

export const kindOf = ({ outcome }: StoredEntry): OutcomeKind =>
  outcomeKinds.find((kind) => kind === outcome) ?? 'unchanged'

export const notesOf = ({ details: { notes } }: StoredEntry): readonly string[] =>
  Array.isArray(notes) ? notes.map(String) : []

/** As the CLI prints an outcome, with the time it took behind its first line. */
export function printEntry(entry: StoredEntry, tookMs: number | null): string {
  const { issue, ticket, message, changes, details } = entry
  const remedy = typeof details['remedy'] === 'string' ? details['remedy'] : null
  const outcome = kindOf(entry)
  const said = tookMs === null ? message : `${message} ${printSeconds(tookMs)}`
  const facts = {
    issue,
    ticket,
    outcome,
    message: said,
    code: null,
    remedy,
    until: null,
    changes,
    notes: notesOf(entry),
  }
  return `${printOutcome(facts).trimEnd().replaceAll(/^/gm, '  ')}\n`
}

export const printSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
