import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'

export interface HttpReply {
  readonly status: number
  readonly headers: Headers
  readonly url: URL
  /** Parsed JSON; the text where it is no JSON; `undefined` when the body is empty. */
  readonly body: unknown
  /** The body in the shape that the caller needs; throws `reply-unreadable` when it has another. */
  read<Out>(schema: z.ZodType<Out>): Out
}

export type BodyKind = 'json' | 'html' | 'text' | 'empty' | 'broken'

export interface ParsedReply {
  readonly reply: HttpReply
  readonly kind: BodyKind
}

interface RawReply {
  /** A write: when its reply cannot be read, nobody knows what it did. */
  readonly writes: boolean
  readonly status: number
  readonly headers: Headers
  readonly url: URL
  readonly bytes: Buffer
}

export function parseReply({ status, headers, url, bytes, writes }: RawReply): ParsedReply {
  const { kind, body } = parseBody(headers.get('content-type') ?? '', bytes.toString('utf8'))
  const reply: HttpReply = {
    status,
    headers,
    url,
    body,
    read(schema) {
      const parsed = schema.safeParse(body)
      if (parsed.success) return parsed.data
      throw new LockstepError('reply-unreadable', `${url.host} answered in a shape that Lockstep does not know.`, {
        remedy:
          'Check that the address in the configuration is that of the tracker, and that its version is supported.',
        effectUnknown: writes,
        details: { host: url.host, path: url.pathname, status, problem: z.prettifyError(parsed.error).slice(0, 500) },
      })
    },
  }
  return { reply, kind }
}

function parseBody(type: string, text: string): { readonly kind: BodyKind; readonly body: unknown } {
  const start = text.trimStart()
  if (start === '') return { kind: 'empty', body: undefined }
  if (/html/i.test(type) || start.startsWith('<')) return { kind: 'html', body: text }
  if (!/json/i.test(type) && !/^[[{]/.test(start)) return { kind: 'text', body: text }
  try {
    return { kind: 'json', body: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'broken', body: text }
  }
}

const replies = new WeakMap<Error, HttpReply>()

/** Keeps the reply that a failure came from, outside of anything that is logged. */
export function keepReply<Failure extends Error>(failure: Failure, reply: HttpReply): Failure {
  replies.set(failure, reply)
  return failure
}

/** The reply that a failure came from, for an adapter that reads more out of it than its message. */
export const replyOf = (failure: unknown): HttpReply | undefined =>
  failure instanceof Error ? replies.get(failure) : undefined
