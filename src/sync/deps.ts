import type { PeopleRule, RouteRule } from '../config/schema.ts'
import type { TextContext, TextFormat } from '../core/blocks.ts'
import type { CommentPrinter } from '../core/comments.ts'
import type { TextCarrier } from '../core/fields/body.ts'
import type { Clock, IssueHost, Log, People, RequestTrace, Tracker, TrackerTraits } from '../core/ports.ts'
import type { Store } from '../core/store.ts'

/** A tracker as the config names it. */
export interface ConnectedTracker {
  readonly tracker: Tracker
  /** The project of the connection; a route may name another. */
  readonly project: string
}

/** Everything the flows stand on: ports, the rules, and who they are. */
export interface SyncDeps {
  readonly store: Store
  readonly host: IssueHost
  readonly trackers: ReadonlyMap<string, ConnectedTracker>
  readonly people: People
  readonly routes: readonly RouteRule[]
  readonly peopleRule: Pick<PeopleRule, 'unmatched'>
  readonly texts: Texts
  readonly createPrinter: (context: PrinterContext) => CommentPrinter
  readonly trace: RequestTrace
  readonly clock: Clock
  readonly log: Log
  /** Names this run in claims: nobody else may have the same. */
  readonly owner: string
  /** How long a claim on a pair about to be created holds. */
  readonly claimMs: number
}

/** The conversions between the formats of both sides. */
export interface Texts {
  toTracker(format: TextFormat, context: TextContext): TextCarrier
  toGitHub(format: TextFormat, context: TextContext): TextCarrier
}

export interface PrinterContext {
  readonly issueUrl: string
  readonly traits: TrackerTraits
  readonly rewriteLink?: TextContext['rewriteLink']
}

export interface ReconcileOptions {
  /** Print the plan instead of acting on it. */
  readonly dryRun?: boolean
  /** Comments moved, or may have: read them on both sides. */
  readonly comments?: boolean
  /** Who or what caused it, for the event stream. */
  readonly actor?: string
}
