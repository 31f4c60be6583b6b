import type { TextFormat } from './blocks.ts'
import type { IssueDraft, IssuePatch, TicketDraft, TicketPatch } from './change.ts'
import type { LockstepError } from './errors.ts'
import type { TrackerFinder } from './finder.ts'
import type { HostInspector, TrackerInspector } from './inspection.ts'
import type { Comment, Gone, Issue, IssueRef, RepoRef } from './issue.ts'
import type { Match } from './people.ts'
import type { Account, Status, Ticket, TicketRef } from './ticket.ts'

/** What differs between servers, as data, so that the core asks for a capability and never for a product. */
export interface TrackerTraits {
  /** For people: "Azure DevOps Services", "Jira 9.12". */
  readonly product: string
  /** The format of new bodies and comments. */
  readonly text: TextFormat
  /** Every format that a body of this server may be in, `text` included. */
  readonly formats: readonly TextFormat[]
  /** Comments can be edited and deleted. */
  readonly editsComments: boolean
  /** States come in the order of the workflow, so the first of a category is the one to start from. */
  readonly statesOrdered: boolean
  /** A write can be made conditional on the revision that was read. */
  readonly conditionalWrites: boolean
  /** Titles are cut at this many characters. */
  readonly titleLimit: number
  readonly bodyLimit: number
  /** Labels may not hold these characters; they are replaced by a dash. */
  readonly labelForbids: RegExp
  readonly labelsIgnoreCase: boolean
  /** Deliveries are signed; otherwise they carry a shared secret. */
  readonly signsHooks: boolean
}

export interface TicketType {
  readonly name: string
  /** The states of this type, in the server's order. */
  readonly states: readonly Status[]
  /** Fields that a new ticket of this type must have and that have no default, besides the title. */
  readonly required: readonly { readonly field: string; readonly name: string; readonly allowed: readonly string[] }[]
}

export interface Project {
  readonly id: string
  /** What goes into queries: Azure's name, Jira's key. */
  readonly key: string
  readonly name: string
}

/** A page of things that moved, and where to go on from once they are dealt with. */
export interface ScanPage<Thing> {
  readonly items: readonly Thing[]
  /** Opaque; stored only after the page's items have been dealt with. */
  readonly cursor: string
}

/** A ticket that moved; `ticket` is there when the page carried all of it. */
export interface MovedTicket {
  readonly ref: TicketRef
  readonly ticket: Ticket | null
  /** Of the ticket as it stands now, when the page tells at least that. */
  readonly revision: string | null
  readonly comments: boolean
}

/** An issue that moved; `issue` is there when the page carried all of it. */
export interface MovedIssue {
  readonly ref: IssueRef
  readonly issue: Issue | null
  /** Those that somebody wrote or edited; our own copies are not among them. */
  readonly comments: readonly Comment[]
}

/** Which tickets a route takes for GitHub. */
export interface TicketFilter {
  readonly project: string
  /** A condition in the tracker's own query language. */
  readonly query: string | null
  /** Only tickets with this label. */
  readonly label: string | null
}

export interface ReadOptions {
  /** Fields besides the usual ones, by the tracker's own names. */
  readonly fields?: readonly string[]
  /** `false` leaves the marks out, which may cost a request per ticket. */
  readonly marks?: boolean
}

export interface UpdatedTicket {
  /**
   * The ticket as this write left it, as far as the server says; for the rest, what was sent is taken to stand there.
   * What others wrote besides must not be in it: that would pass for agreed.
   */
  readonly ticket: Partial<Ticket>
  /** What could not be done although the rest was: field name and reason. */
  readonly refused: readonly Refusal[]
}

export interface UpdatedIssue {
  readonly issue: Issue
  readonly refused: readonly Refusal[]
}

export interface Refusal {
  readonly field: string
  readonly code: 'not-assignable' | 'status-unreachable' | 'field-refused' | 'not-permitted'
  readonly message: string
  readonly remedy: string | null
}

/** Our copy of a comment, with the hidden mark that says of which. */
export interface CommentText {
  readonly body: string
  readonly mark: string
}

export interface ScanStart {
  /** Where a scan without a cursor begins. */
  readonly since: string
  /** Whether a ticket counts as moved when nothing but its parent changed, also where that has to be asked for by itself. */
  readonly parents?: boolean
}

