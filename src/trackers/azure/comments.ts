import { LockstepError } from '../../core/errors.ts'
import type { Comment } from '../../core/issue.ts'
import type { CommentText, Tracker } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { AzureClient, Session } from './client.ts'
import { toAccount } from './convert.ts'
import { FIELD } from './fields.ts'
import { CommentItem, CommentPage, RevisionCommentPage, WorkItem } from './schema.ts'
import type { IdentityRef, RevisionComment } from './schema.ts'
import { findMark, withMark } from './text.ts'
import type { z } from 'zod'

type Comments = Pick<Tracker, 'readComments' | 'addComment' | 'editComment' | 'deleteComment'>

const PER_PAGE = 200

/** Before 6.0 a comment is nothing but the history text of a revision: it can be read and added, no more. */
export const hasCommentApi = ({ version }: Pick<Session, 'version'>): boolean => version >= 6

export function createComments(client: AzureClient): Comments {
  async function askApi(
    ticket: Ticket,
    {
      method,
      id,
      text,
      query = {},
    }: { method: string; id?: string; text?: CommentText; query?: Record<string, string | number | undefined> },
  ) {
    const { hosted } = await client.session()
    return client.request({
      method,
      api: `wit/workItems/${ticket.ref.key}/comments${id === undefined ? '' : `/${encodeURIComponent(id)}`}`,
      project: ticket.project,
      preview: hosted ? '-preview.4' : '-preview.3',
      query,
      ...(text === undefined ? {} : { body: { text: withMark(text.body, text.mark) } }),
      ...(method === 'DELETE' ? { expect: 'nothing' as const } : {}),
    })
  }

  async function readAll(ticket: Ticket): Promise<readonly Comment[]> {
    const comments: Comment[] = []
    for (let token: string | undefined; ;) {
      // A comment written in Markdown is taken as the HTML that people see.
      const query = { $top: PER_PAGE, order: 'asc', $expand: 'renderedText', continuationToken: token }
      const page = (await askApi(ticket, { method: 'GET', query })).read(CommentPage)
      comments.push(...page.comments.filter(({ isDeleted }) => !isDeleted).map((comment) => toComment(comment, ticket)))
      if (page.continuationToken === null || page.continuationToken === undefined || page.comments.length === 0)
        return comments
      token = page.continuationToken
    }
  }

  async function readOld(ticket: Ticket): Promise<readonly Comment[]> {
    const comments: Comment[] = []
    for (let from = 1; ;) {
      const query = { fromRevision: from, $top: PER_PAGE, order: 'asc' }
      const api = `wit/workItems/${ticket.ref.key}/comments`
      const reply = await client.request({ method: 'GET', api, preview: '-preview.2', query })
      const page = reply.read(RevisionCommentPage)
      comments.push(...page.comments.map((comment) => fromRevision(comment)))
      const last = page.comments.at(-1)
      if (last === undefined || page.comments.length < PER_PAGE) return comments
      from = last.revision + 1
    }
  }

  async function addOld(ticket: Ticket, { body, mark }: CommentText): Promise<Comment> {
    const text = withMark(body, mark)
    const reply = await client.request({
      method: 'PATCH',
      api: `wit/workitems/${ticket.ref.key}`,
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify([{ op: 'add', path: `/fields/${FIELD.history}`, value: text }]),
    })
    const { rev, fields } = reply.read(WorkItem)
    const self = await client.self()
    const revisedDate = String(fields[FIELD.changedDate] ?? '')
    const revisedBy: IdentityRef = { id: self.id, displayName: self.name, descriptor: self.descriptor ?? undefined }
    return fromRevision({ revision: rev, text, revisedDate, revisedBy })
  }

  const canNot = (what: string): never => {
    throw new LockstepError('tracker-refused', `${client.connection}: this server cannot ${what} comments.`)
  }

  return {
    async readComments(ticket) {
      return hasCommentApi(await client.session()) ? readAll(ticket) : readOld(ticket)
    },
    async addComment(ticket, text) {
      const session = await client.session()
      if (!hasCommentApi(session)) return addOld(ticket, text)
      return toComment((await askApi(ticket, { method: 'POST', text })).read(CommentItem), ticket)
    },
    async editComment(ticket, id, text) {
      const session = await client.session()
      if (!hasCommentApi(session)) return canNot('edit')
      return toComment((await askApi(ticket, { method: 'PATCH', id, text })).read(CommentItem), ticket)
    },
    async deleteComment(ticket, id) {
      if (!hasCommentApi(await client.session())) return canNot('delete')
      await askApi(ticket, { method: 'DELETE', id })
    },
  }
}

function toComment(item: z.infer<typeof CommentItem>, ticket: Ticket): Comment {
  const id = String(item.id ?? item.commentId ?? '')
  const body = item.format?.toLowerCase() === 'markdown' ? (item.renderedText ?? item.text) : item.text
  return {
    id,
    url: `${ticket.url}#${id}`,
    body,
    ...authorship(body, item.createdBy),
    restricted: false,
    createdAt: item.createdDate,
    updatedAt: item.modifiedDate ?? item.createdDate,
  }
}

function fromRevision(comment: z.infer<typeof RevisionComment>): Comment {
  const { revision, text, revisedBy, revisedDate } = comment
  return {
    id: String(revision),
    url: null,
    body: text,
    ...authorship(text, revisedBy),
    restricted: false,
    createdAt: revisedDate,
    updatedAt: revisedDate,
  }
}

function authorship(body: string, by: IdentityRef | undefined): Pick<Comment, 'author' | 'own' | 'copyOf'> {
  const account = toAccount(by)
  const copyOf = findMark(body)
  return {
    author: { id: account?.id ?? '', name: account?.name ?? '', bot: account?.human === false },
    own: copyOf !== null,
    copyOf,
  }
}
