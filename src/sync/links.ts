import { LockstepError } from '../core/errors.ts'
import type { Issue, IssueRef, RepoRef } from '../core/issue.ts'
import { isGone, parseIssueUrl, printIssueRef, sameIssueRef } from '../core/issue.ts'
import type { Claim, Link } from '../core/link.ts'
import { createLink } from '../core/link.ts'
import type { Ticket, TicketRef } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'
import type { SyncDeps } from './deps.ts'
import { createEntry, createOutcome } from './outcome.ts'
import { findTracker } from './view.ts'

async function readBoth(
  deps: SyncDeps,
  issueRef: IssueRef,
  ticketRef: TicketRef,
): Promise<{ issue: Issue; ticket: Ticket }> {
  const issue = await deps.host.readIssue(issueRef)
  if (isGone(issue))
    throw new LockstepError('not-found', `There is no issue ${printIssueRef(issueRef)}, or none for us.`)
  const { tracker } = findTracker(deps, ticketRef.connection)
  const ticket = (await tracker.readTickets([ticketRef.key])).get(ticketRef.key)
  if (ticket === undefined || isGone(ticket)) {
    throw new LockstepError('not-found', `There is no ticket ${printTicketRef(ticketRef)}, or none for us.`)
  }
  return { issue, ticket }
}

const lockOf = (ref: IssueRef): string => `issue:${printIssueRef(ref).toLowerCase()}`

const paired = (a: string, b: string): LockstepError =>
  new LockstepError('usage', `${a} is paired with ${b} already.`, {
    remedy: 'Remove that pair first: lockstep links remove.',
  })

/** Pairs an issue with a ticket by hand; both keep their texts, and from then on edits travel. */
export const addLink = (deps: SyncDeps, issueRef: IssueRef, ticketRef: TicketRef, actor?: string): Promise<Link> =>
  deps.trace.run(async () => await pairByHand(deps, { issueRef, ticketRef }, actor))

async function pairByHand(
  deps: SyncDeps,
  { issueRef, ticketRef }: { readonly issueRef: IssueRef; readonly ticketRef: TicketRef },
  actor: string | undefined,
): Promise<Link> {
  const { issue, ticket } = await readBoth(deps, issueRef, ticketRef)
  const { links } = deps.store
  return await deps.store.withLock(lockOf(issue.ref), async () => {
    const ofIssue = await links.find(issue.ref, ticketRef.connection)
    const ofTicket = await links.ofTicketId(ticketRef.connection, ticket.id)
    if (ofIssue !== undefined && ofIssue.state !== 'ended')
      throw paired(printIssueRef(issue.ref), printTicketRef(ofIssue.ticket))
    if (ofTicket !== undefined && ofTicket.state !== 'ended')
      throw paired(printTicketRef(ticket.ref), printIssueRef(ofTicket.issue))
    // A pair that has ended gives way to the one that a person makes now.
    for (const old of [ofIssue, ofTicket]) if (old !== undefined) await links.remove(old)
    const link = createLink(issue, ticket, deps.clock.now())
    await findTracker(deps, ticketRef.connection).tracker.mark(ticket, { url: issue.url, issue: issue.ref })
    const outcome = createOutcome(link, 'updated', 'Paired by hand.')
    await links.save(link, [createEntry(deps, outcome, { kind: 'link', actor })])
    return link
  })
}

/** Parts a pair; nothing on either side is deleted, and nothing new is created for it. */
export async function removeLink(
  deps: SyncDeps,
  issueRef: IssueRef,
  connection: string | null,
  actor?: string,
): Promise<readonly Link[]> {
  return await deps.store.withLock(lockOf(issueRef), async () => {
    const links = (await deps.store.links.ofIssue(issueRef)).filter(
      ({ ticket, state }) => state !== 'ended' && (connection === null || ticket.connection === connection),
    )
    for (const link of links) await deps.trace.run(async () => await part(deps, link, actor))
    return links
  })
}

async function part(deps: SyncDeps, link: Link, actor: string | undefined): Promise<void> {
  await takeMark(deps, link)
  const outcome = createOutcome(link, 'skipped', 'Parted by hand.')
  const entry = createEntry(deps, outcome, { kind: 'link', actor })
  await deps.store.links.save({ ...link, state: 'ended', outcome: 'skipped', updatedAt: entry.at }, [entry])
}

