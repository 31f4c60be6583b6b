import type { SandboxReply } from '../../kit/router.ts'
import { requireActor, requireRole } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { react } from '../doings/comments.ts'
import { replyPage } from '../paging.ts'
import { isReaction, renderReaction } from '../render-issues.ts'
import { created, noContent, ok, refuseInvalid, refuseNotFound } from '../reply.ts'
import type { Reaction } from '../world.ts'
import { commentOf } from './comments.ts'
import { issueOf } from './find-issue.ts'

type Of = (call: RepoCall) => Reaction[]

const ofIssue: Of = (call) => issueOf(call).reactions
const ofComment: Of = (call) => commentOf(call).reactions

const at = (pattern: string, of: Of): RepoEndpoint[] => [
  ['GET', `${pattern}/reactions`, 'issues:read', (call) => list(call, of(call))],
  ['POST', `${pattern}/reactions`, 'issues:write', (call) => add(call, of(call))],
  ['DELETE', `${pattern}/reactions/:reactionId`, 'issues:write', (call) => remove(call, of(call))],
]

export const reactionEndpoints: readonly RepoEndpoint[] = [
  ...at('/issues/comments/:commentId', ofComment),
  ...at('/issues/:number', ofIssue),
]

function list(call: RepoCall, reactions: readonly Reaction[]): SandboxReply {
  const content = call.query.get('content')
  const found = reactions.filter((each) => content === null || each.content === content)
  return replyPage(call, found, (reaction) => renderReaction(reaction, call.links))
}

function add(call: RepoCall, reactions: Reaction[]): SandboxReply {
  const actor = requireActor(call.who)
  const { content } = call.body()
  if (!isReaction(content))
    return refuseInvalid({ value: content, resource: 'Reaction', field: 'content', code: 'invalid' })
  const { reaction, isNew } = react(call.host, reactions, actor.person, content)
  const rendered = renderReaction(reaction, call.links)
  return isNew ? created(rendered) : ok(rendered)
}

function remove(call: RepoCall, reactions: Reaction[]): SandboxReply {
  const actor = requireActor(call.who)
  const id = numberParam(call, 'reactionId')
  const reaction = reactions.find((each) => each.id === id) ?? refuseNotFound()
  if (reaction.person !== actor.person) requireRole(call.world, call.who, call.repo, 'admin')
  reactions.splice(reactions.indexOf(reaction), 1)
  return noContent
}
