import { hasIssueMoved } from '../core/moved.ts'
import type { Issue } from '../core/issue.ts'
import { printIssueRef, printRepo } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { MovedIssue } from '../core/ports.ts'
import { chooseRouteOfPair, chooseRoutes } from '../core/route.ts'
import type { SyncDeps } from './deps.ts'
import type { Round } from './round.ts'
import type { Wanted } from './scan.ts'
import { readTicketBatch } from './tickets.ts'
import type { KnownTickets, TicketReading } from './tickets.ts'
import { findTracker, viewTracker } from './view.ts'

// Before GitHub.
const EPOCH = '1970-01-01T00:00:00Z'

export async function* scanIssues(round: Round): AsyncGenerator<Outcome> {
  const { deps, repo, options } = round
  const name = `issues:${printRepo(repo).toLowerCase()}`
  const cursor = (await deps.store.cursors.find(name)) ?? null
  for await (const page of deps.host.changedSince(repo, cursor, options.since ?? EPOCH)) {
    const moved = await chooseMoved(
      deps,
      page.items.filter(({ ref }) => !round.isDone(ref)),
    )
    const tickets = await readTicketsOf(deps, moved)
    const wanted = moved.flatMap((item) => item.wanted)
    if (wanted.length > 0 && options.dryRun !== true) await options.prepare?.(wanted)
    yield* round.work(
      moved.map(({ ref, issue, comments }) => ({
        ref,
        comments,
        known: { ...(issue === null ? {} : { issue }), tickets: tickets.get(printIssueRef(ref)) ?? new Map() },
      })),
    )
    if (round.stopped()) return
    await round.keep(name, page.cursor, cursor)
  }
}

interface Moved extends MovedIssue {
  readonly links: readonly Link[]
  readonly wanted: readonly Wanted[]
}

/** Leaves out issues that stand as the base remembers them: our own writes coming back, mostly. */
async function chooseMoved(deps: SyncDeps, items: readonly MovedIssue[]): Promise<readonly Moved[]> {
  const moved: Moved[] = []
  for (const item of items) {
    const all = await deps.store.links.ofIssue(item.ref)
    const links = all.filter(({ state }) => state === 'active')
    const { issue } = item
    const looked = issue === null || item.comments ? [true] : links.map((link) => hasMoved(deps, link, issue))
    const anyMoved = (await Promise.all(looked)).includes(true)
    const wanted = chooseWanted(deps, all, issue)
    // A route may have come to fit by something that no pair of the issue looks at.
    if (all.length === 0 || (links.length > 0 && anyMoved) || wanted.length > 0) moved.push({ ...item, links, wanted })
  }
  return moved
}

/** The tickets that an issue has not got yet, as far as the page tells. */
function chooseWanted({ routes }: SyncDeps, links: readonly Link[], issue: Issue | null): readonly Wanted[] {
  if (issue === null) return []
  const linked = new Set(links.map(({ ticket }) => ticket.connection))
  const missing = chooseRoutes(routes, issue).filter(({ rule }) => !linked.has(rule.to))
  return missing.map(({ rule }) => ({ issue: issue.ref, connection: rule.to }))
}

async function hasMoved(deps: SyncDeps, link: Link, issue: Issue): Promise<boolean> {
  const route = chooseRouteOfPair(deps.routes, link.ticket.connection, issue)
  if (route === undefined || link.base === null) return true
  const connected = findTracker(deps, link.ticket.connection)
  // A tracker that does not answer says so when the pair is looked at.
  const view = await viewTracker(connected, route.rule).catch(() => null)
  return view === null || hasIssueMoved({ ...view, rule: route.rule, issue }, link.base, deps.host.text)
}

/** The tickets of a page of issues, in one batch per tracker. */
async function readTicketsOf(deps: SyncDeps, moved: readonly Moved[]): Promise<ReadonlyMap<string, KnownTickets>> {
  const result = new Map<string, Map<string, TicketReading>>()
  const links = moved.flatMap((item) => item.links)
  for (const connection of new Set(links.map(({ ticket }) => ticket.connection))) {
    const own = links.filter(({ ticket }) => ticket.connection === connection)
    const keys = own.map(({ ticket }) => ticket.key)
    const read = await readTicketBatch(deps, connection, keys)
    for (const link of own) {
      const reading = read(link.ticket.key)
      if (reading === undefined) continue
      const key = printIssueRef(link.issue)
      result.set(key, (result.get(key) ?? new Map<string, TicketReading>()).set(connection, reading))
    }
  }
  return result
}
