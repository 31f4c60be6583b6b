import { fingerprint } from './fingerprint.ts'

const LONG = 120

/**
 * How a short text is kept in the base: as it is for people to read, but by its fingerprint when it is long or
 * holds what looks like an address, since the base may lie in a repository.
 */
export function remember(text: string): string {
  return text.length > LONG || text.includes('@') ? `#${fingerprint(text)}` : text
}
