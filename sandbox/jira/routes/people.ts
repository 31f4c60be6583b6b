import type { SandboxReply } from '../../kit/router.ts'
import { ok, readCount, readFlag, readList } from '../call.ts'
import type { Call, JiraRoute } from '../call.ts'
import { baseUrl, restUrl } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { fullPersonBean, matchesPerson, peopleByName, personBean, personRef, shownEmail } from '../people.ts'
import {
  allowed,
  canBrowse,
  isAdmin,
  deprecatedKeys,
  isAssignable,
  permissions,
  readableIssue,
} from '../permissions.ts'
import { mustAuthenticate, notAuthenticated, refuse } from '../refusal.ts'
import { findIssue, findPersonByName, findProject } from '../world.ts'
import type { Issue, Person, Project } from '../world.ts'

function needUser({ person }: Call): Person {
  if (person === null) throw notAuthenticated()
  return person
}

function readUser(jira: Jira, call: Call): SandboxReply {
  const viewer = needUser(call)
  const [username, key] = [call.query.get('username'), call.query.get('key')]
  if (!username && !key) throw refuse(400, "Either the 'username' or the 'key' query parameters need to be provided")
  const person = username ? findPersonByName(jira.world, username) : jira.world.people.get(key!)
  const found =
    person !== undefined && (!person.deleted || (isAdmin(viewer) && readFlag(call, 'includeDeleted', false)))
  if (!found)
    throw refuse(
      404,
      username ? `The user named '${username}' does not exist` : `The user with the key '${key}' does not exist`,
    )
  return ok(fullPersonBean(jira, { person, viewer, expand: readList(call, 'expand') }))
}

function searchUsers(jira: Jira, call: Call): SandboxReply {
  const viewer = needUser(call)
  const query = call.query.get('username')
  if (query === null || query === '') throw refuse(400, 'The username query parameter was not provided')
  const [active, inactive] = [readFlag(call, 'includeActive', true), readFlag(call, 'includeInactive', false)]
  const startAt = readCount(call, 'startAt', 0)
  const maxResults = Math.min(readCount(call, 'maxResults', 50), 1000)
  const found = peopleByName(jira.world).filter(
    (person) => (person.active ? active : inactive) && matchesPerson(jira, person, query),
  )
  return ok(found.slice(startAt, startAt + maxResults).map((person) => personBean(jira, person, viewer)))
}

function assignable(
  jira: Jira,
  { call, projects }: { readonly call: Call; readonly projects: readonly Project[] },
): SandboxReply {
  const query = call.query.get('username') ?? ''
  // From version 9 on there is no startAt and no more than 100; before, 1000 and paging.
  const [limit, startAt] = jira.version === '8' ? [1000, readCount(call, 'startAt', 0)] : [100, 0]
  const maxResults = Math.min(readCount(call, 'maxResults', 50), limit)
  const found = peopleByName(jira.world).filter(
    (person) => matchesPerson(jira, person, query) && projects.every((project) => isAssignable(person, project)),
  )
  return ok(found.slice(startAt, startAt + maxResults).map((person) => personBean(jira, person, call.person)))
}

function searchAssignable(jira: Jira, call: Call): SandboxReply {
  needUser(call)
  const [key, project] = [call.query.get('issueKey'), call.query.get('project')]
  if (key) {
    const issue = readableIssue(jira, call.person, key)
    return assignable(jira, { call, projects: [jira.world.projects.get(issue.projectId)!] })
  }
  if (!project) throw refuse(400, "Either the 'project' or the 'issueKey' query parameter needs to be provided")
  return assignable(jira, { call, projects: [visibleProject(jira, call, project)] })
}

function visibleProject(jira: Jira, call: Call, key: string): Project {
  const project = findProject(jira.world, key)
  if (project === undefined || !canBrowse(call.person, project))
    throw refuse(404, `No project could be found with key '${key}'.`)
  return project
}

function listUsers(jira: Jira, call: Call): SandboxReply {
  needUser(call)
  const maxResults = Math.min(readCount(call, 'maxResults', 2000), 2000)
  const cursor = Number(call.query.get('cursor') ?? 0) || 0
  const all = [...jira.world.people.values()].filter(({ deleted }) => !deleted)
  const end = cursor + maxResults
  const isLast = end >= all.length
  const page = (at: number) => `${restUrl(jira)}/user/list?maxResults=${maxResults}&cursor=${at}`
  return ok({
    self: page(cursor),
    ...(isLast ? {} : { nextPage: page(end), nextCursor: String(end) }),
    maxResults,
    isLast,
    values: all.slice(cursor, end).map((person) => personBean(jira, person, call.person)),
  })
}

function pickUsers(
  jira: Jira,
  call: Call,
): { readonly users: readonly unknown[]; readonly total: number; readonly header: string } {
  const query = call.query.get('query') ?? ''
  if (call.person === null) return { users: [], total: 0, header: 'Showing 0 of 0 matching users' }
  const found = peopleByName(jira.world).filter((person) => person.active && matchesPerson(jira, person, query))
  const shown = found.slice(0, readCount(call, 'maxResults', 50))
  const users = shown.map((person) => ({
    name: person.name,
    key: person.key,
    html: `${person.displayName} - ${shownEmail(jira, person, call.person) ?? ''} (${person.name})`,
    displayName: person.displayName,
    avatarUrl: `${baseUrl(jira)}/secure/useravatar?size=xsmall&avatarId=10341`,
  }))
  return { users, total: found.length, header: `Showing ${shown.length} of ${found.length} matching users` }
}

