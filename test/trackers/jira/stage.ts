import { botToken } from '../../../sandbox/jira/seeds.ts'
import { startJira } from '../../../sandbox/jira/server.ts'
import type { JiraOptions, JiraServer } from '../../../sandbox/jira/server.ts'
import { JiraConnection } from '../../../src/config/schema.ts'
import { isGone } from '../../../src/core/issue.ts'
import type { Tracker } from '../../../src/core/ports.ts'
import type { Ticket } from '../../../src/core/ticket.ts'
import type { TrackerDeps } from '../../../src/trackers/deps.ts'
import { createJiraTracker } from '../../../src/trackers/jira/index.ts'

export const quiet = { debug() {}, info() {}, warn() {}, error() {} }

export function depsOf(server: JiraServer, deps: Partial<TrackerDeps> = {}): TrackerDeps {
  return {
    clock: server.clock,
    // Waits take no time, but the clock of the server feels them.
    sleep: (ms) => {
      server.clock.advance(ms)
      return Promise.resolve()
    },
    log: quiet,
    env: { JIRA_PAT: botToken },
    userAgent: 'lockstep/test',
    ...deps,
  }
}

interface StageOptions extends JiraOptions {
  readonly project?: string
  readonly deps?: Partial<TrackerDeps>
  readonly connection?: Partial<JiraConnection>
}

/** A sandbox and a tracker on it. */
export async function openJira({ project = 'PLAT', deps, connection, ...options }: StageOptions = {}) {
  const server = await startJira(options)
  const open = (more: Partial<TrackerDeps> = {}, other: Partial<JiraConnection> = {}) => {
    const config = { kind: 'jira', url: server.baseUrl, project, token: '$JIRA_PAT', ...connection, ...other }
    return createJiraTracker('jira', JiraConnection.parse(config), depsOf(server, { ...deps, ...more }))
  }
  let seen = 0
  return {
    server,
    acts: server.acts,
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

export type Opened = Awaited<ReturnType<typeof openJira>>

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function read(tracker: Tracker, key: string): Promise<Ticket> {
  const found = (await tracker.readTickets([key])).get(key)
  if (found === undefined || isGone(found)) throw new Error(`${key} is not there`)
  return found
}
