import { baseUrl } from './jira.ts'
import type { Jira } from './jira.ts'
import { componentRef, issueTypeBean, priorityRef, projectRef, resolutionBean, versionBean } from './beans.ts'
import { priorities, resolutions, teamOptions } from './catalog.ts'
import { fieldById, fieldDefinitions, rootCauseField, teamField } from './field-catalog.ts'
import type { FieldDefinition } from './field-catalog.ts'
import type { Issue, Project } from './world.ts'

interface Asked {
  readonly project: Project
  /** `null` while there is no issue yet. */
  readonly issue: Issue | null
  readonly typeId: string
  readonly required?: boolean
}

const optionBean = (jira: Jira, { id, value }: { readonly id: string; readonly value: string }) => ({
  self: `${baseUrl(jira)}/rest/api/2/customFieldOption/${id}`,
  value,
  id,
  disabled: false,
})

export const teamBean = (jira: Jira, id: unknown) => {
  const option = teamOptions.find((one) => one.id === id)
  return option === undefined ? null : optionBean(jira, option)
}

function allowedValues(jira: Jira, id: string, { project, issue, typeId }: Asked): readonly unknown[] | undefined {
  switch (id) {
    case 'project':
      return [projectRef(jira, project)]
    case 'issuetype':
      return issue === null
        ? [issueTypeBean(jira, typeId)]
        : project.issueTypeIds.map((each) => issueTypeBean(jira, each))
    case 'priority':
      return priorities.map((priority) => priorityRef(jira, priority.id))
    case 'resolution':
      return resolutions.map((resolution) => resolutionBean(jira, resolution.id))
    case 'components':
      return project.components.map((component) => componentRef(jira, component))
    case 'fixVersions':
    case 'versions':
      return project.versions.filter(({ archived }) => !archived).map((version) => versionBean(jira, version))
    case teamField:
      return teamOptions.map((option) => optionBean(jira, option))
    default:
      return undefined
  }
}

function autoCompleteUrl(jira: Jira, id: string, issue: Issue | null): string | undefined {
  const rest = `${baseUrl(jira)}/rest/api/latest`
  if (id === 'assignee') return `${rest}/user/assignable/search?issueKey=${issue?.key ?? 'null'}&username=`
  if (id === 'reporter') return `${rest}/user/search?username=`
  if (id === 'labels') return `${baseUrl(jira)}/rest/api/1.0/labels/suggest?query=`
  return undefined
}

/** What a field may hold, as create, edit and transition screens describe it. */
export function fieldMeta(jira: Jira, field: FieldDefinition, asked: Asked): Record<string, unknown> {
  const values = allowedValues(jira, field.id, asked)
  const complete = autoCompleteUrl(jira, field.id, asked.issue)
  return {
    required: asked.required ?? isRequired(field.id, asked.project),
    schema: field.schema,
    name: field.name,
    fieldId: field.id,
    ...(complete === undefined ? {} : { autoCompleteUrl: complete }),
    hasDefaultValue: asked.issue === null && (field.id === 'priority' || field.id === 'reporter'),
    operations: field.id === 'issuetype' ? ['set'] : field.operations,
    ...(values === undefined ? {} : { allowedValues: values }),
    ...(field.id === 'priority' ? { defaultValue: priorityRef(jira, '3') } : {}),
  }
}

export const isRequired = (fieldId: string, project: Project): boolean =>
  ['summary', 'issuetype', 'project'].includes(fieldId) || project.requiredFields.includes(fieldId)

export const onScreens = (field: FieldDefinition, project: Project): boolean =>
  (field.onScreen && !project.hiddenFields.includes(field.id)) ||
  (field.id === rootCauseField && project.requiredFields.includes(field.id))

export function createFields(project: Project, { subtask }: { readonly subtask: boolean }): readonly FieldDefinition[] {
  const screen = fieldDefinitions.filter((field) => onScreens(field, project))
  return [fieldById.get('project')!, ...(subtask ? [fieldById.get('parent')!] : []), ...screen]
}

/** The comment field stands on every edit screen and takes only additions. */
export const editFields = (project: Project): readonly FieldDefinition[] => [
  ...fieldDefinitions.filter((field) => onScreens(field, project)),
  fieldById.get('comment')!,
]
