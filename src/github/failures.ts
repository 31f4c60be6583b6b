import { LockstepError } from '../core/errors.ts'

interface RequestFailure {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** What Octokit throws, read without depending on its class: the app and the Action may hold different copies. */
function readFailure(thrown: unknown): RequestFailure {
  if (typeof thrown !== 'object' || thrown === null) return { status: 0, message: String(thrown), headers: {} }
  const { status, message, response } = thrown as Record<string, unknown>
  const { headers, data } = (response ?? {}) as Record<string, unknown>
  const said = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  const details = Array.isArray(said['errors']) ? ` ${JSON.stringify(said['errors'])}` : ''
  return {
    status: typeof status === 'number' && response !== undefined ? status : 0,
    message: `${typeof said['message'] === 'string' ? said['message'] : String(message)}${details}`,
    headers: (headers ?? {}) as Record<string, string>,
  }
}

// GitHub asks for at least a minute where it names no time for a secondary limit.
const SECONDARY_WAIT_MS = 60_000

function findLimit({ status, message, headers }: RequestFailure, now: Date): string | undefined {
  if (status !== 403 && status !== 429) return undefined
  const after = Number(headers['retry-after'])
  if (Number.isFinite(after) && headers['retry-after'] !== undefined) {
    return new Date(now.getTime() + after * 1000).toISOString()
  }
  const reset = Number(headers['x-ratelimit-reset'])
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) return new Date(reset * 1000).toISOString()
  if (status === 429 || /rate limit|abuse/i.test(message))
    return new Date(now.getTime() + SECONDARY_WAIT_MS).toISOString()
  return undefined
}

export function explainFailure(thrown: unknown, route: string, now: Date): LockstepError {
  const failure = readFailure(thrown)
  const { status, message, headers } = failure
  const isRead = route.startsWith('GET ')
  const details = {
    status,
    route,
    said: message,
    requestId: headers['x-github-request-id'],
    headers: limitHeaders(headers),
  }
  const limit = findLimit(failure, now)
  if (limit !== undefined) {
    return new LockstepError('limit-reached', 'GitHub’s request limit is used up.', {
      remedy: 'Nothing needs to be done: the work goes on when the limit is filled again.',
      retryable: true,
      retryAt: limit,
      details,
    })
  }
  switch (status) {
    case 304:
      return new LockstepError('internal', 'Not modified.', { details })
    case 401:
      return new LockstepError('not-signed-in', `GitHub refused the token: ${message}`, {
        remedy: 'Check GITHUB_TOKEN, or APP_ID and PRIVATE_KEY: it may have expired or belong to another server.',
        details,
      })
    case 403:
      return new LockstepError('not-permitted', `GitHub does not permit ${route.split(' ')[0]} here: ${message}`, {
        remedy: 'Give the token or the app "Issues: read and write" on this repository.',
        details,
      })
    case 404:
    case 410:
      return new LockstepError('not-found', `GitHub has nothing at ${route}: ${message}`, {
        remedy: 'It was deleted, or the token or the app has no access to it.',
        details,
      })
    case 422:
      return new LockstepError('github-refused', `GitHub refused the change: ${message}`, {
        remedy: 'The message of GitHub says which value it does not accept.',
        details,
      })
  }
  if (status === 0 || status >= 500) {
    const said = status === 0 ? 'GitHub could not be reached' : `GitHub failed with ${status}`
    return new LockstepError('unreachable', `${said}: ${message}`, {
      remedy: 'Try again later; githubstatus.com tells whether it is GitHub itself.',
      retryable: true,
      // Nobody knows whether a write arrived before the line broke.
      effectUnknown: !isRead,
      details,
      cause: thrown,
    })
  }
  return new LockstepError('github-refused', `GitHub answered ${status}: ${message}`, { details, cause: thrown })
}

const limitHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('x-ratelimit-') || name === 'retry-after'),
  )

/** Reads may always be repeated; writes only when they surely had no effect, which is for the caller to say. */
export const isRetryable = (error: LockstepError, isRead: boolean): boolean => isRead && error.code === 'unreachable'
