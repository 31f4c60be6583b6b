import type { Actor } from '../auth.ts'
import type { Host } from '../host.ts'
import { nowOf } from '../host.ts'
import { renderIssue, renderIssueType, renderLabel, renderMilestone, repoOfIssue } from '../render-issues.ts'
import { renderRepo, renderUser } from '../render.ts'
import type { Links } from '../links.ts'
import type { Issue, IssueEvent, IssueType, Label, Milestone, Person, Pull, Repo } from '../world.ts'
import { findOrCreateLabel } from './labels.ts'

export interface NewIssue {
  readonly title: string
  readonly body?: string | null
  readonly labels?: readonly string[]
  readonly assignees?: readonly Person[]
  readonly milestone?: Milestone | null
  readonly type?: IssueType | null
  readonly pull?: Pull | null
}

type Payload = (links: Links) => Record<string, unknown>

/** Tells hooks what happened to an issue; the issue stands in the payload as it is now. */
export function tellIssue(host: Host, issue: Issue, actor: Actor, action: string, extra: Payload = () => ({})): void {
  const repo = repoOfIssue(host.world, issue)
  // The pull request's own events are not modelled beyond opening; labels and assignees of pull requests stay silent.
  if (issue.pull !== null) return
  host.emit({
    event: 'issues',
    action,
    sender: actor.person,
    repo,
    payload: (links) => ({ issue: renderIssue(host.world, issue, links), ...extra(links) }),
  })
}

export function touch(host: Host, issue: Issue): void {
  issue.updatedAt = nowOf(host)
  repoOfIssue(host.world, issue).version++
}

export function record(host: Host, issue: Issue, actor: Actor, event: string, facts: IssueEvent['facts'] = {}): void {
  issue.events.push({
    id: host.world.ids.next('event'),
    event,
    actor: actor.person,
    via: actor.via,
    createdAt: nowOf(host),
    facts,
  })
}

/** Puts an issue into a repository without telling anybody. */
export function placeIssue(host: Host, repo: Repo, actor: Actor, draft: NewIssue): Issue {
  const now = nowOf(host)
  const issue: Issue = {
    id: host.world.ids.next('issue'),
    repoId: repo.id,
    number: ++repo.lastNumber,
    title: draft.title,
    body: draft.body ?? null,
    state: 'open',
    stateReason: null,
    author: actor.person,
    via: actor.via,
    labels: [],
    assignees: [],
    milestone: null,
    type: null,
    locked: false,
    lockReason: null,
    pinned: false,
    comments: [],
    events: [],
    reactions: [],
    parentId: null,
    subIssueIds: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: draft.pull ?? null,
    deleted: false,
    transferredTo: null,
  }
  repo.issues.set(issue.number, issue)
  host.world.issuesById.set(issue.id, issue)
  repo.version++
  return issue
}

/** GitHub tells of the new issue and of each of its labels, people and so on separately; all payloads show the finished issue. */
export function openIssue(host: Host, repo: Repo, actor: Actor, draft: NewIssue): Issue {
  const issue = placeIssue(host, repo, actor, draft)
  const labels = (draft.labels ?? []).map((name) => findOrCreateLabel(host, repo, actor, name))
  issue.labels = [...new Set(labels)]
  issue.assignees = [...new Set(draft.assignees)]
  issue.milestone = draft.milestone ?? null
  issue.type = draft.type ?? null
  repo.version++
  const opened = () => tellIssue(host, issue, actor, 'opened')
  if (host.switches.openedEvent === 'first') opened()
  for (const label of issue.labels) tellLabeled(host, issue, actor, label, 'labeled')
  for (const person of issue.assignees) tellAssigned(host, issue, actor, person, 'assigned')
  if (issue.milestone !== null) tellMilestoned(host, issue, actor, issue.milestone, 'milestoned')
  if (issue.type !== null) tellTyped(host, issue, actor, issue.type, 'typed')
  if (host.switches.openedEvent === 'last') opened()
  return issue
}

export function editIssue(
  host: Host,
  issue: Issue,
  actor: Actor,
  edit: { readonly title?: string | undefined; readonly body?: string | null | undefined },
): void {
  const { title, body } = issue
  const titleMoved = edit.title !== undefined && edit.title !== title
  const bodyMoved = edit.body !== undefined && (edit.body ?? '') !== (body ?? '')
  if (!titleMoved && !bodyMoved) return
  if (titleMoved) {
    issue.title = edit.title ?? title
    record(host, issue, actor, 'renamed', { rename: { from: title, to: issue.title } })
  }
  if (bodyMoved) issue.body = edit.body ?? null
  touch(host, issue)
  tellIssue(host, issue, actor, 'edited', () => ({
    changes: {
      ...(titleMoved ? { title: { from: title } } : {}),
      ...(bodyMoved ? { body: { from: body ?? '' } } : {}),
    },
  }))
}

