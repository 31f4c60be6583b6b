import type { Clock } from '../core/ports.ts'
import type { Queue } from '../core/queue.ts'

const MOST_WATCHED = 10_000

/** The same queue, with the time counted from an entry's arrival in this process to the end of the work on it. */
export function measureLatency(queue: Queue, clock: Clock, tell: (seconds: number) => void): Queue {
  const arrived = new Map<string, number>()
  const note = (key: string): void => {
    if (arrived.size >= MOST_WATCHED || arrived.has(key)) return
    arrived.set(key, clock.now().getTime())
  }
  return {
    ...queue,
    async add(tasks, delivery) {
      // A scan is no event: it takes as long as there is to look at.
      for (const { key, kind } of tasks) if (kind !== 'scan') note(key)
      return await queue.add(tasks, delivery)
    },
    work: (handle) =>
      queue.work(async (entry) => {
        const since = arrived.get(entry.key)
        // What arrives meanwhile is worked on once more, and counts from its own arrival.
        arrived.delete(entry.key)
        const verdict = await handle(entry)
        if (since !== undefined && verdict.kind === 'done') tell((clock.now().getTime() - since) / 1000)
        return verdict
      }),
  }
}
