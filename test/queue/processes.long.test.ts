import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Queue } from '../../src/core/queue.ts'
import { openInbox } from '../../src/queue/inbox.ts'
import { openDatabase, type StoreDatabase } from '../../src/store/database.ts'
import { until } from '../contract/queue.ts'
import { freshPostgres } from '../postgres.ts'

const script = fileURLToPath(new URL('child.ts', import.meta.url))
const clock = { now: () => new Date() }
const log = { debug() {}, info() {}, warn() {}, error() {} }

let folder = ''
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-queue-processes-'))
})
afterAll(() => rm(folder, { recursive: true }))

const children: ChildProcess[] = []
let adding: { readonly database: StoreDatabase; readonly queue: Queue } | undefined

async function openAdding(target: string): Promise<Queue> {
  const database = await openDatabase(target)
  const url = target.startsWith('postgres') ? target : undefined
  adding = { database, queue: openInbox({ database, url, clock, log, settleMs: 0 }) }
  return adding.queue
}

const CONCURRENCY = 4
// Long enough for a machine that pauses: only a dead worker may lose what it has in hand.
const LEASE_MS = 5_000

/** `most` is how many entries it ends before everything that it begins stays in its hands. */
async function startWorker(target: string, journal: string, { most = Number.POSITIVE_INFINITY } = {}) {
  const numbers = [CONCURRENCY, LEASE_MS, most].map(String)
  const child = spawn(process.execPath, [script, target, journal, ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'close')
}

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await adding?.queue.close()
  await adding?.database.close()
  adding = undefined
})

interface Step {
  readonly what: string
  readonly key: string
  readonly pid: string
}

async function readSteps(journal: string): Promise<readonly Step[]> {
  const lines = (await readFile(journal, 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => {
    const [what = '', key = '', pid = ''] = line.split(' ')
    return { what, key, pid }
  })
}

/** Nobody begins what somebody else has in hand and still lives to finish. */
function findOverlaps(steps: readonly Step[], killed: ReadonlySet<string>): readonly Step[] {
  const holders = new Map<string, string>()
  return steps.filter((step) => {
    const holder = holders.get(step.key)
    if (step.what === 'end') holders.delete(step.key)
    else holders.set(step.key, step.pid)
    return step.what === 'begin' && holder !== undefined && !killed.has(holder)
  })
}

const isEmpty = async (queue: Queue): Promise<boolean> => {
  const { waiting, running } = await queue.depth()
  return waiting + running === 0
}

describe.each([
  { name: 'SQLite', open: async () => `sqlite:${folder}/${(files += 1)}.sqlite` },
  { name: 'PostgreSQL', open: freshPostgres },
])('worker processes on one $name database', ({ name, open }) => {
  it('lose nothing and double nothing when one of two is killed in the middle of its work', async () => {
    const target = await open()
    const journal = join(folder, `${name}-two`)
    await writeFile(journal, '')
    const queue = await openAdding(target)
    const keys = Array.from({ length: 200 }, (_, index) => `issue:acme/rocket#${index}`)
    await queue.add(keys.map((key) => ({ key, lane: 'acme', kind: 'issue', facts: { ms: 20 } })))
    const countOf = async (what: string, { pid }: ChildProcess) =>
      (await readSteps(journal)).filter((step) => step.what === what && step.pid === String(pid)).length
    const one = await startWorker(target, journal, { most: 15 })
    await until(async () => (await countOf('begin', one)) === 15 + CONCURRENCY)
    const other = await startWorker(target, journal)
    await until(async () => (await countOf('begin', other)) > 0)
    await kill(one)
    expect(await countOf('end', one)).toBe(15)
    await until(async () => await isEmpty(queue))

    const steps = await readSteps(journal)
    const ended = steps.filter(({ what }) => what === 'end').map(({ key }) => key)
    expect(new Set(ended)).toEqual(new Set(keys))
    expect(findOverlaps(steps, new Set([String(one.pid)]))).toEqual([])
    // What the killed one had in hand was begun again, and nothing else was.
    const begun = steps.filter(({ what }) => what === 'begin').length
    expect(begun - keys.length).toBe(CONCURRENCY)
    expect(await queue.failed()).toEqual([])
  })
})

describe('many events on one PostgreSQL database', () => {
  it.each([2, 4])(
    'all take effect with %i processes that are killed at random',
    async (count) => {
      const target = await freshPostgres()
      const journal = join(folder, `many-${count}`)
      await writeFile(journal, '')
      const queue = await openAdding(target)
      const workers = await Promise.all(Array.from({ length: count }, () => startWorker(target, journal)))
      const killed = new Set<string>()

      // 2,000 events about 400 issues of 5 installations; the entries are added while workers come and go.
      const numbers = Array.from({ length: 2_000 }, (_, index) => (index * 7_919) % 400)
      const keys = new Set<string>()
      for (const [index, number] of numbers.entries()) {
        const lane = `acme-${number % 5}`
        const key = `issue:${lane}/rocket#${number}`
        keys.add(key)
        const added = queue.add([{ key, lane, kind: 'issue', facts: { ms: 1 } }], `delivery-${index}`)
        if (index % 20 === 19) await added
        if (index % 400 !== 399) continue
        const victim = workers.splice(Math.floor(Math.random() * workers.length), 1)[0]!
        killed.add(String(victim.pid))
        await kill(victim)
        workers.push(await startWorker(target, journal))
      }
      await until(async () => await isEmpty(queue))

      const steps = await readSteps(journal)
      expect(killed.size).toBe(5)
      expect(new Set(steps.filter(({ what }) => what === 'end').map(({ key }) => key))).toEqual(keys)
      expect(findOverlaps(steps, killed)).toEqual([])
      expect(await queue.failed()).toEqual([])
    },
    300_000,
  )
})
