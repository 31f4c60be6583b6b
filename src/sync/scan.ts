import { hasIssueMoved, hasTicketMoved } from '../core/moved.ts'
import type { Gone, Issue, RepoRef } from '../core/issue.ts'
import { isGone, printIssueRef, printRepo } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { MovedIssue, MovedTicket, ScanPage } from '../core/ports.ts'
import { chooseRouteOfPair } from '../core/route.ts'
import type { Ticket } from '../core/ticket.ts'
import { createIssue } from './create-issue.ts'
import type { ReconcileOptions, SyncDeps } from './deps.ts'
import { placesOf } from './links.ts'
import type { Place } from './links.ts'
import { createOutcome } from './outcome.ts'
import { reconcile } from './reconcile.ts'
import { findTracker, formatOf, viewTracker } from './view.ts'
import { runPool } from './pool.ts'

export interface ScanOptions extends ReconcileOptions {
  /** Where to begin when there is no cursor yet. */
  readonly since?: string
  /** How many issues may be worked on at once. */
  readonly concurrency?: number
  /** Stops between items once it says so; what is left waits for the next scan. */
  readonly stopped?: () => boolean
}

const EPOCH = '1970-01-01T00:00:00Z'

/** Finds what moved since the cursors, on all sides, and reconciles it. The first scan is the backfill. */
export async function* scan(deps: SyncDeps, repo: RepoRef, options: ScanOptions = {}): AsyncGenerator<Outcome> {
  const done = new Set<string>()
  yield* scanWaiting(deps, repo, options, done)
  yield* scanIssues(deps, repo, options, done)
  for (const place of placesOf(deps)) yield* scanTickets(deps, repo, place, options, done)
}

/** What failed or was blocked the last time: it may not move again by itself. */
async function* scanWaiting(
  deps: SyncDeps,
  repo: RepoRef,
  options: ScanOptions,
  done: Set<string>,
): AsyncGenerator<Outcome> {
  const name = `waiting:${printRepo(repo).toLowerCase()}`
  const unlinked = JSON.parse((await deps.store.cursors.find(name)) ?? '[]') as readonly number[]
  const links = (
    await Promise.all(['failed', 'blocked'].map((outcome) => deps.store.links.list({ repo, outcome, limit: 500 })))
  ).flat()
  const refs = [...unlinked.map((number) => ({ ...repo, number })), ...links.map(({ issue }) => issue)]
  const still: number[] = []
  for await (const outcomes of runPool(refs, poolOf(options), async (ref) => {
    done.add(printIssueRef(ref).toLowerCase())
    const outcomes = await reconcile(deps, ref, { ...options, comments: true })
    if (waits(outcomes)) still.push(ref.number)
    return outcomes
  })) {
    yield* outcomes
  }
  if (options.dryRun !== true && (unlinked.length > 0 || still.length > 0))
    await deps.store.cursors.save(name, JSON.stringify(still))
}

/** Ended without a link to remember it by. */
const waits = (outcomes: readonly Outcome[]): boolean =>
  outcomes.some(({ outcome, ticket }) => ticket === null && (outcome === 'failed' || outcome === 'blocked'))

async function* scanIssues(
  deps: SyncDeps,
  repo: RepoRef,
  options: ScanOptions,
  done: Set<string>,
): AsyncGenerator<Outcome> {
  const name = `issues:${printRepo(repo).toLowerCase()}`
  const cursor = (await deps.store.cursors.find(name)) ?? null
  for await (const page of deps.host.changedSince(repo, cursor, options.since ?? EPOCH)) {
    const waiting: number[] = []
    const fresh = page.items.filter(({ ref }) => !done.has(printIssueRef(ref).toLowerCase()))
    const moved = await chooseMovedIssues(deps, fresh)
    const tickets = await readTicketsOf(deps, moved)
    for await (const outcomes of runPool(moved, poolOf(options), async ({ ref, issue, comments }) => {
      done.add(printIssueRef(ref).toLowerCase())
      const known = { ...(issue === null ? {} : { issue }), tickets: tickets.get(printIssueRef(ref)) ?? new Map() }
      const outcomes = await reconcile(deps, ref, { ...options, comments }, known)
      if (waits(outcomes)) waiting.push(ref.number)
      return outcomes
    })) {
      yield* outcomes
    }
    if (options.stopped?.() === true) return
    await keep(deps, options, name, page, cursor)
    if (waiting.length > 0 && options.dryRun !== true) await addWaiting(deps, repo, waiting)
  }
}

