/** A clock that tests can stop, set and move; until touched it is the real one. */
export interface Clock {
  now(): Date
  /** Stops the clock at this moment. */
  set(moment: Date | string): void
  /** Moves it by so many milliseconds, running or stopped. */
  advance(ms: number): void
  /** Back to real time. */
  reset(): void
}

export function createClock(): Clock {
  let stoppedAt: number | null = null
  let offset = 0
  return {
    now: () => new Date((stoppedAt ?? Date.now()) + offset),
    set(moment) {
      stoppedAt = new Date(moment).getTime()
      offset = 0
    },
    advance(ms) {
      offset += ms
    },
    reset() {
      stoppedAt = null
      offset = 0
    },
  }
}
