import type { TicketDraft, TicketPatch } from '../../core/change.ts'
import { asLockstepError, LockstepError } from '../../core/errors.ts'
import { isGone } from '../../core/issue.ts'
import type { Refusal, UpdatedTicket } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { JiraClient } from './client.ts'
import type { Fields } from './fields.ts'
import { propertyOf } from './marks.ts'
import type { Marks } from './marks.ts'
import { toBody, toParts } from './patch.ts'
import type { Part } from './patch.ts'
import { explainDemand, findRefused } from './refusals.ts'
import { CreatedIssue } from './schema.ts'
import type { Tickets } from './tickets.ts'
import type { Types } from './types.ts'
import type { createWalker } from './walk.ts'

export interface Writer {
  create(draft: TicketDraft): Promise<Ticket>
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
 * Jira writes unconditionally: only a look just before can tell that somebody was faster. A ticket read within this
 * time is taken as it is, so that one change costs one read and one write, and only its changed fields are written.
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

  async function reread(id: string): Promise<Ticket> {
    const ticket = await tickets.readOne(id)
    if (isGone(ticket)) throw new LockstepError('not-found', `${client.connection}: the ticket cannot be read.`)
    return ticket
  }

  /** The ticket stands: whoever takes a failure after it for a failure of the create must look before he creates again. */
  async function finish(id: string, { mark }: TicketDraft): Promise<Ticket> {
    try {
      await marks.showLink({ id }, mark)
      return await reread(id)
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

  return {
    async create(draft) {
      const subtask = draft.parent !== undefined && (await isSubtask(draft.project, draft.type))
      const { parts, impossible } = toParts(draft, { fields: await fields(), subtask, ticket: null })
      const [first] = impossible
      if (first !== undefined) throw toFailure(client.connection, first)
      const { fields: values } = toBody(parts)
      try {
        const reply = await client.request({
          method: 'POST',
          api: 'issue',
          body: { fields: { project: { key: draft.project }, ...values }, properties: [propertyOf(draft.mark)] },
        })
        return await finish(reply.read(CreatedIssue).id, draft)
      } catch (error) {
        const [refused] = findRefused(error, parts)
        throw refused === undefined
          ? explainDemand(error, await fields())
          : toFailure(client.connection, refused.refusal, error)
      }
    },

    async update(ticket, patch) {
      await assertUnmoved(ticket)
      const { status, ...rest } = patch
      const subtask = rest.parent !== undefined && (await isSubtask(ticket.project, ticket.type))
      const { parts, impossible } = toParts(rest, { fields: await fields(), subtask, ticket })
      const refused = [...impossible, ...(await put(ticket, parts))]
      // Which of several versions counts as the milestone is for the server's order to say.
      let unsure = rest.milestone !== undefined && versionsOf(ticket) > 1
      if (status !== undefined) {
        const type = refused.some(({ field }) => field === 'type') ? ticket.type : (rest.type ?? ticket.type)
        const { steps, refusal } = await walk({ ...ticket, type }, status)
        if (refusal !== null) refused.push(refusal)
        unsure ||= refusal !== null && steps > 0
      }
      return { ticket: unsure ? await reread(ticket.id) : null, refused }
    },
  }
}

function versionsOf({ fields }: Ticket): number {
  const versions = fields['fixVersions']
  return Array.isArray(versions) ? versions.length : 0
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
