import { nodeId } from './ids.ts'
import type { Links } from './links.ts'
import { renderApp, renderSimpleRepo, renderUser } from './render.ts'
import { fullName } from './world.ts'
import type { Comment, Issue, IssueEvent, IssueType, Label, Milestone, Person, Reaction, Repo, World } from './world.ts'

export function renderLabel(label: Label, repo: Repo, { api }: Links) {
  return {
    id: label.id,
    node_id: nodeId('LA', repo.id, label.id),
    url: `${api}/repos/${fullName(repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.isDefault,
    description: label.description,
  }
}

export function renderMilestone(milestone: Milestone, repo: Repo, links: Links) {
  const url = `${links.api}/repos/${fullName(repo)}/milestones/${milestone.number}`
  const counts = countMilestones(repo).get(milestone) ?? { open: 0, closed: 0 }
  return {
    url,
    html_url: `${links.html}/${fullName(repo)}/milestone/${milestone.number}`,
    labels_url: `${url}/labels`,
    id: milestone.id,
    node_id: nodeId('MI', repo.id, milestone.id),
    number: milestone.number,
    title: milestone.title,
    description: milestone.description,
    creator: renderUser(milestone.creator, links),
    open_issues: counts.open,
    closed_issues: counts.closed,
    state: milestone.state,
    created_at: milestone.createdAt,
    updated_at: milestone.updatedAt,
    due_on: milestone.dueOn,
    closed_at: milestone.closedAt,
  }
}

type Counts = Map<Milestone, { open: number; closed: number }>
const milestoneCounts = new WeakMap<Repo, { version: number; counts: Counts }>()

function countMilestones(repo: Repo): Counts {
  const known = milestoneCounts.get(repo)
  if (known?.version === repo.version) return known.counts
  const counts: Counts = new Map()
  for (const { milestone, state, deleted, transferredTo } of repo.issues.values()) {
    if (milestone === null || deleted || transferredTo !== null) continue
    const count = counts.get(milestone) ?? { open: 0, closed: 0 }
    count[state]++
    counts.set(milestone, count)
  }
  milestoneCounts.set(repo, { version: repo.version, counts })
  return counts
}

export function renderIssueType(type: IssueType) {
  return {
    id: type.id,
    node_id: nodeId('IT', type.id),
    name: type.name,
    description: type.description,
    color: type.color,
    created_at: type.createdAt,
    updated_at: type.createdAt,
    is_enabled: type.enabled,
  }
}

const REACTIONS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes']

export const isReaction = (content: unknown): content is string => REACTIONS.includes(String(content))

export function renderReactions(reactions: readonly Reaction[], url: string) {
  const counts = Object.fromEntries(REACTIONS.map((name) => [name, 0]))
  for (const { content } of reactions) counts[content] = (counts[content] ?? 0) + 1
  return { url: `${url}/reactions`, total_count: reactions.length, ...counts }
}

export function renderReaction(reaction: Reaction, links: Links) {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: renderUser(reaction.person, links),
    content: reaction.content,
    created_at: reaction.createdAt,
  }
}

export function associationOf(world: World, repo: Repo, person: Person): string {
  if (person.id === repo.owner.id) return 'OWNER'
  const login = person.login.toLowerCase()
  if (world.orgs.get(repo.owner.login.toLowerCase())?.members.has(login) === true) return 'MEMBER'
  return repo.collaborators.has(login) ? 'COLLABORATOR' : 'NONE'
}

function summarizeSubIssues(world: World, issue: Issue) {
  const total = issue.subIssueIds.length
  const completed = issue.subIssueIds.filter((id) => world.issuesById.get(id)?.state === 'closed').length
  return { total, completed, percent_completed: total === 0 ? 0 : Math.floor((completed * 100) / total) }
}

/** Everything in lists, single reads and payloads alike; single reads add `closed_by`. */
export function renderIssue(world: World, issue: Issue, links: Links) {
  const repo = repoOfIssue(world, issue)
  const repoUrl = `${links.api}/repos/${fullName(repo)}`
  const url = `${repoUrl}/issues/${issue.number}`
  const page = `${links.html}/${fullName(repo)}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`
  const assignees = issue.assignees.map((person) => renderUser(person, links))
  const parent = issue.parentId === null ? undefined : world.issuesById.get(issue.parentId)
  return {
    url,
    repository_url: repoUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: issue.id,
    node_id: issueNodeId(issue),
    number: issue.number,
    title: issue.title,
    user: renderUser(issue.author, links),
    labels: issue.labels.map((label) => renderLabel(label, repo, links)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: issue.milestone === null ? null : renderMilestone(issue.milestone, repo, links),
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: associationOf(world, repo, issue.author),
    ...(issue.pull === null && repo.owner.type === 'Organization'
      ? { type: issue.type === null ? null : renderIssueType(issue.type) }
      : {}),
    ...(issue.pull === null ? {} : { draft: issue.pull.draft, pull_request: pullLinks(repoUrl, page, issue) }),
    active_lock_reason: issue.lockReason,
    ...(issue.pull === null
      ? {
          sub_issues_summary: summarizeSubIssues(world, issue),
          issue_dependencies_summary: { blocked_by: 0, total_blocked_by: 0, blocking: 0, total_blocking: 0 },
        }
      : {}),
    ...(parent === undefined ? {} : { parent_issue_url: issueUrl(world, parent, links) }),
    body: issue.body,
    reactions: renderReactions(issue.reactions, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.via === null ? null : renderApp(issue.via, links),
    state_reason: issue.stateReason,
  }
}

export function renderSingleIssue(world: World, issue: Issue, links: Links) {
  return {
    ...renderIssue(world, issue, links),
    closed_by: issue.closedBy === null ? null : renderUser(issue.closedBy, links),
  }
}

const pullLinks = (repoUrl: string, page: string, issue: Issue) => ({
  url: `${repoUrl}/pulls/${issue.number}`,
  html_url: page,
  diff_url: `${page}.diff`,
  patch_url: `${page}.patch`,
  merged_at: issue.pull?.mergedAt ?? null,
})

export const issueNodeId = (issue: Issue): string => nodeId(issue.pull === null ? 'I' : 'PR', issue.repoId, issue.id)
export const commentNodeId = (comment: Comment): string => nodeId('IC', comment.repoId, comment.id)

export function repoOfIssue(world: World, { repoId }: { readonly repoId: number }): Repo {
  const repo = world.repos.get(repoId)
  if (repo === undefined) throw new Error(`repository ${repoId} is gone while its issues are not`)
  return repo
}

export const issueUrl = (world: World, issue: Issue, { api }: Links): string =>
  `${api}/repos/${fullName(repoOfIssue(world, issue))}/issues/${issue.number}`

export function renderComment(world: World, comment: Comment, links: Links) {
  const repo = repoOfIssue(world, comment)
  const repoUrl = `${links.api}/repos/${fullName(repo)}`
  const url = `${repoUrl}/issues/comments/${comment.id}`
  const kind = (repo.issues.get(comment.issueNumber)?.pull ?? null) === null ? 'issues' : 'pull'
  return {
    url,
    html_url: `${links.html}/${fullName(repo)}/${kind}/${comment.issueNumber}#issuecomment-${comment.id}`,
    issue_url: `${repoUrl}/issues/${comment.issueNumber}`,
    id: comment.id,
    node_id: commentNodeId(comment),
    user: renderUser(comment.author, links),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: associationOf(world, repo, comment.author),
    pin: null,
    minimized: comment.minimized === null ? null : { reason: comment.minimized.toLowerCase().replace('_', '-') },
    reactions: renderReactions(comment.reactions, url),
    performed_via_github_app: comment.via === null ? null : renderApp(comment.via, links),
  }
}

