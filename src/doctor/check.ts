import { asLockstepError } from '../core/errors.ts'

/** One thing that was looked at. */
export interface Check {
  /** `github`, the name of a connection, or `people`. */
  readonly area: string
  /** What was looked at, such as `token` or `routes[0].status.closed`. */
  readonly subject: string
  readonly severity: 'ok' | 'warning' | 'error'
  readonly message: string
  readonly remedy: string | null
}

/** Collects what is found about one area. */
export interface Notes {
  readonly checks: readonly Check[]
  ok(subject: string, message: string): void
  warn(subject: string, message: string, remedy: string | null): void
  fail(subject: string, message: string, remedy: string | null): void
  /** What could not be looked at is a finding too; its value is `undefined` then. */
  attempt<Result>(subject: string, work: () => Promise<Result>, remedy?: string): Promise<Result | undefined>
}

export function createNotes(area: string): Notes {
  const checks: Check[] = []
  const put = (severity: Check['severity']) => (subject: string, message: string, remedy: string | null) => {
    const known = checks.some((check) => check.subject === subject && check.message === message)
    if (!known) checks.push({ area, subject, severity, message, remedy })
  }
  const fail = put('error')
  return {
    checks,
    ok: (subject, message) => put('ok')(subject, message, null),
    warn: put('warning'),
    fail,
    async attempt(subject, work, usual) {
      try {
        return await work()
      } catch (error) {
        const { message, remedy } = asLockstepError(error)
        fail(subject, message, remedy ?? usual ?? null)
        return undefined
      }
    },
  }
}

export const countErrors = (checks: readonly Check[]): number =>
  checks.filter(({ severity }) => severity === 'error').length

/** At most so many names, for messages. */
export function listNames(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`)
  return `${shown.join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`
}

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