/** A system that holds tickets. */
export interface Tracker {
  readonly connection: string
  describe(): Promise<TrackerTraits>
  /** In any order; a key that is not in the answer was not asked for. */
  readTickets(keys: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, Ticket | Gone>>
  changedSince(project: string, cursor: string | null, start: ScanStart): AsyncIterable<ScanPage<MovedTicket>>
  /** Which of these tickets the filter takes. */
  filterTickets(keys: readonly string[], filter: TicketFilter): Promise<ReadonlySet<string>>
  /**
   * The tickets that carry this issue's mark, the newest included, each as it was created. `since` bounds the search
   * where it must be searched for.
   */
  findByMark(
    url: string,
    scope: { readonly project: string; readonly since: string | null },
  ): Promise<readonly Ticket[]>
  /** All marks of a project, or those on tickets that we ourselves created since: how links are rebuilt. */
  readMarks(project: string, since?: string): AsyncIterable<ScanPage<Ticket>>
  /** Answers the ticket as it was created: what others do to it in the next moment must not pass for agreed. */
  create(draft: TicketDraft): Promise<Ticket>
  /** Many in one call, each as `create` would answer it, or why there is none. The call as a whole may fail as well. */
  createAll?(drafts: readonly TicketDraft[]): Promise<readonly (Ticket | LockstepError)[]>
  /** Writes all that can be written; throws `ticket-changed` when the ticket moved since it was read. */
  update(ticket: Ticket, patch: TicketPatch): Promise<UpdatedTicket>
  /** Puts the mark on a ticket that has none (an adopted one). */
  mark(ticket: Ticket, mark: TicketDraft['mark']): Promise<void>
  /** Takes it off again. */
  unmark(ticket: Ticket, mark: TicketDraft['mark']): Promise<void>
  readComments(ticket: Ticket): Promise<readonly Comment[]>
  addComment(ticket: Ticket, text: CommentText): Promise<Comment>
  editComment(ticket: Ticket, id: string, text: CommentText): Promise<Comment>
  deleteComment(ticket: Ticket, id: string): Promise<void>
  attach(ticket: Ticket, file: ImageFile): Promise<{ readonly url: string }>
  /** Id of the account that writes, as comments name it. */
  readSelf(): Promise<string>
  readProjects(): Promise<readonly Project[]>
  readTypes(project: string, options?: { readonly fresh?: boolean }): Promise<readonly TicketType[]>
  /** A key as people write it in text, such as `AB#12` or `PLAT-7`: the key, when it is one of this tracker's. */
  findKeys(text: string): readonly string[]
  readonly people: TrackerPeople
  /** For the pickers of forms. */
  readonly finder?: TrackerFinder
  readonly inspector?: TrackerInspector
}

export interface TrackerPeople {
  /** Accounts that have one of these addresses and can be assigned in the project (to the ticket, when it is given). */
  findByEmail(emails: readonly string[], scope: PeopleScope): Promise<AccountSearch>
  /** All that is known of an account, where one that came with a ticket may lack its addresses. */
  readAccount?(account: Account): Promise<Account>
  /** For pickers: accounts by a piece of their name or address. */
  search(query: string, scope: PeopleScope): Promise<readonly Account[]>
  /** Everyone; for exports and reports. */
  list(): AsyncIterable<readonly Account[]>
}

export interface PeopleScope {
  readonly project: string
  readonly ticket: string | null
}

export interface AccountSearch {
  /** Accounts whose address is known and equal to one of those asked for. */
  readonly exact: readonly Account[]
  /** Accounts that the server returned for the address but whose own address it hides. */
  readonly hidden: readonly Account[]
  /** How old the answer is, in milliseconds. */
  readonly ageMs: number
}

/** GitHub, as far as issues go. */
export interface IssueHost {
  readonly text: TextFormat
  readIssue(ref: IssueRef): Promise<Issue | Gone>
  changedSince(repo: RepoRef, cursor: string | null, since: string): AsyncIterable<ScanPage<MovedIssue>>
  /** Issues that Lockstep itself opened for this ticket. */
  findByMark(repo: RepoRef, url: string, since: string | null): Promise<readonly Issue[]>
  create(repo: RepoRef, draft: IssueDraft): Promise<Issue>
  /**
   * Writes all that can be written and answers the issue as it stands afterwards: GitHub drops assignees without a word.
   * Throws `issue-changed` when the issue was not read just now and moved since.
   */
  update(issue: Issue, patch: IssuePatch): Promise<UpdatedIssue>
  canAssign(repo: RepoRef, login: string): Promise<boolean>
  readComments(ref: IssueRef): Promise<readonly Comment[]>
  addComment(ref: IssueRef, body: string): Promise<Comment>
  editComment(ref: IssueRef, id: string, body: string): Promise<Comment>
  deleteComment(ref: IssueRef, id: string): Promise<void>
  /** Addresses of pictures in a text that only people with access to the repository can open. */
  findImages(text: string): readonly string[]
  /** Pictures of the issue and its comments, by those addresses; what cannot be had is not in the answer. */
  readImages(ref: IssueRef, urls: readonly string[]): Promise<ReadonlyMap<string, ImageFile>>
  readonly inspector?: HostInspector
}

export interface ImageFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Who is who; looks where it must and remembers what it found. */
export interface People {
  findAccount(login: string, connection: string, scope: PeopleScope): Promise<Match<Account>>
  findLogin(account: Account, connection: string): Promise<Match<string>>
  /** The account of a bare address, for the stand-in of the config. */
  findAccountByEmail(email: string, connection: string, scope: PeopleScope): Promise<Match<Account>>
}

/** Which requests a piece of work sent, by the ids under which the servers know them. */
export interface RequestTrace {
  /** Runs work whose requests are kept apart from those of everything that runs beside it. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** Of the work that is running, oldest first. */
  ids(): readonly string[]
}

export interface Clock {
  now(): Date
}

export interface Log {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
}
