import { LockstepError } from '../../core/errors.ts'
import type { Gone } from '../../core/issue.ts'
import type { ScanPage, TicketFilter } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { AzureClient } from './client.ts'
import { toTicket } from './convert.ts'
import type { ConvertContext } from './convert.ts'
import { FIELD } from './fields.ts'
import { carriesLinks, createdByUsSince, hasTag, isAbove, isOneOf, runQuery } from './query.ts'
import { RecycleBin, WorkItem, WorkItemBatch } from './schema.ts'

export interface Tickets {
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Ticket | Gone>>
  convert(items: readonly WorkItem[]): Promise<readonly Ticket[]>
  /** As it was after one write, whatever was written since. */
  readRevision(id: number, revision: number): Promise<WorkItem>
  findByMark(
    url: string,
    scope: { readonly project: string; readonly since: string | null },
  ): Promise<readonly Ticket[]>
  readMarks(project: string, since?: string): AsyncIterable<ScanPage<Ticket>>
  filter(keys: readonly string[], filter: TicketFilter): Promise<ReadonlySet<string>>
}

const PER_REQUEST = 200
const IDS_PER_QUERY = 2000
const FIRST = '1'
// The text of a query may have 32,000 characters.
const IDS_PER_FILTER = 1000

export function createTickets(client: AzureClient, context: ConvertContext): Tickets {
  async function convert(items: readonly WorkItem[]): Promise<readonly Ticket[]> {
    await context.types.load(
      items.map(({ fields }) => ({
        project: String(fields[FIELD.project] ?? ''),
        type: String(fields[FIELD.type] ?? ''),
        state: String(fields[FIELD.state] ?? ''),
      })),
    )
    return items.map((item) => toTicket(item, context))
  }

  /** `fields` and `$expand` exclude each other, so that relations come with all fields of the item. */
  async function readBatch(ids: readonly number[]): Promise<readonly WorkItem[]> {
    const reply = await client.request({
      method: 'POST',
      api: 'wit/workitemsbatch',
      body: { ids, $expand: 'relations', errorPolicy: 'omit' },
      idempotent: true,
    })
    return reply.read(WorkItemBatch).value.filter((item) => item !== null)
  }

  async function readRevision(id: number, revision: number): Promise<WorkItem> {
    const api = `wit/workItems/${id}/revisions/${revision}`
    return (await client.request({ method: 'GET', api, query: { $expand: 'relations' } })).read(WorkItem)
  }

  /** A mark that was put on later is none of a create. */
  async function asCreated(ticket: Ticket): Promise<Ticket> {
    if (ticket.revision === FIRST) return ticket
    const [created] = await convert([await readRevision(Number(ticket.id), Number(FIRST))])
    return created !== undefined && created.marks.length > 0 ? created : ticket
  }

  async function readItems(ids: readonly number[]): Promise<readonly Ticket[]> {
    const batches = await Promise.all(chunk(ids, PER_REQUEST).map(readBatch))
    return convert(batches.flat())
  }

  /** Azure says the same of what is deleted and of what may not be seen; the recycle bin tells them apart. */
  async function findDeleted(ids: readonly number[]): Promise<ReadonlySet<string>> {
    try {
      const reply = await client.request({ method: 'GET', api: 'wit/recyclebin', query: { ids: ids.join(',') } })
      return new Set(reply.read(RecycleBin).value.map(({ id }) => String(id)))
    } catch (error) {
      if (!(error instanceof LockstepError) || !['not-found', 'not-permitted', 'tracker-refused'].includes(error.code))
        throw error
      return new Set()
    }
  }

  async function* pagesWithLinks(project: string, conditions: readonly string[]): AsyncIterable<readonly Ticket[]> {
    for (let last = 0; ;) {
      const found = await runQuery(client, {
        project,
        conditions: [carriesLinks, isAbove(last), ...conditions],
        top: IDS_PER_QUERY,
      })
      for (const ids of chunk(found, PER_REQUEST)) yield readItems(ids)
      if (found.length < IDS_PER_QUERY) return
      last = found.at(-1) ?? last
    }
  }

  return {
    convert,
    readRevision,
    async filter(keys, { project, query, label }) {
      const conditions = [...(query === null ? [] : [`(${query})`]), ...(label === null ? [] : [hasTag(label)])]
      const found = await Promise.all(
        chunk(keys.filter(isId).map(Number), IDS_PER_FILTER).map((ids) =>
          runQuery(client, { project, conditions: [isOneOf(ids), ...conditions], top: ids.length }),
        ),
      )
      return new Set(found.flat().map(String))
    },
    async read(keys) {
      const found = new Map<string, Ticket | Gone>()
      const ids = [...new Set(keys.filter(isId))]
      for (const ticket of await readItems(ids.map(Number))) found.set(ticket.ref.key, ticket)
      const missing = ids.filter((id) => !found.has(id))
      const deleted = await Promise.all(chunk(missing.map(Number), PER_REQUEST).map(findDeleted))
      for (const key of keys) {
        if (found.has(key)) continue
        found.set(key, { gone: deleted.some((ids) => ids.has(key)) ? 'deleted' : 'hidden', to: null })
      }
      return found
    },
    async findByMark(url, { project, since }) {
      const marked: Ticket[] = []
      for await (const tickets of pagesWithLinks(project, since === null ? [] : [createdByUsSince(since)])) {
        marked.push(...tickets.filter(({ marks }) => marks.includes(url)))
      }
      return await Promise.all(marked.map(asCreated))
    },
    async *readMarks(project, since) {
      const own = since === undefined ? [] : [createdByUsSince(since)]
      for await (const tickets of pagesWithLinks(project, own)) {
        const last = tickets.at(-1)
        if (last === undefined) continue
        yield { items: tickets.filter(({ marks }) => marks.length > 0), cursor: last.ref.key }
      }
    },
  }
}

const isId = (key: string): boolean => /^[1-9]\d{0,9}$/.test(key)

export function chunk<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: Item[][] = []
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size))
  return chunks
}
