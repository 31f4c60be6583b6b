import type { IssueRef } from '../core/issue.ts'
import { printIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { SyncDeps } from './deps.ts'
import { createEntry, createOutcome } from './outcome.ts'

/** Leaves the pairs of an issue alone until they are resumed; nothing is lost, the next reconcile sees what moved. */
export const pauseLinks = (deps: SyncDeps, ref: IssueRef, actor?: string): Promise<readonly Link[]> =>
  changeState(deps, ref, { from: 'active', to: 'paused', message: 'Paused by hand.', actor })

export const resumeLinks = (deps: SyncDeps, ref: IssueRef, actor?: string): Promise<readonly Link[]> =>
  changeState(deps, ref, { from: 'paused', to: 'active', message: 'Resumed by hand.', actor })

interface StateChange {
  readonly from: Link['state']
  readonly to: Link['state']
  readonly message: string
  readonly actor: string | undefined
}

async function changeState(
  deps: SyncDeps,
  ref: IssueRef,
  { from, to, message, actor }: StateChange,
): Promise<readonly Link[]> {
  return await deps.store.withLock(`issue:${printIssueRef(ref).toLowerCase()}`, async () => {
    const links = (await deps.store.links.ofIssue(ref)).filter(({ state }) => state === from)
    for (const link of links) {
      const outcome = createOutcome(link, 'updated', message)
      const entry = createEntry(deps, outcome, { kind: 'link', actor })
      await deps.store.links.save({ ...link, state: to, updatedAt: entry.at }, [entry])
    }
    return links
  })
}