export function setState(
  host: Host,
  issue: Issue,
  actor: Actor,
  state: 'open' | 'closed',
  reason: string | null,
): void {
  const wanted = state === 'closed' ? (reason ?? 'completed') : 'reopened'
  if (issue.state === state) {
    // Closing a closed issue for another reason changes the reason and nothing else.
    if (state === 'open' || reason === null || issue.stateReason === reason) return
    issue.stateReason = reason
    touch(host, issue)
    return
  }
  const now = nowOf(host)
  issue.state = state
  issue.stateReason = issue.pull === null ? wanted : null
  issue.closedAt = state === 'closed' ? now : null
  issue.closedBy = state === 'closed' ? actor.person : null
  touch(host, issue)
  const event = state === 'closed' ? 'closed' : 'reopened'
  record(host, issue, actor, event, state === 'closed' ? { stateReason: wanted } : {})
  tellIssue(host, issue, actor, event)
}

function tellLabeled(host: Host, issue: Issue, actor: Actor, label: Label, action: 'labeled' | 'unlabeled'): void {
  record(host, issue, actor, action, { label: { name: label.name, color: label.color } })
  tellIssue(host, issue, actor, action, (links) => ({
    label: renderLabel(label, repoOfIssue(host.world, issue), links),
  }))
}

function tellAssigned(host: Host, issue: Issue, actor: Actor, person: Person, action: 'assigned' | 'unassigned'): void {
  record(host, issue, actor, action, { assignee: person })
  tellIssue(host, issue, actor, action, (links) => ({ assignee: renderUser(person, links) }))
}

function tellMilestoned(
  host: Host,
  issue: Issue,
  actor: Actor,
  milestone: Milestone,
  action: 'milestoned' | 'demilestoned',
): void {
  record(host, issue, actor, action, { milestone: milestone.title })
  tellIssue(host, issue, actor, action, (links) => ({
    milestone: renderMilestone(milestone, repoOfIssue(host.world, issue), links),
  }))
}

function tellTyped(host: Host, issue: Issue, actor: Actor, type: IssueType, action: 'typed' | 'untyped'): void {
  tellIssue(host, issue, actor, action, () => ({ type: renderIssueType(type) }))
}

/** One delivery for each label that comes or goes, each showing the issue as it then is. */
export function setLabels(host: Host, issue: Issue, actor: Actor, wanted: readonly Label[]): void {
  for (const label of issue.labels) if (!wanted.includes(label)) removeLabel(host, issue, actor, label)
  addLabels(host, issue, actor, wanted)
}

export function addLabels(host: Host, issue: Issue, actor: Actor, labels: readonly Label[]): void {
  for (const label of labels) {
    if (issue.labels.includes(label)) continue
    issue.labels = [...issue.labels, label]
    touch(host, issue)
    tellLabeled(host, issue, actor, label, 'labeled')
  }
}

export function removeLabel(host: Host, issue: Issue, actor: Actor, label: Label): void {
  if (!issue.labels.includes(label)) return
  issue.labels = issue.labels.filter((each) => each !== label)
  touch(host, issue)
  tellLabeled(host, issue, actor, label, 'unlabeled')
}

export const ASSIGNEE_LIMIT = 10

export function setAssignees(host: Host, issue: Issue, actor: Actor, wanted: readonly Person[]): void {
  unassign(
    host,
    issue,
    actor,
    issue.assignees.filter((person) => !wanted.includes(person)),
  )
  assign(host, issue, actor, wanted)
}

export function assign(host: Host, issue: Issue, actor: Actor, people: readonly Person[]): void {
  for (const person of people) {
    if (issue.assignees.includes(person) || issue.assignees.length >= ASSIGNEE_LIMIT) continue
    issue.assignees = [...issue.assignees, person]
    touch(host, issue)
    tellAssigned(host, issue, actor, person, 'assigned')
  }
}

