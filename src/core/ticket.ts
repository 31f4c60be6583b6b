import type { Author, Comment } from './issue.ts'

/** Which ticket: printed as `connection:key`, such as `boards:12` or `jira:PLAT-7`. */
export interface TicketRef {
  readonly connection: string
  readonly key: string
}

/** How far along a ticket is, whatever the tracker calls the state. */
export type StatusCategory = 'new' | 'active' | 'done' | 'removed' | 'unknown'

export interface Status {
  readonly name: string
  readonly category: StatusCategory
  /** Azure's Resolved: done for some, not yet closed for others. It counts as `done`. */
  readonly resolved?: boolean
}

/** Someone's account in a tracker. */
export interface Account {
  /** Stays the same when the person is renamed. */
  readonly id: string
  /** What the tracker accepts when assigning. */
  readonly handle: string
  readonly name: string
  readonly emails: readonly string[]
  /** The tracker keeps the address to itself or shows it masked. */
  readonly emailHidden: boolean
  readonly active: boolean
  /** A person, not a service or a group. */
  readonly human: boolean
}

/** A ticket as just read. */
export interface Ticket {
  readonly ref: TicketRef
  /** Stays the same when the key changes (a Jira move). */
  readonly id: string
  readonly url: string
  /** Opaque: what the tracker wants back for an optimistic write. */
  readonly revision: string
  readonly project: string
  readonly title: string
  /** Raw, in `bodyFormat`. */
  readonly body: string
  readonly bodyFormat: TextFormatName
  readonly status: Status
  /** Jira's resolution, where there is one. */
  readonly resolution: string | null
  readonly assignee: Account | null
  readonly author: Author
  readonly type: string
  readonly labels: readonly string[]
  readonly components: readonly string[]
  readonly priority: string | null
  /** Azure iteration path, Jira fix version. */
  readonly milestone: string | null
  readonly estimate: number | null
  /** Key of the parent ticket. */
  readonly parent: string | null
  /** Fields that the route maps by hand, by the tracker's own field name. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Addresses of issues that this ticket carries as Lockstep's mark. */
  readonly marks: readonly string[]
  /** How many comments there are; `null` when the read did not tell. */
  readonly commentCount: number | null
  /** Comments that came with the read itself, complete; `null` when they must be asked for. */
  readonly comments: readonly Comment[] | null
  readonly createdAt: string
  readonly updatedAt: string
}

export type TextFormatName = 'html' | 'markdown' | 'wiki'

export const printTicketRef = ({ connection, key }: TicketRef): string => `${connection}:${key}`

export function parseTicketRef(text: string): TicketRef | undefined {
  const [, connection, key] = /^([a-z][\w-]*):(\S+)$/i.exec(text.trim()) ?? []
  return connection === undefined || key === undefined ? undefined : { connection, key }
}
