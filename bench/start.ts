import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openActionStage, unpackAction } from '../test/action/stage.ts'

/** How soon the bundled Action asks for the first thing: `npm run bench -- start [ROUNDS]`. */
export async function benchStart([given]: readonly string[]): Promise<void> {
  const rounds = Number(given ?? 15)
  const stage = await openActionStage(await unpackAction())
  let arrived: number | undefined
  const server = createServer((_, response) => {
    arrived ??= performance.now()
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Bad credentials"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const env = { GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }

  const empty: number[] = []
  const first: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await once(spawn(process.execPath, ['-e', '0']), 'close')
    empty.push(performance.now() - started)
    arrived = undefined
    const { startedAt } = await stage.run({ env })
    first.push((arrived ?? Number.NaN) - startedAt)
  }
  server.close()
  await stage.close()
  const times = (median(first) / median(empty)).toFixed(1)
  console.log(`an empty Node, from start to end: ${show(empty)}`)
  console.log(`the Action, from start to its first request: ${show(first)}, ${times} times as long`)
}

const sorted = (times: readonly number[]) => times.toSorted((a, b) => a - b)
const median = (times: readonly number[]): number => sorted(times)[Math.floor(times.length / 2)] ?? Number.NaN
const show = (times: readonly number[]): string => {
  const [least, most] = [Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(0))
  return `${median(times).toFixed(0)} ms (median of ${times.length}, ${least} to ${most})`
}
