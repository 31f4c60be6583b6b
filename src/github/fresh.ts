import { LockstepError } from '../core/errors.ts'
import type { Gone, Issue, IssueRef } from '../core/issue.ts'
import { isGone, printIssueRef } from '../core/issue.ts'
import type { Clock } from '../core/ports.ts'

export interface Freshness {
  /** Notes an issue as read or written this very moment. */
  note(issue: Issue): Issue
  /** Throws `issue-changed` when somebody was faster. */
  assertUnmoved(issue: Issue): Promise<void>
}

/**
 * GitHub writes unconditionally: only a look just before can tell that somebody was faster. An issue read by itself
 * within this time is taken as it is, so that one change costs one read and one write; one that came with a page of a
 * scan never is, for the page may have been waiting.
 */
const FRESH_MS = 3000

export function createFreshness(clock: Clock, read: (ref: IssueRef) => Promise<Issue | Gone>): Freshness {
  const readAt = new WeakMap<Issue, number>()
  const now = () => clock.now().getTime()
  return {
    note(issue) {
      readAt.set(issue, now())
      return issue
    },
    async assertUnmoved(issue) {
      if (now() - (readAt.get(issue) ?? Number.NEGATIVE_INFINITY) <= FRESH_MS) return
      const current = await read(issue.ref)
      if (isGone(current)) throw new LockstepError('not-found', `${printIssueRef(issue.ref)} is gone meanwhile.`)
      if (isSame(current, issue)) return
      const message = `Somebody else changed ${printIssueRef(issue.ref)} meanwhile.`
      throw new LockstepError('issue-changed', message, { retryable: true })
    },
  }
}

// `updated_at` counts seconds, in which a person and Lockstep may both write: what stands there is compared as well.
const isSame = (a: Issue, b: Issue): boolean => JSON.stringify(a) === JSON.stringify(b)
