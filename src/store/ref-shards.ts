import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { StoredEntry } from '../core/events.ts'
import type { Claim, Link } from '../core/link.ts'
import { withoutAddresses } from './addresses.ts'
import { compareLinks, pairOf, repositoryOf } from './keys.ts'
import type { RefState } from './ref-state.ts'

/** Holds the version of the form, and the counter of writes. */
export const STATE_FILE = 'state.json'
const VERSION = 1
/** Issue numbers in one file: a changed link rewrites the file of its neighbours, and those tend to change together. */
const NUMBERS_PER_FILE = 100
const EVENTS_KEPT = 300

const IssueRefLine = z.object({ owner: z.string(), repo: z.string(), number: z.int().positive() })

const LinkLine = z.object({
  issue: IssueRefLine,
  ticket: z.object({ connection: z.string(), key: z.string() }),
  ticketId: z.string(),
  base: z.looseObject({ issue: z.looseObject({}), ticket: z.looseObject({}) }).nullable(),
  comments: z.array(z.looseObject({ issueComment: z.string(), ticketComment: z.string() })),
  conflicts: z.array(z.looseObject({ field: z.string() })),
  said: z.array(z.string()),
  notice: z.string().nullable(),
  state: z.enum(['active', 'paused', 'ended']),
  outcome: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

const ClaimLine = z.object({
  issue: IssueRefLine,
  connection: z.string(),
  owner: z.string(),
  claimedAt: z.string(),
  until: z.string(),
})

const CursorLine = z.object({ name: z.string(), value: z.string() })
const EventLine = z.looseObject({ id: z.int(), at: z.string(), kind: z.string(), message: z.string() })
const StateFile = z.object({ version: z.int(), generation: z.int() })

export interface ParsedState {
  readonly state: RefState
  /** Files with lines that could not be read: what those held is gone from the state. */
  readonly damaged: readonly string[]
}

export function parseFiles(files: ReadonlyMap<string, string>): ParsedState {
  const damaged = new Set<string>()
  function readLines<Line>(path: string, schema: z.ZodType<Line>): Line[] {
    return (files.get(path) ?? '').split('\n').flatMap((line) => {
      if (line === '') return []
      const value = parseJson(line)
      // As it is: what comes out of a schema has its keys in another order, and would be written anew.
      if (schema.safeParse(value).success) return [value as Line]
      damaged.add(path)
      return []
    })
  }

  const [head] = readLines(STATE_FILE, StateFile)
  if (head !== undefined && head.version > VERSION) throw tooNew()
  const links = [...files.keys()].filter(isShard).flatMap((path) => readLines(path, LinkLine) as unknown as Link[])
  const claims: Claim[] = readLines('claims.jsonl', ClaimLine)
  const cursors = readLines('cursors.jsonl', CursorLine)
  return {
    state: {
      generation: head?.generation ?? 0,
      links: new Map(links.map((link) => [pairOf(link.issue, link.ticket.connection), link])),
      claims: new Map(claims.map((claim) => [pairOf(claim.issue, claim.connection), claim])),
      cursors: new Map(cursors.map(({ name, value }) => [name, value])),
      events: readLines('events.jsonl', EventLine) as unknown as StoredEntry[],
    },
    damaged: [...damaged],
  }
}

const isShard = (path: string): boolean => path.startsWith('links/')

const tooNew = (): LockstepError =>
  new LockstepError('state-unreadable', 'The state in the git ref was written by a newer version of Lockstep.', {
    remedy: 'Use that version, or a newer one.',
  })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every file of the state; the same state always prints the same, so what changed is found by comparing texts. */
export function printFiles(state: RefState): Map<string, string> {
  const shards = Map.groupBy([...state.links.values()].sort(compareLinks), ({ issue }) => {
    const shard = Math.floor(issue.number / NUMBERS_PER_FILE)
    return `links/${repositoryOf(issue)}/${String(shard).padStart(5, '0')}.jsonl`
  })
  const claims = sorted(state.claims).map(([, claim]) => claim)
  const cursors = sorted(state.cursors).map(([name, value]) => ({ name, value }))
  return new Map([
    ...[...shards].map(([path, links]): [string, string] => [path, printLines(links)]),
    ['claims.jsonl', printLines(claims)],
    ['cursors.jsonl', printLines(cursors)],
    ['events.jsonl', printLines(state.events.slice(-EVENTS_KEPT))],
    [STATE_FILE, `${JSON.stringify({ version: VERSION, generation: state.generation })}\n`],
  ])
}

const sorted = <Value>(records: ReadonlyMap<string, Value>): [string, Value][] =>
  [...records].sort(([a], [b]) => (a < b ? -1 : 1))

const printLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(withoutAddresses(record))}\n`).join('')
