/** Every way in which Lockstep itself can fail; `docs/errors.md` explains each. */
export const errorCodes = [
  'archive-entry-missing',
  'archive-entry-unknown',
  'archive-key-mismatch',
  'archive-model-unknown',
  'archive-not-authentic',
  'archive-not-json',
  'archive-record-bad',
  'archive-too-large',
  'archive-truncated',
  'archive-unreadable',
  'archive-wrong-key',
  'config-invalid',
  'config-missing',
  'environment-invalid',
  'field-refused',
  'github-refused',
  'internal',
  'issue-changed',
  'key-missing',
  'key-unreadable',
  'kms-config-bad',
  'kms-failed',
  'limit-reached',
  'not-assignable',
  'not-found',
  'not-permitted',
  'not-signed-in',
  'reply-unreadable',
  'state-lost-race',
  'state-unreadable',
  'status-unreachable',
  'store-unavailable',
  'ticket-changed',
  'tracker-refused',
  'unreachable',
  'usage',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorFacts {
  /** What the reader can do about it, as a sentence. */
  readonly remedy?: string | undefined
  /** Trying again later, with nothing changed, may help. */
  readonly retryable?: boolean | undefined
  /** When trying again makes sense, in ISO time. */
  readonly retryAt?: string | undefined
  /** The request may have taken effect although no good reply came. */
  readonly effectUnknown?: boolean | undefined
  /** Facts for the log: host, path, status, request id, the server's own message. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

export class LockstepError extends Error {
  override readonly name = 'LockstepError'
  readonly code: ErrorCode
  readonly remedy: string | null
  readonly retryable: boolean
  readonly retryAt: string | null
  readonly effectUnknown: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause })
    this.code = code
    this.remedy = facts.remedy ?? null
    this.retryable = facts.retryable ?? false
    this.retryAt = facts.retryAt ?? null
    this.effectUnknown = facts.effectUnknown ?? false
    this.details = facts.details ?? {}
  }
}

/** The same error, knowing more. */
export const withDetails = (error: LockstepError, details: LockstepError['details']): LockstepError =>
  new LockstepError(error.code, error.message, {
    cause: error.cause,
    remedy: error.remedy ?? undefined,
    retryable: error.retryable,
    retryAt: error.retryAt ?? undefined,
    effectUnknown: error.effectUnknown,
    details: { ...error.details, ...details },
  })

/** Anything thrown, as a LockstepError; what is none of ours is a bug and says so. */
export function asLockstepError(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LockstepError('internal', `Something went wrong that Lockstep did not expect: ${message}`, {
    remedy: 'Please report it with the log of this run.',
    cause: error,
  })
}
