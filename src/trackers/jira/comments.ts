import type { Comment } from '../../core/issue.ts'
import type { Tracker } from '../../core/ports.ts'
import type { Ticket } from '../../core/ticket.ts'
import type { JiraClient, Session } from './client.ts'
import { accountId, MARK_KEY, toIso } from './convert.ts'
import { CommentItem, CommentMark, CommentPage, ServiceDeskMark } from './schema.ts'
import { findOriginal } from './text.ts'

type Comments = Pick<Tracker, 'readComments' | 'addComment' | 'editComment' | 'deleteComment'>

const PER_PAGE = 200
const SERVICE_DESK_KEY = 'sd.public.comment'

export function createComments(client: JiraClient): Comments {
  const address = ({ id }: Ticket, comment?: string) =>
    `issue/${id}/comment${comment === undefined ? '' : `/${encodeURIComponent(comment)}`}`
  const expand = 'properties'

  const convert = async (ticket: Ticket, items: readonly CommentItem[]): Promise<readonly Comment[]> => {
    const { self } = await client.session()
    return items.map((item) => toComment(item, ticket, self))
  }

  async function convertOne(ticket: Ticket, item: CommentItem): Promise<Comment> {
    return toComment(item, ticket, (await client.session()).self)
  }

  return {
    async readComments(ticket) {
      const items: CommentItem[] = []
      for (;;) {
        const reply = await client.request({
          method: 'GET',
          api: address(ticket),
          query: { startAt: items.length, maxResults: PER_PAGE, orderBy: 'created', expand },
        })
        const { comments, total } = reply.read(CommentPage)
        items.push(...comments)
        if (comments.length === 0 || items.length >= total) return convert(ticket, items)
      }
    },
    async addComment(ticket, { body, mark }) {
      const reply = await client.request({
        method: 'POST',
        api: address(ticket),
        query: { expand },
        body: { body, properties: [{ key: MARK_KEY, value: { mark } }] },
      })
      const added = await convertOne(ticket, reply.read(CommentItem))
      return { ...added, own: true, copyOf: mark }
    },
    async editComment(ticket, id, { body, mark }) {
      const reply = await client.request({
        method: 'PUT',
        api: address(ticket, id),
        query: { expand },
        body: { body },
        idempotent: true,
      })
      const edited = await convertOne(ticket, reply.read(CommentItem))
      return { ...edited, own: true, copyOf: mark }
    },
    async deleteComment(ticket, id) {
      await client.request({ method: 'DELETE', api: address(ticket, id), expect: 'nothing' })
    },
  }
}

function toComment(item: CommentItem, ticket: Ticket, self: Session['self']): Comment {
  const { id, body, author, created, updated = created, visibility, properties = [] } = item
  const property = (key: string): unknown => properties.find((one) => one.key === key)?.value
  const mark = CommentMark.safeParse(property(MARK_KEY)).data?.mark ?? null
  // Somebody else may quote our text; nobody else can sign as us.
  const byUs = author !== undefined && accountId(author) === self.key
  const copyOf = mark ?? (byUs ? findOriginal(body) : null)
  return {
    id,
    url: `${ticket.url}?focusedCommentId=${id}#comment-${id}`,
    body,
    author: {
      id: author === undefined ? '' : accountId(author),
      name: author?.displayName ?? author?.name ?? '',
      bot: false,
    },
    own: copyOf !== null,
    copyOf,
    restricted:
      visibility !== undefined || ServiceDeskMark.safeParse(property(SERVICE_DESK_KEY)).data?.internal === true,
    createdAt: toIso(created),
    updatedAt: toIso(updated),
  }
}
