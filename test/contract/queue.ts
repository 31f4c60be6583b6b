import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Handle, Queue, Reason, Task } from '../../src/core/queue.ts'
import { createLog } from '../../src/log.ts'
import { openInbox, type InboxDeps } from '../../src/queue/inbox.ts'
import { createRedactor } from '../../src/redact.ts'
import { openDatabase, type StoreDatabase } from '../../src/store/database.ts'

const systemClock = { now: () => new Date() }
const log = createLog({
  level: 'silent',
  json: true,
  write: () => true,
  redactor: createRedactor(),
  clock: systemClock,
})

export const task = (number: number, lane = 'acme', more: Partial<Task> = {}): Task => ({
  key: `issue:${lane}/rocket#${number}`,
  lane,
  kind: 'issue',
  facts: { number },
  ...more,
})

/** Waits as long as it takes on a machine that is slow; the limit is there to say what did not happen. */
export const until = async (condition: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> => {
  const end = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not become true within ${ms} ms: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const reason: Reason = { code: 'unreachable', message: 'Nobody answers.', remedy: 'Wait.' }
const DONE = { kind: 'done' } as const

/** A clock that stands still until it is moved. */
function createStillClock() {
  let now = Date.parse('2026-05-01T00:00:00Z')
  return { now: () => new Date(now), pass: (ms: number) => void (now += ms) }
}

/** What every queue must do, whatever database it lies in. */
export function describeQueue(
  name: string,
  open: () => Promise<{ readonly target: string; readonly url?: string }>,
): void {
  describe(`a queue on ${name}`, () => {
    let place: { readonly target: string; readonly url?: string }
    const opened: { readonly database: StoreDatabase; readonly queue: Queue }[] = []

    /** As another process would. */
    async function openQueue(options: Partial<Pick<InboxDeps, 'clock' | 'settleMs' | 'work'>> = {}): Promise<Queue> {
      const { clock = systemClock, settleMs = 0 } = options
      const database = await openDatabase(place.target)
      const work = { pollMs: 50, backoffMs: 20, ...options.work }
      const queue = openInbox({ database, url: place.url, clock, log, settleMs, work })
      opened.push({ database, queue })
      return queue
    }

    beforeEach(async () => {
      place = await open()
    })
    afterEach(async () => {
      for (const { queue, database } of opened.splice(0)) {
        await queue.close()
        await database.close()
      }
    })

    it('hands out what was added, with its facts, and is empty afterwards', async () => {
      const queue = await openQueue()
      await queue.add([task(1, 'acme', { facts: { number: 1, actor: 'ada' }, comments: true })])
      expect(await queue.depth()).toMatchObject({ waiting: 1, running: 0, blocked: 0, dead: 0 })
      const seen: unknown[] = []
      queue.work(async (entry) => {
        seen.push(entry)
        return DONE
      })
      await until(async () => (await queue.depth()).waiting + (await queue.depth()).running === 0)
      expect(seen).toEqual([
        {
          key: 'issue:acme/rocket#1',
          lane: 'acme',
          kind: 'issue',
          facts: { number: 1, actor: 'ada' },
          comments: true,
          addedAt: expect.stringMatching(/^\d{4}-/),
          attempts: 0,
        },
      ])
    })

    it('keeps one entry per key, however many ask, in one batch or in many', async () => {
      const queue = await openQueue()
      await Promise.all([1, 1, 2, 1].map((number) => queue.add([task(number)])))
      await queue.add([task(1, 'acme', { comments: true }), task(1)])
      await queue.add([task(1, 'acme', { facts: { number: 1, newest: true } })])
      expect(await queue.depth()).toMatchObject({ waiting: 2 })
      const seen: unknown[] = []
      queue.work(async ({ facts, comments }) => {
        seen.push({ ...facts, comments })
        return DONE
      })
      await until(() => seen.length >= 2)
      await pause(100)
      expect(seen).toHaveLength(2)
      expect(seen).toContainEqual({ number: 1, newest: true, comments: true })
    })

    it('works once more when a task joins during the work, and only once', async () => {
      const queue = await openQueue()
      let runs = 0
      let inside = 0
      queue.work(async () => {
        runs += 1
        inside += 1
        expect(inside).toBe(1)
        if (runs === 1) for (let again = 0; again < 5; again++) await queue.add([task(1)])
        await pause(30)
        inside -= 1
        return DONE
      })
      await queue.add([task(1)])
      await until(() => runs >= 2)
      await pause(150)
      expect(runs).toBe(2)
      expect(await queue.depth()).toMatchObject({ waiting: 0, running: 0 })
    })

    it('lets what comes in a burst settle before it is looked at', async () => {
      const clock = createStillClock()
      const queue = await openQueue({ clock, settleMs: 400 })
      let runs = 0
      queue.work(async () => {
        runs += 1
        return DONE
      })
      for (let event = 0; event < 5; event++) {
        await queue.add([task(1)])
        clock.pass(50)
      }
      clock.pass(149)
      await pause(200)
      expect(runs).toBe(0)
      clock.pass(1)
      await until(() => runs > 0)
      await pause(200)
      expect(runs).toBe(1)
    })

    it('takes a delivery in once, also when it comes twice at the same moment', async () => {
      const queue = await openQueue()
      const answers = await Promise.all([queue.add([task(1)], 'guid-1'), queue.add([task(2)], 'guid-1')])
      expect(answers).toEqual([true, false])
      expect(await queue.add([task(3)], 'guid-1')).toBe(false)
      expect(await (await openQueue()).add([task(4)], 'guid-1')).toBe(false)
      expect(await queue.add([task(5)], 'guid-2')).toBe(true)
      expect(await queue.depth()).toMatchObject({ waiting: 2 })
    })

    it('tries again with growing pauses, then lays it aside with the reason, and replays it when told to', async () => {
      const queue = await openQueue({ work: { attempts: 3, backoffMs: 40 } })
      const at: number[] = []
      let verdict: Awaited<ReturnType<Handle>> = { kind: 'retry', reason }
      queue.work(async () => {
        at.push(Date.now())
        return verdict
      })
      await queue.add([task(1)])
      await until(async () => (await queue.depth()).dead === 1)
      expect(at).toHaveLength(3)
      expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(18)
      expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(38)
      expect(await queue.failed()).toMatchObject([{ key: task(1).key, attempts: 3, ...reason }])
      expect(await queue.failed({ code: 'unreachable', lane: 'acme' })).toHaveLength(1)
      expect(await queue.failed({ lane: 'other' })).toEqual([])

      verdict = DONE
      expect(await queue.replay({ key: task(2).key })).toBe(0)
      expect(await queue.replay({ key: task(1).key })).toBe(1)
      await until(async () => (await queue.failed()).length === 0)
      await until(() => at.length === 4)
    })

    it('brings the dead back to life when something new happens to them', async () => {
      const queue = await openQueue()
      let runs = 0
      queue.work(async () => {
        runs += 1
        return runs === 1 ? { kind: 'dead', reason } : DONE
      })
      await queue.add([task(1)])
      await until(async () => (await queue.depth()).dead === 1)
      await queue.add([task(1)])
      await until(async () => runs === 2 && (await queue.depth()).dead === 0)
    })

    it('lays aside what threw, and goes on with the others', async () => {
      const queue = await openQueue()
      const done: number[] = []
      queue.work(async ({ facts }) => {
        if (facts['number'] === 1) throw new Error('a bug')
        done.push(Number(facts['number']))
        return DONE
      })
      await queue.add([task(1), task(2)])
      await until(async () => done.length === 1 && (await queue.depth()).dead === 1)
      expect(await queue.failed()).toMatchObject([{ code: 'internal', message: expect.stringContaining('a bug') }])
    })

    it('waits until the time a limit names, whatever else happens, and counts that as no failure', async () => {
      const clock = createStillClock()
      const queue = await openQueue({ clock, work: { attempts: 2 } })
      const seen: number[] = []
      queue.work(async ({ attempts }) => {
        seen.push(attempts)
        if (seen.length > 2) return DONE
        return { kind: 'blocked', until: new Date(clock.now().getTime() + 250).toISOString(), reason }
      })
      await queue.add([task(1)])
      for (let round = 1; round <= 2; round++) {
        await until(async () => (await queue.depth()).blocked === 1)
        await queue.add([task(1)])
        clock.pass(249)
        await pause(100)
        expect(seen).toHaveLength(round)
        clock.pass(1)
        await until(() => seen.length === round + 1)
      }
      expect(seen).toEqual([0, 0, 0])
    })

    it('lets lanes take turns: a busy one keeps nobody else waiting', async () => {
      const queue = await openQueue({ work: { concurrency: 2, perLane: 2 } })
      await queue.add(Array.from({ length: 60 }, (_, index) => task(index, 'busy')))
      const order: string[] = []
      const added = Promise.withResolvers<void>()
      queue.work(async ({ lane }) => {
        order.push(lane)
        if (order.length >= 10) await added.promise
        return DONE
      })
      await until(() => order.length >= 10)
      await queue.add([task(1, 'small'), task(2, 'small'), task(3, 'small')])
      const before = order.length
      added.resolve()
      await until(() => order.length === 63)
      expect(order.lastIndexOf('small') - before).toBeLessThan(16)
    })

    it('never has more of one lane in hand than its share', async () => {
      const queue = await openQueue({ work: { concurrency: 4, perLane: 2 } })
      const inside = new Map<string, number>()
      let most = 0
      let done = 0
      queue.work(async ({ lane }) => {
        inside.set(lane, (inside.get(lane) ?? 0) + 1)
        most = Math.max(most, ...inside.values())
        await pause(5)
        inside.set(lane, (inside.get(lane) ?? 0) - 1)
        done += 1
        return DONE
      })
      await queue.add([1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => [task(number, 'one'), task(number, 'two')]))
      await until(() => done === 16)
      expect(most).toBe(2)
    })

    it('stops after what it has in hand, and leaves the rest', async () => {
      const queue = await openQueue({ work: { concurrency: 1 } })
      const done: unknown[] = []
      const told = Promise.withResolvers<void>()
      const worker = queue.work(async ({ key }) => {
        await told.promise
        done.push(key)
        return DONE
      })
      await queue.add([task(1), task(2), task(3)])
      await until(async () => (await queue.depth()).running === 1)
      const stopped = worker.stop()
      told.resolve()
      await stopped
      expect(done).toHaveLength(1)
      expect(await queue.depth()).toMatchObject({ waiting: 2, running: 0 })
    })

    it('shares the work between two workers, each entry to one of them', async () => {
      const [one, two] = [await openQueue(), await openQueue()]
      const seen: string[] = []
      const by = new Set<Queue>()
      const both = Promise.withResolvers<void>()
      for (const queue of [one, two]) {
        queue.work(async ({ key }) => {
          seen.push(key)
          by.add(queue)
          if (by.size === 2) both.resolve()
          // A quick one would be done before the other has looked.
          await both.promise
          return DONE
        })
      }
      await one.add(Array.from({ length: 100 }, (_, index) => task(index)))
      await until(() => seen.length >= 100)
      await pause(100)
      expect(new Set(seen).size).toBe(100)
      expect(seen).toHaveLength(100)
      expect(by.size).toBe(2)
    })

    it('calls a worker that another one adds for', async () => {
      // On PostgreSQL it would not look by itself before the test has ended.
      const pollMs = place.url === undefined ? 50 : 600_000
      const [adding, working] = [await openQueue(), await openQueue({ work: { pollMs } })]
      let done = false
      working.work(async () => {
        done = true
        return DONE
      })
      await pause(300)
      await adding.add([task(1)])
      await until(() => done)
    })
  })
}