export function unassign(host: Host, issue: Issue, actor: Actor, people: readonly Person[]): void {
  for (const person of people) {
    if (!issue.assignees.includes(person)) continue
    issue.assignees = issue.assignees.filter((each) => each !== person)
    touch(host, issue)
    tellAssigned(host, issue, actor, person, 'unassigned')
  }
}

export function setMilestone(host: Host, issue: Issue, actor: Actor, milestone: Milestone | null): void {
  const before = issue.milestone
  if (before === milestone) return
  issue.milestone = milestone
  touch(host, issue)
  if (before !== null) tellMilestoned(host, issue, actor, before, 'demilestoned')
  if (milestone !== null) tellMilestoned(host, issue, actor, milestone, 'milestoned')
}

export function setType(host: Host, issue: Issue, actor: Actor, type: IssueType | null): void {
  const before = issue.type
  if (before === type) return
  issue.type = type
  touch(host, issue)
  if (type === null && before !== null) record(host, issue, actor, 'issue_type_removed', { previousType: before })
  if (type !== null && before === null) record(host, issue, actor, 'issue_type_added', { issueType: type })
  if (type !== null && before !== null) {
    record(host, issue, actor, 'issue_type_changed', { issueType: type, previousType: before })
  }
  if (before !== null) tellTyped(host, issue, actor, before, 'untyped')
  if (type !== null) tellTyped(host, issue, actor, type, 'typed')
}

export function setLock(host: Host, issue: Issue, actor: Actor, locked: boolean, reason: string | null = null): void {
  if (issue.locked === locked) return
  issue.locked = locked
  issue.lockReason = locked ? reason : null
  touch(host, issue)
  record(host, issue, actor, locked ? 'locked' : 'unlocked', { lockReason: issue.lockReason })
  tellIssue(host, issue, actor, locked ? 'locked' : 'unlocked')
}

export function pinIssue(host: Host, issue: Issue, actor: Actor, pinned: boolean): void {
  if (issue.pinned === pinned) return
  issue.pinned = pinned
  record(host, issue, actor, pinned ? 'pinned' : 'unpinned')
  tellIssue(host, issue, actor, pinned ? 'pinned' : 'unpinned')
}

export function deleteIssue(host: Host, issue: Issue, actor: Actor): void {
  tellIssue(host, issue, actor, 'deleted')
  issue.deleted = true
  const { issuesById } = host.world
  const parent = issuesById.get(issue.parentId ?? 0)
  parent?.subIssueIds.splice(parent.subIssueIds.indexOf(issue.id), 1)
  for (const id of issue.subIssueIds) {
    const child = issuesById.get(id)
    if (child !== undefined) child.parentId = null
  }
  issuesById.delete(issue.id)
  const repo = repoOfIssue(host.world, issue)
  for (const comment of issue.comments) repo.comments.delete(comment.id)
  repo.version++
}

/** The issue gets a new number and id over there; the old address answers 301 from now on. */
export function transferIssue(host: Host, issue: Issue, actor: Actor, target: Repo): Issue {
  const { world } = host
  const source = repoOfIssue(world, issue)
  const moved = placeIssue(
    host,
    target,
    { person: issue.author, via: issue.via },
    { title: issue.title, body: issue.body },
  )
  // Labels and milestones come along only where the target has ones of the same name.
  moved.labels = issue.labels.flatMap((label) => target.labels.get(label.name.toLowerCase()) ?? [])
  moved.milestone = [...target.milestones.values()].find(({ title }) => title === issue.milestone?.title) ?? null
  moved.assignees = [...issue.assignees]
  moved.type = issue.type
  moved.state = issue.state
  moved.stateReason = issue.stateReason
  moved.closedAt = issue.closedAt
  moved.closedBy = issue.closedBy
  for (const comment of issue.comments) {
    const copy = { ...comment, id: world.ids.next('comment'), repoId: target.id, issueNumber: moved.number }
    moved.comments.push(copy)
    target.comments.set(copy.id, copy)
    source.comments.delete(comment.id)
  }
  record(host, moved, actor, 'transferred')
  tellIssue(host, issue, actor, 'transferred', (links) => ({
    changes: { new_issue: renderIssue(world, moved, links), new_repository: renderRepo(target, links) },
  }))
  issue.transferredTo = { repoId: target.id, number: moved.number }
  world.issuesById.delete(issue.id)
  source.version++
  tellIssue(host, moved, actor, 'opened', (links) => ({
    changes: { old_issue: renderIssue(world, issue, links), old_repository: renderRepo(source, links) },
  }))
  return moved
}
