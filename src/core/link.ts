import type { TextBase } from './blocks.ts'
import type { Issue, IssueRef } from './issue.ts'
import type { Ticket, TicketRef } from './ticket.ts'

/** The remembered pair issue - ticket, with the base: both sides as last agreed. */
export interface Link {
  readonly issue: IssueRef
  readonly ticket: TicketRef
  /** The tracker's own id, which survives a new key. */
  readonly ticketId: string
  /** `null` when the pair was made by hand and never agreed. */
  readonly base: Base | null
  readonly comments: readonly CommentPair[]
  /** Conflicts that wait for a person, by field. */
  readonly conflicts: readonly FieldConflict[]
  /** What was said once and shall not be said again. */
  readonly said: readonly string[]
  /** The comment on the issue that tells about conflicts, once there is one. */
  readonly notice: string | null
  /** `ended`: one side is gone or a person parted them; the row stays, so that nothing is created again. */
  readonly state: 'active' | 'paused' | 'ended'
  /** How the last reconcile ended; that a pair in step was found unchanged need not be noted. */
  readonly outcome: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** Both sides as last agreed; each side is only ever compared with its own half. */
export interface Base {
  readonly issue: SideBase
  readonly ticket: SideBase
  readonly body: { readonly issue: TextBase; readonly ticket: TextBase } | null
  /** Labels that Lockstep itself put on a side: the only ones it may take away. */
  readonly placed: { readonly issue: readonly string[]; readonly ticket: readonly string[] }
  /** The login that stands for the ticket's assignee among several. */
  readonly lead: string | null
  readonly commentCount: { readonly issue: number | null; readonly ticket: number | null }
  /** Of the ticket when it was last read or written: a revision that is known is no news. */
  readonly revision: string
  /** Pictures copied to the ticket: address on GitHub to address in the tracker. */
  readonly images: Readonly<Record<string, string>>
  /** What a run was about to write, until it remembers what came of it. */
  readonly intent?: Intent
}

/** Both halves as they are once everything is written. */
export interface Intent {
  readonly fields: Readonly<Record<string, Written<Remembered>>>
  readonly body: Written<TextBase> | null
  readonly lead: string | null
}

export interface Written<Value> {
  readonly issue: Value
  readonly ticket: Value
  /** Where it differs from what stood there. */
  readonly on: readonly ('issue' | 'ticket')[]
}

/** Field name to remembered value. A field that is not there was never agreed. */
export type SideBase = Readonly<Record<string, Remembered>>

export type Remembered = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>

export interface CommentPair {
  /** The side on which the person wrote. */
  readonly origin: Side
  readonly issueComment: string
  readonly ticketComment: string
  /** Fingerprint of the original when it was last copied. */
  readonly seen: string
  /** The copy or the original is gone, and stays gone. */
  readonly ended: boolean
}

export type Side = 'github' | 'tracker'

export interface FieldConflict {
  readonly field: string
  readonly issue: string
  readonly ticket: string
  readonly since: string
}

/** A pair about to get its ticket or issue: written before the create, so that nobody else creates too. */
export interface Claim {
  readonly issue: IssueRef
  /** The connection that gets a ticket; for a ticket that gets an issue, the printed ticket, with issue number 0. */
  readonly connection: string
  readonly owner: string
  readonly claimedAt: string
  readonly until: string
}

/** A pair that was just made and never agreed. */
export function createLink(issue: Pick<Issue, 'ref'>, ticket: Pick<Ticket, 'ref' | 'id'>, at: Date): Link {
  return {
    issue: issue.ref,
    ticket: ticket.ref,
    ticketId: ticket.id,
    base: null,
    comments: [],
    conflicts: [],
    said: [],
    notice: null,
    state: 'active',
    outcome: null,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
  }
}

export const isTouchedSince = ({ updatedAt }: Link, moment: Date): boolean => Date.parse(updatedAt) > moment.getTime()

export const otherSide = (side: Side): Side => (side === 'github' ? 'tracker' : 'github')
