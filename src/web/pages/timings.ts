import type { Clock } from '../../core/ports.ts'
import type { MinuteTiming } from './deps.ts'

const MINUTES = 60
const MINUTE_MS = 60_000
/** Enough for a middle and a maximum, whatever a busy minute brings. */
const MOST_KEPT = 2_000

export interface Timings {
  /** From an event to its effect. */
  note(seconds: number): void
  readTimings(): readonly MinuteTiming[]
}

/** The latencies of the last hour. */
export function createTimings({ clock }: { readonly clock: Clock }): Timings {
  const minutes = new Map<number, number[]>()
  const thisMinute = () => Math.floor(clock.now().getTime() / MINUTE_MS)
  return {
    note(seconds) {
      const minute = thisMinute()
      const own = minutes.get(minute) ?? []
      if (own.length < MOST_KEPT) own.push(seconds)
      minutes.set(minute, own)
      for (const known of minutes.keys()) if (known <= minute - MINUTES) minutes.delete(known)
    },
    readTimings() {
      const now = thisMinute()
      return Array.from({ length: MINUTES }, (_, index) => {
        const minute = now - MINUTES + 1 + index
        const own = (minutes.get(minute) ?? []).toSorted((a, b) => a - b)
        const median = own[Math.floor((own.length - 1) / 2)] ?? null
        return { minute: new Date(minute * MINUTE_MS).toISOString(), median, slowest: own.at(-1) ?? null }
      })
    },
  }
}
