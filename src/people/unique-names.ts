import { createHash } from 'node:crypto'

export interface Wanted {
  /** The name that is taken. */
  readonly name: string
  /** What the random part is drawn from, so that a second try of the same import ends alike. */
  readonly seed: string
}

interface UniqueOptions {
  readonly maxLength: number
  readonly keyOf: (name: string) => string
  findTaken(keys: readonly string[]): Promise<ReadonlySet<string>>
}

/** Length of the random part, try by try: short ones look better, long ones are always free. */
const sizes: readonly number[] = [2, ...Array<number>(5).fill(3), ...Array<number>(20).fill(5), 12]

/** For each of them a name that nobody has: its own, a dash and some letters. Answers in their order. */
export async function findUniqueNames(
  wanted: readonly Wanted[],
  { maxLength, keyOf, findTaken }: UniqueOptions,
): Promise<readonly string[]> {
  const found = new Map<Wanted, string>()
  const given = new Set<string>()
  for (const [attempt, size] of sizes.entries()) {
    const open = wanted.filter((one) => !found.has(one))
    if (open.length === 0) break
    const candidates = open.map(({ name, seed }) => {
      const base = [...name].slice(0, maxLength - size - 1).join('')
      return `${base}-${drawLetters(`${seed} ${attempt}`, size)}`
    })
    const taken = await findTaken(candidates.map(keyOf))
    for (const [index, one] of open.entries()) {
      const candidate = candidates[index] ?? ''
      const key = keyOf(candidate)
      if (taken.has(key) || given.has(key)) continue
      given.add(key)
      found.set(one, candidate)
    }
  }
  // Twelve letters of 36 are taken once in 10^18 times.
  return wanted.map((one) => found.get(one) ?? `${one.name}-${drawLetters(one.seed, 24)}`)
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

const drawLetters = (seed: string, size: number): string =>
  [...createHash('sha256').update(seed).digest().subarray(0, size)]
    .map((byte) => letters[byte % letters.length])
    .join('')
