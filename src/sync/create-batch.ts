import type { TicketDraft } from '../core/change.ts'
import { asLockstepError, LockstepError } from '../core/errors.ts'
import type { Issue } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Claim } from '../core/link.ts'
import type { Tracker } from '../core/ports.ts'
import { chooseRoutes } from '../core/route.ts'
import type { Route } from '../core/route.ts'
import { draftFor, rememberBirth } from './create-ticket.ts'
import type { Born } from './create-ticket.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { createClaim, whileClaimed } from './once.ts'
import { findTracker, viewTracker } from './view.ts'
import type { TrackerView } from './view.ts'

interface Unborn {
  readonly issue: Issue
  readonly route: Route
}

interface Drafted extends Unborn {
  readonly view: TrackerView
  readonly draft: TicketDraft
  readonly claim: Claim
}

export interface Batch {
  readonly births: Born[]
  /** Issues of which nobody knows whether their tickets were made: not to be touched before the marks can be found. */
  readonly unknown: readonly Issue[]
  readonly failure: LockstepError | null
}

const PER_CALL = 50

/**
 * Makes the tickets of many issues in few calls, where the tracker can. What it leaves out, for whatever reason, the
 * reconcile of that issue makes by itself, and says what is wrong.
 */
export async function createBatch(
  deps: SyncDeps,
  { connection, issues }: { readonly connection: string; readonly issues: readonly Issue[] },
  options: ReconcileOptions,
): Promise<Batch> {
  const births: Born[] = []
  const { tracker } = findTracker(deps, connection)
  if (tracker.createAll === undefined) return { births, unknown: [], failure: null }
  const unborn = issues.flatMap((issue) => {
    const route = chooseRoutes(deps.routes, issue).find(({ rule }) => rule.to === connection)
    return route === undefined || mayBeAdopted(tracker, issue, route) ? [] : [{ issue, route }]
  })
  for (let start = 0; start < unborn.length; start += PER_CALL) {
    const some = unborn.slice(start, start + PER_CALL)
    if (some.length === 1) break
    // Always in the same order: two runs that wait for each other's locks would be a deadlock.
    const locks = some.map(({ issue }) => `issue:${printIssueRef(issue.ref).toLowerCase()}`).sort()
    const work = async () => await deps.trace.run(async () => await makeSome(deps, { connection, some }, options))
    try {
      births.push(...(await withLocks(deps, locks, work)))
    } catch (thrown) {
      const failure = asLockstepError(thrown)
      return { births, unknown: failure.effectUnknown ? some.map(({ issue }) => issue) : [], failure }
    }
  }
  return { births, unknown: [], failure: null }
}

/** Such a ticket is looked for first, one by one. */
const mayBeAdopted = (tracker: Tracker, issue: Issue, { rule }: Route): boolean =>
  issue.mark !== null || (rule.adopt && tracker.findKeys(issue.body).length > 0)

const withLocks = <Result>(deps: SyncDeps, keys: readonly string[], work: () => Promise<Result>): Promise<Result> =>
  keys.reduceRight<() => Promise<Result>>((inner, key) => async () => await deps.store.withLock(key, inner), work)()

async function makeSome(
  deps: SyncDeps,
  { connection, some }: { readonly connection: string; readonly some: readonly Unborn[] },
  options: ReconcileOptions,
): Promise<readonly Born[]> {
  const { tracker } = findTracker(deps, connection)
  const drafted = await claimAll(deps, await draftAll(deps, connection, some))
  const release = async ({ claim }: Drafted) => await deps.store.links.release(claim)
  let made: Awaited<ReturnType<NonNullable<Tracker['createAll']>>>
  try {
    const claims = drafted.map(({ claim }) => claim)
    const drafts = drafted.map(({ draft }) => draft)
    made = (await whileClaimed(deps, claims, async () => await tracker.createAll?.(drafts))) ?? []
  } catch (thrown) {
    // Where nobody knows what was made, the claims stand: whoever comes next looks for the marks first.
    if (!asLockstepError(thrown).effectUnknown) for (const one of drafted) await release(one)
    throw thrown
  }
  const births: Born[] = []
  for (const [index, one] of drafted.entries()) {
    const ticket = made[index]
    if (ticket === undefined || ticket instanceof LockstepError) {
      if (ticket?.effectUnknown !== true) await release(one)
      continue
    }
    const { issue, route, draft, view } = one
    const born = { issue, rule: route.rule, draft, ticket, how: 'created', refused: [] } as const
    births.push(await rememberBirth(deps, view, born, options))
  }
  return births
}

async function draftAll(
  deps: SyncDeps,
  connection: string,
  some: readonly Unborn[],
): Promise<readonly Omit<Drafted, 'claim'>[]> {
  const drafts: Omit<Drafted, 'claim'>[] = []
  for (const one of some) {
    const view = await viewTracker(findTracker(deps, connection), one.route.rule)
    try {
      drafts.push({ ...one, view, draft: await draftFor(deps, view, one) })
    } catch (thrown) {
      // Its own reconcile says what is wrong with it.
      if (asLockstepError(thrown).code !== 'config-invalid') throw thrown
    }
  }
  return drafts
}

/** Leaves out what somebody else has claimed or made, and what an earlier run may have made. */
async function claimAll(deps: SyncDeps, drafts: readonly Omit<Drafted, 'claim'>[]): Promise<readonly Drafted[]> {
  const { links } = deps.store
  const wanted = drafts.map(({ issue, route }) => createClaim(deps, { issue: issue.ref, connection: route.rule.to }))
  const answers = await links.claim(wanted)
  const drafted: Drafted[] = []
  for (const [index, one] of drafts.entries()) {
    const answer = answers[index]
    if (answer?.kind !== 'claimed') continue
    const { claim, before } = answer
    if (before === null) drafted.push({ ...one, claim })
    // Its own reconcile looks for the mark, from where the earlier claim began and not before that has ended.
    else await links.claim([{ ...claim, claimedAt: before.claimedAt, until: before.until }])
  }
  return drafted
}
