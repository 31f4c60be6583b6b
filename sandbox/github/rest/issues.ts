import { requireActor, requireRole } from '../auth.ts'
import type { Who } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import {
  ASSIGNEE_LIMIT,
  editIssue,
  openIssue,
  setAssignees,
  setLabels,
  setLock,
  setMilestone,
  setState,
  setType,
} from '../doings/issues.ts'
import { findOrCreateLabel } from '../doings/labels.ts'
import { keepList, sortedIssues } from '../issue-lists.ts'
import type { SortKey } from '../issue-lists.ts'
import { shapeMedia } from '../media.ts'
import { replyPage } from '../paging.ts'
import { renderIssue, renderSingleIssue } from '../render-issues.ts'
import { created, lastModified, noContent, ok, refuse, refuseInvalid } from '../reply.ts'
import type { Issue } from '../world.ts'
import { issueOf } from './find-issue.ts'
import {
  checkBodyLength,
  checkTitle,
  checkedAssignees,
  isSince,
  labelNamesOf,
  loginsOf,
  mayTriage,
  milestoneOf,
  nullableTextOf,
  sinceOf,
  textOf,
  typeOf,
} from './inputs.ts'

const SORTS: readonly string[] = ['created', 'updated', 'comments']
const STATE_REASONS: readonly unknown[] = ['completed', 'not_planned', 'duplicate', 'reopened']
const LOCK_REASONS: readonly unknown[] = ['off-topic', 'too heated', 'resolved', 'spam']

export const issueEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/issues', 'issues:read', listIssues],
  ['POST', '/issues', 'issues:write', createIssue],
  ['GET', '/issues/:number', 'issues:read', readIssue],
  ['PATCH', '/issues/:number', 'issues:write', patchIssue],
  ['PUT', '/issues/:number/lock', 'issues:write', lockIssue],
  ['DELETE', '/issues/:number/lock', 'issues:write', unlockIssue],
]

function listIssues(call: RepoCall) {
  const { repo, query, world, links } = call
  const description = new URLSearchParams(query)
  description.delete('page')
  description.delete('per_page')
  const found = keepList(repo, description.toString(), () => findIssues(call))
  return replyPage(call, found, (issue) => shapeMedia(call, renderIssue(world, issue, links)))
}

function findIssues(call: RepoCall): readonly Issue[] {
  const sort = call.query.get('sort') ?? 'created'
  const ascending = sortedIssues(call.repo, (SORTS.includes(sort) ? sort : 'created') as SortKey)
  const keep = issueFilter(call)
  const found = ascending.filter((issue) => !issue.deleted && issue.transferredTo === null && keep(issue))
  return call.query.get('direction') === 'asc' ? found : found.reverse()
}

function issueFilter(call: RepoCall): (issue: Issue) => boolean {
  const { query } = call
  const state = query.get('state') ?? 'open'
  if (!['open', 'closed', 'all'].includes(state))
    refuseInvalid({ resource: 'Issue', field: 'state', code: 'invalid', value: state })
  const since = sinceOf(call)
  const labels = (query.get('labels') ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || [])
  const tests: ((issue: Issue) => boolean)[] = [
    (issue) => state === 'all' || issue.state === state,
    (issue) => isSince(issue.updatedAt, since),
    (issue) => labels.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name)),
    ...wildcard(
      query.get('assignee'),
      (issue, login) => issue.assignees.some((person) => sameText(person.login, login)),
      (issue) => issue.assignees.length > 0,
    ),
    ...wildcard(
      query.get('milestone'),
      (issue, number) => String(issue.milestone?.number) === number,
      (issue) => issue.milestone !== null,
    ),
    ...wildcard(
      query.get('type'),
      (issue, name) => issue.type !== null && sameText(issue.type.name, name),
      (issue) => issue.type !== null,
    ),
    ...wildcard(
      query.get('creator'),
      (issue, login) => sameText(issue.author.login, login),
      () => true,
    ),
    ...wildcard(
      query.get('mentioned'),
      (issue, login) => (issue.body ?? '').toLowerCase().includes(`@${login.toLowerCase()}`),
      () => true,
    ),
  ]
  const milestone = query.get('milestone')
  if (milestone !== null && !/^(\d+|none|\*)$/.test(milestone)) {
    refuseInvalid({ value: milestone, resource: 'Issue', field: 'milestone', code: 'invalid' })
  }
  return (issue) => tests.every((test) => test(issue))
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** `*` is any, `none` is none, anything else a value. */
function wildcard(value: string | null, is: (issue: Issue, value: string) => boolean, has: (issue: Issue) => boolean) {
  if (value === null || value === '') return []
  if (value === '*') return [has]
  return value === 'none' ? [(issue: Issue) => !has(issue)] : [(issue: Issue) => is(issue, value)]
}

