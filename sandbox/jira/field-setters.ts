import { issueTypeById, priorities, resolutions, sameText, teamOptions } from './catalog.ts'
import { isObject, notOnScreen } from './draft.ts'
import type { Json, Writing } from './draft.ts'
import {
  epicLinkField,
  epicNameField,
  gitHubField,
  rootCauseField,
  storyPointsField,
  teamField,
} from './field-catalog.ts'
import type { Jira } from './jira.ts'
import { allowed, isAssignable } from './permissions.ts'
import { findIssue, findPersonByName } from './world.ts'
import type { Project } from './world.ts'

function tooLong({ jira }: Writing, text: string): string | null {
  const limit = jira.switches.textLimit
  if (limit === 0 || text.length <= limit) return null
  return `The entered text is too long. It exceeds the allowed limit of ${limit.toLocaleString('en-US')} characters.`
}

/** What is wrong with the value, or `null` once the draft holds it. */
export type Setter = (writing: Writing, value: unknown) => string | null

const longText =
  (id: 'description' | 'environment'): Setter =>
  (writing, value) => {
    if (value !== null && typeof value !== 'string') return 'Operation value must be a string'
    writing.draft[id] = value === '' ? null : value
    return value === null ? null : tooLong(writing, value)
  }

const customText =
  (id: string): Setter =>
  (writing, value) => {
    if (value !== null && typeof value !== 'string') return 'Operation value must be a string'
    writing.draft.custom[id] = value === '' ? null : value
    return value === null ? null : tooLong(writing, value)
  }

/** One entry of a list the server keeps, named by `id` or `name`. */
function pick(
  list: readonly { readonly id: string; readonly name: string }[],
  value: unknown,
  label: string,
): { readonly id: string } | { readonly error: string } {
  if (!isObject(value)) return { error: 'data was not an object' }
  if (value['id'] !== undefined) {
    const found = list.find(({ id }) => id === String(value['id']))
    return found ?? { error: `${label} id '${String(value['id'])}' is not valid` }
  }
  const found = list.find(({ name }) => sameText(name, String(value['name'])))
  return (
    found ?? {
      error:
        value['name'] === undefined
          ? `expected 'id' or 'name' property`
          : `${label} name '${String(value['name'])}' is not valid`,
    }
  )
}

const pickList =
  (id: 'componentIds' | 'fixVersionIds' | 'versionIds', label: 'Component' | 'Version'): Setter =>
  ({ project, draft }, value) => {
    if (!Array.isArray(value)) return 'data was not an array'
    const list = label === 'Component' ? project.components : project.versions
    const ids: string[] = []
    for (const each of value) {
      const found = pick(list, each, label)
      if ('error' in found) return found.error
      ids.push(found.id)
    }
    draft[id] = [...new Set(ids)]
    return null
  }

/** `{name: "-1"}` leaves it to the project: its lead, or nobody. */
export function chooseAssignee(
  { jira, project }: Pick<Writing, 'jira' | 'project'>,
  name: string | null,
): { readonly key: string | null } | { readonly error: string } {
  if (name === '-1') return { key: automaticAssignee(jira, project) }
  if (name === null || name === '') {
    return jira.switches.unassignedAllowed ? { key: null } : { error: 'Issues must be assigned.' }
  }
  const person = findPersonByName(jira.world, name)
  if (person === undefined || person.deleted) return { error: `User '${name}' does not exist.` }
  if (!isAssignable(person, project)) return { error: `User '${name}' cannot be assigned issues.` }
  return { key: person.key }
}

export const automaticAssignee = (jira: Jira, project: Project): string | null =>
  project.assigneeType === 'PROJECT_LEAD' || !jira.switches.unassignedAllowed ? project.leadKey : null

function labelError(label: unknown): string | null {
  if (typeof label !== 'string') return 'string expected at index 0'
  if (/\s/.test(label)) return `The label '${label}' contains spaces which is invalid.`
  return label.length > 255 ? `The label '${label}' exceeds the maximum length for a label of 255 characters.` : null
}

