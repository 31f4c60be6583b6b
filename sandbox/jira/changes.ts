import { statusById } from './catalog.ts'
import { changeItems, item, namedSide } from './change-items.ts'
import { draftOf } from './draft.ts'
import type { CommentAddition, Draft } from './draft.ts'
import { automaticAssignee, chooseAssignee } from './field-setters.ts'
import { tellHooks } from './hooks.ts'
import { now } from './jira.ts'
import type { Jira } from './jira.ts'
import { refuse } from './refusal.ts'
import { indexLater } from './search-index.ts'
import { workflows } from './workflows.ts'
import type { Transition } from './workflows.ts'
import { bareIssue, nextId, projectOf } from './world.ts'
import type { ChangeGroup, ChangeItem, Comment, Issue, Person, Project } from './world.ts'

function record(
  jira: Jira,
  { issue, actor, items }: { readonly issue: Issue; readonly actor: Person; readonly items: readonly ChangeItem[] },
): ChangeGroup {
  const group: ChangeGroup = { id: String(nextId(jira.world)), authorKey: actor.key, created: now(jira), items }
  issue.history = [...issue.history, group]
  issue.updated = group.created
  return group
}

/** A history entry without an event, as links leave it behind. */
export function noteChange(
  jira: Jira,
  issue: Issue,
  { actor, items }: { readonly actor: Person; readonly items: readonly ChangeItem[] },
): void {
  indexLater(jira, issue)
  record(jira, { issue, actor, items })
}

export const emptyDraft = (jira: Jira, project: Project, reporter: Person): Draft => ({
  summary: '',
  description: null,
  environment: null,
  typeId: '10002',
  resolutionId: null,
  priorityId: '3',
  assigneeKey: automaticAssignee(jira, project),
  reporterKey: reporter.key,
  labels: [],
  componentIds: [],
  fixVersionIds: [],
  versionIds: [],
  dueDate: null,
  parentId: null,
  custom: {},
})

export function createIssue(
  jira: Jira,
  { project, draft, actor }: { readonly project: Project; readonly draft: Draft; readonly actor: Person },
): Issue {
  const { world } = jira
  const created = now(jira)
  const issue: Issue = {
    id: nextId(world),
    key: `${project.key}-${project.nextNumber++}`,
    projectId: project.id,
    statusId: workflows[project.workflow].initial,
    resolved: null,
    creatorKey: actor.key,
    created,
    updated: created,
    ...bareIssue,
    ...draft,
  }
  indexLater(jira, issue, { created: true })
  world.issues.set(issue.id, issue)
  world.issueIds.set(issue.key, issue.id)
  const parent = issue.parentId === null ? undefined : world.issues.get(issue.parentId)
  if (parent !== undefined) parent.subtaskIds = [...parent.subtaskIds, issue.id]
  tellHooks(jira, { event: 'jira:issue_created', typeName: 'issue_created', actor, issue })
  return issue
}

/** Writes the draft. */
export function editIssue(
  jira: Jira,
  {
    issue,
    draft,
    actor,
    comments = [],
    event,
  }: {
    readonly issue: Issue
    readonly draft: Draft
    readonly actor: Person
    readonly comments?: readonly CommentAddition[]
    readonly event?: string
  },
): void {
  const items = changeItems(jira, { before: draftOf(issue), after: draft, project: projectOf(jira.world, issue) })
  if (items.length === 0 && comments.length === 0 && !jira.switches.emptyEditEvent) return
  indexLater(jira, issue)
  Object.assign(issue, draft)
  const changes = items.length > 0 ? record(jira, { issue, actor, items }) : undefined
  const added = comments.map((comment) => appendComment(jira, { issue, actor, comment }))
  const onlyAssignee = items.length === 1 && items[0]!.field === 'assignee'
  const typeName = event ?? (onlyAssignee ? jira.switches.assigneeEditEvent : 'issue_updated')
  tellUpdated(jira, { issue, actor, typeName, changes, comment: added.at(-1) })
}

function tellUpdated(
  jira: Jira,
  {
    issue,
    actor,
    typeName,
    changes,
    comment,
  }: {
    readonly issue: Issue
    readonly actor: Person
    readonly typeName: string
    readonly changes?: ChangeGroup | undefined
    readonly comment?: Comment | undefined
  },
): void {
  if (comment !== undefined) tellHooks(jira, { event: 'comment_created', actor, issue, comment })
  tellHooks(jira, {
    event: 'jira:issue_updated',
    typeName,
    actor,
    issue,
    ...(changes === undefined ? {} : { changes }),
    ...(comment === undefined ? {} : { comment }),
  })
}

export function assignIssue(
  jira: Jira,
  { issue, name, actor }: { readonly issue: Issue; readonly name: string | null; readonly actor: Person },
): void {
  const chosen = chooseAssignee({ jira, project: projectOf(jira.world, issue) }, name)
  if ('error' in chosen) throw refuse(400, { assignee: chosen.error })
  if (chosen.key === issue.assigneeKey) return
  editIssue(jira, { issue, draft: { ...draftOf(issue), assigneeKey: chosen.key }, actor, event: 'issue_assigned' })
}

