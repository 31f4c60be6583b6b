import type { SandboxReply } from '../../kit/router.ts'
import { created, noContent, ok, readFlag, readList, readObject, signedIn } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { issueTypeById } from '../catalog.ts'
import { assignIssue, createIssue, deleteIssue, editIssue, emptyDraft, moveAlong } from '../changes.ts'
import { draftOf, isObject, notOnScreen, throwErrors } from '../draft.ts'
import type { CommentAddition, Json, Writing } from '../draft.ts'
import { chooseFields, editMeta, issueBean, issueSelf } from '../issue-bean.ts'
import type { Jira } from '../jira.ts'
import { allowed, canBrowse, readableIssue } from '../permissions.ts'
import { onEditScreen, readFields, requireFields } from '../read-fields.ts'
import { isRefusal, mustAuthenticate, refuse, refuseWith } from '../refusal.ts'
import { openTransitions, transitionBean } from '../transitions.ts'
import { workflows } from '../workflows.ts'
import { findPersonByName, findProject, projectOf } from '../world.ts'
import type { Issue, Person, Project } from '../world.ts'

const EXPANDABLE = 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations'

/** What the server says when `fields` and `update` are both missing. */
function needBody(body: Json): void {
  if (body['fields'] === undefined && body['update'] === undefined)
    throw refuse(400, "one of 'fields' or 'update' required")
}

function chooseProject(jira: Jira, person: Person | null, value: unknown): Project {
  if (!isObject(value)) throw refuse(400, { project: 'project is required' })
  const project = findProject(jira.world, String(value['id'] ?? value['key'] ?? ''))
  if (project === undefined || !canBrowse(person, project)) throw refuse(400, { project: 'valid project is required' })
  if (person === null) {
    const text = 'Anonymous users do not have permission to create issues in this project. Please try logging in first.'
    throw refuse(400, { project: text })
  }
  if (!allowed(person, { permission: 'CREATE_ISSUES', project })) {
    throw refuse(400, { project: 'You do not have permission to create issues in this project.' })
  }
  return project
}

function createFrom(jira: Jira, person: Person | null, body: Json): Issue {
  needBody(body)
  const fields = isObject(body['fields']) ? body['fields'] : {}
  const project = chooseProject(jira, person, fields['project'])
  const actor = person!
  const draft = emptyDraft(jira, project, actor)
  const comments: CommentAddition[] = []
  const writing: Writing = { jira, actor, project, draft, errors: {}, comments }
  const { project: _project, ...others } = fields
  const open = onEditScreen(project)
  readFields(writing, { fields: others, update: body['update'] }, (id) => id === 'parent' || open(id))
  if (fields['issuetype'] === undefined) writing.errors['issuetype'] = 'issue type is required'
  const subtask = issueTypeById.get(draft.typeId)!.subtask
  if (subtask && draft.parentId === null && writing.errors['parent'] === undefined) {
    writing.errors['issuetype'] = 'Issue type is a sub-task but parent issue key or id not specified.'
  }
  if (!subtask && draft.parentId !== null) writing.errors['parent'] = notOnScreen('parent')
  if (draft.summary === '') writing.errors['summary'] ??= 'You must specify a summary of the issue.'
  requireFields(writing, project.requiredFields)
  throwErrors(writing)
  const issue = createIssue(jira, { project, draft, actor })
  const properties = Array.isArray(body['properties']) ? body['properties'].filter(isObject) : []
  issue.properties = new Map(properties.map(({ key, value }) => [String(key), value]))
  return issue
}

const createdBean = (jira: Jira, issue: Issue) => ({
  id: String(issue.id),
  key: issue.key,
  self: issueSelf(jira, issue),
})

function createBulk(jira: Jira, call: Call): SandboxReply {
  const { issueUpdates } = readObject(call)
  if (!Array.isArray(issueUpdates) || issueUpdates.length === 0) throw refuse(400, "'issueUpdates' is required")
  const issues: unknown[] = []
  const errors: unknown[] = []
  for (const [index, update] of issueUpdates.entries()) {
    try {
      issues.push(createdBean(jira, createFrom(jira, call.person, isObject(update) ? update : {})))
    } catch (error) {
      if (!isRefusal(error)) throw error
      errors.push({ status: error.reply.status, elementErrors: error.reply.body, failedElementNumber: index })
    }
  }
  const body = { issues, errors }
  return issues.length === 0 ? { status: 400, body } : created(body)
}

function readIssue(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const fields = chooseFields(readList(call, 'fields'), '*all')
  const expand = readList(call, 'expand')
  const properties = readList(call, 'properties')
  return ok({
    expand: EXPANDABLE,
    ...issueBean(jira, { issue, viewer: call.person, fields, expand, properties }),
  })
}

function edit(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const actor = signedIn(call)
  const project = projectOf(jira.world, issue)
  if (!readFlag(call, 'notifyUsers', true) && !allowed(actor, { permission: 'ADMINISTER_PROJECTS', project })) {
    throw refuse(403, 'To discard the user notification either admin or project admin permissions are required.')
  }
  needBody(body)
  const writing: Writing = { jira, actor, project, draft: draftOf(issue), errors: {}, comments: [] }
  const mayEdit = allowed(actor, { permission: 'EDIT_ISSUES', project })
  const open = onEditScreen(project)
  // Without the permission to edit no field is on the screen.
  readFields(writing, body, (id) => mayEdit && open(id))
  requireFields(
    writing,
    project.requiredFields.filter((id) => id in (isObject(body['fields']) ? body['fields'] : {})),
  )
  throwErrors(writing)
  editIssue(jira, { issue, draft: writing.draft, actor, comments: writing.comments })
  return noContent
}

