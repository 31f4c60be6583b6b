import type { WorkItemType } from './processes.ts'
import { currentRevision } from './world.ts'
import type { FieldValue, Item, Project, Relation } from './world.ts'

/** A work item on its way to its next revision. */
export interface Draft {
  /** `null` while it has never been saved. */
  readonly item: Item | null
  project: Project
  type: WorkItemType
  readonly fields: Record<string, FieldValue>
  readonly markdown: Set<string>
  history: string | null
  /** Reference names the caller wrote, to tell his reason from the old one. */
  readonly written: Set<string>
  /** The moment of this save, once somebody asked: all its dates are one. */
  at: string | null
  relations: Relation[]
  readonly added: Relation[]
  readonly removed: Relation[]
  readonly changed: Relation[]
}

export const typeOf = (item: Item): WorkItemType =>
  item.project.types.get(String(currentRevision(item).fields['System.WorkItemType']).toLowerCase())!

export function draftOf(item: Item): Draft {
  const revision = currentRevision(item)
  return {
    item,
    project: item.project,
    type: typeOf(item),
    fields: { ...revision.fields },
    markdown: new Set(revision.markdown),
    history: null,
    written: new Set(),
    at: null,
    relations: [...item.relations],
    added: [],
    removed: [],
    changed: [],
  }
}

export function draftNew(project: Project, type: WorkItemType): Draft {
  const initial = type.states[0]!
  const fields: Record<string, FieldValue> = {
    'System.AreaPath': project.name,
    'System.TeamProject': project.name,
    'System.IterationPath': project.name,
    'System.WorkItemType': type.name,
    'System.State': initial.name,
    'System.Reason': initial.reason,
  }
  for (const [name, rule] of type.fields) {
    if (rule.defaultValue !== null) fields[name] = rule.defaultValue
  }
  return {
    item: null,
    project,
    type,
    fields,
    markdown: new Set(),
    history: null,
    written: new Set(),
    at: null,
    relations: [],
    added: [],
    removed: [],
    changed: [],
  }
}
