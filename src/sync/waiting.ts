import type { RepoRef } from '../core/issue.ts'
import { printRepo } from '../core/issue.ts'
import type { SyncDeps } from './deps.ts'

/**
 * What has to be looked at again although it may never move by itself, besides the links that failed or were blocked,
 * which the store knows: issues and tickets that ended badly before they had a pair, and children without their parent.
 */
export interface Waiting {
  readonly issues: Set<number>
  /** Issues and tickets, printed, that were refused their counterpart. */
  readonly refused: Map<string, RefusedBirth>
  /** Keys by connection. */
  readonly tickets: Map<string, Set<string>>
  readonly children: Set<number>
  /** Writes it down when it is not what it was. */
  save(): Promise<void>
}

export interface RefusedBirth {
  /** Fingerprint of the rules under which it was refused. */
  readonly rules: string
  /** Fingerprint of the issue as it was then, where it was known. */
  readonly issue: string | null
}

interface Stored {
  readonly issues: readonly number[]
  readonly refused?: readonly (readonly [string, RefusedBirth])[]
  readonly tickets: Readonly<Record<string, readonly string[]>>
  readonly children: readonly number[]
}

export async function loadWaiting({ store }: SyncDeps, repo: RepoRef): Promise<Waiting> {
  const name = `waiting:${printRepo(repo).toLowerCase()}`
  let written = await store.cursors.find(name)
  const {
    issues,
    refused = [],
    tickets,
    children,
  }: Stored = written === undefined ? { issues: [], tickets: {}, children: [] } : (JSON.parse(written) as Stored)
  const waiting = {
    issues: new Set(issues),
    refused: new Map(refused),
    tickets: new Map(Object.entries(tickets).map(([connection, keys]) => [connection, new Set(keys)])),
    children: new Set(children),
  }
  const print = (): string | undefined => {
    const kept = [...waiting.tickets].filter(([, keys]) => keys.size > 0).map(([name, keys]) => [name, [...keys]])
    if (waiting.issues.size + waiting.refused.size + kept.length + waiting.children.size === 0) return undefined
    const stored: Stored = {
      issues: [...waiting.issues],
      refused: [...waiting.refused],
      tickets: Object.fromEntries(kept),
      children: [...waiting.children],
    }
    return JSON.stringify(stored)
  }
  return {
    ...waiting,
    async save() {
      const now = print()
      if (now === written) return
      if (now === undefined) await store.cursors.remove(name)
      else await store.cursors.save(name, now)
      written = now
    },
  }
}
