import { categoryByKey, issueTypeById, priorityById, resolutionById, statusById } from './catalog.ts'
import type { StatusCategory } from './catalog.ts'
import { baseUrl, now, restUrl } from './jira.ts'
import type { Jira } from './jira.ts'
import { avatarUrls } from './people.ts'
import type { Component, Project, Version } from './world.ts'

export const categoryBean = (jira: Jira, category: StatusCategory) => ({
  self: `${restUrl(jira)}/statuscategory/${category.id}`,
  id: category.id,
  key: category.key,
  colorName: category.colorName,
  name: category.name,
})

export function statusBean(jira: Jira, id: string) {
  const status = statusById.get(id)!
  return {
    self: `${restUrl(jira)}/status/${id}`,
    description: status.description,
    iconUrl: `${baseUrl(jira)}/${status.icon}`,
    name: status.name,
    id,
    statusCategory: categoryBean(jira, categoryByKey.get(status.category)!),
  }
}

export function issueTypeBean(jira: Jira, id: string) {
  const type = issueTypeById.get(id)!
  return {
    self: `${restUrl(jira)}/issuetype/${id}`,
    id,
    description: type.description,
    iconUrl: `${baseUrl(jira)}/secure/viewavatar?size=xsmall&avatarId=${type.avatarId}&avatarType=issuetype`,
    name: type.name,
    subtask: type.subtask,
    avatarId: type.avatarId,
  }
}

/** As it stands in an issue; the list of all priorities says more. */
export function priorityRef(jira: Jira, id: string | null) {
  if (id === null) return null
  const { name } = priorityById.get(id)!
  const iconUrl = `${baseUrl(jira)}/images/icons/priorities/${name.toLowerCase()}.svg`
  return { self: `${restUrl(jira)}/priority/${id}`, iconUrl, name, id }
}

export function priorityBean(jira: Jira, id: string) {
  const { description, statusColor } = priorityById.get(id)!
  return { ...priorityRef(jira, id)!, statusColor, description }
}

export function resolutionBean(jira: Jira, id: string | null) {
  if (id === null) return null
  const { name, description } = resolutionById.get(id)!
  return { self: `${restUrl(jira)}/resolution/${id}`, id, description, name }
}

/** As it stands in an issue. */
export const projectRef = (jira: Jira, project: Project) => ({
  self: `${restUrl(jira)}/project/${project.id}`,
  id: project.id,
  key: project.key,
  name: project.name,
  projectTypeKey: 'software',
  avatarUrls: avatarUrls(jira, 'projectavatar', 'avatarId=10324'),
})

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function releaseDates(jira: Jira, { releaseDate, released }: Version) {
  if (releaseDate === null) return {}
  const [year = '', month = '', day = ''] = releaseDate.split('-')
  return {
    releaseDate,
    ...(released ? {} : { overdue: Date.parse(releaseDate) < now(jira) }),
    userReleaseDate: `${day}/${MONTHS[Number(month) - 1]}/${year.slice(2)}`,
  }
}

export const versionBean = (jira: Jira, version: Version) => ({
  self: `${restUrl(jira)}/version/${version.id}`,
  id: version.id,
  ...(version.description === '' ? {} : { description: version.description }),
  name: version.name,
  archived: version.archived,
  released: version.released,
  ...releaseDates(jira, version),
})

export const componentRef = (jira: Jira, component: Component) => ({
  self: `${restUrl(jira)}/component/${component.id}`,
  id: component.id,
  name: component.name,
  ...(component.description === '' ? {} : { description: component.description }),
})
