import type { CloseReason, Comment, Issue, IssueMark, IssueRef } from '../core/issue.ts'
import { findMark, printMark } from '../text/marks.ts'
import type { CommentJson, IssueJson } from './schema.ts'

const reasons: readonly string[] = ['completed', 'not_planned', 'duplicate'] satisfies CloseReason[]
const isReason = (text: string): text is CloseReason => reasons.includes(text)

/** `…/repos/owner/repo/issues/12`, with whatever stands before it on a GitHub Enterprise Server. */
export function parseApiUrl(url: string): IssueRef | undefined {
  const [, owner, repo, number] = /\/repos\/([^/]+)\/([^/]+)\/issues\/(\d+)$/.exec(url) ?? []
  if (owner === undefined || repo === undefined || number === undefined) return undefined
  return { owner: decodeURIComponent(owner), repo: decodeURIComponent(repo), number: Number(number) }
}

export function convertIssue(json: IssueJson, ref: IssueRef): Issue {
  const open = json.state !== 'closed'
  const reason = json.state_reason ?? ''
  return {
    ref: { ...ref, number: json.number },
    id: json.id,
    url: json.html_url,
    title: json.title,
    body: json.body ?? '',
    open,
    reason: !open && isReason(reason) ? reason : null,
    author: convertUser(json.user),
    assignees: (json.assignees ?? []).flatMap((user) => (user === null ? [] : [user.login])),
    labels: json.labels.flatMap((label) => (typeof label === 'string' ? [label] : (label.name ?? []))),
    milestone: json.milestone?.title ?? null,
    type: json.type?.name ?? null,
    parent: parseApiUrl(json.parent_issue_url ?? '') ?? null,
    commentCount: json.comments,
    mark: findIssueMark(json.body ?? ''),
    createdAt: json.created_at,
    updatedAt: json.updated_at,
  }
}

// A deleted account leaves no user behind; GitHub itself shows it as "ghost".
const convertUser = (user: IssueJson['user']): Issue['author'] =>
  user === null || user === undefined
    ? { id: 'ghost', name: 'ghost', bot: false }
    : { id: user.login, name: user.login, bot: user.type === 'Bot' }

const COMMENT_MARK = 'comment'
const TICKET_MARK = 'ticket'

export const printIssueMark = ({ ticket, url }: IssueMark): string =>
  printMark({ kind: TICKET_MARK, key: `${ticket} ${url}` })

export function findIssueMark(body: string): IssueMark | null {
  const mark = findMark(body)
  const [ticket, url] = mark?.kind === TICKET_MARK ? mark.key.split(' ') : []
  return ticket === undefined || url === undefined ? null : { ticket, url }
}

export function convertComment(json: CommentJson): Comment {
  const body = json.body ?? ''
  const mark = findMark(body)
  return {
    id: String(json.id),
    url: json.html_url,
    body,
    author: convertUser(json.user),
    own: mark !== undefined,
    copyOf: mark?.kind === COMMENT_MARK ? mark.key : null,
    restricted: false,
    createdAt: json.created_at,
    updatedAt: json.updated_at,
  }
}
