import { spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openAppStage } from '../test/app/stage.ts'
import { startPostgres } from './postgres.ts'
import { kill } from './processes.ts'
import { storm } from './storm.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** `npm run bench -- app [--seconds N] [--events N] [--processes N] [--only intake|latency|kill]`: the app on PostgreSQL. */
export async function benchApp(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      events: { type: 'string' },
      processes: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const wanted = (part: string) => values.only === undefined || values.only === part
  const onPostgres = async (work: (url: string) => Promise<void>) => {
    const server = await startPostgres()
    await work(server.url).finally(async () => await server.stop())
  }
  if (wanted('intake')) await onPostgres(async (url) => await benchIntake(url, Number(values.seconds ?? 5)))
  if (wanted('latency')) await onPostgres(async (url) => await benchLatency(url, 200))
  if (!wanted('kill')) return
  for (const processes of values.processes === undefined ? [2, 4] : [Number(values.processes)]) {
    await onPostgres(async (url) => await storm({ url, processes, events: Number(values.events ?? 20_000) }))
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
