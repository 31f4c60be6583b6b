import type { SandboxReply } from '../kit/router.ts'

/** An answer that is a refusal, thrown from wherever it is found out. */
export interface Refusal extends Error {
  readonly reply: SandboxReply
}

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'reply' in error

export function refuseWith(reply: SandboxReply): Refusal {
  return Object.assign(new Error(`answers ${reply.status}`), { reply })
}

/** The usual body: messages about the whole, or one message per field. */
export function refuse(
  status: number,
  about: string | readonly string[] | Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  const body =
    typeof about === 'string'
      ? { errorMessages: [about], errors: {} }
      : Array.isArray(about)
        ? { errorMessages: about, errors: {} }
        : { errorMessages: [], errors: about }
  return refuseWith({ status, headers, body })
}

export const notAuthenticated = (): Refusal =>
  refuse(401, 'You are not authenticated. Authentication required to perform this operation.')

/** What resources closed to anonymous callers answer before the resource itself is asked. */
export const mustAuthenticate = (): Refusal =>
  refuseWith({
    status: 401,
    headers: { 'WWW-Authenticate': 'OAuth realm=""' },
    body: { message: 'Client must be authenticated to access this resource.', 'status-code': 401 },
  })
