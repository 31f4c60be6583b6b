import { spawn, type ChildProcess } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openKept, sleep, systemClock } from '../src/wire.ts'
import { openAppStage } from '../test/app/stage.ts'
import { until } from '../test/contract/queue.ts'
import { startPostgres } from './postgres.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const log = { debug() {}, info() {}, warn: console.error, error: console.error }

/** `npm run bench -- app [--seconds N] [--events N] [--only intake|latency|kill]`: the app on PostgreSQL. */
export async function benchApp(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string' }, events: { type: 'string' }, only: { type: 'string' } },
  })
  const wanted = (part: string) => values.only === undefined || values.only === part
  const server = await startPostgres()
  try {
    if (wanted('intake')) await benchIntake(server.url, Number(values.seconds ?? 5))
    if (wanted('latency')) await benchLatency(server.url, 200)
    if (wanted('kill')) for (const count of [2, 4]) await benchKill(server.url, count, Number(values.events ?? 20_000))
  } finally {
    await server.stop()
  }
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as readonly {
  readonly name: string
  readonly examples: readonly { readonly action?: string }[]
}[]

/** Durable answers against a Probot that does nothing, in alternating rounds. */
async function benchIntake(url: string, seconds: number): Promise<void> {
  const assigned = examples.find(({ name }) => name === 'issues')?.examples.find(({ action }) => action === 'assigned')
  const rates = { 'no-op': [] as number[], lockstep: [] as number[] }
  for (let round = 1; round <= 2; round++) {
    for (const kind of ['no-op', 'lockstep'] as const) {
      const child = spawn(process.execPath, [here('app-server.ts'), kind, url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const port = Number(String((await once(child.stdout, 'data'))[0]))
      await load(port, assigned, 1)
      const { rate, p99 } = await load(port, assigned, seconds)
      rates[kind].push(rate)
      console.log(`intake ${kind.padEnd(9)} ${Math.round(rate)} answers/s, p99 ${p99.toFixed(0)} ms`)
      await kill(child)
    }
  }
  const [noop, own] = [Math.max(...rates['no-op']), Math.max(...rates.lockstep)]
  console.log(`intake ratio     ${(own / noop).toFixed(2)} (durable on PostgreSQL against a Probot that does nothing)`)
}

const CONNECTIONS = 64

async function load(port: number, example: object | undefined, seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  // Signing would take a good part of a core that the servers need: a few bodies are sent again and again.
  const bodies = Array.from({ length: 200 }, (_, index) => {
    const issue = { ...(example as { issue?: object } | undefined)?.issue, number: index + 1 }
    const body = JSON.stringify({ ...example, issue, installation: { id: 7 } })
    return { body, signature: `sha256=${createHmac('sha256', 'sandbox-secret').update(body).digest('hex')}` }
  })
  const times: number[] = []
  const end = performance.now() + seconds * 1_000
  let next = 0
  const sender = async (): Promise<void> => {
    while (performance.now() < end) {
      const { body, signature } = bodies[(next += 1) % bodies.length]!
      const started = performance.now()
      const status = await send({ port, agent, body, signature })
      if (status !== 200) throw new Error(`answered ${status}`)
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, sender))
  agent.destroy()
  return { rate: times.length / seconds, p99: percentile(times, 0.99) }
}

interface Sending {
  readonly port: number
  readonly agent: Agent
  readonly body: string
  readonly signature: string
}

const send = ({ port, agent, body, signature }: Sending): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature,
    }
    const options = { host: '127.0.0.1', port, agent, method: 'POST', path: '/api/github/webhooks', headers }
    const sent = request(options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject).end(body)
  })

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN

/** From somebody's click on GitHub to the other assignee in Azure, both on this machine. */
async function benchLatency(url: string, rounds: number): Promise<void> {
  const stage = await openAppStage({ state: { kind: 'postgres', url } })
  try {
    const { number } = stage.github.act.openIssue({ as: 'ada', title: 'The engine does not start' })
    await stage.settle()
    const revisionOf = () => JSON.stringify(stage.azure.world.items.get(1)).length
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = revisionOf()
      const started = performance.now()
      if (round % 2 === 0) stage.github.act.assign({ as: 'ada', number, assignees: ['grace'] })
      else stage.github.act.unassign({ as: 'ada', number, assignees: ['grace'] })
      while (revisionOf() === before) await new Promise((resolve) => setTimeout(resolve, 1))
      times.push(performance.now() - started)
      await stage.settle()
    }
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    console.log(
      `event to effect  p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms (${rounds} assignments, one at a time)`,
    )
  } finally {
    await stage.close()
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** Many events while the processes that work on them are killed at random. */
async function benchKill(url: string, count: number, events: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-kill-'))
  const journal = join(folder, 'journal')
  await writeFile(journal, '')
  const { queue, close } = await openKept({ state: { kind: 'postgres', url } }, { clock: systemClock, log })
  const start = async () => {
    const child = spawn(process.execPath, [here('../test/queue/child.ts'), url, journal, '8', '2000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }
  const workers = await Promise.all(Array.from({ length: count }, start))
  const keys = new Set<string>()
  let killed = 0
  const started = performance.now()
  const killing = (async () => {
    while (keys.size < events) {
      await sleep(500 + Math.random() * 1_000)
      await kill(workers.splice(Math.floor(Math.random() * workers.length), 1)[0]!)
      killed += 1
      workers.push(await start())
    }
  })()
  for (let index = 0; index < events; index += 100) {
    const tasks = Array.from({ length: 100 }, (_, offset) => {
      const number = index + offset
      return {
        key: `issue:acme-${number % 20}/rocket#${number}`,
        lane: `acme-${number % 20}`,
        kind: 'issue',
        facts: {},
      }
    })
    await Promise.all(tasks.map((task) => queue.add([task], randomUUID())))
    for (const { key } of tasks) keys.add(key)
  }
  await killing
  const isEmpty = async () => {
    const { waiting, running } = await queue.depth()
    return waiting + running === 0
  }
  await until(isEmpty, 600_000)
  const seconds = (performance.now() - started) / 1_000
  const ended = new Set(
    (await readFile(journal, 'utf8')).split('\n').flatMap((line) => /^end (\S+)/.exec(line)?.[1] ?? []),
  )
  const lost = [...keys].filter((key) => !ended.has(key)).length
  console.log(
    `${count} processes      ${events} events in ${seconds.toFixed(1)} s, ${killed} kills, ${lost} lost, ${(await queue.failed()).length} dead`,
  )
  for (const worker of workers) await kill(worker)
  await close()
  await rm(folder, { recursive: true })
}
