import type { StoredEntry, StreamEntry } from './events.ts'
import type { IssueRef, RepoRef } from './issue.ts'
import type { Claim, Link } from './link.ts'
import type { TicketRef } from './ticket.ts'

/** What Lockstep remembers, wherever that lies. */
export interface Store {
  readonly links: Links
  readonly cursors: Cursors
  readonly events: Events
  /** Runs `work` while nobody else, in this process or another, holds the same key. */
  withLock<Result>(key: string, work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export interface Links {
  find(issue: IssueRef, connection: string): Promise<Link | undefined>
  ofIssue(issue: IssueRef): Promise<readonly Link[]>
  ofTicket(ref: TicketRef): Promise<Link | undefined>
  /** By the tracker's own id, which survives a new key. */
  ofTicketId(connection: string, ticketId: string): Promise<Link | undefined>
  /** In a stable order; `after` is the last one of the page before. */
  list(filter: LinkFilter): Promise<readonly Link[]>
  count(filter: Omit<LinkFilter, 'after' | 'limit'>): Promise<number>
  /** How many there are of each kind in each repository, in one read. */
  tally(filter: Omit<LinkFilter, 'after' | 'limit'>): Promise<readonly LinkTally[]>
  /**
   * Writes the link, with the entries that tell about it, in one transaction, and ends a claim on the pair.
   * Throws `state-lost-race` when the issue or the ticket belongs to another pair.
   */
  save(link: Link, entries?: readonly StreamEntry[]): Promise<void>
  remove(link: Link, entries?: readonly StreamEntry[]): Promise<void>
  /** The pair is about to be created by `owner`; answers who has it when somebody else does. */
  claim(claims: readonly Claim[]): Promise<readonly ClaimAnswer[]>
  /** Gives claims that are still one's own a new `until`, and answers which those are. */
  renew(claims: readonly Claim[]): Promise<readonly Claim[]>
  release(claim: Claim): Promise<void>
  /** Writes many claims at once where every write costs; each is answered when it is claimed. Those left over are given back. */
  reserve?(claims: readonly Claim[]): Promise<void>
  /** Claims that nobody ended: their owners died, or still work. */
  claims(repo: RepoRef): Promise<readonly Claim[]>
}

export interface LinkFilter {
  readonly repo?: RepoRef
  /** Any of these; none of them, no link. */
  readonly repos?: readonly RepoRef[]
  /** Only repositories of these organizations and users; none of them, no link. */
  readonly owners?: readonly string[]
  readonly connection?: string
  readonly text?: string
  readonly outcome?: string
  /** Any of these; `null` is a pair that was not reconciled yet. */
  readonly outcomes?: readonly (string | null)[]
  readonly state?: Link['state']
  readonly after?: Pick<Link, 'issue' | 'ticket'>
  readonly limit?: number
}

export interface LinkTally extends Pick<Link, 'state' | 'outcome'> {
  readonly repo: RepoRef
  readonly connection: string
  readonly count: number
}

export type ClaimAnswer =
  /** `before` is the dead claim that was taken over: its create may have happened. */
  | { readonly kind: 'claimed'; readonly claim: Claim; readonly before: Claim | null }
  | { readonly kind: 'held'; readonly by: Claim }
  | { readonly kind: 'linked'; readonly link: Link }

export interface Cursors {
  find(name: string): Promise<string | undefined>
  save(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
}

export interface Events {
  append(entries: readonly StreamEntry[]): Promise<void>
  /** Newest first unless `after` is given, then oldest first from there. */
  list(filter: EventFilter): Promise<readonly StoredEntry[]>
}

export interface EventFilter {
  readonly organization?: string
  readonly issue?: string
  readonly ticket?: string
  readonly kind?: string
  readonly after?: number
  readonly limit?: number
}
