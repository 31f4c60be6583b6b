import { isCommentKnown } from '../core/comments.ts'
import { hasIssueMoved } from '../core/moved.ts'
import type { Issue } from '../core/issue.ts'
import { printIssueRef, printRepo, sameIssueRef } from '../core/issue.ts'
import { isTouchedSince } from '../core/link.ts'
import type { Link } from '../core/link.ts'
import type { Outcome } from '../core/outcome.ts'
import type { MovedIssue } from '../core/ports.ts'
import { chooseRouteOfPair, chooseRoutes } from '../core/route.ts'
import { printTicketRef } from '../core/ticket.ts'
import { createBatch } from './create-batch.ts'
import { concludeBirth } from './create-pair.ts'
import type { Born } from './create-ticket.ts'
import type { SyncDeps } from './deps.ts'
import { createFailure, tellFailure } from './outcome.ts'
import { fingerprintIssue, fingerprintRules, isHeldAt } from './refused.ts'
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
  let asked = deps.clock.now()
  for await (const page of deps.host.changedSince(repo, cursor, options.since ?? EPOCH)) {
    const items = page.items.filter((item) => !round.isDone(item.ref) && !isRefusedAsIs(round, item))
    const moved = await chooseMoved(deps, items, asked)
    const tickets = await readTicketsOf(deps, moved)
    const wanted = moved.flatMap((item) => item.wanted)
    if (wanted.length > 0 && options.dryRun !== true) await options.prepare?.(wanted)
    const { births, unknown, failures } = await createTickets(round, moved)
    yield* failures
    const left = moved.filter(({ ref }) => !unknown.some((issue) => sameIssueRef(issue.ref, ref)))
    const hints = left.map(({ ref, issue, comments, all }) => {
      const born = births.filter(({ link }) => sameIssueRef(link.issue, ref))
      const known = new Map([
        ...(tickets.get(printIssueRef(ref)) ?? []),
        ...born.map(({ ticket }) => [ticket.ref.connection, ticket] as const),
      ])
      const links = [...all, ...born.map(({ link }) => link)]
      return {
        ref,
        comments: comments.length > 0,
        known: { ...(issue === null ? {} : { issue }), tickets: known, links },
      }
    })
    for await (const outcome of round.work(hints)) {
      const birth = births.find(({ ticket }) => printTicketRef(ticket.ref) === outcome.ticket)
      yield birth === undefined ? outcome : concludeBirth(birth, outcome)
    }
    if (round.stopped()) return
    await round.keep(name, page.cursor, cursor)
    asked = deps.clock.now()
  }
}

interface Created {
  readonly births: readonly Born[]
  readonly unknown: readonly Issue[]
  readonly failures: readonly Outcome[]
}

/** Makes in few calls what a page wants many of. */
async function createTickets({ deps, options, waiting }: Round, moved: readonly Moved[]): Promise<Created> {
  const births: Born[] = []
  const unknown: Issue[] = []
  const failures: Outcome[] = []
  if (options.dryRun === true) return { births, unknown, failures }
  for (const connection of new Set(moved.flatMap(({ wanted }) => wanted.map((one) => one.connection)))) {
    const issues = moved.flatMap(({ issue, wanted }) =>
      issue !== null && wanted.some((one) => one.connection === connection) ? [issue] : [],
    )
    const batch = await createBatch(deps, { connection, issues }, options)
    births.push(...batch.births)
    if (batch.failure === null || batch.unknown.length === 0) continue
    const outcome = createFailure({ issue: null, ticket: null }, batch.failure)
    tellFailure(deps, outcome, batch.failure)
    failures.push(outcome)
    unknown.push(...batch.unknown)
    for (const { ref } of batch.unknown) waiting.issues.add(ref.number)
  }
  return { births, unknown, failures }
}

/** The same issue, listed again, was refused its ticket already. */
function isRefusedAsIs({ deps, waiting }: Round, { ref, issue, comments }: MovedIssue): boolean {
  const refused = waiting.refused.get(printIssueRef(ref))
  if (issue === null || comments.length > 0 || refused === undefined) return false
  return refused.issue === fingerprintIssue(issue) && refused.rules === fingerprintRules(deps)
}

interface Moved extends MovedIssue {
  /** All its pairs, and those that are kept. */
  readonly all: readonly Link[]
  readonly links: readonly Link[]
  readonly wanted: readonly Wanted[]
}

/**
 * Leaves out issues that stand as the base remembers them: our own writes coming back, mostly. What the page tells of
 * an issue that another run has brought in step since it was asked for is not believed.
 */
async function chooseMoved(deps: SyncDeps, items: readonly MovedIssue[], asked: Date): Promise<readonly Moved[]> {
  const moved: Moved[] = []
  for (const item of items) {
    const all = await deps.store.links.ofIssue(item.ref)
    const links = all.filter(({ state }) => state === 'active')
    if (all.some((link) => isTouchedSince(link, asked))) {
      moved.push({ ...item, issue: null, all, links, wanted: [] })
      continue
    }
    const { issue, comments } = item
    const looked = links.map(async (link) => {
      if (comments.some((comment) => !isCommentKnown(link.comments, comment))) return true
      return issue !== null && !isHeldAt(deps, link, issue) && (await hasMoved(deps, link, issue))
    })
    const anyMoved = (await Promise.all(looked)).includes(true)
    const wanted = chooseWanted(deps, all, issue)
    // A route may have come to fit by something that no pair of the issue looks at.
    if (all.length === 0 || (links.length > 0 && anyMoved) || wanted.length > 0)
      moved.push({ ...item, all, links, wanted })
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
