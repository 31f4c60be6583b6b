import type { SandboxReply } from '../kit/router.ts'

/** An answer that ends a request early, thrown from wherever the refusal is found. */
interface Refusal extends Error {
  readonly refusal: SandboxReply
}

const DOCS = 'https://docs.github.com/rest'

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'refusal' in error
}

export function refuse(
  status: number,
  message: string,
  {
    errors,
    docs = DOCS,
    headers = {},
    url,
  }: { errors?: readonly unknown[]; docs?: string; headers?: Record<string, string>; url?: string } = {},
): never {
  const body = {
    message,
    ...(errors === undefined ? {} : { errors }),
    ...(url === undefined ? {} : { url }),
    documentation_url: docs,
    status: String(status),
  }
  throw Object.assign(new Error(message), { refusal: { status, headers, body } })
}

export const refuseNotFound = (): never => refuse(404, 'Not Found')

export interface FieldError {
  readonly resource: string
  readonly field?: string
  readonly code: string
  readonly value?: unknown
  readonly message?: string
}

export const refuseInvalid = (...errors: readonly FieldError[]): never => refuse(422, 'Validation Failed', { errors })

export const ok = (body: unknown, headers: Record<string, string> = {}): SandboxReply => ({
  status: 200,
  headers,
  body,
})
export const created = (body: unknown, location?: string): SandboxReply => ({
  status: 201,
  headers: location === undefined ? {} : { location },
  body,
})
export const noContent: SandboxReply = { status: 204 }

/** `Last-Modified` stands on single things that know when they last changed. */
export const lastModified = (timestamp: string): Record<string, string> => ({
  'last-modified': new Date(timestamp).toUTCString(),
})
