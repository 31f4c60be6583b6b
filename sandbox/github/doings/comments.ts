import type { Actor } from '../auth.ts'
import type { Host } from '../host.ts'
import { nowOf } from '../host.ts'
import { renderComment, renderIssue, repoOfIssue } from '../render-issues.ts'
import type { Comment, Issue, Person, Reaction } from '../world.ts'
import { touch } from './issues.ts'

function tellComment(host: Host, issue: Issue, comment: Comment, actor: Actor, action: string, from?: string): void {
  const { world } = host
  host.emit({
    event: 'issue_comment',
    action,
    sender: actor.person,
    repo: repoOfIssue(world, issue),
    payload: (links) => ({
      ...(from === undefined ? {} : { changes: { body: { from } } }),
      issue: renderIssue(world, issue, links),
      comment: renderComment(world, comment, links),
    }),
  })
}

/** Puts a comment under an issue without telling anybody. */
export function placeComment(host: Host, issue: Issue, actor: Actor, body: string): Comment {
  const repo = repoOfIssue(host.world, issue)
  const now = nowOf(host)
  const comment: Comment = {
    id: host.world.ids.next('comment'),
    repoId: repo.id,
    issueNumber: issue.number,
    body,
    author: actor.person,
    via: actor.via,
    createdAt: now,
    updatedAt: now,
    reactions: [],
    minimized: null,
  }
  issue.comments.push(comment)
  repo.comments.set(comment.id, comment)
  touch(host, issue)
  return comment
}

export function addComment(host: Host, issue: Issue, actor: Actor, body: string): Comment {
  const comment = placeComment(host, issue, actor, body)
  tellComment(host, issue, comment, actor, 'created')
  return comment
}

export function editComment(host: Host, issue: Issue, comment: Comment, actor: Actor, body: string): void {
  const from = comment.body
  if (from === body) return
  comment.body = body
  comment.updatedAt = nowOf(host)
  if (host.switches.commentEditTouchesIssue) touch(host, issue)
  else repoOfIssue(host.world, issue).version++
  tellComment(host, issue, comment, actor, 'edited', from)
}

export function deleteComment(host: Host, issue: Issue, comment: Comment, actor: Actor): void {
  issue.comments.splice(issue.comments.indexOf(comment), 1)
  repoOfIssue(host.world, issue).comments.delete(comment.id)
  touch(host, issue)
  tellComment(host, issue, comment, actor, 'deleted')
}

/** Reacting twice with the same sign finds the first reaction. Reactions tell no hook and move no date. */
export function react(
  host: Host,
  reactions: Reaction[],
  person: Person,
  content: string,
): { reaction: Reaction; isNew: boolean } {
  const known = reactions.find((each) => each.person === person && each.content === content)
  if (known !== undefined) return { reaction: known, isNew: false }
  const reaction = { id: host.world.ids.next('reaction'), content, person, createdAt: nowOf(host) }
  reactions.push(reaction)
  return { reaction, isNew: true }
}
