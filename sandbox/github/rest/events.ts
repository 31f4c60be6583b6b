import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { replyPage } from '../paging.ts'
import { renderComment, renderEvent, renderIssue } from '../render-issues.ts'
import { ok, refuseNotFound } from '../reply.ts'
import type { Comment, Issue, IssueEvent } from '../world.ts'
import { issueOf } from './find-issue.ts'

export const eventEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/issues/events', 'issues:read', listOfRepo],
  ['GET', '/issues/events/:eventId', 'issues:read', read],
  ['GET', '/issues/:number/events', 'issues:read', listOfIssue],
  ['GET', '/issues/:number/timeline', 'issues:read', timeline],
]

interface Placed {
  readonly issue: Issue
  readonly event: IssueEvent
}

function eventsOf({ repo }: RepoCall): Placed[] {
  return [...repo.issues.values()].flatMap((issue) => issue.events.map((event) => ({ issue, event })))
}

const showPlaced = (call: RepoCall, { issue, event }: Placed) => ({
  ...renderEvent(call.world, call.repo, event, call.links),
  issue: renderIssue(call.world, issue, call.links),
})

function listOfRepo(call: RepoCall) {
  const newestFirst = eventsOf(call).sort((a, b) => b.event.id - a.event.id)
  return replyPage(call, newestFirst, (placed) => showPlaced(call, placed))
}

function read(call: RepoCall) {
  const id = numberParam(call, 'eventId')
  return ok(showPlaced(call, eventsOf(call).find(({ event }) => event.id === id) ?? refuseNotFound()))
}

function listOfIssue(call: RepoCall) {
  return replyPage(call, issueOf(call).events, (event) => renderEvent(call.world, call.repo, event, call.links))
}

/** Events and comments, by time. */
function timeline(call: RepoCall) {
  const issue = issueOf(call)
  const entries: (IssueEvent | Comment)[] = [...issue.events, ...issue.comments]
  entries.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  return replyPage(call, entries, (entry) =>
    'event' in entry ? renderTimelineEvent(call, entry) : renderTimelineComment(call, entry),
  )
}

/** The timeline names the person concerned but not, a second time, who assigned them. */
function renderTimelineEvent(call: RepoCall, event: IssueEvent) {
  const { assigner: _, ...shown } = renderEvent(call.world, call.repo, event, call.links) as Record<string, unknown>
  return shown
}

function renderTimelineComment(call: RepoCall, comment: Comment) {
  const rendered = renderComment(call.world, comment, call.links)
  return { ...rendered, event: 'commented', actor: rendered.user }
}