async function addWaiting(deps: SyncDeps, repo: RepoRef, numbers: readonly number[]): Promise<void> {
  const name = `waiting:${printRepo(repo).toLowerCase()}`
  const before = JSON.parse((await deps.store.cursors.find(name)) ?? '[]') as readonly number[]
  await deps.store.cursors.save(name, JSON.stringify([...new Set([...before, ...numbers])]))
}

interface Moved extends MovedIssue {
  readonly links: readonly Link[]
}

/** Leaves out issues that stand as the base remembers them: our own writes coming back, mostly. */
async function chooseMovedIssues(deps: SyncDeps, items: readonly MovedIssue[]): Promise<readonly Moved[]> {
  const moved: Moved[] = []
  for (const item of items) {
    const links = await deps.store.links.ofIssue(item.ref)
    const { issue } = item
    if (issue === null || item.comments || links.length === 0) {
      moved.push({ ...item, links })
      continue
    }
    for (const link of links) {
      if (link.state !== 'active') continue
      if (await hasMoved(deps, link, issue)) {
        moved.push({ ...item, links })
        break
      }
    }
  }
  return moved
}

async function hasMoved(deps: SyncDeps, link: Link, issue: Issue): Promise<boolean> {
  const route = chooseRouteOfPair(deps.routes, link.ticket.connection, issue)
  if (route === undefined || link.base === null) return true
  const { traits } = await viewTracker(findTracker(deps, link.ticket.connection), route.rule)
  return hasIssueMoved({ rule: route.rule, traits, issue }, link.base, deps.host.text)
}

type TicketsOfIssue = ReadonlyMap<string, ReadonlyMap<string, Ticket | Gone>>

/** The tickets of a page of issues, in one batch per tracker. */
async function readTicketsOf(deps: SyncDeps, moved: readonly Moved[]): Promise<TicketsOfIssue> {
  const result = new Map<string, Map<string, Ticket | Gone>>()
  const links = moved.flatMap((item) => item.links).filter(({ state }) => state === 'active')
  for (const connection of new Set(links.map(({ ticket }) => ticket.connection))) {
    const own = links.filter(({ ticket }) => ticket.connection === connection)
    const fields = [
      ...new Set(deps.routes.filter(({ to }) => to === connection).flatMap((rule) => Object.keys(rule.fields))),
    ]
    const { tracker } = findTracker(deps, connection)
    const found = await tracker.readTickets(
      own.map(({ ticket }) => ticket.key),
      { fields },
    )
    for (const link of own) {
      const ticket = found.get(link.ticket.key)
      if (ticket === undefined) continue
      const key = printIssueRef(link.issue)
      result.set(key, (result.get(key) ?? new Map()).set(connection, ticket))
    }
  }
  return result
}

async function* scanTickets(
  deps: SyncDeps,
  repo: RepoRef,
  { connection, project }: Place,
  options: ScanOptions,
  done: Set<string>,
): AsyncGenerator<Outcome> {
  const { tracker } = findTracker(deps, connection)
  const name = `tickets:${printRepo(repo).toLowerCase()}:${connection}:${project}`
  const cursor = (await deps.store.cursors.find(name)) ?? null
  const takesTickets = deps.routes.some((rule) => rule.to === connection && rule.from !== undefined)
  // Without a route back, tickets from before the first scan are of no interest.
  const since = options.since ?? (takesTickets ? EPOCH : deps.clock.now().toISOString())
  for await (const page of tracker.changedSince(project, cursor, since)) {
    const { linked, unlinked } = await sortMovedTickets(deps, repo, page.items, done)
    for await (const outcomes of runPool(linked, poolOf(options), async ({ link, moved }) => {
      done.add(printIssueRef(link.issue).toLowerCase())
      const tickets = moved.ticket === null ? new Map() : new Map([[connection, moved.ticket]])
      return await reconcile(deps, link.issue, { ...options, comments: moved.comments }, { tickets })
    })) {
      yield* outcomes
    }
    if (takesTickets) yield* importTickets(deps, repo, { connection, project }, unlinked, options)
    if (options.stopped?.() === true) return
    await keep(deps, options, name, page, cursor)
  }
}