function createIssue(call: RepoCall) {
  const { repo, host, world, links, who } = call
  const actor = requireActor(who)
  if (!repo.hasIssues)
    return refuse(410, 'Issues are disabled for this repo', { docs: 'https://docs.github.com/v3/issues/' })
  const body = call.body()
  const title = textOf(body, 'title')
  if (title === undefined) return refuse(422, 'Invalid request.\n\n"title" wasn\'t supplied.')
  checkTitle(title)
  const text = nullableTextOf(body, 'body')
  checkBodyLength(text, 'Issue')
  const triages = mayTriage(call)
  const logins = loginsOf(body['assignees']) ?? loginsOf(body['assignee']) ?? []
  const issue = openIssue(host, repo, actor, {
    title,
    body: text ?? null,
    labels: triages ? (labelNamesOf(body['labels'] ?? undefined) ?? []) : [],
    assignees: triages ? limited(checkedAssignees(call, logins)) : [],
    milestone: triages ? (milestoneOf(call, body['milestone']) ?? null) : null,
    type: triages ? (typeOf(call, body['type']) ?? null) : null,
  })
  const rendered = renderSingleIssue(world, issue, links)
  return created(shapeMedia(call, rendered), rendered.url)
}

function limited<Thing>(things: Thing[]): Thing[] {
  return things.length <= ASSIGNEE_LIMIT
    ? things
    : refuseInvalid({
        resource: 'Issue',
        code: 'custom',
        field: 'assignees',
        message: 'assignees cannot be more than 10',
      })
}

function readIssue(call: RepoCall) {
  const issue = issueOf(call)
  return ok(shapeMedia(call, renderSingleIssue(call.world, issue, call.links)), lastModified(issue.updatedAt))
}

const isAuthor = (who: Who, issue: Issue): boolean => who.person !== null && who.person === issue.author

function patchIssue(call: RepoCall) {
  const { host, repo, world, links, who } = call
  const actor = requireActor(who)
  const issue = issueOf(call)
  if (!isAuthor(who, issue)) requireRole(world, who, repo, 'triage')
  const body = call.body()
  const title = textOf(body, 'title')
  if (title !== undefined) checkTitle(title)
  const text = nullableTextOf(body, 'body')
  checkBodyLength(text, 'Issue')
  const state = stateOf(body)
  const reason = reasonOf(body)
  const triages = mayTriage(call)
  // Everything is checked before anything is done: a refused request leaves no trace.
  const labels = triages ? labelNamesOf(body['labels'] ?? undefined) : undefined
  const logins = triages ? (loginsOf(body['assignees']) ?? loginsOf(body['assignee'])) : undefined
  const assignees = logins === undefined ? undefined : limited(checkedAssignees(call, logins, issue))
  const milestone = triages ? milestoneOf(call, body['milestone']) : undefined
  const type = triages ? typeOf(call, body['type']) : undefined

  editIssue(host, issue, actor, { title, body: text })
  if (labels !== undefined)
    setLabels(host, issue, actor, [...new Set(labels.map((name) => findOrCreateLabel(host, repo, actor, name)))])
  if (assignees !== undefined) setAssignees(host, issue, actor, assignees)
  if (milestone !== undefined) setMilestone(host, issue, actor, milestone)
  if (type !== undefined) setType(host, issue, actor, type)
  if (state !== undefined) setState(host, issue, actor, state, reason)
  return ok(shapeMedia(call, renderSingleIssue(world, issue, links)))
}

function stateOf(body: Record<string, unknown>): 'open' | 'closed' | undefined {
  const state = body['state']
  if (state === undefined || state === null) return undefined
  if (state === 'open' || state === 'closed') return state
  return refuseInvalid({ value: state, resource: 'Issue', field: 'state', code: 'invalid' })
}

function reasonOf(body: Record<string, unknown>): string | null {
  const reason = body['state_reason']
  if (reason === undefined || reason === null) return null
  if (!STATE_REASONS.includes(reason))
    return refuseInvalid({ value: reason, resource: 'Issue', field: 'state_reason', code: 'invalid' })
  return String(reason)
}

function lockIssue(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = issueOf(call)
  requireRole(call.world, call.who, call.repo, 'write')
  const reason = call.body()['lock_reason'] ?? null
  if (reason !== null && !LOCK_REASONS.includes(reason)) {
    return refuse(
      422,
      `Invalid request.\n\nFor 'properties/lock_reason', ${String(reason)} is not a member of ${JSON.stringify(LOCK_REASONS)}.`,
    )
  }
  setLock(call.host, issue, actor, true, reason === null ? null : String(reason))
  return noContent
}

function unlockIssue(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = issueOf(call)
  requireRole(call.world, call.who, call.repo, 'write')
  setLock(call.host, issue, actor, false)
  return noContent
}
