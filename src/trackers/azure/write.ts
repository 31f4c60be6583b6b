import type { TicketDraft, TicketPatch } from '../../core/change.ts'
import { asLockstepError, LockstepError } from '../../core/errors.ts'
import type { Refusal, UpdatedTicket } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { AzureClient } from './client.ts'
import { failureOf } from './client.ts'
import { isMark, PARENT } from './convert.ts'
import { addMark, testRevision, toParts } from './patch.ts'
import type { Op, Part } from './patch.ts'
import { explainDemand, findImpossible, findRefused } from './refusals.ts'
import { BatchReply, WorkItem } from './schema.ts'
import type { BatchPart, Relation } from './schema.ts'
import type { Tickets } from './tickets.ts'
import type { Types } from './types.ts'

export interface Writer {
  create(draft: TicketDraft): Promise<Ticket>
  createAll(drafts: readonly TicketDraft[]): Promise<readonly (Ticket | LockstepError)[]>
  update(ticket: Ticket, patch: TicketPatch): Promise<UpdatedTicket>
  mark(ticket: Ticket, url: string): Promise<void>
  unmark(ticket: Ticket, url: string): Promise<void>
}

interface WriterDeps {
  readonly client: AzureClient
  readonly types: Types
  readonly tickets: Tickets
}

/** Server 2019 (5.0) does not describe `$expand` on a write; from 6.0 on it does. */
const ANSWERS_RELATIONS = 6

/** The write stands: whoever takes this for a failure of the write must look before he writes again. */
function afterWrite(error: unknown): LockstepError {
  const { code, message, details } = asLockstepError(error)
  return new LockstepError(code, message, { retryable: true, effectUnknown: true, details, cause: error })
}

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }

const apiOf = ({ type }: TicketDraft): string => `wit/workitems/$${encodeURIComponent(type)}`

/** Why is asked again where it can be told by the field: when it is made by itself. */
const notMade = (connection: string, code: number): LockstepError =>
  new LockstepError('tracker-refused', `${connection}: Azure did not make it together with others (${code}).`, {
    effectUnknown: code >= 500,
  })