/** Or the next rebuild would find the pair again. */
async function takeMark({ trackers }: SyncDeps, { issue, ticket: { connection, key } }: Link): Promise<void> {
  const tracker = trackers.get(connection)?.tracker
  const ticket = (await tracker?.readTickets([key]))?.get(key)
  if (tracker === undefined || ticket === undefined || isGone(ticket)) return
  for (const url of ticket.marks.filter((mark) => sameIssue(mark, issue))) await tracker.unmark(ticket, { url, issue })
}

const sameIssue = (url: string, issue: IssueRef): boolean => {
  const ref = parseIssueUrl(url)
  return ref !== undefined && sameIssueRef(ref, issue)
}

export interface Rebuilt {
  readonly restored: readonly Link[]
  readonly known: number
  /** Tickets whose mark names an issue that another ticket has already. */
  readonly doubtful: readonly { readonly ticket: string; readonly issue: string }[]
}

export interface RebuildOptions {
  readonly actor?: string | undefined
  /** Only tickets that we ourselves created since; then what was parted stays so. */
  readonly since?: string | undefined
}

/** Finds the pairs again by the marks that the tickets carry: losing the store loses no link. */
export async function rebuildLinks(deps: SyncDeps, repo: RepoRef, options: RebuildOptions = {}): Promise<Rebuilt> {
  const found: Found = { restored: [], known: 0, doubtful: [] }
  const claims = await deps.store.links.claims(repo)
  for (const { connection, project } of placesOf(deps)) {
    const { tracker } = findTracker(deps, connection)
    const pages = tracker.readMarks(project, options.since)[Symbol.asyncIterator]()
    // Each page by itself, so that an entry tells the requests by which its pair was found.
    const takePage = async (): Promise<boolean> => {
      const { done, value } = await pages.next()
      if (done === true) return false
      for (const ticket of value.items) await restoreTicket(deps, { repo, ticket, claims, found }, options)
      return true
    }
    while (await deps.trace.run(takePage)) continue
  }
  return found
}

interface Found {
  readonly restored: Link[]
  known: number
  readonly doubtful: { readonly ticket: string; readonly issue: string }[]
}

interface Restoring {
  readonly repo: RepoRef
  readonly ticket: Ticket
  readonly claims: readonly Claim[]
  readonly found: Found
}

async function restoreTicket(
  deps: SyncDeps,
  { repo, ticket, claims, found }: Restoring,
  { actor, since }: RebuildOptions,
): Promise<void> {
  const { links } = deps.store
  const { connection } = ticket.ref
  const url = ticket.marks.find((one) => isIn(parseIssueUrl(one), repo))
  const ref = url === undefined ? undefined : parseIssueUrl(url)
  if (url === undefined || ref === undefined) return
  const before = (await links.find(ref, connection)) ?? (await links.ofTicketId(connection, ticket.id))
  if (before !== undefined && (before.ticketId !== ticket.id || !sameIssueRef(before.issue, ref)))
    found.doubtful.push({ ticket: printTicketRef(ticket.ref), issue: printIssueRef(ref) })
  else if (before !== undefined && (before.state !== 'ended' || since !== undefined)) found.known++
  else {
    // Whoever left its claim behind may have broken off before the mark was whole.
    const isClaimed = claims.some((claim) => claim.connection === connection && sameIssueRef(claim.issue, ref))
    if (isClaimed) await findTracker(deps, connection).tracker.mark(ticket, { url, issue: ref })
    found.restored.push(await restoreLink(deps, before ?? createLink({ ref }, ticket, deps.clock.now()), actor))
  }
}

/** A pair that ended because one side could not be read for a while still carries its mark. */
async function restoreLink(deps: SyncDeps, found: Link, actor: string | undefined): Promise<Link> {
  const outcome = createOutcome(found, 'updated', 'Found again by its mark.')
  const entry = createEntry(deps, outcome, { kind: 'link', actor })
  const link: Link = { ...found, state: 'active', outcome: null, updatedAt: entry.at }
  await deps.store.links.save(link, [entry])
  return link
}

const isIn = (ref: IssueRef | undefined, repo: RepoRef): boolean =>
  ref !== undefined && sameIssueRef(ref, { ...repo, number: ref.number })

export interface Place {
  readonly connection: string
  readonly project: string
}

/** Each project of each tracker that a route leads to. */
export function placesOf(deps: SyncDeps): readonly Place[] {
  const places = new Map<string, Place>()
  for (const rule of deps.routes) {
    const connected = findTracker(deps, rule.to)
    const place = { connection: rule.to, project: rule.project ?? connected.project }
    places.set(JSON.stringify(place), place)
  }
  return [...places.values()]
}
