import { requireActor, requireRole } from '../auth.ts'
import type { Actor } from '../auth.ts'
import type { RepoCall, RepoEndpoint } from '../call.ts'
import { addLabels, removeLabel, setLabels } from '../doings/issues.ts'
import { createLabel, deleteLabel, editLabel, findOrCreateLabel } from '../doings/labels.ts'
import { replyPage } from '../paging.ts'
import { renderLabel } from '../render-issues.ts'
import { created, lastModified, noContent, ok, refuse, refuseInvalid, refuseNotFound } from '../reply.ts'
import type { Issue, Label } from '../world.ts'
import { issueOf } from './find-issue.ts'
import { checkLabelName, labelNamesOf, nullableTextOf, requiredTextOf, textOf } from './inputs.ts'

export const labelEndpoints: readonly RepoEndpoint[] = [
  ['GET', '/labels', 'issues:read', (call) => listLabels(call, [...call.repo.labels.values()])],
  ['POST', '/labels', 'issues:write', create],
  ['GET', '/labels/:name', 'issues:read', read],
  ['PATCH', '/labels/:name', 'issues:write', update],
  ['DELETE', '/labels/:name', 'issues:write', remove],
  ['GET', '/issues/:number/labels', 'issues:read', (call) => listLabels(call, issueOf(call).labels)],
  ['POST', '/issues/:number/labels', 'issues:write', (call) => changeIssue(call, addLabels)],
  ['PUT', '/issues/:number/labels', 'issues:write', (call) => changeIssue(call, setLabels)],
  ['DELETE', '/issues/:number/labels', 'issues:write', clear],
  ['DELETE', '/issues/:number/labels/:name', 'issues:write', removeFromIssue],
]

function listLabels(call: RepoCall, labels: readonly Label[]) {
  return replyPage(call, labels, (label) => renderLabel(label, call.repo, call.links))
}

function labelOf({ repo, params }: RepoCall): Label {
  return repo.labels.get((params['name'] ?? '').toLowerCase()) ?? refuseNotFound()
}

function permitted(call: RepoCall): Actor {
  const actor = requireActor(call.who)
  requireRole(call.world, call.who, call.repo, 'triage')
  return actor
}

function checkColor(color: string | undefined): void {
  if (color !== undefined && !/^[0-9a-f]{6}$/i.test(color))
    refuseInvalid({ resource: 'Label', code: 'invalid', field: 'color' })
}

function checkDescription(description: string | null | undefined): void {
  if ((description ?? '').length > 100) {
    refuseInvalid({
      resource: 'Label',
      code: 'custom',
      field: 'description',
      message: 'description is too long (maximum is 100 characters)',
    })
  }
}

const refuseTaken = () => refuseInvalid({ resource: 'Label', code: 'already_exists', field: 'name' })

function create(call: RepoCall) {
  const actor = permitted(call)
  const body = call.body()
  const name = requiredTextOf(body, 'name')
  const color = textOf(body, 'color')
  const description = nullableTextOf(body, 'description')
  checkLabelName(name)
  checkColor(color)
  checkDescription(description)
  if (call.repo.labels.has(name.toLowerCase())) return refuseTaken()
  const label = createLabel(call.host, call.repo, actor, {
    name,
    ...(color === undefined ? {} : { color }),
    description: description ?? null,
  })
  const rendered = renderLabel(label, call.repo, call.links)
  return created(rendered, rendered.url)
}

function read(call: RepoCall) {
  const label = labelOf(call)
  return ok(renderLabel(label, call.repo, call.links), lastModified(label.updatedAt))
}

function update(call: RepoCall) {
  const actor = permitted(call)
  const label = labelOf(call)
  const body = call.body()
  const name = textOf(body, 'new_name') ?? textOf(body, 'name')
  const color = textOf(body, 'color')
  const description = nullableTextOf(body, 'description')
  if (name !== undefined) checkLabelName(name)
  checkColor(color)
  checkDescription(description)
  const holder = name === undefined ? undefined : call.repo.labels.get(name.toLowerCase())
  if (holder !== undefined && holder !== label) return refuseTaken()
  editLabel(call.host, call.repo, actor, label, {
    ...(name === undefined ? {} : { name }),
    ...(color === undefined ? {} : { color }),
    ...(description === undefined ? {} : { description }),
  })
  return ok(renderLabel(label, call.repo, call.links))
}

function remove(call: RepoCall) {
  const actor = permitted(call)
  deleteLabel(call.host, call.repo, actor, labelOf(call))
  return noContent
}

/** The body may be `{labels: […]}` or the bare list. */
function namesInBody(call: RepoCall): readonly string[] {
  const text = call.request.body.toString().trim()
  return labelNamesOf(text.startsWith('[') ? (JSON.parse(text) as unknown) : call.body()['labels']) ?? []
}

function changeIssue(call: RepoCall, change: typeof addLabels) {
  const actor = permitted(call)
  const issue = issueOf(call)
  const labels = namesInBody(call).map((name) => findOrCreateLabel(call.host, call.repo, actor, name))
  change(call.host, issue, actor, [...new Set(labels)])
  return issueLabels(call, issue)
}

const issueLabels = (call: RepoCall, issue: Issue) =>
  ok(issue.labels.map((label) => renderLabel(label, call.repo, call.links)))

function clear(call: RepoCall) {
  const actor = permitted(call)
  setLabels(call.host, issueOf(call), actor, [])
  return noContent
}

function removeFromIssue(call: RepoCall) {
  const actor = permitted(call)
  const issue = issueOf(call)
  const label = call.repo.labels.get((call.params['name'] ?? '').toLowerCase())
  if (label === undefined || !issue.labels.includes(label)) return refuse(404, 'Label does not exist')
  removeLabel(call.host, issue, actor, label)
  return issueLabels(call, issue)
}
