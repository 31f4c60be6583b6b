import type { FieldName } from '../config/schema.ts'
import type { RepoRef } from './issue.ts'

/** What only a set-up or a check-up asks a tracker; daily work does without. Nothing here writes. */
export interface TrackerInspector {
  /** A state that is several moves away is reached all the same. */
  readonly walks: boolean
  readServer(): Promise<ServerFacts>
  /** What a sync needs to be allowed in the project, and whether it is. */
  readPermissions(project: string): Promise<readonly Permission[]>
  readForm(project: string, type: string): Promise<TypeForm>
  /** From a state to those that follow it; a state of which the server shows nothing is missing. */
  readMoves(project: string, type: string): Promise<ReadonlyMap<string, readonly Move[]>>
  readPlaces(project: string): Promise<Places>
  /** The outgoing web hooks; `null` when this account is not shown them. */
  readHooks(): Promise<readonly Hook[] | null>
}

export interface ServerFacts {
  /** Who signed in; `null` where the server does not tell. */
  readonly account: string | null
  /** By the server's own clock; `null` where it does not tell. */
  readonly time: Date | null
  /** When token or password stop working; `null` when never, or where the server does not tell. */
  readonly signInEnds: Date | null
}

export interface Permission {
  /** As the server's own pages name it. */
  readonly name: string
  readonly granted: boolean
  /** What fails without it: "Tickets cannot be created." */
  readonly loss: string
  /** The field that does not travel without it; `null` when nothing does. */
  readonly field: FieldName | null
}

/** What a new ticket of one type can be given. */
export interface TypeForm {
  readonly fields: readonly TicketField[]
  /** `null` when the type has no priority. */
  readonly priorities: readonly string[] | null
  readonly hasEstimate: boolean
}

export interface TicketField {
  readonly id: string
  readonly name: string
  /** Whether tickets of the type show it: others exist on the server, and are refused here. */
  readonly onForm: boolean
  /** Empty when anything may stand there. */
  readonly allowed: readonly string[]
}

/** One step of a workflow, and what it asks for on the way. */
export interface Move {
  readonly to: string
  readonly needs: readonly { readonly name: string; readonly allowed: readonly string[] }[]
}

/** Where tickets of a project can be put; `null` where the server knows no such thing. */
export interface Places {
  readonly milestones: readonly string[]
  readonly areas: readonly string[] | null
  readonly components: readonly string[] | null
}

export interface Hook {
  readonly name: string
  readonly url: string
  /** Why it delivers nothing; `null` when it does. */
  readonly stopped: string | null
}

/** The same for GitHub. */
export interface HostInspector {
  readServer(): Promise<ServerFacts>
  readRepository(repo: RepoRef): Promise<RepositoryFacts>
  /** Whether this token may write there; found out without writing. */
  mayWrite(repo: RepoRef, what: 'issues' | 'contents'): Promise<boolean>
  /** People whom issues can be assigned to, with the address that they show to everybody. */
  readAssignable(repo: RepoRef): Promise<readonly AssignablePerson[]>
  readHooks(repo: RepoRef): Promise<readonly Hook[] | null>
}

export interface RepositoryFacts {
  readonly archived: boolean
  readonly hasIssues: boolean
  readonly labels: readonly string[]
  readonly milestones: readonly string[]
}

export interface AssignablePerson {
  readonly login: string
  readonly name: string | null
  readonly email: string | null
}
