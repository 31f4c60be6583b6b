const seeds = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef] as const
const primes = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const

function lane(text: string, seed: number, prime: number): string {
  let hash = seed ^ text.length
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime)
    hash = (hash << 13) | (hash >>> 19)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
}

/**
 * 128 bits in hexadecimal digits: remembers a text without keeping it.
 * Not cryptographic: whoever forges a collision only hides an edit of their own.
 */
export function fingerprint(text: string): string {
  return seeds.map((seed, index) => lane(text, seed, primes[index] ?? 1)).join('')
}
