import { asLockstepError } from '../core/errors.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Entry, Handle, Reason, Verdict } from '../core/queue.ts'
import type { StoreDatabase } from '../store/database.ts'
import { findLanes, findNextDue, renew, settle, take, type Lease } from './hold.ts'
import type { Taken } from './rows.ts'
import { chooseTurns } from './turns.ts'

export interface WorkOptions {
  readonly database: StoreDatabase
  readonly clock: Clock
  readonly log: Log
  /** Names this worker: nobody else may have the same. */
  readonly owner: string
  /** How many entries are in hand at once. */
  readonly concurrency: number
  /** And how many of them of one lane. */
  readonly perLane: number
  /** Tries before an entry is dead. */
  readonly attempts: number
  /** The first pause after a failure; each further one is twice as long, in milliseconds. */
  readonly backoffMs: number
  /** A worker that was not heard of for so long is dead, and its work is given back, in milliseconds. */
  readonly leaseMs: number
  /** How often to look when nobody calls, in milliseconds. */
  readonly pollMs: number
}

const LONGEST_BACKOFF_MS = 15 * 60_000
// What is due may be out of reach: in another process's hands, or in a lane that has its share already.
const SHORTEST_REST_MS = 20
// After a failure of the database itself.
const RECOVERY_MS = 1_000

/** One worker of one process. `wake` makes it look at once. */
export function startWork(handle: Handle, options: WorkOptions): { wake(): void; stop(): Promise<void> } {
  const { database, clock, log, owner } = options
  const inHand = new Map<string, { readonly lane: string; readonly work: Promise<void> }>()
  const served = new Map<string, number>()
  let turn = 0
  let stopped = false
  let called = false
  let rouse: () => void = () => {}

  const wake = () => {
    called = true
    rouse()
  }
  const leaseNow = (): Lease => {
    const now = clock.now()
    return { owner, now, until: new Date(now.getTime() + options.leaseMs) }
  }

  function retryAt({ attempts }: Entry): Date {
    const pause = Math.min(options.backoffMs * 2 ** attempts, LONGEST_BACKOFF_MS)
    // Between half and all of it, so that those that failed together do not come back together.
    return new Date(clock.now().getTime() + pause * (0.5 + Math.random() / 2))
  }

  async function judge(entry: Entry): Promise<Verdict> {
    if (entry.attempts >= options.attempts) return { kind: 'dead', reason: diedOf(entry) }
    try {
      const verdict = await handle(entry)
      const last = entry.attempts + 1 >= options.attempts
      return verdict.kind === 'retry' && last ? { kind: 'dead', reason: verdict.reason } : verdict
    } catch (thrown) {
      const { code, message, remedy } = asLockstepError(thrown)
      log.error('queue entry failed', { key: entry.key, code, said: message, cause: thrown })
      return { kind: 'dead', reason: { code, message, remedy } }
    }
  }

  async function workOn(taken: Taken): Promise<void> {
    const { entry } = taken
    const verdict = await judge(entry)
    try {
      await settle(database, taken, { verdict, now: clock.now(), retryAt: retryAt(entry) })
    } catch (cause) {
      // Its lease runs out, and then it is handed out again.
      log.error('queue entry not settled', { key: entry.key, cause })
    }
    inHand.delete(entry.key)
    wake()
  }

  async function takeTurns(): Promise<void> {
    const free = options.concurrency - inHand.size
    if (free <= 0) return
    const running = Map.groupBy(inHand.values(), ({ lane }) => lane)
    const turns = chooseTurns(await findLanes(database, clock.now()), {
      free,
      perLane: options.perLane,
      running: new Map([...running].map(([lane, entries]) => [lane, entries.length])),
      served,
    })
    for (const [lane, count] of turns) {
      served.set(lane, (turn += 1))
      for (const taken of await take(database, lane, { count, lease: leaseNow() })) {
        called = true
        // One of our own comes back when its lease could not be renewed in time.
        if (!inHand.has(taken.entry.key)) inHand.set(taken.entry.key, { lane, work: workOn(taken) })
      }
    }
  }

  async function rest(): Promise<void> {
    const due = inHand.size < options.concurrency ? await findNextDue(database) : undefined
    const untilDue =
      due === undefined ? options.pollMs : Math.max(due.getTime() - clock.now().getTime(), SHORTEST_REST_MS)
    if (called || stopped) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(untilDue, options.pollMs))
      rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function run(): Promise<void> {
    while (!stopped) {
      called = false
      try {
        await takeTurns()
        if (!called) await rest()
      } catch (cause) {
        log.error('queue not reached', { cause })
        await new Promise((resolve) => setTimeout(resolve, RECOVERY_MS))
      }
    }
  }

  const beat = setInterval(() => {
    if (inHand.size === 0) return
    renew(database, [...inHand.keys()], leaseNow()).catch((cause: unknown) =>
      log.warn('queue lease not renewed', { cause }),
    )
  }, options.leaseMs / 3)
  const running = run()
  return {
    wake,
    async stop() {
      stopped = true
      wake()
      await running
      await Promise.all([...inHand.values()].map(({ work }) => work))
      clearInterval(beat)
    },
  }
}

const diedOf = ({ attempts }: Entry): Reason => ({
  code: 'internal',
  message: `The process that worked on it ended ${attempts} times before it was done.`,
  remedy: 'Look into the log of that time, and at the memory of the process.',
})
