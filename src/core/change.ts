import type { CloseReason, IssueMark, IssueRef } from './issue.ts'
import type { Side } from './link.ts'
import type { Account, TextFormatName } from './ticket.ts'

/** What to set on a ticket; what is not named stays. */
export interface TicketPatch {
  readonly title?: string
  readonly body?: TicketText
  readonly status?: StatusTarget
  readonly assignee?: Account | null
  readonly labels?: SetPatch
  readonly components?: SetPatch
  readonly type?: string
  readonly priority?: string
  readonly milestone?: string | null
  readonly estimate?: number | null
  readonly parent?: string | null
  readonly fields?: Readonly<Record<string, unknown>>
}

export interface TicketText {
  readonly raw: string
  readonly format: TextFormatName
}

export interface StatusTarget {
  readonly name: string
  /** Values for fields that the workflow asks for on the way. */
  readonly fields: Readonly<Record<string, unknown>>
}

export interface SetPatch {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface TicketDraft extends TicketPatch {
  readonly project: string
  readonly type: string
  readonly title: string
  readonly area?: string
  /** The issue whose counterpart this is: travels in the create call itself, so that it can be found again. */
  readonly mark: { readonly url: string; readonly issue: IssueRef }
}

/** What to set on an issue; what is not named stays. */
export interface IssuePatch {
  readonly title?: string
  readonly body?: string
  readonly open?: boolean
  readonly reason?: CloseReason | null
  readonly assignees?: readonly string[]
  readonly labels?: SetPatch
  /** A milestone's title. */
  readonly milestone?: string | null
  readonly type?: string | null
  readonly parent?: IssueRef | null
}

export interface IssueDraft extends IssuePatch {
  readonly title: string
  readonly body: string
  readonly mark: IssueMark
}

/** One intended effect on one field, as data; `before` and `after` are for people to read. */
export interface FieldChange {
  readonly kind: 'field'
  readonly side: Side
  readonly field: string
  readonly before: unknown
  readonly after: unknown
  readonly why: string
  readonly patch: TicketPatch | IssuePatch
}

export interface CommentChange {
  readonly kind: 'comment'
  /** The side that is written to. */
  readonly side: Side
  readonly op: 'add' | 'edit' | 'delete'
  /** The original's id. */
  readonly original: string
  /** The copy's id; `null` for one to be added. */
  readonly copy: string | null
  /** In the format of the side written to; empty for a delete. */
  readonly body: string
  /** Address of the original: the mark of the copy. */
  readonly mark: string
  /** Fingerprint of the original, remembered once the copy stands. */
  readonly seen: string
  readonly author: string
}

export type Change = FieldChange | CommentChange

/** Something a person should know, said once per link under its key. */
export interface Note {
  readonly key: string
  readonly level: 'info' | 'warning'
  readonly text: string
}
