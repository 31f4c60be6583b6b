import { type IssueRef, printIssueRef, printRepo, type RepoRef } from '../core/issue.ts'
import type { Link } from '../core/link.ts'
import { printTicketRef } from '../core/ticket.ts'

/** Owners and repositories are compared without letter case, as GitHub does. */
export const repositoryOf = (repo: RepoRef): string => printRepo(repo).toLowerCase()

/** What a link and a claim are found by: an issue and a connection. */
export const pairOf = (issue: IssueRef, connection: string): string =>
  `${printIssueRef(issue)} ${connection}`.toLowerCase()

/** What a person may search for: both references and the title. */
export function searchTextOf({ issue, ticket, base }: Link): string {
  const title = base?.issue['title']
  const words = [printIssueRef(issue), printTicketRef(ticket), typeof title === 'string' ? title : '']
  return words.join(' ').toLowerCase().trim()
}

/** The pieces that must all occur in the search text. */
export const searchWordsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean)

type PairRefs = Pick<Link, 'issue' | 'ticket'>

/** The order in which links are listed: by repository, number and connection. */
export function compareLinks(a: PairRefs, b: PairRefs): number {
  return (
    compare(repositoryOf(a.issue), repositoryOf(b.issue)) ||
    a.issue.number - b.issue.number ||
    compare(a.ticket.connection, b.ticket.connection)
  )
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
