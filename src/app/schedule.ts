import type { Clock, Log } from '../core/ports.ts'
import type { Store } from '../core/store.ts'

export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Also by each process when it starts, as it may have been away. */
  readonly atStart?: boolean
  /** `before` is when it was last done, by whichever process. */
  run(before: Date | null): Promise<void>
}

interface ScheduleDeps {
  readonly store: Pick<Store, 'withLock' | 'cursors'>
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 60_000

/** Runs each job once per period, whatever the number of processes: the first that holds its lock does it for all. */
export function startSchedule(jobs: readonly Job[], deps: ScheduleDeps): { stop(): Promise<void> } {
  const { clock, log } = deps
  const started = clock.now().getTime()
  let looking = Promise.resolve()
  const look = () => {
    looking = looking.then(async () => {
      for (const job of jobs) {
        await runIfDue(job, started, deps).catch((cause: unknown) =>
          log.error('scheduled work failed', { job: job.name, cause }),
        )
      }
    })
  }
  look()
  const timer = setInterval(look, LOOK_MS)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

async function runIfDue(job: Job, started: number, { store, clock }: ScheduleDeps): Promise<void> {
  const { name, everyMs, atStart = false, run } = job
  const cursor = `schedule:${name}`
  const isDue = (last: string | undefined) => {
    if (last === undefined) return true
    const at = Date.parse(last)
    return clock.now().getTime() - at >= everyMs || (atStart && at < started)
  }
  // Asked before the lock as well, which is held for as long as another process does the job.
  if (!isDue(await store.cursors.find(cursor))) return
  await store.withLock(cursor, async () => {
    const last = await store.cursors.find(cursor)
    if (!isDue(last)) return
    const began = clock.now().toISOString()
    await run(last === undefined ? null : new Date(last))
    await store.cursors.save(cursor, began)
  })
}
