import { LockstepError } from '../core/errors.ts'
import type { IssueRef } from '../core/issue.ts'
import type { Claim, Link } from '../core/link.ts'
import type { SyncDeps } from './deps.ts'

export type Made<Thing> =
  | { readonly kind: 'made'; readonly thing: Thing; readonly how: 'created' | 'found'; readonly claim: Claim }
  /** Somebody else is at it, or an earlier try of our own may still come to an end. */
  | { readonly kind: 'held'; readonly until: string }
  | { readonly kind: 'linked'; readonly link: Link }

interface Making<Thing> {
  /** What is to be made: a ticket for an issue, or (issue number 0) the issue of a printed ticket. */
  readonly issue: IssueRef
  readonly connection: string
  /** Looks for what an earlier try made, by its mark. */
  readonly find: (since: string) => Promise<Thing | undefined>
  readonly make: () => Promise<Thing>
}

/**
 * Makes something once, whoever else tries and wherever a try breaks off: it is claimed first, and whoever takes over
 * a dead claim, or hears nothing of his own call, looks for the mark before he makes it again.
 * The claim stands until the link is saved, or its owner is dead.
 */
export async function makeOnce<Thing>(deps: SyncDeps, making: Making<Thing>): Promise<Made<Thing>> {
  const { links } = deps.store
  const [answer] = await links.claim([createClaim(deps, making)])
  if (answer === undefined) throw new LockstepError('internal', 'The store answered no claim.')
  if (answer.kind === 'linked') return { kind: 'linked', link: answer.link }
  if (answer.kind === 'held') return { kind: 'held', until: answer.by.until }

  const { claim } = answer
  if (answer.before !== null) {
    const { claimedAt, until } = answer.before
    // What was sent may still be under way, or not be known to the search yet.
    const mayStillCome = Date.parse(until) > deps.clock.now().getTime()
    // Whoever takes over from us must search from there, too.
    await links.claim([mayStillCome ? { ...claim, claimedAt, until } : { ...claim, claimedAt }])
    const found = await making.find(sinceOf(claimedAt))
    if (found !== undefined) return { kind: 'made', thing: found, how: 'found', claim }
    if (mayStillCome) return { kind: 'held', until }
  }
  if (!(await stillHolds(deps, claim))) return { kind: 'held', until: deps.clock.now().toISOString() }
  try {
    return { kind: 'made', thing: await whileClaimed(deps, [claim], making.make), how: 'created', claim }
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error
    if (!error.effectUnknown) {
      await links.release(claim)
      throw error
    }
    deps.log.warn('a create ended without a reply; looking for its mark', { code: error.code })
    const found = await making.find(sinceOf(claim.claimedAt))
    if (found === undefined) throw error
    return { kind: 'made', thing: found, how: 'found', claim }
  }
}

// The server's clock may be behind ours.
const SKEW_MS = 10 * 60_000

const sinceOf = (claimedAt: string): string => new Date(Date.parse(claimedAt) - SKEW_MS).toISOString()

export function createClaim(deps: SyncDeps, { issue, connection }: Pick<Claim, 'issue' | 'connection'>): Claim {
  const claimedAt = deps.clock.now().toISOString()
  return { issue, connection, owner: deps.owner, claimedAt, until: leaseOf(deps) }
}

const leaseOf = ({ clock, claimMs }: SyncDeps): string => new Date(clock.now().getTime() + claimMs).toISOString()

/** The search for a mark may have taken so long that somebody else has taken over. */
async function stillHolds(deps: SyncDeps, claim: Claim): Promise<boolean> {
  const left = Date.parse(claim.until) - deps.clock.now().getTime()
  if (left > (deps.claimMs * 2) / 3) return true
  return (await deps.store.links.renew([{ ...claim, until: leaseOf(deps) }])).length > 0
}

/** Renews claims for as long as something is made: a request may wait for its turn, and be sent more than once. */
export async function whileClaimed<Made>(
  deps: SyncDeps,
  claims: readonly Claim[],
  make: () => Promise<Made>,
): Promise<Made> {
  let renewing: Promise<unknown> = Promise.resolve()
  const beat = setInterval(() => {
    const until = leaseOf(deps)
    renewing = deps.store.links
      .renew(claims.map((claim) => ({ ...claim, until })))
      .catch((cause: unknown) => deps.log.warn('claims not renewed', { cause }))
  }, deps.claimMs / 3)
  try {
    return await make()
  } finally {
    clearInterval(beat)
    await renewing
  }
}
