import type { SandboxReply } from '../../kit/router.ts'
import { created, noContent, ok, readCount, readList, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { addComment, deleteComment, editComment } from '../changes.ts'
import { throwErrors } from '../draft.ts'
import { commentBean, seesComment, visibleComments } from '../issue-bean.ts'
import { restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { allowed, canBrowse, readableIssue } from '../permissions.ts'
import { readComment } from '../read-fields.ts'
import { refuse } from '../refusal.ts'
import { projectOf } from '../world.ts'
import type { Comment, Issue } from '../world.ts'
import { propertyRoutes } from './properties.ts'
import type { Properties } from './properties.ts'

function commentOf(jira: Jira, call: Call): { readonly issue: Issue; readonly comment: Comment } {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const id = call.params['id']!
  const comment = issue.comments.find((one) => one.id === id)
  if (comment === undefined) throw refuse(404, `Can not find a comment for the id: ${id}.`)
  if (!seesComment(jira, { comment, issue, viewer: call.person })) {
    throw refuse(400, 'You do not have the permission to view the specified comment.')
  }
  return { issue, comment }
}

function list(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const startAt = readCount(call, 'startAt', 0)
  const all = visibleComments(jira, issue, call.person)
  if (/^-created$/.test(call.query.get('orderBy') ?? '')) all.reverse()
  const maxResults = readCount(call, 'maxResults', 50)
  const expand = readList(call, 'expand')
  const comments = all
    .slice(startAt, startAt + maxResults)
    .map((comment) => commentBean(jira, { issue, comment, viewer: call.person, expand }))
  return ok({ startAt, maxResults, total: all.length, comments })
}

function add(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const actor = signedIn(call)
  if (!allowed(actor, { permission: 'ADD_COMMENTS', project: projectOf(jira.world, issue) })) {
    throw refuse(400, `${actor.displayName}, you do not have the permission to comment on this issue.`)
  }
  const errors: Record<string, string> = {}
  const addition = readComment(body, { jira, errors })
  throwErrors({ errors })
  const comment = addComment(jira, { issue, actor, comment: addition! })
  return created(commentBean(jira, { issue, comment, viewer: actor, expand: readList(call, 'expand') }))
}

function mayChange(
  call: Call,
  jira: Jira,
  { verb, issue, comment }: { readonly verb: 'EDIT' | 'DELETE'; readonly issue: Issue; readonly comment: Comment },
): void {
  const actor = signedIn(call)
  const project = projectOf(jira.world, issue)
  const own = comment.authorKey === actor.key && allowed(actor, { permission: `${verb}_OWN_COMMENTS`, project })
  if (own || allowed(actor, { permission: `${verb}_ALL_COMMENTS`, project })) return
  const what = verb === 'EDIT' ? 'edit this comment' : `delete comment with id: ${comment.id}`
  throw refuse(400, `${actor.displayName}, you do not have the permission to ${what}.`)
}

function change(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const { issue, comment } = commentOf(jira, call)
  mayChange(call, jira, { verb: 'EDIT', issue, comment })
  const errors: Record<string, string> = {}
  const read = readComment(body, { jira, errors })
  throwErrors({ errors })
  const edited = editComment(jira, {
    issue,
    comment,
    actor: signedIn(call),
    body: read!.body,
    visibility: 'visibility' in body ? read!.visibility : comment.visibility,
  })
  return ok(commentBean(jira, { issue, comment: edited, viewer: call.person, expand: readList(call, 'expand') }))
}

function remove(jira: Jira, call: Call): SandboxReply {
  const { issue, comment } = commentOf(jira, call)
  mayChange(call, jira, { verb: 'DELETE', issue, comment })
  deleteComment(jira, { issue, comment, actor: signedIn(call) })
  return noContent
}

/** A comment by its id alone, as its properties are addressed. */
function findComment(jira: Jira, call: Call): Comment {
  const id = call.params['comment']!
  for (const issue of jira.world.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id)
    if (comment === undefined) continue
    if (
      canBrowse(call.person, projectOf(jira.world, issue)) &&
      seesComment(jira, { comment, issue, viewer: call.person })
    )
      return comment
  }
  throw refuse(404, `Can not find a comment for the id: ${id}.`)
}

export function commentRoutes(jira: Jira): readonly JiraRoute[] {
  const base = '/rest/api/2/comment/:comment/properties'
  const find = (call: Call): Properties => {
    const { properties } = findComment(jira, call)
    return {
      properties,
      self: `${restUrl(jira)}/comment/${call.params['comment']}/properties`,
      put: (key, value) => properties.set(key, value),
      drop: (key) => properties.delete(key),
    }
  }
  return [
    ['GET', '/rest/api/2/issue/:issue/comment', (call) => list(jira, call)],
    ['POST', '/rest/api/2/issue/:issue/comment', (call) => add(jira, call)],
    [
      'GET',
      '/rest/api/2/issue/:issue/comment/:id',
      (call) =>
        ok(commentBean(jira, { ...commentOf(jira, call), viewer: call.person, expand: readList(call, 'expand') })),
    ],
    ['PUT', '/rest/api/2/issue/:issue/comment/:id', (call) => change(jira, call)],
    ['DELETE', '/rest/api/2/issue/:issue/comment/:id', (call) => remove(jira, call)],
    ...propertyRoutes(base, find),
  ]
}
