import { LockstepError } from '../core/errors.ts'
import type { Issue, IssueRef, RepoRef } from '../core/issue.ts'
import { isGone, printIssueRef, sameIssueRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import type { Ticket, TicketRef } from '../core/ticket.ts'
import { printTicketRef } from '../core/ticket.ts'
import { createLink } from './create.ts'
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

/** Pairs an issue with a ticket by hand; both keep their texts, and from then on edits travel. */
export async function addLink(deps: SyncDeps, issueRef: IssueRef, ticketRef: TicketRef, actor?: string): Promise<Link> {
  const { issue, ticket } = await readBoth(deps, issueRef, ticketRef)
  return await deps.store.withLock(`issue:${printIssueRef(issue.ref).toLowerCase()}`, async () => {
    const before = await deps.store.links.find(issue.ref, ticketRef.connection)
    if (before !== undefined && before.state !== 'ended') {
      throw new LockstepError(
        'usage',
        `${printIssueRef(issue.ref)} is paired with ${printTicketRef(before.ticket)} already.`,
        {
          remedy: 'Remove that pair first: lockstep links remove.',
        },
      )
    }
    const taken = await deps.store.links.ofTicket(ticket.ref)
    if (taken !== undefined && !sameIssueRef(taken.issue, issue.ref)) {
      throw new LockstepError(
        'usage',
        `${printTicketRef(ticket.ref)} is paired with ${printIssueRef(taken.issue)} already.`,
        {
          remedy: 'Remove that pair first: lockstep links remove.',
        },
      )
    }
    if (before !== undefined) await deps.store.links.remove(before)
    const link = createLink(deps, issue, ticket)
    await findTracker(deps, ticketRef.connection).tracker.mark(ticket, { url: issue.url, issue: issue.ref })
    const outcome = createOutcome(link, 'updated', 'Paired by hand.')
    await deps.store.links.save(link, [{ ...createEntry(outcome, deps.clock.now(), actor), kind: 'link' }])
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
  return await deps.store.withLock(`issue:${printIssueRef(issueRef).toLowerCase()}`, async () => {
    const links = (await deps.store.links.ofIssue(issueRef)).filter(
      ({ ticket, state }) => state !== 'ended' && (connection === null || ticket.connection === connection),
    )
    for (const link of links) {
      const now = deps.clock.now()
      const outcome = createOutcome(link, 'skipped', 'Parted by hand.')
      const entry = { ...createEntry(outcome, now, actor), kind: 'link' }
      await deps.store.links.save({ ...link, state: 'ended', outcome: 'skipped', updatedAt: now.toISOString() }, [
        entry,
      ])
    }
    return links
  })
}

export interface Rebuilt {
  readonly restored: readonly Link[]
  readonly known: number
  /** Tickets whose mark names an issue that another ticket has already. */
  readonly doubtful: readonly { readonly ticket: string; readonly issue: string }[]
}

/** Finds the pairs again by the marks that the tickets carry: losing the store loses no link. */
export async function rebuildLinks(deps: SyncDeps, repo: RepoRef): Promise<Rebuilt> {
  const restored: Link[] = []
  const doubtful: { ticket: string; issue: string }[] = []
  let known = 0
  for (const { connection, project } of placesOf(deps)) {
    const { tracker } = findTracker(deps, connection)
    for await (const { items } of tracker.readMarks(project)) {
      for (const ticket of items) {
        const issue = ticket.marks.map(parseIssueUrl).find((ref) => ref !== undefined && isIn(ref, repo))
        if (issue === undefined) continue
        const before = await deps.store.links.find(issue, connection)
        if (before !== undefined) {
          if (before.ticketId === ticket.id) known++
          else doubtful.push({ ticket: printTicketRef(ticket.ref), issue: printIssueRef(issue) })
          continue
        }
        const link = createLink(deps, { ref: issue }, ticket)
        const outcome = createOutcome(link, 'updated', 'Found again by its mark.')
        await deps.store.links.save(link, [{ ...createEntry(outcome, deps.clock.now(), undefined), kind: 'link' }])
        restored.push(link)
      }
    }
  }
  return { restored, known, doubtful }
}

const isIn = (ref: IssueRef, repo: RepoRef): boolean => sameIssueRef(ref, { ...repo, number: ref.number })

/** The web address of an issue, on whatever GitHub. */
export function parseIssueUrl(url: string): IssueRef | undefined {
  const [, owner, repo, number] = /^https?:\/\/[^/]+\/([^/]+)\/([^/]+)\/issues\/([1-9]\d*)(?:[#?].*)?$/.exec(url) ?? []
  if (owner === undefined || repo === undefined || number === undefined) return undefined
  return { owner, repo, number: Number(number) }
}

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
