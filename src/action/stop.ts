import type { Clock } from '../core/ports.ts'

/** Says when a run is to end before everything is done: at the deadline, or when the workflow is cancelled. */
export interface Stop {
  /** Nothing new is begun once this says so. */
  asks(): boolean
  /** Why something was not begun; `null` when nothing was held back. */
  readonly reason: string | null
  readonly cancelled: boolean
  /** Ends when what is under way has had its time after a cancellation. */
  readonly graceOver: Promise<void>
  close(): void
}

// The runner sends SIGINT, SIGTERM after 7.5 s, and ends the process 2.5 s later. The state takes a second to write.
const GRACE_MS = 5000

export function createStop(clock: Clock, deadlineMs: number | null): Stop {
  const until = deadlineMs === null ? Number.POSITIVE_INFINITY : clock.now().getTime() + deadlineMs
  const grace = Promise.withResolvers<void>()
  let cancelled = false
  let reason: string | null = null
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    if (cancelled) return
    cancelled = true
    timer = setTimeout(grace.resolve, GRACE_MS)
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, cancel)
  return {
    asks() {
      if (cancelled) reason = 'The run was cancelled'
      else if (clock.now().getTime() >= until) reason = 'The deadline came'
      return reason !== null
    },
    get reason() {
      return cancelled ? 'The run was cancelled' : reason
    },
    get cancelled() {
      return cancelled
    },
    graceOver: grace.promise,
    close() {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, cancel)
    },
  }
}
