import { startAzure } from '../../../sandbox/azure/server.ts'
import type { AzureOptions, AzureServer } from '../../../sandbox/azure/server.ts'
import { SANDBOX_PAT } from '../../../sandbox/azure/seeds.ts'
import { AzureConnection } from '../../../src/config/schema.ts'
import { createAzureTracker } from '../../../src/trackers/azure/index.ts'
import type { TrackerDeps } from '../../../src/trackers/deps.ts'

export const quiet = { debug() {}, info() {}, warn() {}, error() {} }

export function depsOf(server: AzureServer, deps: Partial<TrackerDeps> = {}): TrackerDeps {
  return {
    clock: server.clock,
    // Waits take no time, but the clock of the server feels them.
    sleep: (ms) => {
      server.clock.advance(ms)
      return Promise.resolve()
    },
    log: quiet,
    env: { ADO_PAT: SANDBOX_PAT },
    userAgent: 'lockstep/test',
    ...deps,
  }
}

interface StageOptions extends AzureOptions {
  readonly project?: string
  readonly deps?: Partial<TrackerDeps>
  readonly connection?: Partial<AzureConnection>
}

/** A sandbox and a tracker on it. */
export async function openAzure({ project = 'Fabrikam', deps, connection, ...options }: StageOptions = {}) {
  const server = await startAzure(options)
  const config = AzureConnection.parse({
    kind: 'azure',
    url: server.collectionUrl,
    project,
    token: '$ADO_PAT',
    ...connection,
  })
  const open = (more: Partial<TrackerDeps> = {}) =>
    createAzureTracker('boards', config, depsOf(server, { ...deps, ...more }))
  let seen = 0
  return {
    server,
    config,
    project,
    open,
    tracker: open(),
    /** Requests since the last call. */
    count() {
      const { reads, writes } = server.journal.count(({ n }) => n > seen)
      seen = server.journal.entries.at(-1)?.n ?? seen
      return { reads, writes }
    },
    close: () => server.close(),
  }
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