function remove(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const actor = signedIn(call)
  if (!allowed(actor, { permission: 'DELETE_ISSUES', project: projectOf(jira.world, issue) })) {
    throw refuse(403, 'You do not have permission to delete issues in this project.')
  }
  if (issue.subtaskIds.length > 0 && !readFlag(call, 'deleteSubtasks', false)) {
    const text = `The issue '${issue.key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`
    throw refuse(400, text)
  }
  deleteIssue(jira, { issue, actor })
  return noContent
}

function assign(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  if (call.person === null) throw mustAuthenticate()
  if (!allowed(call.person, { permission: 'ASSIGN_ISSUES', project: projectOf(jira.world, issue) })) {
    throw refuse(401, 'You do not have permission to assign issues.')
  }
  const name = body['name'] ?? null
  if (name !== null && typeof name !== 'string')
    throw refuse(400, { assignee: "expected Object containing a 'name' property" })
  assignIssue(jira, { issue, name, actor: call.person })
  return noContent
}

function listTransitions(jira: Jira, call: Call): SandboxReply {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const withFields = readList(call, 'expand').includes('transitions.fields')
  const wanted = call.query.get('transitionId')
  const transitions = openTransitions(jira, issue, call.person)
    .filter(({ id }) => wanted === null || wanted === '' || id === wanted)
    .map((transition) => transitionBean(jira, { transition, issue, withFields }))
  return ok({ expand: 'transitions', transitions })
}

function transit(jira: Jira, call: Call): SandboxReply {
  const body = readObject(call)
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  const id = isObject(body['transition']) ? body['transition']['id'] : body['transition']
  if (id === undefined || id === null || id === '') throw refuse(400, "Missing 'transition' identifier")
  if (!/^\d+$/.test(String(id))) throw refuse(400, `'transition' identifier must be an integer`)
  const actor = signedIn(call)
  const project = projectOf(jira.world, issue)
  const transition = openTransitions(jira, issue, actor).find((open) => open.id === String(id))
  if (transition === undefined) {
    const known = workflows[project.workflow].transitions.some((other) => other.id === String(id))
    if (!known && jira.switches.wrongTransition === 500) {
      throw refuseWith({ status: 500, body: { errorMessages: ['Internal server error'], errors: {} } })
    }
    const text = `It seems that you have tried to perform a workflow operation (${known ? workflows[project.workflow].transitions.find((other) => other.id === String(id))!.name : String(id)}) that is not valid for the current state of this issue (${issue.key}). The likely cause is that somebody has changed the issue recently, please look at the issue history for details.`
    throw refuse(400, text)
  }
  const screen = transition.screen ?? []
  const draft = draftOf(issue)
  // A screen asks anew: what was resolved before does not fill in the resolution.
  if (screen.some((field) => field.id === 'resolution')) draft.resolutionId = null
  const writing: Writing = { jira, actor, project, draft, errors: {}, comments: [] }
  readFields(writing, body, (field) => screen.some((each) => each.id === field))
  requireFields(
    writing,
    screen.filter(({ required }) => required).map((field) => field.id),
  )
  throwErrors(writing)
  moveAlong(jira, { issue, transition, draft, actor, comments: writing.comments })
  return noContent
}

function watchers(jira: Jira, call: Call): { readonly issue: Issue; readonly name: string } {
  const issue = readableIssue(jira, call.person, call.params['issue']!)
  return { issue, name: call.query.get('username') ?? call.query.get('userName') ?? signedIn(call).name }
}

export function issueRoutes(jira: Jira, watcherBean: (issue: Issue, call: Call) => unknown): readonly JiraRoute[] {
  const change = (call: Call, apply: (watching: string[], key: string) => string[]): SandboxReply => {
    const { issue, name } = watchers(jira, call)
    signedIn(call)
    const person = findPersonByName(jira.world, name)
    if (person === undefined) throw refuse(404, `The user "${name}" does not exist.`)
    issue.watcherKeys = new Set(apply([...issue.watcherKeys], person.key))
    return noContent
  }
  return [
    [
      'POST',
      '/rest/api/2/issue',
      (call) => created(createdBean(jira, createFrom(jira, call.person, readObject(call)))),
    ],
    ['POST', '/rest/api/2/issue/bulk', (call) => createBulk(jira, call)],
    ['GET', '/rest/api/2/issue/:issue', (call) => readIssue(jira, call)],
    ['PUT', '/rest/api/2/issue/:issue', (call) => edit(jira, call)],
    ['DELETE', '/rest/api/2/issue/:issue', (call) => remove(jira, call)],
    ['PUT', '/rest/api/2/issue/:issue/assignee', (call) => assign(jira, call)],
    ['GET', '/rest/api/2/issue/:issue/transitions', (call) => listTransitions(jira, call)],
    ['POST', '/rest/api/2/issue/:issue/transitions', (call) => transit(jira, call)],
    [
      'GET',
      '/rest/api/2/issue/:issue/editmeta',
      (call) => ok(editMeta(jira, readableIssue(jira, call.person, call.params['issue']!))),
    ],
    ['GET', '/rest/api/2/issue/:issue/watchers', (call) => ok(watcherBean(watchers(jira, call).issue, call))],
    [
      'POST',
      '/rest/api/2/issue/:issue/watchers',
      (call) => {
        const text = call.request.body.toString('utf8').replaceAll('"', '')
        const name = text === '' ? signedIn(call).name : text
        const query = new URLSearchParams({ username: name })
        return change({ ...call, query }, (watching, key) => [...watching, key])
      },
    ],
    [
      'DELETE',
      '/rest/api/2/issue/:issue/watchers',
      (call) => change(call, (watching, key) => watching.filter((other) => other !== key)),
    ],
  ]
}
