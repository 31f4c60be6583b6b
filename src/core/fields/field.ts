import type { FieldName, RouteRule } from '../../config/schema.ts'
import type { IssuePatch, Note, TicketPatch } from '../change.ts'
import type { Issue, IssueRef } from '../issue.ts'
import type { Base, Remembered } from '../link.ts'
import type { PeopleView } from '../people.ts'
import type { TrackerTraits } from '../ports.ts'
import type { Status, Ticket } from '../ticket.ts'

/** Everything a field needs to judge a pair; pure data and pure functions. */
export interface Pair {
  readonly rule: RouteRule
  readonly issue: Issue
  readonly ticket: Ticket
  readonly base: Base | null
  /** The states of the ticket's type. */
  readonly states: readonly Status[]
  readonly traits: TrackerTraits
  readonly people: PeopleView
  readonly unmatched: 'keep' | 'clear' | 'error' | { readonly default: string }
  readonly parents: ParentView
}

/** What is needed to say what one side's value is. */
export type IssueSide = Pick<Pair, 'rule' | 'traits' | 'issue'>
export type TicketSide = Pick<Pair, 'rule' | 'traits' | 'ticket'>

export interface ParentView {
  ticketOf(issue: IssueRef): string | undefined
  issueOf(ticketKey: string): IssueRef | undefined
}

/** What one side's value is on the other side. */
export type Translation<Patch> =
  | {
      readonly kind: 'patch'
      readonly patch: Patch
      readonly before: unknown
      readonly after: unknown
      readonly note?: Note
    }
  /** Nothing corresponds: the other side stays, and this is why. */
  | { readonly kind: 'none'; readonly note: Note; readonly failed?: boolean }
  /** It is the same already, or says nothing that could be written. */
  | { readonly kind: 'same' }

export type PatchTranslation<Patch> = Extract<Translation<Patch>, { kind: 'patch' }>

export const withNote = <Patch>(translation: PatchTranslation<Patch>, said: Note): PatchTranslation<Patch> => ({
  ...translation,
  note: said,
})

/** One field of a pair, seen from both sides. */
export interface Field {
  readonly name: Exclude<FieldName, 'comments' | 'body' | 'labels'>
  /** In the terms in which a change of this side is judged against the base. */
  issueValue(side: IssueSide): Remembered
  ticketValue(side: TicketSide): Remembered
  /** Whether the issue moved since the base, where another value is not always news for the ticket. */
  issueMoved?(pair: Pair): boolean
  /** Both sides say the same, as far as they can. */
  agree(pair: Pair): boolean
  toTicket(pair: Pair): Translation<TicketPatch>
  toIssue(pair: Pair): Translation<IssuePatch>
  /** The route keeps the ticket at this value, whoever changes it. */
  readonly enforced?: boolean
  /** A pair made by hand keeps both values as found; only later edits travel. */
  readonly keepsBothWhenAdopted?: boolean
}

export const same = (a: Remembered | undefined, b: Remembered | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

export const isEmpty = (value: Remembered): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

export const equalIgnoringCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

export const note = (key: string, text: string, level: Note['level'] = 'info'): Note => ({ key, level, text })
