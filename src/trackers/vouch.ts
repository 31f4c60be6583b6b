import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Compares without telling by its duration how much of the text was right; the hashes make the lengths equal. */
export const sameText = (given: string, wanted: string): boolean => timingSafeEqual(hash(given), hash(wanted))

/** Every secret is tried, so that the duration does not tell which one fits. */
export const isOneOf = (given: string, wanted: readonly string[]): boolean =>
  wanted.map((secret) => sameText(given, secret)).includes(true)

export const sign = (body: Uint8Array, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex')

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** For hooks that a person registers by hand in a tracker that signs nothing. */
export const SECRET_HEADER = 'x-lockstep-secret'
