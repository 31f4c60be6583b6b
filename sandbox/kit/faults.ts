/** A rule that makes something go wrong. Without `nth` and `times` it plays on every match. */
export interface Fault {
  readonly name?: string
  /** Matches requests (`request`, the default) or outgoing webhook deliveries. */
  readonly on?: 'request' | 'webhook'
  readonly method?: string
  /** A regular expression: over the path with its query, or over the event name of a webhook. */
  readonly path?: string
  /** Only the nth match, counted from 1. */
  readonly nth?: number
  /** Only the first so many matches. */
  readonly times?: number
  /** Between 0 and 1: each match is drawn from a generator seeded with `seed`. */
  readonly probability?: number
  readonly seed?: number

  /** Wait before answering. */
  readonly delayMs?: number
  /** Wait for this before answering: for whoever runs the sandbox in their own process. */
  readonly held?: Promise<unknown>
  /** Answer this instead of doing the work. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Cut the connection: `before` nothing was done, `after` the effect stands and nobody hears of it. */
  readonly reset?: 'before' | 'after'
  /** Do the work, then send half of the body. */
  readonly malformed?: boolean
  /** Do the work, then answer a sign-in page. */
  readonly html?: boolean
  /** For webhooks. `reorder` holds a delivery back until the next one has gone out. */
  readonly webhook?: 'lose' | 'double' | 'reorder'
}

export interface Faults {
  readonly rules: readonly Fault[]
  add(...rules: readonly Fault[]): void
  clear(): void
  /** The first rule that plays on this request or event, with its match counted. */
  match(on: 'request' | 'webhook', method: string, subject: string): Fault | undefined
}

// Small, seeded and good enough to scatter faults: mulberry32.
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function createFaults(): Faults {
  let armed: { rule: Fault; path: RegExp | null; matches: number; draw: () => number }[] = []
  return {
    get rules() {
      return armed.map(({ rule }) => rule)
    },
    add(...rules) {
      for (const rule of rules) {
        armed.push({
          rule,
          path: rule.path === undefined ? null : new RegExp(rule.path),
          matches: 0,
          draw: createRandom(rule.seed ?? 1),
        })
      }
    },
    clear() {
      armed = []
    },
    match(on, method, subject) {
      for (const entry of armed) {
        const { rule, path } = entry
        if ((rule.on ?? 'request') !== on) continue
        if (rule.method !== undefined && rule.method !== method) continue
        if (path !== null && !path.test(subject)) continue
        entry.matches++
        if (rule.nth !== undefined && entry.matches !== rule.nth) continue
        if (rule.times !== undefined && entry.matches > rule.times) continue
        if (rule.probability !== undefined && entry.draw() >= rule.probability) continue
        return rule
      }
      return undefined
    },
  }
}
