import type { Actor } from '../auth.ts'
import type { Host } from '../host.ts'
import { nowOf } from '../host.ts'
import { renderLabel, renderMilestone } from '../render-issues.ts'
import type { Label, Milestone, Repo } from '../world.ts'

type Changes = Record<string, { readonly from: string }>

function tellLabel(host: Host, repo: Repo, actor: Actor, label: Label, action: string, changes?: Changes): void {
  host.emit({
    event: 'label',
    action,
    sender: actor.person,
    repo,
    payload: (links) => ({ label: renderLabel(label, repo, links), ...(changes === undefined ? {} : { changes }) }),
  })
}

export interface NewLabel {
  readonly name: string
  readonly color?: string
  readonly description?: string | null
}

export const DEFAULT_LABELS: readonly Required<NewLabel>[] = [
  { name: 'bug', color: 'd73a4a', description: "Something isn't working" },
  { name: 'documentation', color: '0075ca', description: 'Improvements or additions to documentation' },
  { name: 'duplicate', color: 'cfd3d7', description: 'This issue or pull request already exists' },
  { name: 'enhancement', color: 'a2eeef', description: 'New feature or request' },
  { name: 'good first issue', color: '7057ff', description: 'Good for newcomers' },
  { name: 'help wanted', color: '008672', description: 'Extra attention is needed' },
  { name: 'invalid', color: 'e4e669', description: "This doesn't seem right" },
  { name: 'question', color: 'd876e3', description: 'Further information is requested' },
  { name: 'wontfix', color: 'ffffff', description: 'This will not be worked on' },
]

export function placeLabel(host: Host, repo: Repo, { name, color = 'ededed', description = null }: NewLabel): Label {
  const label: Label = {
    id: host.world.ids.next('label'),
    name,
    color,
    description,
    isDefault: DEFAULT_LABELS.some((each) => each.name === name),
    updatedAt: nowOf(host),
  }
  repo.labels.set(name.toLowerCase(), label)
  return label
}

export function createLabel(host: Host, repo: Repo, actor: Actor, draft: NewLabel): Label {
  const label = placeLabel(host, repo, draft)
  tellLabel(host, repo, actor, label, 'created')
  return label
}

/** Naming a label that does not exist makes it, grey; names are the same in any letter case. */
export const findOrCreateLabel = (host: Host, repo: Repo, actor: Actor, name: string): Label =>
  repo.labels.get(name.toLowerCase()) ?? createLabel(host, repo, actor, { name })

export function editLabel(host: Host, repo: Repo, actor: Actor, label: Label, edit: Partial<NewLabel>): void {
  const changes: Changes = {}
  const { name, color, description } = label
  if (edit.name !== undefined && edit.name !== name) {
    repo.labels.delete(name.toLowerCase())
    label.name = edit.name
    repo.labels.set(edit.name.toLowerCase(), label)
    changes['name'] = { from: name }
  }
  if (edit.color !== undefined && edit.color !== color) {
    label.color = edit.color
    changes['color'] = { from: color }
  }
  if (edit.description !== undefined && edit.description !== description) {
    label.description = edit.description
    changes['description'] = { from: description ?? '' }
  }
  if (Object.keys(changes).length === 0) return
  label.updatedAt = nowOf(host)
  tellLabel(host, repo, actor, label, 'edited', changes)
}

/** Issues lose the label without a delivery of their own. */
export function deleteLabel(host: Host, repo: Repo, actor: Actor, label: Label): void {
  repo.labels.delete(label.name.toLowerCase())
  for (const issue of repo.issues.values()) {
    if (issue.labels.includes(label)) issue.labels = issue.labels.filter((each) => each !== label)
  }
  repo.version++
  tellLabel(host, repo, actor, label, 'deleted')
}

export interface NewMilestone {
  readonly title: string
  readonly description?: string | null
  readonly dueOn?: string | null
  readonly state?: 'open' | 'closed'
}

function tellMilestone(
  host: Host,
  repo: Repo,
  actor: Actor,
  milestone: Milestone,
  action: string,
  changes?: Changes,
): void {
  host.emit({
    event: 'milestone',
    action,
    sender: actor.person,
    repo,
    payload: (links) => ({
      milestone: renderMilestone(milestone, repo, links),
      ...(changes === undefined ? {} : { changes }),
    }),
  })
}

export function createMilestone(host: Host, repo: Repo, actor: Actor, draft: NewMilestone): Milestone {
  const now = nowOf(host)
  const milestone: Milestone = {
    id: host.world.ids.next('milestone'),
    number: Math.max(0, ...repo.milestones.keys()) + 1,
    title: draft.title,
    description: draft.description ?? null,
    state: draft.state ?? 'open',
    dueOn: draft.dueOn ?? null,
    creator: actor.person,
    createdAt: now,
    updatedAt: now,
    closedAt: draft.state === 'closed' ? now : null,
  }
  repo.milestones.set(milestone.number, milestone)
  tellMilestone(host, repo, actor, milestone, 'created')
  return milestone
}

export function editMilestone(
  host: Host,
  repo: Repo,
  actor: Actor,
  milestone: Milestone,
  edit: Partial<NewMilestone>,
): void {
  const changes: Changes = {}
  const { title, description, dueOn, state } = milestone
  if (edit.title !== undefined && edit.title !== title) {
    milestone.title = edit.title
    changes['title'] = { from: title }
  }
  if (edit.description !== undefined && edit.description !== description) {
    milestone.description = edit.description
    changes['description'] = { from: description ?? '' }
  }
  if (edit.dueOn !== undefined && edit.dueOn !== dueOn) {
    milestone.dueOn = edit.dueOn
    changes['due_on'] = { from: dueOn ?? '' }
  }
  const now = nowOf(host)
  if (Object.keys(changes).length > 0) {
    milestone.updatedAt = now
    tellMilestone(host, repo, actor, milestone, 'edited', changes)
  }
  if (edit.state === undefined || edit.state === state) return
  milestone.state = edit.state
  milestone.updatedAt = now
  milestone.closedAt = edit.state === 'closed' ? now : null
  tellMilestone(host, repo, actor, milestone, edit.state === 'closed' ? 'closed' : 'opened')
}

export function deleteMilestone(host: Host, repo: Repo, actor: Actor, milestone: Milestone): void {
  repo.milestones.delete(milestone.number)
  for (const issue of repo.issues.values()) if (issue.milestone === milestone) issue.milestone = null
  repo.version++
  tellMilestone(host, repo, actor, milestone, 'deleted')
}
