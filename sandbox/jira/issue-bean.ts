import {
  componentRef,
  issueTypeBean,
  priorityRef,
  projectRef,
  resolutionBean,
  statusBean,
  versionBean,
} from './beans.ts'
import { linkTypeById } from './catalog.ts'
import { epicLinkField, fieldById, fieldDefinitions, rankField, teamField } from './field-catalog.ts'
import { editFields, fieldMeta, teamBean } from './field-meta.ts'
import { baseUrl, printMoment, restUrl } from './jira.ts'
import type { Jira } from './jira.ts'
import { allowed } from './permissions.ts'
import { personRef } from './people.ts'
import { openTransitions, transitionBean } from './transitions.ts'
import { renderWiki } from './wiki-html.ts'
import { projectOf } from './world.ts'
import type { Attachment, ChangeGroup, Comment, Issue, IssueLink, Person } from './world.ts'

export const issueSelf = (jira: Jira, issue: Issue): string => `${restUrl(jira)}/issue/${issue.id}`

/** The short form inside links, sub-tasks and parents. */
export const issueRef = (jira: Jira, issue: Issue) => ({
  id: String(issue.id),
  key: issue.key,
  self: issueSelf(jira, issue),
  fields: {
    summary: issue.summary,
    status: statusBean(jira, issue.statusId),
    priority: priorityRef(jira, issue.priorityId),
    issuetype: issueTypeBean(jira, issue.typeId),
  },
})

export function linkTypeBean(jira: Jira, id: string) {
  const { name, inward, outward } = linkTypeById.get(id)!
  return { id, name, inward, outward, self: `${restUrl(jira)}/issueLinkType/${id}` }
}

function linkBean(jira: Jira, link: IssueLink, issue: Issue) {
  const outwards = link.outwardId !== issue.id
  const other = jira.world.issues.get(outwards ? link.outwardId : link.inwardId)!
  return {
    id: link.id,
    self: `${restUrl(jira)}/issueLink/${link.id}`,
    type: linkTypeBean(jira, link.typeId),
    [outwards ? 'outwardIssue' : 'inwardIssue']: issueRef(jira, other),
  }
}

export const attachmentBean = (jira: Jira, attachment: Attachment, viewer: Person | null) => ({
  self: `${restUrl(jira)}/attachment/${attachment.id}`,
  id: attachment.id,
  filename: attachment.filename,
  author: personRef(jira, attachment.authorKey, viewer),
  created: printMoment(jira, attachment.created),
  size: attachment.content.length,
  mimeType: attachment.mimeType,
  content: `${baseUrl(jira)}/secure/attachment/${attachment.id}/${encodeURIComponent(attachment.filename)}`,
})

export function seesComment(
  jira: Jira,
  { comment, issue, viewer }: { readonly comment: Comment; readonly issue: Issue; readonly viewer: Person | null },
): boolean {
  if (comment.visibility === null) return true
  if (viewer === null) return false
  if (comment.visibility.type === 'group') return viewer.groups.includes(comment.visibility.value)
  const project = projectOf(jira.world, issue)
  const permission = comment.visibility.value === 'Administrators' ? 'ADMINISTER_PROJECTS' : 'ADD_COMMENTS'
  return allowed(viewer, { permission, project })
}

export const visibleComments = (jira: Jira, issue: Issue, viewer: Person | null): Comment[] =>
  issue.comments.filter((comment) => seesComment(jira, { comment, issue, viewer }))

export function commentBean(
  jira: Jira,
  {
    issue,
    comment,
    viewer,
    expand = [],
  }: {
    readonly issue: Issue
    readonly comment: Comment
    readonly viewer: Person | null
    readonly expand?: readonly string[]
  },
) {
  return {
    self: `${issueSelf(jira, issue)}/comment/${comment.id}`,
    id: comment.id,
    author: personRef(jira, comment.authorKey, viewer),
    body: comment.body,
    ...(expand.includes('renderedBody') ? { renderedBody: renderWiki(comment.body) } : {}),
    updateAuthor: personRef(jira, comment.updateAuthorKey, viewer),
    created: printMoment(jira, comment.created),
    updated: printMoment(jira, comment.updated),
    ...(comment.visibility === null ? {} : { visibility: comment.visibility }),
    ...(expand.includes('properties')
      ? { properties: [...comment.properties].map(([key, value]) => ({ key, value })) }
      : {}),
  }
}

type Reader = (jira: Jira, issue: Issue, viewer: Person | null) => unknown

