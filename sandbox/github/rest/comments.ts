import { requireActor, requireRole, roleOf } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { addComment, deleteComment, editComment } from '../doings/comments.ts'
import { shapeMedia } from '../media.ts'
import { replyPage } from '../paging.ts'
import { renderComment } from '../render-issues.ts'
import { created, lastModified, noContent, ok, refuse, refuseInvalid, refuseNotFound } from '../reply.ts'
import { atLeast } from '../world.ts'
import type { Comment } from '../world.ts'
import { issueOf } from './find-issue.ts'
import { checkBodyLength, isSince, requiredTextOf, sinceOf } from './inputs.ts'

export const commentEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/issues/comments', 'issues:read', listOfRepo],
  ['GET', '/issues/comments/:commentId', 'issues:read', read],
  ['PATCH', '/issues/comments/:commentId', 'issues:write', update],
  ['DELETE', '/issues/comments/:commentId', 'issues:write', remove],
  ['GET', '/issues/:number/comments', 'issues:read', listOfIssue],
  ['POST', '/issues/:number/comments', 'issues:write', create],
]

const show = (call: RepoCall, comment: Comment) => shapeMedia(call, renderComment(call.world, comment, call.links))

function listOfRepo(call: RepoCall) {
  const since = sinceOf(call)
  const by = call.query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt'
  const found = [...call.repo.comments.values()].filter((comment) => isSince(comment.updatedAt, since))
  found.sort((a, b) => Date.parse(a[by]) - Date.parse(b[by]) || a.id - b.id)
  // Without `sort`, the direction is ignored.
  if (call.query.has('sort') && call.query.get('direction') !== 'asc') found.reverse()
  return replyPage(call, found, (comment) => show(call, comment))
}

function listOfIssue(call: RepoCall) {
  const since = sinceOf(call)
  const found = issueOf(call).comments.filter((comment) => isSince(comment.updatedAt, since))
  return replyPage(call, found, (comment) => show(call, comment))
}

export function commentOf(call: RepoCall): Comment {
  return call.repo.comments.get(numberParam(call, 'commentId')) ?? refuseNotFound()
}

function read(call: RepoCall) {
  const comment = commentOf(call)
  return ok(show(call, comment), lastModified(comment.updatedAt))
}

function bodyOf(call: RepoCall): string {
  const body = requiredTextOf(call.body(), 'body')
  if (body.trim() === '')
    return refuseInvalid({
      resource: 'IssueComment',
      code: 'unprocessable',
      field: 'data',
      message: 'Body cannot be blank',
    })
  checkBodyLength(body, 'IssueComment')
  return body
}

function create(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = issueOf(call)
  const body = bodyOf(call)
  if (issue.locked && !atLeast(roleOf(call.world, call.who, call.repo), 'write')) {
    return refuse(403, 'Unable to create comment because issue is locked.')
  }
  const comment = addComment(call.host, issue, actor, body)
  return created(show(call, comment), renderComment(call.world, comment, call.links).url)
}

function update(call: RepoCall) {
  const actor = requireActor(call.who)
  const comment = commentOf(call)
  if (comment.author !== actor.person) requireRole(call.world, call.who, call.repo, 'triage')
  editComment(call.host, issueUnder(call, comment), comment, actor, bodyOf(call))
  return ok(show(call, comment))
}

function remove(call: RepoCall) {
  const actor = requireActor(call.who)
  const comment = commentOf(call)
  if (comment.author !== actor.person) requireRole(call.world, call.who, call.repo, 'triage')
  deleteComment(call.host, issueUnder(call, comment), comment, actor)
  return noContent
}

function issueUnder(call: RepoCall, comment: Comment) {
  return call.repo.issues.get(comment.issueNumber) ?? refuseNotFound()
}
