import { requireActor, requireRole } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { numberParam } from '../call.ts'
import { createMilestone, deleteMilestone, editMilestone } from '../doings/labels.ts'
import type { NewMilestone } from '../doings/labels.ts'
import { replyPage } from '../paging.ts'
import { renderMilestone } from '../render-issues.ts'
import { created, lastModified, noContent, ok, refuseInvalid, refuseNotFound } from '../reply.ts'
import type { Milestone } from '../world.ts'
import { nullableTextOf, textOf } from './inputs.ts'

export const milestoneEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/milestones', 'issues:read', list],
  ['POST', '/milestones', 'issues:write', create],
  ['GET', '/milestones/:number', 'issues:read', read],
  ['PATCH', '/milestones/:number', 'issues:write', update],
  ['DELETE', '/milestones/:number', 'issues:write', remove],
]

const show = (call: RepoCall, milestone: Milestone) => renderMilestone(milestone, call.repo, call.links)

function list(call: RepoCall) {
  const state = call.query.get('state') ?? 'open'
  const found = [...call.repo.milestones.values()].filter((each) => state === 'all' || each.state === state)
  // Due dates come first, those without one last.
  const due = (each: Milestone) => (each.dueOn === null ? Number.POSITIVE_INFINITY : Date.parse(each.dueOn))
  found.sort((a, b) => (due(a) === due(b) ? a.number - b.number : due(a) - due(b)))
  if (call.query.get('direction') === 'desc') found.reverse()
  return replyPage(call, found, (milestone) => show(call, milestone))
}

function milestoneOf(call: RepoCall): Milestone {
  return call.repo.milestones.get(numberParam(call, 'number')) ?? refuseNotFound()
}

function draftOf(call: RepoCall, own?: Milestone): Partial<NewMilestone> {
  const body = call.body()
  const title = textOf(body, 'title')
  const description = nullableTextOf(body, 'description')
  const dueOn = nullableTextOf(body, 'due_on')
  const state = textOf(body, 'state')
  if (state !== undefined && state !== 'open' && state !== 'closed') {
    return refuseInvalid({ value: state, resource: 'Milestone', field: 'state', code: 'invalid' })
  }
  if ([...call.repo.milestones.values()].some((each) => each !== own && each.title === title)) {
    return refuseInvalid({ resource: 'Milestone', code: 'already_exists', field: 'title' })
  }
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(dueOn === undefined ? {} : { dueOn: dueOn === null ? null : atDueHour(dueOn) }),
    ...(state === undefined ? {} : { state }),
  }
}

/** Only the day counts: GitHub keeps it at midnight of the Pacific coast. */
function atDueHour(text: string): string {
  const day = new Date(text)
  if (Number.isNaN(day.getTime()))
    return refuseInvalid({ resource: 'Milestone', code: 'invalid', field: 'due_on', value: text })
  return `${day.toISOString().slice(0, 10)}T08:00:00Z`
}

function create(call: RepoCall) {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  const { title, ...rest } = draftOf(call)
  if (title === undefined) return refuseInvalid({ resource: 'Milestone', code: 'missing_field', field: 'title' })
  const milestone = createMilestone(call.host, call.repo, actor, { title, ...rest })
  const rendered = show(call, milestone)
  return created(rendered, rendered.url)
}

function read(call: RepoCall) {
  const milestone = milestoneOf(call)
  return ok(show(call, milestone), lastModified(milestone.updatedAt))
}

function update(call: RepoCall) {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  const milestone = milestoneOf(call)
  editMilestone(call.host, call.repo, actor, milestone, draftOf(call, milestone))
  return ok(show(call, milestone))
}

function remove(call: RepoCall) {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  deleteMilestone(call.host, call.repo, actor, milestoneOf(call))
  return noContent
}
