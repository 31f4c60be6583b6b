import type { TicketDraft, TicketPatch } from '../../core/change.ts'
import { asLockstepError, LockstepError } from '../../core/errors.ts'
import type { Gone } from '../../core/issue.ts'
import { isGone } from '../../core/issue.ts'
import type { Refusal, UpdatedTicket } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import { replyOf } from '../../http/index.ts'
import type { JiraClient } from './client.ts'
import type { Fields } from './fields.ts'
import { propertyOf } from './marks.ts'
import type { Marks } from './marks.ts'
import { toBody, toParts } from './patch.ts'
import type { Part } from './patch.ts'
import { explainDemand, findRefused } from './refusals.ts'
import { CreatedIssue, CreatedIssues } from './schema.ts'
import type { Tickets } from './tickets.ts'
import type { Types } from './types.ts'
import type { createWalker } from './walk.ts'

export interface Writer {
  create(draft: TicketDraft): Promise<Ticket>
  createAll(drafts: readonly TicketDraft[]): Promise<readonly (Ticket | LockstepError)[]>
  update(ticket: Ticket, patch: TicketPatch): Promise<UpdatedTicket>
}

interface WriterDeps {
  readonly client: JiraClient
  readonly fields: () => Promise<Fields>
  readonly types: Types
  readonly tickets: Tickets
  readonly marks: Marks
  readonly walk: ReturnType<typeof createWalker>
}

/**
 * Jira writes unconditionally: only a look just before can tell that somebody was faster. A ticket read by itself within
 * this time is taken as it is, so that one change costs one read and one write, and only its changed fields are written.
 * One that came with a search never is: the index learns of a change a moment late, and its page may have been waiting.
 */
const FRESH_MS = 3000

