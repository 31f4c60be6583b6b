import type { Clock } from '../../core/ports.ts'

/** Asks once per key and keeps the answer for a while, whoever asks; a failure is not kept. */
export function keepBy<Value>(
  fetch: (key: string) => Promise<Value>,
  { clock, ms }: { readonly clock: Clock; readonly ms: number },
): (key: string, fresh?: boolean) => Promise<Value> {
  const kept = new Map<string, { readonly value: Promise<Value>; readonly at: number }>()
  return (key, fresh = false) => {
    const now = clock.now().getTime()
    const known = kept.get(key)
    if (!fresh && known !== undefined && now - known.at < ms) return known.value
    const entry = { value: fetch(key), at: now }
    kept.set(key, entry)
    entry.value.catch(() => {
      if (kept.get(key) === entry) kept.delete(key)
    })
    return entry.value
  }
}

export const HOUR_MS = 60 * 60_000
