import { createHash } from 'node:crypto'

// What the work below takes on the machine on which the limits were set, in milliseconds of computing.
const USUAL_MS = 16
const ROUNDS = 5

const rows = Array.from({ length: 4_000 }, (_, number) => ({
  number,
  title: `Printer ${number} on fire`,
  labels: [`floor-${number % 7}`, `room-${number % 31}`],
}))

function compute(): string {
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  const known = new Map(text.split('\n').map((line) => [line.length, JSON.parse(line) as unknown]))
  const words = text.replaceAll(/[^a-z0-9-]+/gi, ' ').split(' ')
  return createHash('sha256').update(words.toSorted().join(), 'utf8').update(String(known.size)).digest('hex')
}

/** What some work takes of the processor, in milliseconds: a machine that is busy with something else makes it no longer. */
export async function measureComputing<Result>(
  work: () => Result | Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { ms: (user + system) / 1_000, result }
}

/** How many times as long as usual this machine computes now; once at least, so that a limit is never tightened. */
export async function measureSlowness(): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push((await measureComputing(compute)).ms)
  return Math.max(1, Math.min(...times) / USUAL_MS)
}