const nothing: Reader = () => null
const noProgress: Reader = () => ({ progress: 0, total: 0 })

const readers: Readonly<Record<string, Reader>> = {
  project: (jira, issue) => projectRef(jira, projectOf(jira.world, issue)),
  issuetype: (jira, issue) => issueTypeBean(jira, issue.typeId),
  summary: (_, issue) => issue.summary,
  description: (_, issue) => issue.description,
  environment: (_, issue) => issue.environment,
  status: (jira, issue) => statusBean(jira, issue.statusId),
  resolution: (jira, issue) => resolutionBean(jira, issue.resolutionId),
  resolutiondate: (jira, issue) => (issue.resolved === null ? null : printMoment(jira, issue.resolved)),
  priority: (jira, issue) => priorityRef(jira, issue.priorityId),
  assignee: (jira, issue, viewer) => personRef(jira, issue.assigneeKey, viewer),
  reporter: (jira, issue, viewer) => personRef(jira, issue.reporterKey, viewer),
  creator: (jira, issue, viewer) => personRef(jira, issue.creatorKey, viewer),
  labels: (_, issue) => issue.labels,
  components: (jira, issue) =>
    projectOf(jira.world, issue)
      .components.filter(({ id }) => issue.componentIds.includes(id))
      .map((component) => componentRef(jira, component)),
  fixVersions: (jira, issue) => versionBeans(jira, issue, issue.fixVersionIds),
  versions: (jira, issue) => versionBeans(jira, issue, issue.versionIds),
  duedate: (_, issue) => issue.dueDate,
  created: (jira, issue) => printMoment(jira, issue.created),
  updated: (jira, issue) => printMoment(jira, issue.updated),
  lastViewed: nothing,
  issuelinks: (jira, issue) =>
    [...jira.world.links.values()]
      .filter(({ outwardId, inwardId }) => outwardId === issue.id || inwardId === issue.id)
      .map((link) => linkBean(jira, link, issue)),
  attachment: (jira, issue, viewer) => issue.attachments.map((attachment) => attachmentBean(jira, attachment, viewer)),
  subtasks: (jira, issue) => issue.subtaskIds.map((id) => issueRef(jira, jira.world.issues.get(id)!)),
  parent: (jira, issue) =>
    issue.parentId === null ? undefined : issueRef(jira, jira.world.issues.get(issue.parentId)!),
  comment: (jira, issue, viewer) => {
    const comments = visibleComments(jira, issue, viewer).map((comment) =>
      commentBean(jira, { issue, comment, viewer }),
    )
    return { comments, maxResults: comments.length, total: comments.length, startAt: 0 }
  },
  worklog: () => ({ startAt: 0, maxResults: 20, total: 0, worklogs: [] }),
  watches: (jira, issue, viewer) => ({
    self: `${restUrl(jira)}/issue/${issue.key}/watchers`,
    watchCount: issue.watcherKeys.size,
    isWatching: viewer !== null && issue.watcherKeys.has(viewer.key),
  }),
  votes: (jira, issue) => ({ self: `${restUrl(jira)}/issue/${issue.key}/votes`, votes: 0, hasVoted: false }),
  progress: noProgress,
  aggregateprogress: noProgress,
  timetracking: () => ({}),
  timespent: nothing,
  timeestimate: nothing,
  timeoriginalestimate: nothing,
  aggregatetimespent: nothing,
  aggregatetimeestimate: nothing,
  aggregatetimeoriginalestimate: nothing,
  workratio: () => -1,
  [epicLinkField]: (jira, issue) => {
    const epic = issue.custom[epicLinkField]
    return typeof epic === 'number' ? (jira.world.issues.get(epic)?.key ?? null) : null
  },
  [rankField]: (_, issue) => `0|i${issue.id.toString(36).padStart(5, '0')}:`,
  [teamField]: (jira, issue) => teamBean(jira, issue.custom[teamField]),
}

function versionBeans(jira: Jira, issue: Issue, ids: readonly string[]) {
  const { versions } = projectOf(jira.world, issue)
  return versions.filter(({ id }) => ids.includes(id)).map((version) => versionBean(jira, version))
}

