import { asLockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import type { Claim } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { placesOf } from './links.ts'
import { createFailure, tellFailure } from './outcome.ts'
import { openRound } from './round.ts'
import type { Round } from './round.ts'
import { scanIssues } from './scan-issues.ts'
import { tellRefused } from './scan-refused.ts'
import { beginTickets, scanTickets } from './scan-tickets.ts'
import { scanChildren, scanWaiting } from './scan-waiting.ts'

export interface ScanOptions extends ReconcileOptions {
  /** Where to begin when there is no cursor yet. */
  readonly since?: string
  /** How many issues may be worked on at once. */
  readonly concurrency?: number
  /** Stops between items once it says so; what is left waits for the next scan. */
  readonly stopped?: () => boolean
  /** Hears which pairs a page of issues is about to make, before any of them is begun. */
  readonly prepare?: (wanted: readonly Wanted[]) => Promise<void>
}

/** A pair that is about to be made. */
export type Wanted = Pick<Claim, 'issue' | 'connection'>

/** Finds what moved since the cursors, on all sides, and reconciles it. The first scan is the backfill. */
export async function* scan(deps: SyncDeps, repo: RepoRef, options: ScanOptions = {}): AsyncGenerator<Outcome> {
  const round = await openRound(deps, repo, options)
  const places = placesOf(deps)
  for (const place of places) await beginTickets(round, place)
  const stages = [
    scanWaiting,
    scanIssues,
    ...places.map((place) => (own: Round) => scanTickets(own, place)),
    scanChildren,
    tellRefused,
  ]
  for (const stage of stages) {
    if (round.stopped()) break
    try {
      yield* stage(round)
    } catch (thrown) {
      // One side that cannot be listed keeps nobody from looking at the others.
      const error = asLockstepError(thrown)
      const outcome = createFailure({ issue: null, ticket: null }, error)
      tellFailure(deps, outcome, error)
      round.note(outcome)
      yield outcome
    }
  }
  await round.save()
}
