import type { IssueRef, RepoRef } from '../../core/issue.ts'
import type { PeopleStore } from '../../core/directory.ts'
import type { Clock, Log } from '../../core/ports.ts'
import type { Store } from '../../core/store.ts'
import type { Queue } from '../../core/queue.ts'
import type { TicketRef } from '../../core/ticket.ts'
import type { Investigation } from '../../people/investigate.ts'
import type { SyncDeps } from '../../sync/deps.ts'
import type { OptionsScope } from '../options.ts'

/** Where the pages take what they show. A page whose source is missing is not there, and no menu names it. */
export interface PagesDeps {
  readonly store: Pick<Store, 'links' | 'events'>
  readonly clock: Clock
  readonly log: Log
  /** The web address of GitHub itself. */
  readonly githubUrl: string
  /** `null` where the connection is not known any more. */
  ticketUrl(ref: TicketRef): string | null
  /** What a repository is kept in lockstep with; throws when its configuration cannot be used. */
  open(repo: RepoRef): Promise<SyncDeps>
  /** Has the issue looked at soon; it does not wait for that. */
  requestSync(ref: IssueRef, actor: string): Promise<void>
  /** Ends what is kept open, so that the server can close. */
  readonly stopping?: AbortSignal
  /** Its lanes are organizations and users in small letters; facts name owner and repo. */
  readonly queue?: Pick<Queue, 'depth' | 'failed' | 'replay'>
  /** How GitHub is, for whoever sees these organizations. */
  readonly readGitHub?: (organizations: readonly string[]) => Promise<ConnectionHealth>
  readonly readHealth?: (organizations: readonly string[]) => Promise<readonly ConnectionHealth[]>
  /** How somebody's account was looked for. */
  readonly explain?: (repo: RepoRef, login: string, connection: string) => Promise<Investigation>
  /** Everything of a repository, also what is older than the app. */
  readonly backfills?: {
    request(repo: RepoRef, actor: string): Promise<void>
    /** `undefined` where nobody has asked for it yet. */
    find(repo: RepoRef): Promise<Backfill | undefined>
  }
  readonly imports?: Pick<PeopleStore, 'listImports' | 'findImport'>
  /** Everything the configuration names, held against the live servers. */
  readonly examine?: (repo: RepoRef) => Promise<readonly Check[]>
  readonly openOptions?: (repo: RepoRef) => Promise<OptionsScope>
  /** How long work took in each of the last minutes, oldest first. */
  readonly readTimings?: () => readonly MinuteTiming[]
}

/** One thing that was looked at. */
export interface Check {
  /** `github`, the name of a connection, or `people`. */
  readonly area: string
  readonly subject: string
  readonly severity: 'ok' | 'warning' | 'error'
  readonly message: string
  readonly remedy: string | null
}

export interface Backfill {
  readonly state: 'queued' | 'running' | 'done' | 'failed'
  readonly since: string
  readonly actor: string
  /** Pairs, so far. */
  readonly created: number
  readonly updated: number
  readonly failed: number
  /** Why it is not done, where it was tried. */
  readonly reason: string | null
}

export interface ConnectionHealth {
  readonly name: string
  /** "Azure DevOps Services", "Jira 9.12"; `null` while the server does not answer. */
  readonly product: string | null
  readonly project: string | null
  readonly state: 'well' | 'limited' | 'failing'
  /** Why, when it is not well. */
  readonly message: string | null
  /** Requests left before the limit, as the server said last. */
  readonly left: number | null
  /** Whose limit that is, where there are several. */
  readonly leftOf?: string
  /** When the limit is full again, in ISO time. */
  readonly fullAt?: string
}

export interface MinuteTiming {
  readonly minute: string
  /** In seconds; `null` for a minute in which nothing was done. */
  readonly median: number | null
  readonly slowest: number | null
}
