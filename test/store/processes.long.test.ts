import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/store/store.ts'
import { emptyPostgres, freshPostgres } from '../postgres.ts'

const script = fileURLToPath(new URL('child.ts', import.meta.url))
const clock = { now: () => new Date() }

interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
  readonly ended: Promise<number | null>
  /** Resolves when the child has said so many lines. */
  said(count: number): Promise<void>
}

const children: Child[] = []

function start(task: string, target: string, argument = 0): Child {
  const child = spawn(process.execPath, [script, task, target, String(argument)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk) => {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  async function said(count: number): Promise<void> {
    while (lines.length < count) {
      if (child.exitCode !== null)
        throw new Error(`The child ended with ${child.exitCode} after ${lines.length} lines.`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const started = { process: child, lines, ended, said }
  children.push(started)
  return started
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}

const opened: Store[] = []
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  for (const store of opened.splice(0)) await store.close()
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-processes-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
const emptyFile = async () => `sqlite:${folder}/${(files += 1)}.sqlite`
/** With all its tables, and open already: who comes next is not the one that sets it up. */
async function freshFile(): Promise<string> {
  const target = await emptyFile()
  opened.push(await openStore(target, { clock }))
  return target
}

describe.each([
  { name: 'SQLite', empty: emptyFile, fresh: freshFile },
  { name: 'PostgreSQL', empty: emptyPostgres, fresh: freshPostgres },
])('several processes on one $name database', ({ empty, fresh }) => {
  it('may all start at once on an empty one', async () => {
    const target = await empty()
    const starters = [1, 2, 3].map(() => start('open', target))
    expect(await Promise.all(starters.map(({ ended }) => ended))).toEqual([0, 0, 0])
  })

  it('lose nothing that was acknowledged when one is killed', async () => {
    const target = await fresh()
    const writer = start('save', target, 1)
    const other = start('save', target, 1_000_001)
    await Promise.all([writer.said(40), other.said(10)])
    await kill(writer)
    await other.said(other.lines.length + 5)
    await kill(other)

    const store = await openStore(target, { clock })
    const links = await store.links.list({})
    const messages = new Set((await store.events.list({})).map(({ message }) => message))
    await store.close()
    const saved = new Set(links.map(({ issue }) => String(issue.number)))
    for (const number of [...writer.lines, ...other.lines]) expect(saved).toContain(number)
    // Link and entry are there together, also of the write that was cut off.
    expect(messages).toEqual(new Set([...saved].map((number) => `saved ${number}`)))
  })

  it('exclude each other from a lock, which a killed one leaves at once', async () => {
    const target = await fresh()
    const holder = start('hold', target)
    await holder.said(1)
    const store = await openStore(target, { clock })
    let inside = false
    const waiting = store.withLock('octo/hello#1', async () => void (inside = true))
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(inside).toBe(false)
    await kill(holder)
    const killed = Date.now()
    await waiting
    expect(inside).toBe(true)
    // A lease would have to be waited for, half a minute or more.
    expect(Date.now() - killed).toBeLessThan(20_000)
    await store.close()
  })

  it('count right under a lock', async () => {
    const target = await fresh()
    const counters = [1, 2, 3].map(() => start('count', target, 25))
    expect(await Promise.all(counters.map(({ ended }) => ended))).toEqual([0, 0, 0])
    const store = await openStore(target, { clock })
    expect(await store.cursors.find('counter')).toBe('75')
    await store.close()
  })
})

it('SQLite leaves no files of dead holders behind', async () => {
  const target = await emptyFile()
  const holder = start('hold', target)
  await holder.said(1)
  await kill(holder)
  const store = await openStore(target, { clock })
  await store.withLock('any', async () => undefined)
  await store.close()
  const name = target.slice(target.lastIndexOf('/') + 1)
  const left = (await readdir(folder)).filter((file) => file.startsWith(`${name}-holder`))
  expect(left).toEqual([])
})
