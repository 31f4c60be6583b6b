import { LockstepError } from '../core/errors.ts'
import { hasTicketMoved } from '../core/moved.ts'
import type { IssueRef } from '../core/issue.ts'
import { isGone, printRepo } from '../core/issue.ts'
import { isTouchedSince } from '../core/link.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { MovedTicket } from '../core/ports.ts'
import type { Route } from '../core/route.ts'
import { printTicketRef, parseTicketRef } from '../core/ticket.ts'
import { createIssue } from './create-issue.ts'
import type { SyncDeps } from './deps.ts'
import type { Place } from './links.ts'
import { isHeld } from './refused.ts'
import type { Hint, Round } from './round.ts'
import { readTicketBatch } from './tickets.ts'
import { listRefused } from './scan-waiting.ts'
import type { TicketReading } from './tickets.ts'
import { findTracker, formatOf, viewTracker } from './view.ts'

// Before any tracker.
const EPOCH = '1970-01-01T00:00:00Z'

const cursorName = ({ repo }: Round, { connection, project }: Place): string =>
  `tickets:${printRepo(repo).toLowerCase()}:${connection}:${project}`

const beginningName = (round: Round, place: Place): string => `beginning:${cursorName(round, place)}`

/**
 * Without a route back and without pairs, tickets from before the first scan are of no interest: where that was is
 * noted before the first pairs are made.
 */
export async function beginTickets(round: Round, place: Place): Promise<void> {
  const { deps, repo, options } = round
  if (options.dryRun === true || routesBack(deps, place).length > 0) return
  if ((await deps.store.cursors.find(cursorName(round, place))) !== undefined) return
  if ((await deps.store.cursors.find(beginningName(round, place))) !== undefined) return
  const pairs = await deps.store.links.count({ repo, connection: place.connection })
  if (pairs === 0) await deps.store.cursors.save(beginningName(round, place), deps.clock.now().toISOString())
}

export async function* scanTickets(round: Round, place: Place): AsyncGenerator<Outcome> {
  const { deps, options } = round
  const { tracker } = findTracker(deps, place.connection)
  const name = cursorName(round, place)
  const cursor = (await deps.store.cursors.find(name)) ?? null
  const beginning = cursor === null ? await deps.store.cursors.find(beginningName(round, place)) : undefined
  const back = routesBack(deps, place)
  if (back.length > 0) yield* openWaiting(round, place, back)
  let asked = deps.clock.now()
  const start = { since: options.since ?? beginning ?? EPOCH, parents: bringsParents(deps, place) }
  for await (const page of tracker.changedSince(place.project, cursor, start)) {
    const { linked, unlinked } = await sortMoved(round, place, { items: page.items, asked })
    yield* round.work(linked)
    yield* openIssues(round, place, { routes: back, keys: unlinked })
    if (round.stopped()) return
    await round.keep(name, page.cursor, cursor)
    asked = deps.clock.now()
  }
}

interface Sorted {
  readonly linked: readonly Hint[]
  /** Keys of tickets without an issue. */
  readonly unlinked: readonly string[]
}

/**
 * Leaves out tickets that stand as the base remembers them: our own writes coming back. What a page tells of a pair
 * that another run has brought in step since it was asked for is not believed.
 */
async function sortMoved(
  { deps, repo }: Round,
  place: Place,
  { items, asked }: { readonly items: readonly MovedTicket[]; readonly asked: Date },
): Promise<Sorted> {
  const unlinked: string[] = []
  const news: { readonly link: Link; readonly moved: MovedTicket }[] = []
  for (const moved of items) {
    const link = await findLinkOf(deps, moved)
    if (link === undefined) unlinked.push(moved.ref.key)
    else if (isIn(repo, link.issue) && link.state === 'active' && (moved.comments || !isKnown(link, moved)))
      news.push({ link, moved })
  }
  const unread = news.filter(({ moved }) => moved.ticket === null).map(({ moved }) => moved.ref.key)
  const read = await readTicketBatch(deps, place.connection, unread)
  const linked: Hint[] = []
  for (const { link, moved } of news) {
    if (isTouchedSince(link, asked)) {
      linked.push({ ref: link.issue, comments: moved.comments, known: {} })
      continue
    }
    const ticket = moved.ticket ?? read(moved.ref.key)
    // What stands in the way of a refused write may be mended in a field that no route looks at.
    if (!moved.comments && !isHeld(deps, link) && !(await hasMoved(deps, link, ticket))) continue
    const tickets = new Map(ticket === undefined ? [] : [[place.connection, ticket]])
    linked.push({ ref: link.issue, comments: moved.comments, known: { tickets, links: [link] } })
  }
  return { linked, unlinked }
}

