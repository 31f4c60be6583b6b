import { endpoint, flagOf, list, noContent, numberOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse, refuseArgument } from './errors.ts'
import { revisedBy } from './hooks.ts'
import { identityRef } from './identities.ts'
import { findItem, splitList } from './item-endpoints.ts'
import { itemUrl } from './represent.ts'
import { cleanHtml, renderMarkdown } from './rich-text.ts'
import { appendComment, recordDiscussion } from './save.ts'
import { now } from './world.ts'
import type { Comment, CommentVersion, Item, Person, World } from './world.ts'

const commentUrl = (world: World, item: Item, comment: Comment) => `${itemUrl(world, item)}/comments/${comment.id}`

const latest = (comment: Comment): CommentVersion => comment.versions.at(-1)!

export const rendered = (version: CommentVersion): string =>
  version.format === 'markdown' ? renderMarkdown(version.text) : version.text

interface CommentView {
  readonly text: boolean
  readonly renderedText: boolean
  readonly reactions: boolean
}

function viewOf(call: Call): CommentView {
  const words = (queryOf(call, '$expand') ?? 'none').toLowerCase()
  const all = words === 'all' || words === '-17'
  return {
    text: !words.includes('renderedtextonly'),
    renderedText: all || words.includes('renderedtext') || words === '8',
    reactions: all || words.includes('reactions') || words === '1',
  }
}

function printComment(call: Call, item: Item, comment: Comment, view: CommentView): Record<string, unknown> {
  const { world } = call
  const version = latest(comment)
  const url = commentUrl(world, item, comment)
  const mentions = [...version.text.matchAll(/version:2\.0,\{?([0-9a-f-]{36})\}?|@<([0-9a-f-]{36})>/gi)]
  return {
    ...(mentions.length > 0 && {
      mentions: mentions.map(([, html, markdown]) => ({
        artifactId: String(item.id),
        artifactType: 'Person',
        commentId: comment.id,
        targetId: (html ?? markdown)!.toLowerCase(),
      })),
    }),
    workItemId: item.id,
    id: comment.id,
    // The published replies say commentId where the schema says id; both are seen.
    commentId: comment.id,
    version: version.version,
    ...(view.text && { text: version.deleted ? '' : version.text }),
    ...(view.renderedText &&
      world.version === 'services' && { renderedText: version.deleted ? '' : rendered(version) }),
    createdBy: identityRef(world, comment.createdBy),
    createdDate: comment.createdDate,
    modifiedBy: identityRef(world, version.modifiedBy),
    modifiedDate: version.modifiedDate,
    isDeleted: version.deleted,
    ...(world.version === 'services' && { format: version.format }),
    ...(view.reactions && { reactions: printReactions(call, item, comment) }),
    url,
  }
}

function printReactions(call: Call, item: Item, comment: Comment) {
  return [...comment.reactions].map(([type, people]) => ({
    commentId: comment.id,
    type,
    count: people.size,
    isCurrentUserEngaged: people.has(call.who),
    url: `${commentUrl(call.world, item, comment)}/reactions/${type}`,
  }))
}

function findComment(call: Call, { deleted = false } = {}): [Item, Comment] {
  const item = findItem(call, call.params['id']!)
  const comment = item.comments.find((each) => each.id === Number(call.params['commentId']))
  if (comment === undefined || (latest(comment).deleted && !deleted)) {
    refuse({
      status: 404,
      typeKey: 'WorkItemCommentNotFoundException',
      message: `VS402904: Comment with id ${call.params['commentId']} was not found on work item ${item.id}.`,
    })
  }
  return [item, comment]
}

function parseText(call: Call, format: CommentVersion['format']): string {
  const { text } = call.body()
  if (typeof text !== 'string' || text.trim() === '')
    refuseArgument('The comment text cannot be empty.\r\nParameter name: text', 'ArgumentException')
  return format === 'markdown' ? text : cleanHtml(text, call.world.switches.htmlNormalised)
}

