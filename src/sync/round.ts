import type { Issue, IssueRef, RepoRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Outcome } from '../core/outcome.ts'
import type { SyncDeps } from './deps.ts'
import { runPool } from './pool.ts'
import { reconcile } from './reconcile.ts'
import { fingerprintIssue, fingerprintRules, isLasting } from './refused.ts'
import type { Known } from './reconcile.ts'
import type { ScanOptions } from './scan.ts'
import { loadWaiting } from './waiting.ts'
import type { Waiting } from './waiting.ts'

/** One issue to look at, with what the page that named it told already. */
export interface Hint {
  readonly ref: IssueRef
  readonly comments: boolean
  readonly known: Known
}

/** What the parts of one scan share. */
export interface Round {
  readonly deps: SyncDeps
  readonly repo: RepoRef
  readonly options: ScanOptions
  readonly waiting: Waiting
  /** Asked to stop, or up against something that every further item would meet as well. */
  stopped(): boolean
  isDone(ref: IssueRef): boolean
  /** Reconciles so many at a time, and keeps in mind what has to be looked at again. */
  work(hints: readonly Hint[]): AsyncGenerator<Outcome>
  note(outcome: Outcome): void
  /** What was to be made and was not; answers whether to try again although nothing moves. */
  remember(printed: string, unmade: readonly Outcome[], issue?: Issue): boolean
  /** Remembers a cursor, now that everything before it has been dealt with. */
  keep(name: string, cursor: string, before: string | null): Promise<void>
  save(): Promise<void>
}

export async function openRound(deps: SyncDeps, repo: RepoRef, options: ScanOptions): Promise<Round> {
  const waiting = await loadWaiting(deps, repo)
  const done = new Set<string>()
  const keyOf = (ref: IssueRef) => printIssueRef(ref).toLowerCase()
  let halted = false

  function note({ code }: Outcome): void {
    // Whoever is limited or signed out stays so for the rest: the next scan goes on from here.
    if (code === 'limit-reached' || code === 'not-signed-in') halted = true
  }

  function remember(printed: string, unmade: readonly Outcome[], issue?: Issue): boolean {
    const refused = unmade.length > 0 && unmade.every(({ code }) => isLasting(code))
    const at = issue === undefined ? null : fingerprintIssue(issue)
    if (refused) waiting.refused.set(printed, { rules: fingerprintRules(deps), issue: at })
    else waiting.refused.delete(printed)
    return unmade.length > 0 && !refused
  }

  async function reconcileHint({ ref, comments, known }: Hint): Promise<readonly Outcome[]> {
    done.add(keyOf(ref))
    const outcomes = await reconcile(deps, ref, { ...options, comments }, known)
    outcomes.forEach(note)
    const unmade = outcomes.filter(
      ({ outcome, ticket }) => ticket === null && (outcome === 'failed' || outcome === 'blocked'),
    )
    if (remember(printIssueRef(ref), unmade, known.issue)) waiting.issues.add(ref.number)
    else waiting.issues.delete(ref.number)
    const links = await deps.store.links.ofIssue(ref)
    if (links.some(({ said }) => said.some((key) => key.startsWith('parent:')))) waiting.children.add(ref.number)
    else waiting.children.delete(ref.number)
    return outcomes
  }

  const stopped = () => halted || options.stopped?.() === true
  const save = async () => {
    if (options.dryRun !== true) await waiting.save()
  }
  return {
    deps,
    repo,
    options,
    waiting,
    stopped,
    isDone: (ref) => done.has(keyOf(ref)),
    note,
    remember,
    async *work(hints) {
      const pool = { size: options.concurrency ?? 4, stopped }
      for await (const outcomes of runPool(hints, pool, reconcileHint)) yield* outcomes
    },
    async keep(name, cursor, before) {
      await save()
      if (options.dryRun !== true && cursor !== before) await deps.store.cursors.save(name, cursor)
    },
    save,
  }
}
