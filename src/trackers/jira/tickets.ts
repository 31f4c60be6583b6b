import { LockstepError } from '../../core/errors.ts'
import type { Gone } from '../../core/issue.ts'
import type { Clock, ReadOptions, ScanPage, TicketFilter } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import { failureOf } from './client.ts'
import type { JiraClient } from './client.ts'
import { MARK_KEY, marksOf, toTicket } from './convert.ts'
import { asCreated } from './created.ts'
import type { Fields } from './fields.ts'
import { keepBy } from './kept.ts'
import { isOneOf, PAGE, printMoment, quote, runWholeQuery } from './query.ts'
import { Issue, IssueMoment, IssueStub, IssueWithHistory } from './schema.ts'
import type { Types } from './types.ts'

export interface Tickets {
  read(keys: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, Ticket | Gone>>
  readOne(keyOrId: string, asked?: readonly string[]): Promise<Ticket | Gone>
  /** A ticket as it was when we created it, whatever people did to it since. */
  readCreated(id: string): Promise<Ticket | Gone>
  /** When the ticket was last changed, and nothing else. */
  readRevision(ticket: Ticket): Promise<string>
  convert(issues: readonly Issue[]): Promise<readonly Ticket[]>
  filter(keys: readonly string[], filter: TicketFilter): Promise<ReadonlySet<string>>
  findByMark(
    url: string,
    scope: { readonly project: string; readonly since: string | null },
  ): Promise<readonly Ticket[]>
  readMarks(project: string, since?: string): AsyncIterable<ScanPage<Ticket>>
  /** A new ticket that could not be read back: found by its mark although the index does not know it yet. */
  remember(url: string, id: string): void
  /** How long ago this very ticket was read by itself, in milliseconds; what came with a search is of any age. */
  ageOf(ticket: Ticket): number
}

interface TicketsDeps {
  readonly client: JiraClient
  readonly fields: () => Promise<Fields>
  readonly types: Types
  readonly clock: Clock
}

/** Everything but what is long and of no use here. A route may name any field, so all of them come along. */
export const READ_FIELDS = [
  '*all',
  ...['worklog', 'attachment', 'issuelinks', 'subtasks', 'timetracking', 'watches', 'votes'].map((id) => `-${id}`),
]

// So few are read one by one, past the index, which learns of a change a moment later.
const FEW = 3

const MARKS_KEPT_MS = 60_000

// How far the clock of the server may be from ours.
const SKEW_MS = 15 * 60_000

export function createTickets({ client, fields, types, clock }: TicketsDeps): Tickets {
  const readAt = new WeakMap<Ticket, number>()
  const unread = new Map<string, Set<string>>()

  async function convert(issues: readonly Issue[], asked: readonly string[] = []): Promise<readonly Ticket[]> {
    const context = await contextOf(asked)
    return issues.map((issue) => toTicket(issue, context))
  }

  const contextOf = async (asked: readonly string[]) => ({
    connection: client.connection,
    base: client.base,
    fields: await fields(),
    asked,
  })

  const getIssue = (idOrKey: string, wanted: readonly string[], expand?: string) =>
    client.request({
      method: 'GET',
      api: `issue/${encodeURIComponent(idOrKey)}`,
      query: { fields: wanted.join(','), properties: MARK_KEY, expand },
    })

  async function convertOne(issue: Issue, asked: readonly string[] = []): Promise<Ticket> {
    const read = toTicket(issue, await contextOf(asked))
    // The index may not know of the first one yet; the ticket itself does.
    const ticket: Ticket = { ...read, comments: read.commentCount === 0 ? [] : null }
    readAt.set(ticket, clock.now().getTime())
    return ticket
  }

  async function readOne(idOrKey: string, asked: readonly string[] = []): Promise<Ticket | Gone> {
    try {
      return await convertOne((await getIssue(idOrKey, READ_FIELDS)).read(Issue), asked)
    } catch (error) {
      if (isHidden(error)) return hidden
      throw error
    }
  }

  async function readCreated(id: string): Promise<Ticket | Gone> {
    try {
      const issue = (await getIssue(id, READ_FIELDS, 'changelog')).read(IssueWithHistory)
      const ticket = await convertOne(issue)
      const states = (await types.find(ticket.project, ticket.type))?.states ?? []
      return asCreated(ticket, issue.changelog?.histories ?? [], { fields: await fields(), states })
    } catch (error) {
      if (isHidden(error)) return hidden
      throw error
    }
  }

  /** A search never tells properties: each ticket is asked for its own. */
  async function readMarksOf(idOrKey: string): Promise<readonly string[]> {
    try {
      return marksOf((await getIssue(idOrKey, ['updated'])).read(IssueStub))
    } catch (error) {
      if (isHidden(error)) return []
      throw error
    }
  }

  // Many tickets that were made in one call may be looked for at once, each among all of them.
  const recallMarksOf = keepBy(readMarksOf, { clock, ms: MARKS_KEPT_MS })

  async function readBatch(keys: readonly string[], asked: readonly string[]): Promise<readonly Ticket[]> {
    const found: Ticket[] = []
    const query = { jql: `${isOneOf(keys)} ORDER BY key ASC`, fields: READ_FIELDS, validate: false }
    for await (const issues of runWholeQuery(client, Issue, query)) found.push(...(await convert(issues, asked)))
    return found
  }

  async function createdByUsSince(since: string): Promise<readonly string[]> {
    const { timeZone } = await client.session()
    return ['creator = currentUser()', `created >= ${printMoment(Date.parse(since) - SKEW_MS, timeZone)}`]
  }

  async function findMarked(url: string, ids: readonly string[]): Promise<readonly Ticket[]> {
    const marks = await Promise.all(ids.map((id) => recallMarksOf(id)))
    const marked = ids.filter((_, index) => marks[index]?.includes(url))
    const tickets = await Promise.all(marked.map(readCreated))
    return tickets.filter((ticket): ticket is Ticket => 'ref' in ticket)
  }

  async function filterChunk(keys: readonly string[], conditions: readonly string[]): Promise<readonly string[]> {
    let left = keys
    while (left.length > 0) {
      try {
        const jql = [isOneOf(left), ...conditions].join(' AND ')
        const found: string[] = []
        const query = { jql: `${jql} ORDER BY key ASC`, fields: ['updated'] }
        for await (const issues of runWholeQuery(client, IssueStub, query)) found.push(...issues.map(({ key }) => key))
        return found
      } catch (error) {
        const unknown = keysInVain(error)
        const rest = left.filter((key) => !unknown.has(key))
        if (rest.length === left.length) throw explainQuery(error)
        left = rest
      }
    }
    return []
  }

  return {
    convert,
    readOne,
    readCreated,
    async readRevision({ id }) {
      return (await getIssue(id, ['updated'])).read(IssueMoment).fields.updated
    },
    async read(keys, { fields: asked = [], marks = true } = {}) {
      const found = new Map<string, Ticket | Gone>()
      const wanted = [...new Set(keys)].filter(isKey)
      if (!marks && wanted.length > FEW) {
        for (const chunk of chunked(wanted, PAGE)) {
          for (const ticket of await readBatch(chunk, asked)) found.set(ticket.ref.key, ticket)
        }
      }
      // What a search does not find may have moved, or be too new for the index.
      const missing = wanted.filter((key) => !found.has(key))
      const read = await Promise.all(missing.map((key) => readOne(key, asked)))
      for (const [index, ticket] of read.entries()) found.set(missing[index] ?? '', ticket)
      return new Map(keys.map((key) => [key, found.get(key) ?? hidden]))
    },
    async filter(keys, { query, label }) {
      const conditions = [
        ...(query === null ? [] : [`(${query})`]),
        ...(label === null ? [] : [`labels = ${quote(label)}`]),
      ]
      const found = await Promise.all(chunked(keys.filter(isKey), PAGE).map((chunk) => filterChunk(chunk, conditions)))
      return new Set(found.flat())
    },
    async findByMark(url, { project, since }) {
      const jql = [`project = ${quote(project)}`, ...(since === null ? [] : await createdByUsSince(since))].join(
        ' AND ',
      )
      const ids = new Set(unread.get(url))
      for await (const issues of runWholeQuery(client, IssueStub, {
        jql: `${jql} ORDER BY created DESC`,
        fields: ['updated'],
      })) {
        for (const { id } of issues) ids.add(id)
      }
      return findMarked(url, [...ids])
    },
    async *readMarks(project, since) {
      const own = since === undefined ? [] : await createdByUsSince(since)
      const jql = [`project = ${quote(project)}`, ...own].join(' AND ')
      const query = { jql: `${jql} ORDER BY key ASC`, fields: READ_FIELDS }
      for await (const issues of runWholeQuery(client, Issue, query)) {
        const last = issues.at(-1)
        if (last === undefined) continue
        const marks = await Promise.all(issues.map(({ id }) => readMarksOf(id)))
        const tickets = await convert(issues)
        const marked = tickets.flatMap((ticket, index) => {
          const own = marks[index] ?? []
          return own.length === 0 ? [] : [{ ...ticket, marks: own }]
        })
        yield { items: marked, cursor: last.key }
      }
    },
    remember(url, id) {
      unread.set(url, new Set(unread.get(url)).add(id))
    },
    ageOf: (ticket) => clock.now().getTime() - (readAt.get(ticket) ?? Number.NEGATIVE_INFINITY),
  }
}

/** Jira says the same of what is deleted and of what may not be seen. */
const hidden: Gone = { gone: 'hidden', to: null }

// In Jira's own words: the page of a proxy on the way says nothing about the ticket.
const isHidden = (error: unknown): boolean =>
  error instanceof LockstepError &&
  (error.code === 'not-found' || error.code === 'not-permitted') &&
  (failureOf(error)?.errorMessages.length ?? 0) > 0

const isKey = (key: string): boolean => /^[A-Za-z][A-Za-z0-9_]*-[1-9]\d*$/.test(key)

/** A key that leads nowhere makes Jira refuse the whole query. */
function keysInVain(error: unknown): ReadonlySet<string> {
  const messages = failureOf(error)?.errorMessages ?? []
  return new Set(messages.flatMap((message) => /issue with key '([^']+)' does not exist/i.exec(message)?.[1] ?? []))
}

function explainQuery(error: unknown): unknown {
  if (!(error instanceof LockstepError) || error.code !== 'tracker-refused') return error
  return new LockstepError(error.code, error.message, {
    remedy: 'Correct the query under "from" of the route; try it in the issue search of Jira.',
    details: error.details,
    cause: error,
  })
}

function chunked<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: Item[][] = []
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size))
  return chunks
}
