import type { SandboxReply } from '../../kit/router.ts'
import { componentRef, issueTypeBean, projectRef, statusBean, versionBean } from '../beans.ts'
import { ok, readCount, readList } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { issueTypeById } from '../catalog.ts'
import { createFields, fieldMeta } from '../field-meta.ts'
import { restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { personRef } from '../people.ts'
import { allowed, canBrowse } from '../permissions.ts'
import { refuse } from '../refusal.ts'
import { workflows } from '../workflows.ts'
import { findProject } from '../world.ts'
import type { Component, Project, Version } from '../world.ts'

const roles: readonly (readonly [name: string, id: number, description: string])[] = [
  ['Administrators', 10_002, 'A project role that represents administrators in a project'],
  ['Developers', 10_001, 'A project role that represents developers in a project'],
  ['Users', 10_000, 'A project role that represents users in a project'],
]

const EXPANDABLE = 'description,lead,url,projectKeys'

function visible(jira: Jira, call: Call): Project {
  const wanted = call.params['project']!
  const project = findProject(jira.world, wanted)
  if (project !== undefined && canBrowse(call.person, project)) return project
  throw refuse(
    404,
    /^\d+$/.test(wanted)
      ? `No project could be found with id '${wanted}'.`
      : `No project could be found with key '${wanted}'.`,
  )
}

const listedBean = (
  jira: Jira,
  project: Project,
  { call, expand }: { readonly call: Call; readonly expand: readonly string[] },
) => {
  const { self, ...rest } = projectRef(jira, project)
  return {
    expand: EXPANDABLE,
    self,
    ...rest,
    ...(expand.includes('description') ? { description: project.description } : {}),
    ...(expand.includes('lead') ? { lead: personRef(jira, project.leadKey, call.person) } : {}),
    ...(expand.includes('projectKeys') ? { projectKeys: [project.key, ...project.formerKeys] } : {}),
    archived: false,
  }
}

const fullVersion = (jira: Jira, version: Version) => ({
  ...versionBean(jira, version),
  projectId: Number(version.projectId),
})

const fullComponent = (jira: Jira, component: Component, project: Project) => ({
  ...componentRef(jira, component),
  assigneeType: 'PROJECT_DEFAULT',
  realAssigneeType: 'PROJECT_DEFAULT',
  isAssigneeTypeValid: false,
  project: project.key,
  projectId: Number(project.id),
  archived: false,
  deleted: false,
})

function fullBean(jira: Jira, call: Call): SandboxReply {
  const project = visible(jira, call)
  const rest = `${restUrl(jira)}/project/${project.id}`
  const { self, ...ref } = projectRef(jira, project)
  return ok({
    expand: 'projectKeys',
    self,
    ...ref,
    description: project.description,
    lead: personRef(jira, project.leadKey, call.person),
    components: project.components.map((component) => ({
      ...componentRef(jira, component),
      isAssigneeTypeValid: false,
    })),
    issueTypes: project.issueTypeIds.map((id) => issueTypeBean(jira, id)),
    assigneeType: project.assigneeType,
    versions: project.versions.map((version) => fullVersion(jira, version)),
    roles: Object.fromEntries(roles.map(([name, id]) => [name, `${rest}/role/${id}`])),
    ...(readList(call, 'expand').includes('projectKeys') ? { projectKeys: [project.key, ...project.formerKeys] } : {}),
    archived: false,
  })
}

function statusesByType(jira: Jira, call: Call): SandboxReply {
  const project = visible(jira, call)
  const statuses = workflows[project.workflow].statuses.map((id) => statusBean(jira, id))
  return ok(
    project.issueTypeIds.map((id) => {
      const { self, name, subtask } = issueTypeBean(jira, id)
      return { self, id, name, subtask, statuses }
    }),
  )
}

function oneRole(jira: Jira, call: Call): SandboxReply {
  const project = visible(jira, call)
  const role = roles.find(([, id]) => String(id) === call.params['id'])
  if (role === undefined) throw refuse(404, `Can not retrieve a role actors for the role id: ${call.params['id']}`)
  const [name, id, description] = role
  const group = name === 'Administrators' ? 'jira-administrators' : 'jira-software-users'
  const actors =
    project.members === 'everyone'
      ? [{ id: id + 100, displayName: group, type: 'atlassian-group-role-actor', name: group }]
      : project.members.flatMap((key, index) => {
          const person = jira.world.people.get(key)
          return person === undefined
            ? []
            : [
                {
                  id: id + 100 + index,
                  displayName: person.displayName,
                  type: 'atlassian-user-role-actor',
                  name: person.name,
                },
              ]
        })
  return ok({ self: `${restUrl(jira)}/project/${project.id}/role/${id}`, name, id, description, actors })
}

function creatable(jira: Jira, call: Call): Project {
  const project = findProject(jira.world, call.params['project']!)
  const may = project !== undefined && allowed(call.person, { permission: 'CREATE_ISSUES', project })
  if (may) return project
  throw refuse(400, 'You cannot create issues in this project.')
}

function page(call: Call, values: readonly unknown[]): SandboxReply {
  const startAt = readCount(call, 'startAt', 0)
  const maxResults = readCount(call, 'maxResults', 50)
  const shown = values.slice(startAt, startAt + maxResults)
  return ok({
    maxResults,
    startAt,
    total: values.length,
    isLast: startAt + shown.length >= values.length,
    values: shown,
  })
}

function createMetaFields(jira: Jira, { project, typeId }: { readonly project: Project; readonly typeId: string }) {
  const { subtask } = issueTypeById.get(typeId)!
  return createFields(project, { subtask }).map((field) => fieldMeta(jira, field, { project, issue: null, typeId }))
}

/** Before version 9 all projects could be asked at once. */
function oldCreateMeta(jira: Jira, call: Call): SandboxReply {
  const [keys, ids, typeIds, typeNames] = ['projectKeys', 'projectIds', 'issuetypeIds', 'issuetypeNames'].map((name) =>
    readList(call, name),
  )
  const withFields = readList(call, 'expand').includes('projects.issuetypes.fields')
  const projects = [...jira.world.projects.values()].filter(
    (project) =>
      allowed(call.person, { permission: 'CREATE_ISSUES', project }) &&
      (keys!.length + ids!.length === 0 || keys!.includes(project.key) || ids!.includes(project.id)),
  )
  return ok({
    expand: 'projects',
    projects: projects.map((project) => {
      const { self, id, key, name, avatarUrls } = projectRef(jira, project)
      const types = project.issueTypeIds.map((typeId) => issueTypeBean(jira, typeId))
      const issuetypes = types
        .filter(
          (type) =>
            typeIds!.length + typeNames!.length === 0 || typeIds!.includes(type.id) || typeNames!.includes(type.name),
        )
        .map(({ avatarId: _avatarId, ...type }) => ({
          ...type,
          ...(withFields
            ? {
                expand: 'fields',
                fields: Object.fromEntries(
                  createMetaFields(jira, { project, typeId: type.id }).map((meta) => [meta['fieldId'], meta]),
                ),
              }
            : {}),
        }))
      return { expand: 'issuetypes', self, id, key, name, avatarUrls, issuetypes }
    }),
  })
}

export function projectRoutes(jira: Jira): readonly JiraRoute[] {
  const old: readonly JiraRoute[] =
    jira.version === '8' ? [['GET', '/rest/api/2/issue/createmeta', (call) => oldCreateMeta(jira, call)]] : []
  const list = (call: Call): SandboxReply => {
    const expand = readList(call, 'expand')
    const projects = [...jira.world.projects.values()].filter((project) => canBrowse(call.person, project))
    return ok(
      projects.sort((a, b) => (a.name < b.name ? -1 : 1)).map((project) => listedBean(jira, project, { call, expand })),
    )
  }
  const fieldsOfType = (call: Call): SandboxReply => {
    const project = creatable(jira, call)
    const typeId = call.params['type']!
    if (!project.issueTypeIds.includes(typeId)) throw refuse(400, 'The issue type selected is invalid.')
    return page(call, createMetaFields(jira, { project, typeId }))
  }
  return [
    ...old,
    [
      'GET',
      '/rest/api/2/issue/createmeta/:project/issuetypes',
      (call) =>
        page(
          call,
          creatable(jira, call).issueTypeIds.map((id) => issueTypeBean(jira, id)),
        ),
    ],
    ['GET', '/rest/api/2/issue/createmeta/:project/issuetypes/:type', fieldsOfType],
    ['GET', '/rest/api/2/project', list],
    [
      'GET',
      '/rest/api/2/project/type',
      () =>
        ok([
          {
            key: 'software',
            formattedKey: 'Software',
            descriptionI18nKey: 'jira.project.type.software.description',
            color: '#F5A623',
          },
        ]),
    ],
    ['GET', '/rest/api/2/project/:project', (call) => fullBean(jira, call)],
    ['GET', '/rest/api/2/project/:project/statuses', (call) => statusesByType(jira, call)],
    [
      'GET',
      '/rest/api/2/project/:project/versions',
      (call) => ok(visible(jira, call).versions.map((version) => fullVersion(jira, version))),
    ],
    [
      'GET',
      '/rest/api/2/project/:project/components',
      (call) => {
        const project = visible(jira, call)
        return ok(project.components.map((component) => fullComponent(jira, component, project)))
      },
    ],
    [
      'GET',
      '/rest/api/2/project/:project/role',
      (call) => {
        const project = visible(jira, call)
        return ok(
          Object.fromEntries(roles.map(([name, id]) => [name, `${restUrl(jira)}/project/${project.id}/role/${id}`])),
        )
      },
    ],
    ['GET', '/rest/api/2/project/:project/role/:id', (call) => oneRole(jira, call)],
    [
      'GET',
      '/rest/api/2/version/:id',
      (call) => {
        for (const project of jira.world.projects.values()) {
          const version = project.versions.find(({ id }) => id === call.params['id'])
          if (version !== undefined && canBrowse(call.person, project)) return ok(fullVersion(jira, version))
        }
        throw refuse(404, `Could not find version for id '${call.params['id']}'`)
      },
    ],
    [
      'GET',
      '/rest/api/2/component/:id',
      (call) => {
        for (const project of jira.world.projects.values()) {
          const component = project.components.find(({ id }) => id === call.params['id'])
          if (component !== undefined && canBrowse(call.person, project))
            return ok(fullComponent(jira, component, project))
        }
        throw refuse(404, `The component with id ${call.params['id']} does not exist.`)
      },
    ],
  ]
}