function groupMembers(jira: Jira, call: Call): SandboxReply {
  const viewer = needUser(call)
  if (!isAdmin(viewer))
    throw refuse(403, 'You are not authorized to perform this operation. Administrator privileges are required.')
  const name = call.query.get('groupname')
  if (!name) throw refuse(400, 'The group name is empty.')
  if (!jira.world.groups.has(name)) throw refuse(404, `The group named '${name}' does not exist.`)
  const withInactive = readFlag(call, 'includeInactiveUsers', false)
  const members = peopleByName(jira.world).filter(
    ({ groups, active }) => groups.includes(name) && (active || withInactive),
  )
  const startAt = readCount(call, 'startAt', 0)
  const maxResults = Math.min(readCount(call, 'maxResults', 50), 50)
  const isLast = startAt + maxResults >= members.length
  const page = (at: number) =>
    `${restUrl(jira)}/group/member?includeInactiveUsers=${withInactive}&maxResults=${maxResults}&groupname=${encodeURIComponent(name)}&startAt=${at}`
  return ok({
    self: page(startAt),
    ...(isLast ? {} : { nextPage: page(startAt + maxResults) }),
    maxResults,
    startAt,
    total: members.length,
    isLast,
    values: members.slice(startAt, startAt + maxResults).map(({ key }) => personRef(jira, key, viewer)),
  })
}

function myPermissions(jira: Jira, call: Call): SandboxReply {
  const { query, person } = call
  const issueKey = query.get('issueKey') ?? query.get('issueId')
  const projectKey = query.get('projectKey') ?? query.get('projectId')
  const issue = issueKey === null ? undefined : findIssue(jira.world, issueKey)
  if (issueKey !== null && issue === undefined) throw refuse(404, 'Issue Does Not Exist')
  const named = projectKey === null ? undefined : visibleProject(jira, call, projectKey)
  const context = issue === undefined ? named : jira.world.projects.get(issue.projectId)
  // Without a context a project permission counts as soon as it is held in some project.
  const projects = context === undefined ? [...jira.world.projects.values()] : [context]
  const entries = permissions.flatMap((permission) => {
    const held =
      permission.type === 'GLOBAL'
        ? allowed(person, { permission: permission.key, project: null })
        : projects.some((project) => allowed(person, { permission: permission.key, project }))
    const bean = { ...permission, havePermission: held }
    const old = deprecatedKeys[permission.key]
    return [
      [permission.key, bean] as const,
      ...(old === undefined ? [] : [[old, { ...bean, key: old, deprecatedKey: true }] as const]),
    ]
  })
  return ok({ permissions: Object.fromEntries(entries) })
}

export const watcherBean = (jira: Jira) => (issue: Issue, call: Call) => ({
  self: `${restUrl(jira)}/issue/${issue.key}/watchers`,
  isWatching: call.person !== null && issue.watcherKeys.has(call.person.key),
  watchCount: issue.watcherKeys.size,
  watchers: [...issue.watcherKeys].map((key) => personRef(jira, key, call.person)),
})

export function peopleRoutes(jira: Jira): readonly JiraRoute[] {
  const multi = (call: Call): SandboxReply => {
    needUser(call)
    const keys = readList(call, 'projectKeys')
    if (keys.length === 0) throw refuse(400, "The 'projectKeys' query parameter was not provided")
    return assignable(jira, { call, projects: keys.map((key) => visibleProject(jira, call, key)) })
  }
  const streamed: readonly JiraRoute[] =
    jira.version === '10' ? [['GET', '/rest/api/2/user/list', (call) => listUsers(jira, call)]] : []
  return [
    ['GET', '/rest/api/2/user', (call) => readUser(jira, call)],
    ['GET', '/rest/api/2/user/search', (call) => searchUsers(jira, call)],
    ['GET', '/rest/api/2/user/assignable/search', (call) => searchAssignable(jira, call)],
    ['GET', '/rest/api/2/user/assignable/multiProjectSearch', multi],
    ...streamed,
    ['GET', '/rest/api/2/user/picker', (call) => ok(pickUsers(jira, call))],
    [
      'GET',
      '/rest/api/2/groupuserpicker',
      (call) => {
        const query = (call.query.get('query') ?? '').toLowerCase()
        const groups = [...jira.world.groups].filter((name) => name.includes(query))
        const header = `Showing ${groups.length} of ${groups.length} matching groups`
        return ok({
          users: pickUsers(jira, call),
          groups: { header, total: groups.length, groups: groups.map((name) => ({ name, html: name, labels: [] })) },
        })
      },
    ],
    ['GET', '/rest/api/2/group/member', (call) => groupMembers(jira, call)],
    ['GET', '/rest/api/2/mypermissions', (call) => myPermissions(jira, call)],
    [
      'GET',
      '/rest/api/2/permissions',
      (call) => {
        needUser(call)
        return ok({ permissions: Object.fromEntries(permissions.map((permission) => [permission.key, permission])) })
      },
    ],
    [
      'GET',
      '/rest/api/2/myself',
      (call) => {
        if (call.person === null) throw mustAuthenticate()
        return ok(fullPersonBean(jira, { person: call.person, viewer: call.person, expand: readList(call, 'expand') }))
      },
    ],
  ]
}
