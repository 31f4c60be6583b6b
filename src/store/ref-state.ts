import type { StoredEntry } from '../core/events.ts'
import type { Claim, Link } from '../core/link.ts'
import { printTicketRef } from '../core/ticket.ts'

/** Everything that is kept in the ref. Links and claims are keyed by pair, cursors by name. */
export interface RefRecords {
  readonly links: ReadonlyMap<string, Link>
  readonly claims: ReadonlyMap<string, Claim>
  readonly cursors: ReadonlyMap<string, string>
  /** The newest ones, oldest first. */
  readonly events: readonly StoredEntry[]
}

export interface RefState extends RefRecords {
  /** Counts the writes: a ref that stands lower than before was turned back by somebody. */
  readonly generation: number
}

export const emptyState: RefState = {
  generation: 0,
  links: new Map(),
  claims: new Map(),
  cursors: new Map(),
  events: [],
}

export interface MergeSides {
  /** What both started from. */
  readonly base: RefState
  readonly mine: RefRecords
  readonly theirs: RefState
  /** False when part of `theirs` could not be read. That, or a ref turned back, says nothing about what to remove. */
  readonly complete: boolean
}

export interface Merge {
  readonly state: RefState
  /** Links of ours that had to give way, because another run linked their ticket to another issue first. */
  readonly dropped: readonly Link[]
}

/** What this run did since `base`, done again on top of what another run wrote meanwhile: three-way, record by record. */
export function mergeStates({ base, mine, theirs, complete }: MergeSides): Merge {
  const from = complete && theirs.generation > base.generation ? base : emptyState
  const links = mergeRecords(from.links, mine.links, theirs.links, (ours, other) =>
    ours !== undefined && (other === undefined || ours.updatedAt >= other.updatedAt) ? ours : other,
  )
  const dropped = dropDoubles(links, theirs.links)
  return {
    state: {
      generation: Math.max(base.generation, theirs.generation),
      links,
      // A claim that the other run has now stays with it; one that only ended here is ended.
      claims: mergeRecords(from.claims, mine.claims, theirs.claims, (_, other) => other),
      /*
       * A cursor says that everything before it was dealt with, and is opaque, so the older of two cannot be told.
       * Where two runs both moved one, a link of either may have given way in the merge: going back to where both
       * started costs reading again, while going on could pass over a change for good.
       */
      cursors: mergeRecords(from.cursors, mine.cursors, theirs.cursors, (_, other, before) => before ?? other),
      events: [...theirs.events, ...renumber(newEntries(base, mine), theirs.events.at(-1)?.id ?? 0)],
    },
    dropped,
  }
}

type Choose<Value> = (mine: Value | undefined, theirs: Value | undefined, base: Value | undefined) => Value | undefined

function mergeRecords<Value>(
  base: ReadonlyMap<string, Value>,
  mine: ReadonlyMap<string, Value>,
  theirs: ReadonlyMap<string, Value>,
  choose: Choose<Value>,
): Map<string, Value> {
  const merged = new Map<string, Value>()
  for (const key of new Set([...theirs.keys(), ...mine.keys()])) {
    const [before, ours, other] = [base.get(key), mine.get(key), theirs.get(key)]
    const value =
      same(ours, before) || same(ours, other) ? other : same(other, before) ? ours : choose(ours, other, before)
    if (value !== undefined) merged.set(key, value)
  }
  return merged
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** Takes out of `links` those whose ticket another issue has in `theirs`. */
function dropDoubles(links: Map<string, Link>, theirs: ReadonlyMap<string, Link>): Link[] {
  const taken = new Map<string, string>()
  for (const [pair, link] of theirs) {
    if (links.has(pair)) for (const key of ticketKeysOf(link)) taken.set(key, pair)
  }
  const dropped: Link[] = []
  for (const [pair, link] of links) {
    if (!ticketKeysOf(link).some((key) => (taken.get(key) ?? pair) !== pair)) continue
    links.delete(pair)
    dropped.push(link)
  }
  return dropped
}

/** What a ticket is known by: its key, and the tracker's own id. */
export const ticketKeysOf = ({ ticket, ticketId }: Pick<Link, 'ticket' | 'ticketId'>): readonly [string, string] => [
  `key ${printTicketRef(ticket)}`,
  `id ${ticket.connection}:${ticketId}`,
]

const newEntries = (base: RefRecords, mine: RefRecords): readonly StoredEntry[] => {
  const last = base.events.at(-1)?.id ?? 0
  return mine.events.filter(({ id }) => id > last)
}

const renumber = (entries: readonly StoredEntry[], last: number): StoredEntry[] =>
  entries.map((entry, index) => ({ ...entry, id: last + index + 1 }))