function formatOf(call: Call, otherwise: CommentVersion['format']): CommentVersion['format'] {
  const asked = queryOf(call, 'format')?.toLowerCase()
  if (asked === undefined || call.world.version !== 'services') return otherwise
  if (asked === '0' || asked === 'markdown') return 'markdown'
  if (asked === '1' || asked === 'html') return 'html'
  return refuseArgument(`The value '${asked}' is not valid for format.`)
}

/** A comment as the comments API makes it. */
export function addComment(
  world: World,
  item: Item,
  who: Person,
  text: string,
  format: CommentVersion['format'],
): Comment {
  const comment = appendComment(world, item, text, who, now(world), format)
  recordDiscussion(world, item, comment, { who, bump: world.switches.commentsBumpRev })
  return comment
}

export function changeComment(
  world: World,
  item: Item,
  comment: Comment,
  who: Person,
  change: Partial<CommentVersion>,
): void {
  const before = latest(comment)
  comment.versions.push({
    ...before,
    ...change,
    version: before.version + 1,
    modifiedBy: who,
    modifiedDate: now(world),
  })
  recordDiscussion(world, item, comment, { who, bump: world.switches.commentEditsBumpRev })
}

function readComments(call: Call) {
  const item = findItem(call, call.params['id']!)
  const ids = splitList(queryOf(call, 'ids'))
  const view = viewOf(call)
  const shown = item.comments.filter((comment) => flagOf(call, 'includeDeleted') || !latest(comment).deleted)
  if (ids !== null) {
    const found = shown.filter((comment) => ids.includes(String(comment.id)))
    return ok(call, {
      totalCount: found.length,
      count: found.length,
      comments: found.map((each) => printComment(call, item, each, view)),
    })
  }
  if (queryOf(call, 'order')?.toLowerCase() !== 'asc' && queryOf(call, 'order') !== '1') shown.reverse()
  const start = Number(Buffer.from(queryOf(call, 'continuationToken') ?? '', 'base64').toString() || 0)
  const end =
    start + Math.min(numberOf(call, '$top') ?? call.world.switches.commentPageSize, call.world.switches.commentPageSize)
  const comments = shown.slice(start, end).map((each) => printComment(call, item, each, view))
  const token = end < shown.length ? Buffer.from(String(end)).toString('base64') : null
  const url = `${itemUrl(call.world, item)}/comments`
  return ok(call, {
    totalCount: shown.length,
    count: comments.length,
    comments,
    ...(token !== null && {
      nextPage: `${url}?continuationToken=${encodeURIComponent(token)}`,
      continuationToken: token,
    }),
    url,
  })
}

/** The API of Server 2019: comments are what revisions said, and are only read. */
function readHistory(call: Call) {
  const item = findItem(call, call.params['id']!)
  const from = numberOf(call, 'fromRevision') ?? 1
  const all = item.comments.map((comment) => printHistory(call, item, comment))
  const after = all.filter((comment) => comment.revision >= from)
  if (queryOf(call, 'order')?.toLowerCase() === 'desc') after.reverse()
  const comments = after.slice(0, numberOf(call, '$top') ?? 200)
  return ok(call, { totalCount: all.length, fromRevisionCount: after.length, count: comments.length, comments })
}

function printHistory(call: Call, item: Item, comment: Comment) {
  return {
    revision: comment.createdInRev,
    text: latest(comment).text,
    revisedBy: revisedBy(call.world, comment.createdBy),
    revisedDate: comment.createdDate,
    url: `${itemUrl(call.world, item)}/comments/${comment.createdInRev}`,
  }
}

function readHistoryOf(call: Call) {
  const item = findItem(call, call.params['id']!)
  const comment = item.comments.find((each) => each.createdInRev === Number(call.params['revision']))
  if (comment !== undefined) return ok(call, printHistory(call, item, comment))
  return refuse({
    status: 404,
    typeKey: 'HistoryNotUpdatedForRevisionException',
    message: `TF401239: No history was added in revision ${call.params['revision']} of work item ${item.id}.`,
  })
}

const REACTIONS = new Set(['like', 'dislike', 'heart', 'hooray', 'smile', 'confused'])

