import type { TicketDraft } from '../../core/change.ts'
import { LockstepError } from '../../core/errors.ts'
import { printIssueRef } from '../../core/issue.ts'
import type { Log } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { JiraClient } from './client.ts'
import { MARK_KEY } from './convert.ts'
import { Mark, Property } from './schema.ts'

type TicketMark = TicketDraft['mark']

/** A mark is a property of the ticket, which nobody sees; the link to the issue beside it is for people. */
export interface Marks {
  put(ticket: Pick<Ticket, 'id'>, mark: TicketMark): Promise<void>
  remove(ticket: Pick<Ticket, 'id'>, mark: TicketMark): Promise<void>
  /** Shows the issue on the ticket; that it cannot is no failure. */
  showLink(ticket: Pick<Ticket, 'id'>, mark: TicketMark): Promise<void>
}

export const propertyOf = ({ url }: TicketMark) => ({ key: MARK_KEY, value: { issue: url } })

// What Jira takes as the id of a link of another system.
const GLOBAL_ID_LIMIT = 255

export function createMarks(client: JiraClient, log: Log): Marks {
  const property = (id: string) => `issue/${id}/properties/${MARK_KEY}`

  async function find(id: string): Promise<string | null> {
    try {
      const reply = await client.request({ method: 'GET', api: property(id) })
      return Mark.safeParse(reply.read(Property).value).data?.issue ?? null
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  async function showLink({ id }: Pick<Ticket, 'id'>, { url, issue }: TicketMark): Promise<void> {
    try {
      await client.request({
        method: 'POST',
        api: `issue/${id}/remotelink`,
        body: {
          ...(url.length > GLOBAL_ID_LIMIT ? {} : { globalId: url }),
          application: { type: 'io.github.lockstep', name: 'GitHub' },
          relationship: 'is in lockstep with',
          object: {
            url,
            title: printIssueRef(issue),
            icon: { url16x16: new URL('/favicon.ico', url).href, title: 'GitHub' },
          },
        },
        // The same id replaces the link.
        idempotent: url.length <= GLOBAL_ID_LIMIT,
      })
    } catch (error) {
      if (!(error instanceof LockstepError) || error.retryable) throw error
      log.info('the link to the issue could not be shown on the ticket', { ticket: id, code: error.code })
    }
  }

  return {
    showLink,
    async put(ticket, mark) {
      await client.request({
        method: 'PUT',
        api: property(ticket.id),
        body: propertyOf(mark).value,
        idempotent: true,
        expect: 'nothing',
      })
      await showLink(ticket, mark)
    },
    async remove(ticket, mark) {
      if ((await find(ticket.id)) === mark.url) await drop(property(ticket.id))
      await drop(`issue/${ticket.id}/remotelink`, { globalId: mark.url })
    },
  }

  async function drop(api: string, query: Readonly<Record<string, string>> = {}): Promise<void> {
    try {
      await client.request({ method: 'DELETE', api, query, idempotent: true, expect: 'nothing' })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

const isNotFound = (error: unknown): boolean => error instanceof LockstepError && error.code === 'not-found'