export function createWriter({ client, types, tickets }: WriterDeps): Writer {
  let takesBatches = true

  async function send(method: 'POST' | 'PATCH', api: string, ops: readonly Op[], project?: string): Promise<Ticket> {
    const reply = await client.request({
      method,
      api,
      project,
      query: await expansion(),
      headers: JSON_PATCH,
      // As text, so that the content type of a JSON Patch stays.
      body: JSON.stringify(ops),
    })
    return await takeWritten(reply.read(WorkItem))
  }

  const answersRelations = async () => (await client.session()).version >= ANSWERS_RELATIONS

  const expansion = async (): Promise<Readonly<Record<string, string>>> =>
    (await answersRelations()) ? { $expand: 'relations' } : {}

  const takeWritten = async (written: WorkItem): Promise<Ticket> =>
    (await answersRelations()) ? await convertWritten(written) : await readWritten(written)

  async function readWritten({ id, rev }: WorkItem): Promise<Ticket> {
    try {
      return await convertWritten(await tickets.readRevision(id, rev))
    } catch (error) {
      throw afterWrite(error)
    }
  }

  async function convertWritten(item: WorkItem): Promise<Ticket> {
    try {
      const [ticket] = await tickets.convert([item])
      if (ticket !== undefined) return ticket
    } catch (error) {
      throw afterWrite(error)
    }
    throw new LockstepError('internal', 'A work item came to nothing.', { effectUnknown: true })
  }

  /** All operations of a create; throws what this type cannot have at all. */
  async function printDraft(draft: TicketDraft) {
    await types.load([{ project: draft.project }])
    const type = types.find(draft.project, draft.type)
    const [impossible] = findImpossible(draft, type)
    if (impossible !== undefined) throw toFailure(client.connection, impossible)
    const parts = toParts(draft, { base: client.base, project: draft.project, type, ticket: null })
    return { draft, type, parts, ops: [...parts.flatMap((part) => part.ops), addMark(draft.mark.url)] }
  }

  /**
   * No specification holds `$batch`; the vendor's own clients send it. A server that does not take it is not asked
   * again, and everything is made one by one.
   */
  async function sendBatch(
    creates: readonly { readonly draft: TicketDraft; readonly ops: readonly Op[] }[],
  ): Promise<readonly BatchPart[]> {
    if (creates.length === 0 || !takesBatches) return []
    const { version } = await client.session()
    const query = new URLSearchParams({ ...(await expansion()), 'api-version': version.toFixed(1) })
    const parts = creates.map(({ draft, ops }) => ({
      method: 'PATCH',
      uri: `/${encodeURIComponent(draft.project)}/_apis/${apiOf(draft)}?${query}`,
      headers: JSON_PATCH,
      body: ops,
    }))
    try {
      const reply = await client.request({ method: 'PATCH', api: 'wit/$batch', body: parts })
      const { value } = reply.read(BatchReply)
      if (value.length === creates.length) return value
    } catch (error) {
      const { code, effectUnknown } = asLockstepError(error)
      if (effectUnknown || !['not-found', 'not-permitted', 'tracker-refused'].includes(code)) throw error
      takesBatches = false
      return []
    }
    throw new LockstepError('reply-unreadable', `${client.connection}: Azure does not say which tickets it made.`, {
      retryable: true,
      effectUnknown: true,
    })
  }

  async function takePart(body: string): Promise<Ticket> {
    try {
      return await takeWritten(WorkItem.parse(JSON.parse(body)))
    } catch (error) {
      throw afterWrite(error)
    }
  }

  /** Relations are taken away by their place, from the last to the first, so that no place shifts. */
  async function readRemovals(ticket: Ticket, test: (relation: Relation) => boolean): Promise<Op[]> {
    const query = { $expand: 'relations' }
    const reply = await client.request({ method: 'GET', api: `wit/workitems/${ticket.ref.key}`, query })
    return (reply.read(WorkItem).relations ?? [])
      .flatMap((relation, index) => (test(relation) ? [index] : []))
      .reverse()
      .map((index) => ({ op: 'remove', path: `/relations/${index}` }))
  }

  async function partsOf(ticket: Ticket, patch: TicketPatch): Promise<Part[]> {
    await types.load([{ project: ticket.project }])
    const type = types.find(ticket.project, patch.type ?? ticket.type)
    const parts = toParts(patch, { base: client.base, project: ticket.project, type, ticket })
    const others = parts.filter(({ field }) => field !== 'parent')
    if (patch.parent === undefined || patch.parent === ticket.parent) return others
    const old = ticket.parent === null ? [] : await readRemovals(ticket, ({ rel }) => rel === PARENT)
    const fresh = parts.find(({ field }) => field === 'parent')?.ops ?? []
    return [...others, { field: 'parent', ops: [...old, ...fresh] }]
  }

  return {
    async create(draft) {
      const { parts, ops, type } = await printDraft(draft)
      try {
        return await send('POST', apiOf(draft), ops, draft.project)
      } catch (error) {
        const [refused] = findRefused(error, parts, { type, state: type?.states[0]?.name ?? null })
        throw refused === undefined ? explainDemand(error) : toFailure(client.connection, refused.refusal, error)
      }
    },

    async createAll(drafts) {
      const printed = await Promise.all(drafts.map((draft) => printDraft(draft).catch(asLockstepError)))
      const answers: (Ticket | LockstepError)[] = printed.map((one) =>
        one instanceof LockstepError ? one : notMade(client.connection, 400),
      )
      const sent = printed.flatMap((one, index) => (one instanceof LockstepError ? [] : [{ ...one, index }]))
      const replies = await sendBatch(sent.map(({ draft, ops }) => ({ draft, ops })))
      for (const [place, { code, body }] of replies.entries()) {
        const index = sent[place]?.index
        if (index === undefined) continue
        answers[index] = code < 300 ? await takePart(body).catch(asLockstepError) : notMade(client.connection, code)
      }
      return answers
    },

    async update(ticket, patch) {
      let parts = await partsOf(ticket, patch)
      const type = types.find(ticket.project, patch.type ?? ticket.type)
      const refusals: Refusal[] = [...findImpossible(patch, type)]
      while (parts.length > 0) {
        try {
          const ops = [testRevision(ticket.revision), ...parts.flatMap((part) => part.ops)]
          const written = await send('PATCH', `wit/workitems/${ticket.ref.key}`, ops)
          // A parent that people chose meanwhile is no revision, and so does not stop this write.
          const { parent } = parts.some(({ field }) => field === 'parent') ? written : ticket
          return { ticket: { ...written, parent }, refused: refusals }
        } catch (error) {
          const refused = findRefused(error, parts, { type, state: ticket.status.name })
          if (refused.length === 0) throw explainDemand(error)
          refusals.push(...refused.map(({ refusal }) => refusal))
          parts = parts.filter((part) => !refused.some((one) => one.part === part))
        }
      }
      return { ticket, refused: refusals }
    },

    async mark(ticket, url) {
      try {
        await send('PATCH', `wit/workitems/${ticket.ref.key}`, [addMark(url)])
      } catch (error) {
        if (failureOf(error)?.message.includes('already exists') !== true) throw error
      }
    },

    async unmark(ticket, url) {
      const ops = await readRemovals(ticket, (relation) => isMark(relation) && relation.url === url)
      if (ops.length > 0) await send('PATCH', `wit/workitems/${ticket.ref.key}`, ops)
    },
  }
}

/** A refused field as a failure; `details.field` names it for whoever tries again without it. */
function toFailure(connection: string, { code, field, message, remedy }: Refusal, cause?: unknown): LockstepError {
  const details = cause instanceof LockstepError ? cause.details : {}
  return new LockstepError(code === 'not-assignable' ? code : 'field-refused', `${connection}: ${message}`, {
    remedy: remedy ?? `Correct the value of ${field} in the route, or leave it out.`,
    details: { ...details, field },
    cause,
  })
}