export function moveAlong(
  jira: Jira,
  {
    issue,
    transition,
    draft,
    actor,
    comments = [],
  }: {
    readonly issue: Issue
    readonly transition: Transition
    readonly draft: Draft
    readonly actor: Person
    readonly comments?: readonly CommentAddition[]
  },
): void {
  const after = transition.resolution === undefined ? draft : { ...draft, resolutionId: transition.resolution }
  const items = changeItems(jira, { before: draftOf(issue), after, project: projectOf(jira.world, issue) })
  const status = item('status', namedSide(statusById, issue.statusId), namedSide(statusById, transition.to))
  indexLater(jira, issue)
  Object.assign(issue, after)
  issue.statusId = transition.to
  issue.resolved = after.resolutionId === null ? null : (issue.resolved ?? now(jira))
  const changes = record(jira, { issue, actor, items: [...items, status] })
  const added = comments.map((comment) => appendComment(jira, { issue, actor, comment }))
  tellUpdated(jira, { issue, actor, typeName: transition.event, changes, comment: added.at(-1) })
}

function appendComment(
  jira: Jira,
  { issue, actor, comment }: { readonly issue: Issue; readonly actor: Person; readonly comment: CommentAddition },
): Comment {
  const created = now(jira)
  const added: Comment = {
    id: String(nextId(jira.world)),
    authorKey: actor.key,
    updateAuthorKey: actor.key,
    body: comment.body,
    created,
    updated: created,
    visibility: comment.visibility,
    properties: new Map(comment.properties),
  }
  issue.comments = [...issue.comments, added]
  issue.updated = created
  return added
}

export function addComment(
  jira: Jira,
  { issue, actor, comment }: { readonly issue: Issue; readonly actor: Person; readonly comment: CommentAddition },
): Comment {
  indexLater(jira, issue)
  const added = appendComment(jira, { issue, actor, comment })
  tellUpdated(jira, { issue, actor, typeName: 'issue_commented', comment: added })
  return added
}

export function editComment(
  jira: Jira,
  {
    issue,
    comment,
    actor,
    body,
    visibility,
  }: {
    readonly issue: Issue
    readonly comment: Comment
    readonly actor: Person
    readonly body: string
    readonly visibility: Comment['visibility']
  },
): Comment {
  indexLater(jira, issue)
  const edited: Comment = { ...comment, body, visibility, updateAuthorKey: actor.key, updated: now(jira) }
  issue.comments = issue.comments.map((other) => (other === comment ? edited : other))
  issue.updated = edited.updated
  tellHooks(jira, { event: 'comment_updated', actor, issue, comment: edited })
  tellHooks(jira, { event: 'jira:issue_updated', typeName: 'issue_comment_edited', actor, issue, comment: edited })
  return edited
}

export function deleteComment(
  jira: Jira,
  { issue, comment, actor }: { readonly issue: Issue; readonly comment: Comment; readonly actor: Person },
): void {
  indexLater(jira, issue)
  issue.comments = issue.comments.filter((other) => other !== comment)
  const items = [item('Comment', [comment.id, comment.body], [null, null])]
  record(jira, { issue, actor, items })
  tellHooks(jira, { event: 'comment_deleted', actor, issue, comment })
  tellHooks(jira, { event: 'jira:issue_updated', typeName: 'issue_comment_deleted', actor, issue })
}

export function deleteIssue(jira: Jira, { issue, actor }: { readonly issue: Issue; readonly actor: Person }): void {
  const { world } = jira
  for (const id of issue.subtaskIds) deleteIssue(jira, { issue: world.issues.get(id)!, actor })
  tellHooks(jira, { event: 'jira:issue_deleted', actor, issue })
  indexLater(jira, issue)
  world.issues.delete(issue.id)
  for (const [key, id] of world.issueIds) if (id === issue.id) world.issueIds.delete(key)
  for (const link of world.links.values()) {
    if (link.inwardId === issue.id || link.outwardId === issue.id) world.links.delete(link.id)
  }
  const parent = issue.parentId === null ? undefined : world.issues.get(issue.parentId)
  if (parent !== undefined) parent.subtaskIds = parent.subtaskIds.filter((id) => id !== issue.id)
}

/** To another project: the id stays, the key changes and the old key goes on finding it. */
export function moveIssue(
  jira: Jira,
  { issue, project, actor }: { readonly issue: Issue; readonly project: Project; readonly actor: Person },
): void {
  const { world } = jira
  const from = projectOf(world, issue)
  const [oldKey, oldStatus] = [issue.key, issue.statusId]
  indexLater(jira, issue)
  issue.key = `${project.key}-${project.nextNumber++}`
  issue.projectId = project.id
  issue.componentIds = []
  issue.fixVersionIds = []
  issue.versionIds = []
  world.issueIds.set(issue.key, issue.id)
  const workflow = workflows[project.workflow]
  if (!workflow.statuses.includes(issue.statusId)) issue.statusId = workflow.initial
  const items = [
    item('project', [from.id, from.name], [project.id, project.name]),
    item('Key', [null, oldKey], [null, issue.key]),
    ...(oldStatus === issue.statusId
      ? []
      : [item('status', namedSide(statusById, oldStatus), namedSide(statusById, issue.statusId))]),
  ]
  const changes = record(jira, { issue, actor, items })
  tellHooks(jira, { event: 'jira:issue_updated', typeName: 'issue_moved', actor, issue, changes })
}