export const setters: Readonly<Record<string, Setter>> = {
  summary({ draft }, value) {
    if (value !== null && typeof value !== 'string') return 'Operation value must be a string'
    if (value === null || value.trim() === '') return 'You must specify a summary of the issue.'
    if (/[\r\n]/.test(value)) return 'The summary is invalid because it contains newline characters.'
    if (value.length > 255) return 'Summary must be less than 255 characters.'
    draft.summary = value.trim()
    return null
  },
  description: longText('description'),
  environment: longText('environment'),
  issuetype({ draft, project }, value) {
    if (!isObject(value)) return 'data was not an object'
    const types = project.issueTypeIds.map((id) => issueTypeById.get(id)!)
    const found = pick(types, value, 'Issue type')
    if ('error' in found)
      return value['id'] === undefined ? 'valid issue type is required' : 'The issue type selected is invalid.'
    draft.typeId = found.id
    return null
  },
  priority({ draft }, value) {
    if (value === null) return 'Priority is required.'
    const found = pick(priorities, value, 'Priority')
    if ('error' in found)
      return isObject(value) && value['id'] !== undefined ? 'The priority selected is invalid.' : found.error
    draft.priorityId = found.id
    return null
  },
  resolution({ draft }, value) {
    if (value === null) {
      draft.resolutionId = null
      return null
    }
    const found = pick(resolutions, value, 'Resolution')
    if ('error' in found) return found.error
    draft.resolutionId = found.id
    return null
  },
  assignee(writing, value) {
    if (value !== null && !isObject(value)) return 'data was not an object'
    if (!allowed(writing.actor, { permission: 'ASSIGN_ISSUES', project: writing.project }))
      return notOnScreen('assignee')
    const name = value === null ? null : value['name']
    if (name !== null && typeof name !== 'string') return "expected Object containing a 'name' property"
    const chosen = chooseAssignee(writing, name)
    if ('error' in chosen) return chosen.error
    writing.draft.assigneeKey = chosen.key
    return null
  },
  reporter({ jira, draft, actor, project }, value) {
    if (!isObject(value) || typeof value['name'] !== 'string') return 'Reporter is required.'
    if (!allowed(actor, { permission: 'MODIFY_REPORTER', project })) return notOnScreen('reporter')
    const person = findPersonByName(jira.world, value['name'])
    if (person === undefined || person.deleted) return 'The reporter specified is not a user.'
    draft.reporterKey = person.key
    return null
  },
  labels({ draft }, value) {
    if (value === null) {
      draft.labels = []
      return null
    }
    if (!Array.isArray(value)) return 'data was not an array'
    for (const label of value) {
      const error = labelError(label)
      if (error !== null) return error
    }
    draft.labels = [...new Set(value as string[])].sort()
    return null
  },
  components: pickList('componentIds', 'Component'),
  fixVersions: pickList('fixVersionIds', 'Version'),
  versions: pickList('versionIds', 'Version'),
  duedate({ draft }, value) {
    if (value !== null && (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value))) {
      return `Error parsing date string: ${String(value)}`
    }
    draft.dueDate = value
    return null
  },
  parent({ jira, draft, project }, value) {
    const wanted = isObject(value) ? (value['key'] ?? value['id']) : undefined
    const parent = wanted === undefined ? undefined : findIssue(jira.world, String(wanted))
    if (parent === undefined || parent.projectId !== project.id) return 'Could not find valid parent issue by ID or Key'
    if (parent.parentId !== null) return `Given parent issue '${parent.key}' is a sub-task and cannot be a parent.`
    draft.parentId = parent.id
    return null
  },
  [epicLinkField]({ jira, draft }, value) {
    const epic = typeof value === 'string' ? findIssue(jira.world, value) : undefined
    if (value !== null && epic?.typeId !== '10000') return `Issue '${String(value)}' does not exist or is not an epic.`
    draft.custom[epicLinkField] = epic?.id ?? null
    return null
  },
  [epicNameField]: customText(epicNameField),
  [rootCauseField]: customText(rootCauseField),
  [gitHubField](writing, value) {
    if (typeof value === 'string' && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value)) return 'Not a valid URL'
    return customText(gitHubField)(writing, value)
  },
  [storyPointsField]({ draft }, value) {
    if (value !== null && typeof value !== 'number') return 'Operation value must be a number'
    draft.custom[storyPointsField] = value
    return null
  },
  [teamField]({ draft }, value) {
    if (value !== null && !isObject(value)) return 'data was not an object'
    const option =
      value === null ? null : teamOptions.find(({ id, value: text }) => id === value['id'] || text === value['value'])
    if (option === undefined)
      return `Option value '${String((value as Json)['value'] ?? (value as Json)['id'])}' is not valid`
    draft.custom[teamField] = option?.id ?? null
    return null
  },
}
