import { requireActor, requireRole } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { assign, unassign } from '../doings/issues.ts'
import { replyPage } from '../paging.ts'
import { renderSingleIssue } from '../render-issues.ts'
import { renderUser } from '../render.ts'
import { created, noContent, ok, refuseNotFound } from '../reply.ts'
import { findPerson } from '../world.ts'
import { issueOf } from './find-issue.ts'
import { assignablePeople, canBeAssigned, loginsOf } from './inputs.ts'

export const assigneeEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/assignees', 'issues:read', list],
  ['GET', '/assignees/:login', 'issues:read', check],
  ['GET', '/issues/:number/assignees/:login', 'issues:read', checkForIssue],
  ['POST', '/issues/:number/assignees', 'issues:write', add],
  ['DELETE', '/issues/:number/assignees', 'issues:write', remove],
]

function list(call: RepoCall) {
  const { world, repo, links } = call
  const people = [...world.people.values()].filter((person) => canBeAssigned(world, repo, person))
  return replyPage(call, people, (person) => renderUser(person, links))
}

function check({ world, repo, params }: RepoCall) {
  const person = findPerson(world, params['login'] ?? '')
  return person !== undefined && canBeAssigned(world, repo, person) ? noContent : refuseNotFound()
}

function checkForIssue(call: RepoCall) {
  const { world, repo, params } = call
  const issue = issueOf(call)
  const person = findPerson(world, params['login'] ?? '')
  return person !== undefined && canBeAssigned(world, repo, person, issue) ? noContent : refuseNotFound()
}

function add(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = issueOf(call)
  requireRole(call.world, call.who, call.repo, 'triage')
  assign(call.host, issue, actor, assignablePeople(call, loginsOf(call.body()['assignees']) ?? [], issue))
  return created(renderSingleIssue(call.world, issue, call.links))
}

function remove(call: RepoCall) {
  const actor = requireActor(call.who)
  const issue = issueOf(call)
  requireRole(call.world, call.who, call.repo, 'triage')
  const logins = (loginsOf(call.body()['assignees']) ?? []).map((login) => login.toLowerCase())
  unassign(
    call.host,
    issue,
    actor,
    issue.assignees.filter(({ login }) => logins.includes(login.toLowerCase())),
  )
  return ok(renderSingleIssue(call.world, issue, call.links))
}