const isKnown = ({ base }: Link, { revision }: MovedTicket): boolean =>
  revision !== null && base !== null && base.revision === revision

const isIn = (repo: Round['repo'], issue: IssueRef): boolean =>
  printRepo(repo).toLowerCase() === printRepo(issue).toLowerCase()

async function findLinkOf({ store }: SyncDeps, { ref, ticket }: MovedTicket): Promise<Link | undefined> {
  return (
    (await store.links.ofTicket(ref)) ??
    (ticket === null ? undefined : await store.links.ofTicketId(ref.connection, ticket.id))
  )
}

async function hasMoved(deps: SyncDeps, link: Link, ticket: TicketReading | undefined): Promise<boolean> {
  if (ticket === undefined || ticket instanceof LockstepError || isGone(ticket) || link.base === null) return true
  const rule = deps.routes.find(({ to }) => to === link.ticket.connection)
  if (rule === undefined) return false
  const { traits } = await viewTracker(findTracker(deps, link.ticket.connection), rule)
  return hasTicketMoved({ rule, traits, ticket }, link.base, formatOf(traits, ticket))
}

/** Whether a parent that people choose over there is to come to GitHub. */
const bringsParents = ({ routes }: SyncDeps, { connection }: Place): boolean =>
  routes.some(({ to, sync: { parent } }) => to === connection && (parent === 'both' || parent === 'to-github'))

/** The routes that take tickets of this project for GitHub. */
function routesBack(deps: SyncDeps, { connection, project }: Place): readonly Route[] {
  return deps.routes
    .map((rule, index) => ({ rule, index }))
    .filter(
      ({ rule }) =>
        rule.to === connection &&
        rule.from !== undefined &&
        (rule.create === 'both' || rule.create === 'to-github') &&
        (rule.project ?? findTracker(deps, connection).project) === project,
    )
}

async function* openWaiting(round: Round, place: Place, routes: readonly Route[]): AsyncGenerator<Outcome> {
  const refused = listRefused(round).flatMap((printed) => parseTicketRef(printed) ?? [])
  const keys = new Set([
    ...(round.waiting.tickets.get(place.connection) ?? []),
    ...refused.filter(({ connection }) => connection === place.connection).map(({ key }) => key),
  ])
  if (keys.size > 0) yield* openIssues(round, place, { routes, keys: [...keys] })
}

/** Issues for tickets that a route takes and that have none yet. */
async function* openIssues(
  round: Round,
  { connection, project }: Place,
  { routes, keys }: { readonly routes: readonly Route[]; readonly keys: readonly string[] },
): AsyncGenerator<Outcome> {
  const { deps, repo, options, waiting } = round
  const { tracker } = findTracker(deps, connection)
  const left = new Set(keys)
  for (const route of routes) {
    const { query = null, label = null } = route.rule.from ?? {}
    const taken = left.size === 0 ? [] : [...(await tracker.filterTickets([...left], { project, query, label }))]
    if (taken.length === 0) continue
    const tickets = await tracker.readTickets(taken, { fields: Object.keys(route.rule.fields) })
    for (const [key, ticket] of tickets) {
      if (round.stopped()) return
      left.delete(key)
      if (isGone(ticket)) continue
      const outcomes = await createIssue(deps, { repo, ticket, route }, options)
      outcomes.forEach(round.note)
      const own = waiting.tickets.get(connection) ?? new Set()
      waiting.tickets.set(connection, own)
      const unmade = outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'blocked')
      if (round.remember(printTicketRef(ticket.ref), unmade)) own.add(key)
      else own.delete(key)
      yield* outcomes
    }
  }
}