function react(call: Call, engaged: boolean) {
  const [item, comment] = findComment(call)
  const type = call.params['reaction']!.toLowerCase()
  if (!REACTIONS.has(type)) refuseArgument(`The value '${type}' is not valid for reactionType.`)
  const people = comment.reactions.get(type) ?? new Set<Person>()
  if (engaged) people.add(call.who)
  else people.delete(call.who)
  if (people.size === 0) comment.reactions.delete(type)
  else comment.reactions.set(type, people)
  const url = `${commentUrl(call.world, item, comment)}/reactions/${type}`
  return ok(call, { commentId: comment.id, type, count: people.size, isCurrentUserEngaged: engaged, url })
}

function printVersion(call: Call, item: Item, comment: Comment, version: CommentVersion) {
  return {
    id: comment.id,
    version: version.version,
    text: version.text,
    ...(call.world.version === 'services' && { renderedText: rendered(version) }),
    createdBy: identityRef(call.world, comment.createdBy),
    createdDate: comment.createdDate,
    modifiedBy: identityRef(call.world, version.modifiedBy),
    modifiedDate: version.modifiedDate,
    isDeleted: version.deleted,
    url: `${commentUrl(call.world, item, comment)}/versions/${version.version}`,
  }
}

const READ = { scope: 'vso.work', at: 'project', preview: 4, only: ['services', '2022'] } as const
const WRITE = { ...READ, scope: 'vso.work_write' } as const
const REPLY = { text: true, renderedText: true, reactions: false }

export const commentEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'wit/workitems/:id/comments', { scope: 'vso.work', preview: 2, only: ['2019'] }, readHistory),
  endpoint(
    'GET',
    'wit/workitems/:id/comments/:revision',
    { scope: 'vso.work', preview: 2, only: ['2019'] },
    readHistoryOf,
  ),
  endpoint('GET', 'wit/workitems/:id/comments', READ, readComments),
  endpoint('POST', 'wit/workitems/:id/comments', WRITE, (call) => {
    const item = findItem(call, call.params['id']!)
    const format = formatOf(call, 'html')
    const comment = addComment(call.world, item, call.who, parseText(call, format), format)
    return ok(call, printComment(call, item, comment, REPLY))
  }),
  endpoint('GET', 'wit/workitems/:id/comments/:commentId', READ, (call) => {
    const [item, comment] = findComment(call, { deleted: flagOf(call, 'includeDeleted') })
    return ok(call, printComment(call, item, comment, viewOf(call)))
  }),
  endpoint('PATCH', 'wit/workitems/:id/comments/:commentId', WRITE, (call) => {
    const [item, comment] = findComment(call)
    const format = formatOf(call, latest(comment).format)
    changeComment(call.world, item, comment, call.who, { text: parseText(call, format), format })
    return ok(call, printComment(call, item, comment, REPLY))
  }),
  endpoint('DELETE', 'wit/workitems/:id/comments/:commentId', WRITE, (call) => {
    const [item, comment] = findComment(call)
    changeComment(call.world, item, comment, call.who, { deleted: true })
    return noContent()
  }),
  endpoint('GET', 'wit/workitems/:id/comments/:commentId/versions', READ, (call) => {
    const [item, comment] = findComment(call, { deleted: true })
    return list(
      call,
      comment.versions.map((version) => printVersion(call, item, comment, version)),
    )
  }),
  endpoint('GET', 'wit/workitems/:id/comments/:commentId/versions/:version', READ, (call) => {
    const [item, comment] = findComment(call, { deleted: true })
    const version =
      comment.versions[Number(call.params['version']) - 1] ?? refuseArgument('No such version of the comment.')
    return ok(call, printVersion(call, item, comment, version))
  }),
  endpoint('GET', 'wit/workitems/:id/comments/:commentId/reactions', { ...READ, preview: 1 }, (call) => {
    const [item, comment] = findComment(call)
    return list(call, printReactions(call, item, comment))
  }),
  endpoint('PUT', 'wit/workitems/:id/comments/:commentId/reactions/:reaction', { ...WRITE, preview: 1 }, (call) =>
    react(call, true),
  ),
  endpoint('DELETE', 'wit/workitems/:id/comments/:commentId/reactions/:reaction', { ...WRITE, preview: 1 }, (call) =>
    react(call, false),
  ),
]