/** How events name another issue. */
function renderReference(world: World, issue: Issue, links: Links) {
  const { type } = issue
  return {
    number: issue.number,
    title: issue.title,
    state: issue.state,
    state_reason: issue.stateReason,
    repository: renderSimpleRepo(repoOfIssue(world, issue), links),
    issue_type:
      type === null ? null : { id: type.id, node_id: nodeId('IT', type.id), name: type.name, color: type.color },
  }
}

export function renderEvent(world: World, repo: Repo, event: IssueEvent, links: Links) {
  const { facts } = event
  const other = facts.otherIssueId === undefined ? undefined : world.issuesById.get(facts.otherIssueId)
  return {
    id: event.id,
    node_id: nodeId('IE', repo.id, event.id),
    url: `${links.api}/repos/${fullName(repo)}/issues/events/${event.id}`,
    actor: renderUser(event.actor, links),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: event.createdAt,
    ...(facts.label === undefined ? {} : { label: facts.label }),
    ...(facts.assignee === undefined
      ? {}
      : { assignee: renderUser(facts.assignee, links), assigner: renderUser(event.actor, links) }),
    ...(facts.milestone === undefined ? {} : { milestone: { title: facts.milestone } }),
    ...(facts.rename === undefined ? {} : { rename: facts.rename }),
    ...(facts.lockReason === undefined ? {} : { lock_reason: facts.lockReason }),
    ...(facts.stateReason === undefined ? {} : { state_reason: facts.stateReason }),
    ...(facts.issueType === undefined ? {} : { issue_type: renderIssueType(facts.issueType) }),
    ...(facts.previousType === undefined ? {} : { prev_issue_type: renderIssueType(facts.previousType) }),
    ...(other === undefined
      ? {}
      : { [event.event.startsWith('parent') ? 'parent_issue' : 'sub_issue']: renderReference(world, other, links) }),
    performed_via_github_app: event.via === null ? null : renderApp(event.via, links),
  }
}