export function createWriter({ client, fields, types, tickets, marks, walk }: WriterDeps): Writer {
  async function assertUnmoved(ticket: Ticket): Promise<void> {
    if (tickets.ageOf(ticket) <= FRESH_MS) return
    if ((await tickets.readRevision(ticket)) === ticket.revision) return
    throw new LockstepError(
      'ticket-changed',
      `${client.connection}: somebody else changed ${ticket.ref.key} meanwhile.`,
      {
        retryable: true,
      },
    )
  }

  function need(ticket: Ticket | Gone): Ticket {
    if (isGone(ticket)) throw new LockstepError('not-found', `${client.connection}: the ticket cannot be read.`)
    return ticket
  }

  /** The ticket stands: whoever takes a failure after it for a failure of the create must look before he creates again. */
  async function finish(id: string, { mark }: TicketDraft): Promise<Ticket> {
    try {
      await marks.showLink({ id }, mark)
      return need(await tickets.readCreated(id))
    } catch (error) {
      tickets.remember(mark.url, id)
      const { code, message, details } = asLockstepError(error)
      throw new LockstepError(code, message, { retryable: true, effectUnknown: true, details, cause: error })
    }
  }

  /** Writes what can be written, in as many tries as the server needs to name all that it refuses. */
  async function put(ticket: Ticket, wanted: readonly Part[]): Promise<readonly Refusal[]> {
    const refusals: Refusal[] = []
    for (let parts = wanted; parts.length > 0;) {
      try {
        await client.request({
          method: 'PUT',
          api: `issue/${ticket.id}`,
          body: toBody(parts),
          idempotent: true,
          expect: 'nothing',
        })
        break
      } catch (error) {
        const refused = findRefused(error, parts)
        if (refused.length === 0) throw explainDemand(error, await fields())
        refusals.push(...refused.map(({ refusal }) => refusal))
        parts = parts.filter((part) => !refused.some((one) => one.part === part))
      }
    }
    return refusals
  }

  const isSubtask = async (project: string, type: string): Promise<boolean> =>
    (await types.find(project, type))?.subtask ?? false

  /** The body of a create; throws what this Jira cannot have at all. */
  async function printDraft(draft: TicketDraft) {
    const subtask = draft.parent !== undefined && (await isSubtask(draft.project, draft.type))
    const { parts, impossible } = toParts(draft, { fields: await fields(), subtask, ticket: null })
    const [first] = impossible
    if (first !== undefined) throw toFailure(client.connection, first)
    const { fields: values } = toBody(parts)
    const body = { fields: { project: { key: draft.project }, ...values }, properties: [propertyOf(draft.mark)] }
    return { parts, body }
  }

  /** When none at all could be made, the list of reasons comes as a failure. */
  async function sendBulk(issueUpdates: readonly unknown[]): Promise<CreatedIssues> {
    if (issueUpdates.length === 0) return { issues: [], errors: [] }
    try {
      return (await client.request({ method: 'POST', api: 'issue/bulk', body: { issueUpdates } })).read(CreatedIssues)
    } catch (error) {
      const said = CreatedIssues.safeParse(replyOf(error)?.body).data
      if (replyOf(error)?.status !== 400 || said === undefined) throw error
      return said
    }
  }

  return {
    async create(draft) {
      const { parts, body } = await printDraft(draft)
      try {
        const reply = await client.request({ method: 'POST', api: 'issue', body })
        return await finish(reply.read(CreatedIssue).id, draft)
      } catch (error) {
        const [refused] = findRefused(error, parts)
        throw refused === undefined
          ? explainDemand(error, await fields())
          : toFailure(client.connection, refused.refusal, error)
      }
    },

    async createAll(drafts) {
      const printed = await Promise.all(drafts.map((draft) => printDraft(draft).catch(asLockstepError)))
      const sent = printed.flatMap((one, index) => (one instanceof LockstepError ? [] : [{ index, body: one.body }]))
      const answers: (Ticket | LockstepError)[] = drafts.map((_, index) => {
        const one = printed[index]
        return one instanceof LockstepError ? one : notMade(client.connection)
      })
      const { issues, errors } = await sendBulk(sent.map(({ body }) => body))
      const failed = new Set(errors.map(({ failedElementNumber }) => failedElementNumber))
      // Those that were made come in order, without the others between them.
      const made = sent.filter((_, place) => !failed.has(place))
      if (made.length !== issues.length) throw unclear(client.connection)
      await Promise.all(
        made.map(async ({ index }, place) => {
          const [id, draft] = [issues[place]?.id, drafts[index]]
          if (id !== undefined && draft !== undefined) answers[index] = await finish(id, draft).catch(asLockstepError)
        }),
      )
      return answers
    },

    async update(ticket, patch) {
      await assertUnmoved(ticket)
      const { status, ...rest } = patch
      const subtask = rest.parent !== undefined && (await isSubtask(ticket.project, ticket.type))
      const { parts, impossible } = toParts(rest, { fields: await fields(), subtask, ticket })
      const refused = [...impossible, ...(await put(ticket, parts))]
      let reached: Partial<Ticket> = {}
      if (status !== undefined) {
        const type = refused.some(({ field }) => field === 'type') ? ticket.type : (rest.type ?? ticket.type)
        const { at, refusal } = await walk({ ...ticket, type }, status)
        if (refusal !== null) refused.push(refusal)
        reached = { status: at }
      }
      if (rest.milestone !== undefined && versionsOf(ticket) > 1) {
        // Which of several versions counts is for the server's order to say.
        const { milestone } = need(await tickets.readOne(ticket.id))
        reached = { ...reached, milestone }
      }
      return { ticket: reached, refused }
    },
  }
}

function versionsOf({ fields }: Ticket): number {
  const versions = fields['fixVersions']
  return Array.isArray(versions) ? versions.length : 0
}

/** Why it was refused is asked again where it can be told by its field: when it is made by itself. */
const notMade = (connection: string): LockstepError =>
  new LockstepError('tracker-refused', `${connection}: Jira did not make it together with others.`)

const unclear = (connection: string): LockstepError =>
  new LockstepError('reply-unreadable', `${connection}: Jira does not say which tickets it made.`, {
    retryable: true,
    effectUnknown: true,
  })

/** A refused field as a failure; `details.field` names it for whoever tries again without it. */
function toFailure(connection: string, { code, field, message, remedy }: Refusal, cause?: unknown): LockstepError {
  const details = cause instanceof LockstepError ? cause.details : {}
  return new LockstepError(code === 'not-assignable' ? code : 'field-refused', `${connection}: ${message}`, {
    remedy: remedy ?? `Correct the value of ${field} in the route, or leave it out.`,
    details: { ...details, field },
    cause,
  })
}
