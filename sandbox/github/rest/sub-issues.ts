import { requireActor, requireRole, roleOf } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { touch } from '../doings/issues.ts'
import { addSubIssue, removeSubIssue } from '../doings/sub-issues.ts'
import { replyPage } from '../paging.ts'
import { renderIssue, renderSingleIssue, repoOfIssue } from '../render-issues.ts'
import { created, ok, refuse, refuseNotFound } from '../reply.ts'
import type { Issue } from '../world.ts'
import { issueOf } from './find-issue.ts'
import { numberOf } from './inputs.ts'

export const subIssueEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/issues/:number/sub_issues', 'issues:read', list],
  ['POST', '/issues/:number/sub_issues', 'issues:write', add],
  ['DELETE', '/issues/:number/sub_issue', 'issues:write', remove],
  ['PATCH', '/issues/:number/sub_issues/priority', 'issues:write', prioritize],
  ['GET', '/issues/:number/parent', 'issues:read', readParent],
]

const SUB_ISSUE_LIMIT = 100
const DEPTH_LIMIT = 8

function list(call: RepoCall) {
  const children = issueOf(call).subIssueIds.flatMap((id) => call.world.issuesById.get(id) ?? [])
  return replyPage(call, children, (issue) => renderIssue(call.world, issue, call.links))
}

/** By database id; one that the caller cannot see does not exist. */
function childOf(call: RepoCall, field = 'sub_issue_id'): Issue {
  const child = call.world.issuesById.get(numberOf(call.body(), field))
  if (child === undefined) return refuse(404, 'The provided sub-issue does not exist')
  return roleOf(call.world, call.who, repoOfIssue(call.world, child)) === 'none'
    ? refuse(404, 'The provided sub-issue does not exist')
    : child
}

const refuseSubIssue = (reason: string): never =>
  refuse(422, `An error occurred while adding the sub-issue to the parent issue. ${reason}`)

function add(call: RepoCall) {
  const { world, who, host, repo, links } = call
  const actor = requireActor(who)
  requireRole(world, who, repo, 'triage')
  const parent = issueOf(call)
  const child = childOf(call)
  if (child.parentId === parent.id) return refuseSubIssue('Issue may not contain duplicate sub-issues')
  if (ancestorsOf(call, parent).includes(child)) return refuseSubIssue('Sub issue may not create a circular dependency')
  if (child.parentId !== null && call.body()['replace_parent'] !== true)
    return refuseSubIssue('Sub issue may only have one parent')
  if (parent.subIssueIds.length >= SUB_ISSUE_LIMIT)
    return refuseSubIssue(`Parent cannot have more than ${SUB_ISSUE_LIMIT} sub-issues`)
  if (ancestorsOf(call, parent).length >= DEPTH_LIMIT)
    return refuseSubIssue(`Sub-issues cannot be more than ${DEPTH_LIMIT} layers deep`)
  const before = child.parentId === null ? undefined : world.issuesById.get(child.parentId)
  if (before !== undefined) removeSubIssue(host, before, child, actor)
  addSubIssue(host, parent, child, actor)
  return created(renderSingleIssue(world, parent, links))
}

/** The issue itself, its parent, and so on. */
function ancestorsOf({ world }: RepoCall, issue: Issue): Issue[] {
  const line: Issue[] = []
  for (
    let next: Issue | undefined = issue;
    next !== undefined;
    next = next.parentId === null ? undefined : world.issuesById.get(next.parentId)
  )
    line.push(next)
  return line
}

function remove(call: RepoCall) {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  const parent = issueOf(call)
  const child = childOf(call)
  if (child.parentId !== parent.id) return refuse(404, 'The provided sub-issue does not exist')
  removeSubIssue(call.host, parent, child, actor)
  return ok(renderSingleIssue(call.world, parent, call.links))
}

function prioritize(call: RepoCall) {
  requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  const parent = issueOf(call)
  const child = childOf(call)
  const body = call.body()
  const after = body['after_id']
  const before = body['before_id']
  if ((after === undefined) === (before === undefined))
    return refuse(422, 'Either after_id or before_id should be specified')
  const rest = parent.subIssueIds.filter((id) => id !== child.id)
  const neighbour = rest.indexOf(Number(after ?? before))
  if (neighbour === -1 || rest.length === parent.subIssueIds.length) return refuse(422, 'Could not find the sub-issue')
  parent.subIssueIds.splice(
    0,
    parent.subIssueIds.length,
    ...rest.toSpliced(after === undefined ? neighbour : neighbour + 1, 0, child.id),
  )
  touch(call.host, parent)
  return ok(renderSingleIssue(call.world, parent, call.links))
}

function readParent(call: RepoCall) {
  const { parentId } = issueOf(call)
  const parent = parentId === null ? undefined : call.world.issuesById.get(parentId)
  return parent === undefined ? refuseNotFound() : ok(renderSingleIssue(call.world, parent, call.links))
}
