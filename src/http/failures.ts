import { LockstepError } from '../core/errors.ts'
import type { ErrorCode, ErrorFacts } from '../core/errors.ts'
import { keepReply } from './reply.ts'
import type { HttpReply, ParsedReply } from './reply.ts'

export interface Asked {
  /** For messages: the connection. */
  readonly name: string
  readonly method: string
  readonly url: URL
  /** Nothing is changed by asking once more. */
  readonly idempotent: boolean
  readonly expect: 'json' | 'text' | 'nothing'
  /** The tracker's own words in a reply. */
  readonly readMessage: (reply: HttpReply) => string | undefined
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string
}

const REQUEST_IDS = ['activityid', 'x-vss-e2eid', 'x-tfs-session', 'x-arequestid', 'x-asessionid', 'x-request-id']
const MESSAGE_LIMIT = 1000

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  'not-signed-in': 'Check that the token or password of this connection is right and has not expired.',
  'not-permitted': 'Give the account of this connection the permission that the message names.',
  'not-found': 'Check the address, project and key; the account may also lack the permission to see it.',
  unreachable: 'Check the address, the network and whether the server is up; the next run tries again.',
}

/** Why this reply is not the one that was wanted; `undefined` when it is. */
export function failureOf({ reply, kind }: ParsedReply, asked: Asked): LockstepError | undefined {
  const { status } = reply
  const failed = (code: ErrorCode, what: string, facts: ErrorFacts = {}) =>
    keepReply(
      new LockstepError(code, `${asked.name}: ${what}`, {
        remedy: REMEDIES[code],
        ...facts,
        details: detailsOf(reply, asked),
      }),
      reply,
    )
  const host = reply.url.host
  const mayHaveWorked = !asked.idempotent
  const said = asked.redact(asked.readMessage(reply) ?? '').slice(0, MESSAGE_LIMIT)
  const because = said === '' ? '.' : `: ${said}`

  if (status >= 300 && status < 400) return redirectFailure(reply, failed)
  if (status === 401) return failed('not-signed-in', `${host} did not accept the sign-in${because}`)
  if (status === 203 || (status < 300 && kind === 'html' && asked.expect === 'json')) {
    return failed('not-signed-in', `${host} answered with a sign-in page instead of data.`, {
      effectUnknown: mayHaveWorked,
    })
  }
  if (status < 300) {
    if (asked.expect !== 'json' || kind === 'json') return undefined
    return failed('reply-unreadable', `${host} answered with something that is not JSON.`, {
      retryable: true,
      effectUnknown: mayHaveWorked,
    })
  }
  if (status === 403) return failed('not-permitted', `${host} does not allow this${because}`)
  if (status === 404 || status === 410) return failed('not-found', `${host} does not find it${because}`)
  if (status === 409 || status === 412) {
    return failed('ticket-changed', `somebody else changed it meanwhile${because}`, { retryable: true })
  }
  if (status === 408 || (status > 500 && status < 600)) {
    return failed('unreachable', `${host} answered ${status}${because}`, {
      retryable: true,
      effectUnknown: mayHaveWorked,
    })
  }
  if (status === 500) {
    return failed('tracker-refused', `${host} failed inside (500)${because}`, {
      retryable: true,
      effectUnknown: mayHaveWorked,
    })
  }
  return failed('tracker-refused', `${host} refused the request (${status})${because}`)
}

type Failed = (code: ErrorCode, what: string, facts?: ErrorFacts) => LockstepError

function redirectFailure(reply: HttpReply, failed: Failed): LockstepError {
  const location = reply.headers.get('location') ?? ''
  if (/sign-?in|log-?in|oauth2|adfs|saml/i.test(location)) {
    return failed('not-signed-in', `${reply.url.host} sent the request on to a sign-in page.`)
  }
  const target = URL.canParse(location, reply.url.href) ? new URL(location, reply.url).origin : 'nowhere'
  return failed('tracker-refused', `${reply.url.host} sent the request on to ${target}, where it is not followed.`, {
    remedy: 'Use the address that the server itself uses in the configuration.',
  })
}

/** No reply came. */
export function lostFailure(
  lost: { readonly sent: boolean; readonly code: string; readonly error: Error },
  asked: Asked,
): LockstepError {
  const { host, pathname } = asked.url
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(lost.code)
  const what = lost.code === 'ETIMEDOUT' ? 'did not answer in time' : 'could not be reached'
  return new LockstepError('unreachable', `${asked.name}: ${host} ${what} (${lost.code}).`, {
    remedy: untrusted
      ? 'Name the certificate authority of this server as "ca" of the connection, or set NODE_EXTRA_CA_CERTS.'
      : REMEDIES.unreachable,
    retryable: !untrusted,
    effectUnknown: lost.sent && !untrusted && !asked.idempotent,
    details: { host, path: pathname, method: asked.method, cause: asked.redact(lost.error.message) },
    cause: lost.error,
  })
}

export const findRequestId = (headers: Headers): string | undefined =>
  REQUEST_IDS.map((name) => headers.get(name)).find((id) => id !== null) ?? undefined

export function detailsOf(reply: HttpReply, asked: Asked): Record<string, unknown> {
  const ids = REQUEST_IDS.flatMap((name) => {
    const value = reply.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const said = asked.readMessage(reply)
  return {
    host: reply.url.host,
    path: reply.url.pathname,
    method: asked.method,
    status: reply.status,
    ...(said === undefined ? {} : { said: asked.redact(said).slice(0, MESSAGE_LIMIT) }),
    ...Object.fromEntries(ids),
  }
}