/** Which fields are asked for: `*all`, `*navigable`, names, and names taken off again with a minus. */
export function chooseFields(asked: readonly string[], fallback: '*all' | '*navigable'): readonly string[] {
  const included = asked.filter((name) => !name.startsWith('-'))
  const chosen = new Set<string>()
  for (const name of included.length === 0 ? [fallback] : included) {
    if (name === '*all' || name === '*navigable') {
      for (const { id, navigable } of fieldDefinitions) if (name === '*all' || navigable) chosen.add(id)
    } else if (fieldById.has(name)) chosen.add(name)
  }
  for (const name of asked) if (name.startsWith('-')) chosen.delete(name.slice(1))
  chosen.delete('issuekey')
  return [...chosen]
}

export function issueFields(
  jira: Jira,
  {
    issue,
    viewer,
    fields,
  }: { readonly issue: Issue; readonly viewer: Person | null; readonly fields: readonly string[] },
): Record<string, unknown> {
  const bean: Record<string, unknown> = {}
  for (const id of fields) {
    const reader = readers[id]
    const value = reader === undefined ? (issue.custom[id] ?? null) : reader(jira, issue, viewer)
    if (value !== undefined) bean[id] = value
  }
  return bean
}

export const changeGroupBean = (jira: Jira, group: ChangeGroup, viewer: Person | null) => ({
  id: group.id,
  author: personRef(jira, group.authorKey, viewer),
  created: printMoment(jira, group.created),
  items: group.items,
})

const rendered = new Set(['description', 'environment', 'comment', 'customfield_10202'])

function renderedFields(jira: Jira, issue: Issue, fields: Readonly<Record<string, unknown>>, viewer: Person | null) {
  const bean: Record<string, unknown> = {}
  for (const [id, value] of Object.entries(fields)) {
    if (id === 'comment') {
      const comments = visibleComments(jira, issue, viewer).map((comment) => ({
        ...commentBean(jira, { issue, comment, viewer }),
        body: renderWiki(comment.body),
      }))
      bean[id] = { comments, maxResults: comments.length, total: comments.length, startAt: 0 }
    } else if (rendered.has(id)) bean[id] = typeof value === 'string' ? renderWiki(value) : ''
    else bean[id] = Array.isArray(value) && id !== 'labels' ? value : null
  }
  return bean
}

export interface IssueView {
  readonly issue: Issue
  readonly viewer: Person | null
  readonly fields: readonly string[]
  readonly expand: readonly string[]
  readonly properties?: readonly string[]
}

export const namesOf = (fields: readonly string[]) =>
  Object.fromEntries(fields.map((id) => [id, fieldById.get(id)!.name]))

export const schemaOf = (fields: readonly string[]) =>
  Object.fromEntries(fields.map((id) => [id, fieldById.get(id)!.schema]))

export function editMeta(jira: Jira, issue: Issue) {
  const project = projectOf(jira.world, issue)
  const fields = editFields(project).map((field) => [
    field.id,
    fieldMeta(jira, field, { project, issue, typeId: issue.typeId }),
  ])
  return { fields: Object.fromEntries(fields) as Record<string, unknown> }
}

/** The parts an issue carries both alone and within a search result. */
export function issueBean(
  jira: Jira,
  { issue, viewer, fields, expand, properties = [] }: IssueView,
): Record<string, unknown> {
  const values = issueFields(jira, { issue, viewer, fields })
  const bean: Record<string, unknown> = {
    id: String(issue.id),
    self: issueSelf(jira, issue),
    key: issue.key,
    fields: values,
  }
  if (expand.includes('names')) bean['names'] = namesOf(Object.keys(values))
  if (expand.includes('schema')) bean['schema'] = schemaOf(Object.keys(values))
  if (expand.includes('renderedFields')) bean['renderedFields'] = renderedFields(jira, issue, values, viewer)
  if (expand.includes('editmeta')) bean['editmeta'] = editMeta(jira, issue)
  if (expand.includes('changelog')) {
    const histories = issue.history.map((group) => changeGroupBean(jira, group, viewer))
    bean['changelog'] = { startAt: 0, maxResults: histories.length, total: histories.length, histories }
  }
  if (expand.includes('transitions') || expand.includes('transitions.fields')) {
    const withFields = expand.includes('transitions.fields')
    bean['transitions'] = openTransitions(jira, issue, viewer).map((transition) =>
      transitionBean(jira, { transition, issue, withFields }),
    )
  }
  if (expand.includes('operations')) bean['operations'] = { linkGroups: [] }
  if (properties.length > 0) {
    const all = properties.includes('*all')
    const chosen = [...issue.properties].filter(
      ([key]) => (all || properties.includes(key)) && !properties.includes(`-${key}`),
    )
    bean['properties'] = Object.fromEntries(chosen)
  }
  return bean
}
