import type { RouteRule } from '../config/schema.ts'
import type { TextFormat } from '../core/blocks.ts'
import { LockstepError } from '../core/errors.ts'
import type { TextCarrier, TextView } from '../core/fields/body.ts'
import type { Pair, ParentView } from '../core/fields/field.ts'
import type { Issue } from '../core/issue.ts'
import type { Base, Link } from '../core/link.ts'
import type { Match, PeopleView } from '../core/people.ts'
import type { PeopleScope, TicketType, TrackerTraits } from '../core/ports.ts'
import type { Account, Ticket } from '../core/ticket.ts'
import type { ConnectedTracker, SyncDeps } from './deps.ts'
import { rewriteToIssue, rewriteToTicket } from './images.ts'
import type { KnownImages } from './images.ts'

// GitHub takes 65,536 characters; the rest is for the mark that a new issue carries.
const GITHUB_BODY_LIMIT = 65_000

const notAsked: Match<never> = { kind: 'unmatched', reason: 'It was not looked up.', tried: [] }

/** Looks up everyone a plan may ask about, so that the plan itself can be pure. */
export async function viewPeople(
  deps: SyncDeps,
  connection: string,
  scope: PeopleScope,
  { logins, accounts }: { readonly logins: readonly string[]; readonly accounts: readonly Account[] },
): Promise<PeopleView> {
  const byLogin = new Map<string, Match<Account>>()
  for (const login of logins) {
    byLogin.set(login.toLowerCase(), await deps.people.findAccount(login, connection, scope))
  }
  const byAccount = new Map<string, Match<string>>()
  for (const account of accounts) byAccount.set(account.id, await deps.people.findLogin(account, connection))
  const { unmatched } = deps.peopleRule
  const someoneMissing = [...byLogin.values()].some(({ kind }) => kind !== 'matched')
  const standIn =
    typeof unmatched === 'object' && someoneMissing
      ? await deps.people.findAccountByEmail(unmatched.default, connection, scope)
      : null
  return {
    account: (login) => byLogin.get(login.toLowerCase()) ?? notAsked,
    login: (account) => byAccount.get(account.id) ?? notAsked,
    standIn,
  }
}

/** A counterpart of which one half is gone is none. */
export const isKept = (link: Link | undefined): link is Link => link !== undefined && link.state !== 'ended'

/** Counterparts of the parents, known from their links. */
export async function viewParents(
  deps: SyncDeps,
  connection: string,
  { issue, ticket }: { readonly issue: Issue; readonly ticket?: Ticket },
): Promise<ParentView> {
  const ticketLink = issue.parent === null ? undefined : await deps.store.links.find(issue.parent, connection)
  const parentKey = ticket?.parent ?? null
  const issueLink = parentKey === null ? undefined : await deps.store.links.ofTicket({ connection, key: parentKey })
  return {
    ticketOf: () => (isKept(ticketLink) ? ticketLink.ticket.key : undefined),
    issueOf: () => (isKept(issueLink) ? issueLink.issue : undefined),
  }
}

export interface TrackerView {
  readonly connection: string
  readonly project: string
  readonly traits: TrackerTraits
  readonly types: readonly TicketType[]
}

export async function viewTracker(connected: ConnectedTracker, rule: RouteRule): Promise<TrackerView> {
  const project = rule.project ?? connected.project
  return {
    connection: connected.tracker.connection,
    project,
    traits: await connected.tracker.describe(),
    types: await connected.tracker.readTypes(project),
  }
}

export function findTracker(deps: SyncDeps, connection: string): ConnectedTracker {
  const connected = deps.trackers.get(connection)
  if (connected !== undefined) return connected
  throw new LockstepError('config-invalid', `The config has no tracker named "${connection}".`, {
    remedy: `Name one of ${[...deps.trackers.keys()].join(', ')}, or add it under trackers.`,
  })
}

/** Everything the core needs to judge one pair. */
export async function viewPair(
  deps: SyncDeps,
  tracker: TrackerView,
  {
    rule,
    issue,
    ticket,
    base,
  }: { readonly rule: RouteRule; readonly issue: Issue; readonly ticket: Ticket; readonly base: Base | null },
): Promise<Pair> {
  const people =
    rule.sync.assignee === 'off'
      ? { logins: [], accounts: [] }
      : { logins: issue.assignees, accounts: ticket.assignee === null ? [] : [ticket.assignee] }
  const scope = { project: tracker.project, ticket: ticket.ref.key }
  return {
    rule,
    issue,
    ticket,
    base,
    states: statesOf(tracker, ticket.type),
    traits: tracker.traits,
    people: await viewPeople(deps, tracker.connection, scope, people),
    unmatched: deps.peopleRule.unmatched,
    parents: await viewParents(deps, tracker.connection, { issue, ticket }),
  }
}

export const statesOf = (tracker: TrackerView, type: string) =>
  tracker.types.find(({ name }) => name.toLowerCase() === type.toLowerCase())?.states ?? []

/** The format that this ticket's own body is in. */
export const formatOf = (traits: TrackerTraits, ticket: Ticket): TextFormat =>
  traits.formats.find((one) => one.format === ticket.bodyFormat) ?? traits.text

/** How the texts of a pair cross; pictures that were copied go by their own address on each side. */
export function viewText(
  deps: SyncDeps,
  traits: TrackerTraits,
  {
    issue,
    ticket,
    images = new Map(),
  }: { readonly issue: Issue; readonly ticket: Ticket; readonly images?: KnownImages },
): TextView {
  const format = formatOf(traits, ticket)
  return {
    issue: deps.host.text,
    ticket: format,
    toTicket: carryToTicket(deps, { issue, traits, format, images }),
    toIssue: carryToIssue(deps, { ticket, format, images, issueUrl: issue.url }),
  }
}

export const carryToTicket = (
  deps: SyncDeps,
  {
    issue,
    traits,
    format,
    images = new Map(),
  }: {
    readonly issue: Issue
    readonly traits: TrackerTraits
    readonly format: TextFormat
    readonly images?: KnownImages
  },
): TextCarrier =>
  deps.texts.toTracker(format, {
    issueUrl: issue.url,
    limit: traits.bodyLimit,
    moreUrl: issue.url,
    rewriteLink: rewriteToTicket(images),
  })

export const carryToIssue = (
  deps: SyncDeps,
  {
    ticket,
    format,
    issueUrl,
    images = new Map(),
  }: {
    readonly ticket: Ticket
    readonly format: TextFormat
    readonly issueUrl?: string
    readonly images?: KnownImages
  },
): TextCarrier =>
  deps.texts.toGitHub(format, {
    limit: GITHUB_BODY_LIMIT,
    moreUrl: ticket.url,
    rewriteLink: rewriteToIssue(images),
    ...(issueUrl === undefined ? {} : { issueUrl }),
  })
