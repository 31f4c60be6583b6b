import type { RouteRule } from '../config/schema.ts'
import { LockstepError } from '../core/errors.ts'
import type { IssueRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Side } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { SyncDeps } from './deps.ts'
import { reconcile } from './reconcile.ts'

export interface Decision {
  readonly connection: string
  /** As the conflict names it. */
  readonly field: string
  readonly winner: Side
  readonly actor: string
}

/** A person decided a conflict: for this one field of this one pair, and this once, the policy is what they said. */
export async function resolveConflict(
  deps: SyncDeps,
  ref: IssueRef,
  { connection, field, winner, actor }: Decision,
): Promise<readonly Outcome[]> {
  const link = await deps.store.links.find(ref, connection)
  if (link?.conflicts.some((conflict) => conflict.field === field) !== true) {
    throw new LockstepError('usage', `${printIssueRef(ref)} has no conflict about ${field} any more.`, {
      remedy: 'Somebody may have settled it meanwhile; look at the pair again.',
    })
  }
  const routes = deps.routes.map((rule) => (rule.to === connection ? decide(rule, field, winner) : rule))
  return await reconcile({ ...deps, routes }, ref, { actor })
}

const decide = (rule: RouteRule, field: string, winner: Side): RouteRule => ({
  ...rule,
  conflict: { ...(typeof rule.conflict === 'string' ? { default: rule.conflict } : rule.conflict), [field]: winner },
})