interface MovedPair {
  readonly link: Link
  readonly moved: MovedTicket
}

async function sortMovedTickets(
  deps: SyncDeps,
  repo: RepoRef,
  items: readonly MovedTicket[],
  done: ReadonlySet<string>,
): Promise<{ readonly linked: readonly MovedPair[]; readonly unlinked: readonly MovedTicket[] }> {
  const linked: MovedPair[] = []
  const unlinked: MovedTicket[] = []
  for (const moved of items) {
    const link = await findLinkOf(deps, moved)
    if (link === undefined) unlinked.push(moved)
    else if (printRepo(link.issue).toLowerCase() !== printRepo(repo).toLowerCase() || link.state !== 'active') continue
    else if (
      done.has(printIssueRef(link.issue).toLowerCase()) &&
      !moved.comments &&
      !(await ticketMoved(deps, link, moved))
    )
      continue
    else if (moved.comments || (await ticketMoved(deps, link, moved))) linked.push({ link, moved })
  }
  return { linked, unlinked }
}

async function findLinkOf(deps: SyncDeps, { ref, ticket }: MovedTicket): Promise<Link | undefined> {
  return (
    (await deps.store.links.ofTicket(ref)) ??
    (ticket === null ? undefined : await deps.store.links.ofTicketId(ref.connection, ticket.id))
  )
}

async function ticketMoved(deps: SyncDeps, link: Link, { ticket }: MovedTicket): Promise<boolean> {
  if (ticket === null || link.base === null) return true
  const rule = deps.routes.find(({ to }) => to === link.ticket.connection)
  if (rule === undefined) return false
  const { traits } = await viewTracker(findTracker(deps, link.ticket.connection), rule)
  return hasTicketMoved({ rule, traits, ticket }, link.base, formatOf(traits, ticket))
}

/** Tickets that a route takes and that have no issue yet. */
async function* importTickets(
  deps: SyncDeps,
  repo: RepoRef,
  { connection, project }: Place,
  moved: readonly MovedTicket[],
  options: ScanOptions,
): AsyncGenerator<Outcome> {
  const { tracker } = findTracker(deps, connection)
  for (const [index, rule] of deps.routes.entries()) {
    if (rule.to !== connection || rule.from === undefined || rule.create === 'off' || rule.create === 'to-tracker')
      continue
    if ((rule.project ?? findTracker(deps, connection).project) !== project || moved.length === 0) continue
    const filter = { project, query: rule.from.query ?? null, label: rule.from.label ?? null }
    const taken = await tracker.filterTickets(
      moved.map(({ ref }) => ref.key),
      filter,
    )
    const keys = moved.filter(({ ref }) => taken.has(ref.key)).map(({ ref }) => ref.key)
    const tickets =
      keys.length === 0
        ? new Map<string, Ticket | Gone>()
        : await tracker.readTickets(keys, { fields: Object.keys(rule.fields) })
    for (const ticket of tickets.values()) {
      if (isGone(ticket) || options.stopped?.() === true) continue
      // A ticket that carries an issue's mark belongs to that issue, whether or not the link is known here.
      if (ticket.marks.length > 0) {
        yield createOutcome({ issue: null, ticket: ticket.ref }, 'skipped', `It belongs to ${ticket.marks[0]} already.`)
        continue
      }
      yield* await createIssue(deps, repo, { ticket, route: { index, rule } }, options)
    }
  }
}

/** The cursor moves on only when everything before it has been dealt with. */
async function keep(
  deps: SyncDeps,
  options: ScanOptions,
  name: string,
  page: ScanPage<unknown>,
  before: string | null,
): Promise<void> {
  if (options.dryRun === true || page.cursor === before) return
  await deps.store.cursors.save(name, page.cursor)
}

const poolOf = (options: ScanOptions) => ({
  size: options.concurrency ?? 4,
  stopped: options.stopped ?? (() => false),
})
