import type { ErrorCode } from '../core/errors.ts'
import { asLockstepError } from '../core/errors.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Reason, Verdict } from '../core/queue.ts'

/** What may be otherwise the next time, although nobody changes anything. */
const passing: readonly ErrorCode[] = [
  'issue-changed',
  'limit-reached',
  'state-lost-race',
  'store-unavailable',
  'ticket-changed',
  'unreachable',
]

/** What is to become of a queue entry after its issue was reconciled: the most hopeful of its pairs decides. */
export function judgeOutcomes(outcomes: readonly Outcome[]): Verdict {
  const blocked = outcomes.filter(({ outcome }) => outcome === 'blocked')
  const [earliest] = blocked.toSorted((a, b) => ((a.until ?? '') < (b.until ?? '') ? -1 : 1))
  if (earliest !== undefined) return judge(earliest, true)
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed')
  const worst = failed.find(({ code }) => code !== null && passing.includes(code)) ?? failed[0]
  if (worst !== undefined) return judge(worst, worst.code !== null && passing.includes(worst.code))
  // Pairs that were reconciled before this one do not know what it wrote to the issue; our own echo is not listened to.
  const late = outcomes.slice(1).some(({ changes }) => changes.some(({ side }) => side === 'github'))
  return late ? { kind: 'again' } : { kind: 'done' }
}

/** GitHub may have said no because the app is not installed there any more. */
export const isRefused = (verdict: Verdict): boolean =>
  verdict.kind === 'dead' && ['not-found', 'not-permitted', 'not-signed-in'].includes(verdict.reason.code)

export function judgeError(thrown: unknown): Verdict {
  const { code, message, remedy, retryable, retryAt } = asLockstepError(thrown)
  return judge({ code, message, remedy, until: retryAt }, retryable)
}

function judge(
  { code, message, remedy, until }: Pick<Outcome, 'code' | 'message' | 'remedy' | 'until'>,
  passes: boolean,
): Verdict {
  const reason: Reason = { code: code ?? 'internal', message, remedy }
  if (!passes) return { kind: 'dead', reason }
  return until === null ? { kind: 'retry', reason } : { kind: 'blocked', until, reason }
}
