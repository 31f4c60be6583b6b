import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { asLockstepError, type ErrorCode } from '../core/errors.ts'

/** How every refusal looks, whoever refuses. */
export interface Refusal {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string | null }
}

export const printRefusal = (code: string, message: string, remedy: string | null = null): Refusal => ({
  error: { code, message, remedy },
})

export const refuse = (status: number, refusal: Refusal): Response => Response.json(refusal, { status })

export const notFound = (): Response => refuse(404, printRefusal('not-found', 'There is nothing here, or not for you.'))

export const notSignedIn = (): Response =>
  refuse(401, printRefusal('not-signed-in', 'You are not signed in.', 'Sign in at /sign-in.'))

export const tooLarge = (): Response => refuse(413, printRefusal('too-large', 'The body is too large.'))

const statuses: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  usage: 400,
  'config-invalid': 400,
  'config-missing': 404,
  'not-signed-in': 401,
  'not-permitted': 403,
  'not-found': 404,
  'limit-reached': 429,
  unreachable: 502,
  'tracker-refused': 502,
  'store-unavailable': 503,
}

/** What an error may tell a visitor: a bug of ours says nothing about itself but in the log. */
export function refuseError(thrown: unknown): { readonly status: ContentfulStatusCode; readonly refusal: Refusal } {
  const { code, message, remedy } = asLockstepError(thrown)
  const status = statuses[code] ?? 500
  if (status >= 500 && code !== 'unreachable' && code !== 'tracker-refused')
    return { status, refusal: printRefusal(code, 'Something went wrong on the server.', 'Try again in a moment.') }
  return { status, refusal: printRefusal(code, message, remedy) }
}
