export interface RepoRef {
  readonly owner: string
  readonly repo: string
}

/** Which GitHub issue: printed as `owner/repo#12`. */
export interface IssueRef extends RepoRef {
  readonly number: number
}

/** A GitHub issue as just read. */
export interface Issue {
  readonly ref: IssueRef
  /** The database id; sub-issue calls want it. */
  readonly id: number
  readonly url: string
  readonly title: string
  /** Markdown as its people wrote it, `''` when there is none. */
  readonly body: string
  readonly open: boolean
  readonly reason: CloseReason | null
  readonly author: Author
  /** Logins, in GitHub's order. */
  readonly assignees: readonly string[]
  readonly labels: readonly string[]
  readonly milestone: string | null
  readonly type: string | null
  readonly parent: IssueRef | null
  /** How many comments there are; `null` when the read did not tell. */
  readonly commentCount: number | null
  /** The ticket for which Lockstep itself opened this issue. */
  readonly mark: IssueMark | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** What an issue carries that was opened for a ticket: the ticket, printed, and its web address. */
export interface IssueMark {
  readonly ticket: string
  readonly url: string
}

export type CloseReason = 'completed' | 'not_planned' | 'duplicate'

/** Who wrote something, for people to read. */
export interface Author {
  /** GitHub login, or the tracker's account id. */
  readonly id: string
  readonly name: string
  readonly bot: boolean
}

/** One comment, on either side. */
export interface Comment {
  readonly id: string
  readonly url: string | null
  /** In the side's own format. */
  readonly body: string
  readonly author: Author
  /** Carrying Lockstep's mark. Who lends it an account may speak with it as well. */
  readonly own: boolean
  /** The address of the comment that this one copies, where its mark says so. */
  readonly copyOf: string | null
  /** Restricted to a group or role: never to be copied. */
  readonly restricted: boolean
  readonly createdAt: string
  readonly updatedAt: string
}

/** Nothing is there any more, or not for us. */
export interface Gone {
  readonly gone: 'deleted' | 'moved' | 'hidden'
  /** Where it went, when the server says. */
  readonly to: string | null
}

export function isGone<Thing extends object>(found: Thing | Gone): found is Gone {
  return 'gone' in found
}

export const printRepo = ({ owner, repo }: RepoRef): string => `${owner}/${repo}`

export const printIssueRef = ({ owner, repo, number }: IssueRef): string => `${owner}/${repo}#${number}`

const ISSUE_REF = /^([\w.-]+)\/([\w.-]+)#([1-9]\d*)$/

export function parseIssueRef(text: string): IssueRef | undefined {
  const [, owner, repo, number] = ISSUE_REF.exec(text.trim()) ?? []
  if (owner === undefined || repo === undefined || number === undefined) return undefined
  return { owner, repo, number: Number(number) }
}

/** The web address of an issue, on whatever GitHub. */
export function parseIssueUrl(url: string): IssueRef | undefined {
  const [, owner, repo, number] = /^https?:\/\/[^/]+\/([^/]+)\/([^/]+)\/issues\/([1-9]\d*)(?:[#?].*)?$/.exec(url) ?? []
  if (owner === undefined || repo === undefined || number === undefined) return undefined
  return { owner, repo, number: Number(number) }
}

/** Logins and repository names are compared without letter case, as GitHub does. */
export const sameIssueRef = (a: IssueRef, b: IssueRef): boolean =>
  printIssueRef(a).toLowerCase() === printIssueRef(b).toLowerCase()
