import { linkTypes, sameText } from '../catalog.ts'
import * as changes from '../changes.ts'
import { draftOf } from '../draft.ts'
import type { Writing } from '../draft.ts'
import type { Jira } from '../jira.ts'
import { readFields } from '../read-fields.ts'
import { linkIssues } from '../routes/links.ts'
import { issueTypeNamed, namedPerson, priorityNamed, statusNamed } from '../seeds.ts'
import { openTransitions } from '../transitions.ts'
import { workflows } from '../workflows.ts'
import { projectOf } from '../world.ts'
import type { Comment } from '../world.ts'
import { actorOf, commentOf, issueOf, projectNamed, refOf, resolutionNamed } from './lookups.ts'
import type { ByWhom, OnIssue } from './lookups.ts'

/** What people do to issues, each with the webhooks it fires. */
export function issueActs(jira: Jira) {
  const { world } = jira
  /** `fields` as the REST API takes them; screens and permissions do not stand in the way of an act. */
  function edit({
    issue: key,
    fields = {},
    update = {},
    ...by
  }: OnIssue & { readonly fields?: Record<string, unknown>; readonly update?: Record<string, unknown> }) {
    const issue = issueOf(jira, key)
    const actor = actorOf(jira, by)
    const writing: Writing = {
      jira,
      actor,
      project: projectOf(world, issue),
      draft: draftOf(issue),
      errors: {},
      comments: [],
    }
    readFields(writing, { fields, update }, () => true)
    if (Object.keys(writing.errors).length > 0) throw new Error(JSON.stringify(writing.errors))
    changes.editIssue(jira, { issue, draft: writing.draft, actor, comments: writing.comments })
    return refOf(issue)
  }

  function assign({ issue: key, to, ...by }: OnIssue & { readonly to: string | null }) {
    const issue = issueOf(jira, key)
    const assigneeKey = to === null ? null : namedPerson(jira, to).key
    changes.editIssue(jira, {
      issue,
      draft: { ...draftOf(issue), assigneeKey },
      actor: actorOf(jira, by),
      event: 'issue_assigned',
    })
    return refOf(issue)
  }

  return {
    createIssue({
      project: key,
      summary,
      type = 'Task',
      description = null,
      assignee = null,
      priority = 'Medium',
      labels = [],
      parent,
      ...by
    }: ByWhom & {
      readonly project: string
      readonly summary: string
      readonly type?: string
      readonly description?: string | null
      readonly assignee?: string | null
      readonly priority?: string
      readonly labels?: readonly string[]
      readonly parent?: string
    }) {
      const project = projectNamed(jira, key)
      const actor = actorOf(jira, by)
      const draft = {
        ...changes.emptyDraft(jira, project, actor),
        summary,
        description,
        typeId: issueTypeNamed(parent === undefined ? type : 'Sub-task').id,
        assigneeKey: assignee === null ? null : namedPerson(jira, assignee).key,
        priorityId: priorityNamed(priority).id,
        labels: [...labels].sort(),
        parentId: parent === undefined ? null : issueOf(jira, parent).id,
      }
      return refOf(changes.createIssue(jira, { project, draft, actor }))
    },
    edit,
    assign,
    unassign: (input: OnIssue) => assign({ ...input, to: null }),

    /** Along the workflow, by the id or name of a transition open to this person. */
    transition({
      issue: key,
      transition: wanted,
      resolution,
      ...by
    }: OnIssue & { readonly transition: string; readonly resolution?: string }) {
      const issue = issueOf(jira, key)
      const actor = actorOf(jira, by)
      const open = openTransitions(jira, issue, actor)
      const transition = open.find(({ id, name }) => id === wanted || sameText(name, wanted))
      if (transition === undefined)
        throw new Error(`${wanted} is not open on ${key}; open are: ${open.map(({ name }) => name).join(', ')}`)
      const asksResolution = transition.screen?.some(({ id, required }) => id === 'resolution' && required) === true
      const resolutionId =
        asksResolution || resolution !== undefined ? resolutionNamed(resolution ?? 'Done') : issue.resolutionId
      changes.moveAlong(jira, { issue, transition, draft: { ...draftOf(issue), resolutionId }, actor })
      return refOf(issue)
    },
    /** Straight to a status, whatever the workflow says. */
    setStatus({
      issue: key,
      status,
      resolution,
      ...by
    }: OnIssue & { readonly status: string; readonly resolution?: string | null }) {
      const issue = issueOf(jira, key)
      const { id: to, category } = statusNamed(status)
      const known = workflows[projectOf(world, issue).workflow].transitions.find((one) => one.to === to)
      const wanted = resolution === undefined ? (category === 'done' ? 'Done' : null) : resolution
      const resolutionId = wanted === null ? null : resolutionNamed(wanted)
      const transition = {
        id: '0',
        name: status,
        from: 'any',
        to,
        screen: null,
        event: known?.event ?? 'issue_generic',
      } as const
      changes.moveAlong(jira, {
        issue,
        transition,
        draft: { ...draftOf(issue), resolutionId },
        actor: actorOf(jira, by),
      })
      return refOf(issue)
    },

    comment({
      issue: key,
      body,
      visibility = null,
      properties = {},
      ...by
    }: OnIssue & {
      readonly body: string
      readonly visibility?: Comment['visibility']
      readonly properties?: Record<string, unknown>
    }) {
      const comment = { body, visibility, properties: Object.entries(properties) }
      return { id: changes.addComment(jira, { issue: issueOf(jira, key), actor: actorOf(jira, by), comment }).id }
    },
    editComment({
      issue: key,
      comment: id,
      body,
      ...by
    }: OnIssue & { readonly comment: string; readonly body: string }) {
      const issue = issueOf(jira, key)
      const comment = commentOf(issue, id)
      changes.editComment(jira, { issue, comment, actor: actorOf(jira, by), body, visibility: comment.visibility })
      return { id }
    },
    deleteComment({ issue: key, comment: id, ...by }: OnIssue & { readonly comment: string }) {
      const issue = issueOf(jira, key)
      changes.deleteComment(jira, { issue, comment: commentOf(issue, id), actor: actorOf(jira, by) })
      return {}
    },
    addLabel: ({ label, ...on }: OnIssue & { readonly label: string }) =>
      edit({ ...on, update: { labels: [{ add: label }] } }),
    removeLabel: ({ label, ...on }: OnIssue & { readonly label: string }) =>
      edit({ ...on, update: { labels: [{ remove: label }] } }),

    deleteIssue({ issue, ...by }: OnIssue) {
      changes.deleteIssue(jira, { issue: issueOf(jira, issue), actor: actorOf(jira, by) })
      return {}
    },
    moveIssue({ issue: key, project, ...by }: OnIssue & { readonly project: string }) {
      const issue = issueOf(jira, key)
      changes.moveIssue(jira, { issue, project: projectNamed(jira, project), actor: actorOf(jira, by) })
      return refOf(issue)
    },
    linkIssues({
      type,
      from,
      to,
      ...by
    }: ByWhom & { readonly type: string; readonly from: string; readonly to: string }) {
      const found = linkTypes.find(({ name }) => sameText(name, type))
      if (found === undefined) throw new Error(`no link type ${type}`)
      return {
        id: linkIssues(jira, {
          typeId: found.id,
          inward: issueOf(jira, from),
          outward: issueOf(jira, to),
          actor: actorOf(jira, by),
        }).id,
      }
    },
  }
}
