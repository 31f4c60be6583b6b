import type { MiddlewareHandler } from 'hono'
import { tooLarge } from './refusal.ts'

/** A body of at most `limit` bytes; `undefined` when it is larger. Nothing beyond the limit is kept. */
export async function readCapped(
  stream: AsyncIterable<Uint8Array> | null,
  announced: string | null | undefined,
  limit: number,
): Promise<Uint8Array | undefined> {
  if (Number(announced ?? 0) > limit) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Nothing larger goes further. Hono's own limit fails at a body without a length: it copies a request that is not Node's. */
export const limitBody =
  (limit: number): MiddlewareHandler =>
  async (context, next) => {
    const { raw } = context.req
    const announced = raw.headers.get('content-length')
    if (Number(announced ?? 0) > limit) return tooLarge()
    if (announced === null && raw.body !== null) {
      const body = await readCapped(raw.body, announced, limit)
      if (body === undefined) return tooLarge()
      const { url, method, headers, signal } = raw
      context.req.raw = new Request(url, { method, headers, signal, body: new Uint8Array(body) })
    }
    return await next()
  }

/** `undefined` for what is no JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    return undefined
  }
}

export const isJson = (contentType: string | null | undefined): boolean =>
  /^application\/json(?:\s*;|$)/i.test(contentType ?? '')
