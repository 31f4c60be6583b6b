import type { RequestFacts } from '../http/index.ts'
import type { Clock, Log } from '../core/ports.ts'

/** What an adapter is given besides its connection. */
export interface TrackerDeps {
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
  /** Secrets are named in the config and looked up here; the proxy settings come from it too. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly userAgent: string
  /** PEM text of the file that the connection names as `ca`. */
  readonly ca?: string | undefined
  readonly onRequest?: (request: RequestFacts) => void
  /** Where lists of people may outlive this process. */
  readonly cache?: TrackerCache | undefined
}

export interface TrackerCache {
  find(key: string): Promise<{ readonly value: unknown; readonly savedAt: string } | undefined>
  save(key: string, value: unknown): Promise<void>
}
