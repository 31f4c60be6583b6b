import { issueTypeById, priorityById, resolutionById, teamOptions } from './catalog.ts'
import type { Draft } from './draft.ts'
import { epicLinkField, fieldById, teamField } from './field-catalog.ts'
import type { Jira } from './jira.ts'
import type { ChangeItem, Project } from './world.ts'

export const item = (field: string, [from, fromString]: Side, [to, toString]: Side): ChangeItem => ({
  field,
  fieldtype: 'jira',
  from,
  fromString,
  to,
  toString,
})
export type Side = readonly [id: string | null, text: string | null]

const personSide = (jira: Jira, key: string | null): Side =>
  key === null ? [null, null] : [key, jira.world.people.get(key)?.displayName ?? key]
export const namedSide = (names: ReadonlyMap<string, { readonly name: string }>, id: string | null): Side =>
  id === null ? [null, null] : [id, names.get(id)!.name]

function listItems(
  field: string,
  {
    before,
    after,
    all,
  }: {
    readonly before: readonly string[]
    readonly after: readonly string[]
    readonly all: readonly { readonly id: string; readonly name: string }[]
  },
): ChangeItem[] {
  const name = (id: string) => all.find((entry) => entry.id === id)?.name ?? id
  return [
    ...before.filter((id) => !after.includes(id)).map((id) => item(field, [id, name(id)], [null, null])),
    ...after.filter((id) => !before.includes(id)).map((id) => item(field, [null, null], [id, name(id)])),
  ]
}

function customItem(
  jira: Jira,
  { id, before, after }: { readonly id: string; readonly before: unknown; readonly after: unknown },
): ChangeItem {
  const side = (value: unknown): Side => {
    if (value === null || value === undefined) return [null, null]
    if (id === epicLinkField) return [String(value), jira.world.issues.get(value as number)?.key ?? null]
    if (id === teamField) return [String(value), teamOptions.find((option) => option.id === value)?.value ?? null]
    return [null, String(value)]
  }
  return { ...item(fieldById.get(id)!.name, side(before), side(after)), fieldtype: 'custom' }
}

/** What the history says about going from one state to the other. */
export function changeItems(
  jira: Jira,
  { before, after, project }: { readonly before: Draft; readonly after: Draft; readonly project: Project },
): ChangeItem[] {
  const items: ChangeItem[] = []
  const text = (field: 'summary' | 'description' | 'environment') => {
    if (before[field] !== after[field]) items.push(item(field, [null, before[field]], [null, after[field]]))
  }
  const side = (field: string, left: Side, right: Side) => {
    if (left[0] !== right[0]) items.push(item(field, left, right))
  }
  text('summary')
  text('description')
  text('environment')
  side('issuetype', namedSide(issueTypeById, before.typeId), namedSide(issueTypeById, after.typeId))
  side('priority', namedSide(priorityById, before.priorityId), namedSide(priorityById, after.priorityId))
  side('resolution', namedSide(resolutionById, before.resolutionId), namedSide(resolutionById, after.resolutionId))
  side('assignee', personSide(jira, before.assigneeKey), personSide(jira, after.assigneeKey))
  side('reporter', personSide(jira, before.reporterKey), personSide(jira, after.reporterKey))
  side('duedate', [before.dueDate, before.dueDate], [after.dueDate, after.dueDate])
  const [labelsBefore, labelsAfter] = [before.labels.join(' '), after.labels.join(' ')]
  if (labelsBefore !== labelsAfter) items.push(item('labels', [null, labelsBefore], [null, labelsAfter]))
  items.push(
    ...listItems('Component', { before: before.componentIds, after: after.componentIds, all: project.components }),
    ...listItems('Fix Version', { before: before.fixVersionIds, after: after.fixVersionIds, all: project.versions }),
    ...listItems('Version', { before: before.versionIds, after: after.versionIds, all: project.versions }),
  )
  for (const id of Object.keys({ ...before.custom, ...after.custom })) {
    const [left, right] = [before.custom[id] ?? null, after.custom[id] ?? null]
    if (left !== right) items.push(customItem(jira, { id, before: left, after: right }))
  }
  return items
}
