import type { StoredEntry, StreamEntry } from '../core/events.ts'
import type { Claim, Link } from '../core/link.ts'
import type { EventFilter, Events, LinkFilter, Links } from '../core/store.ts'
import { keyOf } from './claim-rules.ts'
import { compareLinks, pairOf, repositoryOf, searchTextOf, searchWordsOf } from './keys.ts'
import { lostRace } from './lost-race.ts'
import { type RefRecords, ticketKeysOf } from './ref-state.ts'

/** The records of the git ref while a run works on them. */
export interface Memory {
  readonly links: ReadonlyMap<string, Link>
  readonly claims: Map<string, Claim>
  readonly cursors: Map<string, string>
  readonly events: readonly StoredEntry[]
  /** The pair that has a ticket, by any of the ticket's keys. */
  readonly pairs: ReadonlyMap<string, string>
  setLink(link: Link): void
  removeLink(pair: string): void
  append(entries: readonly StreamEntry[]): void
  /** A copy that later changes leave alone. */
  state(): RefRecords
  replace(records: RefRecords): void
}

export function createMemory(): Memory {
  const links = new Map<string, Link>()
  const claims = new Map<string, Claim>()
  const cursors = new Map<string, string>()
  const pairs = new Map<string, string>()
  const events: StoredEntry[] = []

  const memory: Memory = {
    links,
    claims,
    cursors,
    events,
    pairs,
    setLink(link) {
      const pair = pairOf(link.issue, link.ticket.connection)
      memory.removeLink(pair)
      links.set(pair, link)
      for (const key of ticketKeysOf(link)) pairs.set(key, pair)
    },
    removeLink(pair) {
      const link = links.get(pair)
      if (link === undefined) return
      links.delete(pair)
      for (const key of ticketKeysOf(link)) pairs.delete(key)
    },
    append(entries) {
      for (const entry of entries) events.push({ ...withoutValues(entry), id: (events.at(-1)?.id ?? 0) + 1 })
    },
    state: () => ({
      links: new Map(links),
      claims: new Map(claims),
      cursors: new Map(cursors),
      events: [...events],
    }),
    replace(records) {
      for (const map of [links, claims, cursors, pairs]) map.clear()
      for (const link of records.links.values()) memory.setLink(link)
      for (const [pair, claim] of records.claims) claims.set(pair, claim)
      for (const [name, value] of records.cursors) cursors.set(name, value)
      events.splice(0, events.length, ...records.events)
    },
  }
  return memory
}

/** Whoever may read the repository may read the ref, but not therefore the tracker: no values, no details. */
const withoutValues = (entry: StreamEntry): StreamEntry => ({
  ...entry,
  changes: entry.changes.map(({ side, field }) => ({ side, field, before: null, after: null })),
  details: {},
})

export function createMemoryLinks(memory: Memory): Omit<Links, 'claim' | 'renew'> {
  const { links, claims, pairs } = memory
  const select = (filter: LinkFilter) => [...links.values()].filter((link) => matches(link, filter)).sort(compareLinks)
  const ofKey = (key: string) => links.get(pairs.get(key) ?? '')

  return {
    find: async (issue, connection) => links.get(pairOf(issue, connection)),
    ofIssue: async (issue) => select({ repo: issue }).filter((link) => link.issue.number === issue.number),
    ofTicket: async (ticket) => ofKey(ticketKeysOf({ ticket, ticketId: '' })[0]),
    ofTicketId: async (connection, ticketId) => ofKey(ticketKeysOf({ ticket: { connection, key: '' }, ticketId })[1]),
    list: async (filter) => select(filter).slice(0, filter.limit),
    count: async (filter) => select(filter).length,
    async tally(filter) {
      const kinds = Map.groupBy(select(filter), ({ issue, ticket, state, outcome }) =>
        JSON.stringify([repositoryOf(issue), ticket.connection, state, outcome]),
      )
      return [...kinds.values()].flatMap((kind) =>
        kind.slice(0, 1).map(({ issue, ticket, state, outcome }) => ({
          repo: { owner: issue.owner, repo: issue.repo },
          connection: ticket.connection,
          state,
          outcome,
          count: kind.length,
        })),
      )
    },
    async save(link, entries = []) {
      const pair = pairOf(link.issue, link.ticket.connection)
      const other = links.get(pair)
      const taken = ticketKeysOf(link).some((key) => (pairs.get(key) ?? pair) !== pair)
      if (taken || (other !== undefined && other.ticketId !== link.ticketId)) throw lostRace(link)
      memory.setLink(structuredClone(link))
      claims.delete(pair)
      memory.append(entries)
    },
    async remove(link, entries = []) {
      const pair = pairOf(link.issue, link.ticket.connection)
      if (links.get(pair)?.ticketId === link.ticketId) memory.removeLink(pair)
      memory.append(entries)
    },
    async release(claim) {
      if (claims.get(keyOf(claim))?.owner === claim.owner) claims.delete(keyOf(claim))
    },
    claims: async (repo) =>
      [...claims.values()]
        .filter(({ issue }) => repositoryOf(issue) === repositoryOf(repo))
        .sort((a, b) => a.issue.number - b.issue.number || (a.connection < b.connection ? -1 : 1)),
  }
}

function matches(
  link: Link,
  { repo, repos, owners, connection, outcome, outcomes, state, text, after }: LinkFilter,
): boolean {
  if (repo !== undefined && repositoryOf(link.issue) !== repositoryOf(repo)) return false
  if (repos?.some((one) => repositoryOf(one) === repositoryOf(link.issue)) === false) return false
  if (owners?.some((owner) => owner.toLowerCase() === link.issue.owner.toLowerCase()) === false) return false
  if (state !== undefined && link.state !== state) return false
  if (outcomes?.includes(link.outcome) === false) return false
  if (connection !== undefined && link.ticket.connection !== connection) return false
  if (outcome !== undefined && link.outcome !== outcome) return false
  if (after !== undefined && compareLinks(link, after) <= 0) return false
  const searched = text === undefined ? '' : searchTextOf(link)
  return searchWordsOf(text ?? '').every((word) => searched.includes(word))
}

export function createMemoryEvents(memory: Memory): Events {
  return {
    append: async (entries) => memory.append(entries),
    async list({ after, limit, ...filter }) {
      const found = memory.events.filter((entry) => tells(entry, filter) && entry.id > (after ?? 0))
      return (after === undefined ? found.reverse() : found).slice(0, limit)
    },
  }
}

const tells = (entry: StoredEntry, { organization, issue, ticket, kind }: EventFilter): boolean =>
  [
    [organization, entry.organization],
    [issue, entry.issue],
    [ticket, entry.ticket],
    [kind, entry.kind],
  ].every(([wanted, found]) => wanted === undefined || wanted === null || found?.toLowerCase() === wanted.toLowerCase())
