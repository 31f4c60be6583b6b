import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below those that systems hand out by themselves (from 32768 on Linux, from 49152 elsewhere): no connection that is
// made before the server listens can take it.
const LOWEST = 20_000
const HIGHEST = 32_000

/** For a server that has to be told its address before it listens. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
