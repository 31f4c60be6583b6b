import { requireActor, requireRole, roleOf } from '../auth.ts'
import type { Call, Endpoint, RepoCall, RepoEndpoint } from '../call.ts'
import { addRepo } from '../founding.ts'
import { replyPage } from '../paging.ts'
import { renderIssueType } from '../render-issues.ts'
import { renderFullRepo, renderPermissions, renderRepo, renderUser } from '../render.ts'
import { created, lastModified, noContent, ok, refuse, refuseInvalid, refuseNotFound } from '../reply.ts'
import { findPerson, findRepo, permissionOf } from '../world.ts'
import type { Permission, Repo } from '../world.ts'
import { nullableTextOf, requiredTextOf, textOf } from './inputs.ts'

export const repoEndpoints: readonly RepoEndpoint[] = [
  ['GET', '', 'metadata:read', read],
  ['PATCH', '', 'administration:write', update],
  ['DELETE', '', 'administration:write', remove],
  ['GET', '/collaborators', 'metadata:read', listCollaborators],
  ['GET', '/collaborators/:login', 'metadata:read', checkCollaborator],
  ['GET', '/collaborators/:login/permission', 'metadata:read', readPermission],
  ['GET', '/issue-types', 'issues:read', listTypes],
]

export const repoListEndpoints: readonly Endpoint[] = [
  ['GET', '/orgs/:org/repos', null, listOfOrg],
  ['POST', '/orgs/:org/repos', null, create],
  ['GET', '/user/repos', null, listOwn],
]

function read(call: RepoCall) {
  const role = roleOf(call.world, call.who, call.repo)
  return ok(renderFullRepo(call.repo, role, call.links), lastModified(call.repo.updatedAt))
}

function update(call: RepoCall) {
  requireRole(call.world, call.who, call.repo, 'admin')
  const { repo } = call
  const body = call.body()
  repo.name = textOf(body, 'name') ?? repo.name
  repo.description = nullableTextOf(body, 'description') ?? repo.description
  if (typeof body['private'] === 'boolean') repo.private = body['private']
  if (typeof body['archived'] === 'boolean') repo.archived = body['archived']
  if (typeof body['has_issues'] === 'boolean') repo.hasIssues = body['has_issues']
  return ok(renderFullRepo(repo, 'admin', call.links))
}

function remove(call: RepoCall) {
  requireRole(call.world, call.who, call.repo, 'admin')
  call.world.repos.delete(call.repo.id)
  return noContent
}

const membersOf = ({ world, repo }: RepoCall) =>
  [...world.people.values()].filter((person) => person.type === 'User' && permissionOf(world, repo, person) !== 'none')

/** The old names of the API: `maintain` shows as `write`, `triage` as `read`. */
const LEGACY: Readonly<Record<Permission | 'none', string>> = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
}

function listCollaborators(call: RepoCall) {
  requireRole(call.world, call.who, call.repo, 'write')
  return replyPage(call, membersOf(call), (person) => {
    const role = permissionOf(call.world, call.repo, person)
    return { ...renderUser(person, call.links), permissions: renderPermissions(role), role_name: role }
  })
}

function checkCollaborator(call: RepoCall) {
  const person = findPerson(call.world, call.params['login'] ?? '')
  return person !== undefined && membersOf(call).includes(person) ? noContent : refuseNotFound()
}

function readPermission(call: RepoCall) {
  const { world, repo, links, params } = call
  const person = findPerson(world, params['login'] ?? '')
  if (person === undefined) return refuse(404, `${params['login']} is not a user`)
  const own = permissionOf(world, repo, person)
  const role = own === 'none' && !repo.private ? 'read' : own
  return ok({
    permission: LEGACY[role],
    user: { ...renderUser(person, links), permissions: renderPermissions(role), role_name: role },
    role_name: role,
  })
}

function listTypes({ world, repo }: RepoCall) {
  const org = world.orgs.get(repo.owner.login.toLowerCase())
  return org === undefined ? refuseNotFound() : ok(org.issueTypes.map(renderIssueType))
}

const visible = (call: Call, repo: Repo): boolean => roleOf(call.world, call.who, repo) !== 'none'

function listOfOrg(call: Call) {
  const login = (call.params['org'] ?? '').toLowerCase()
  if (!call.world.orgs.has(login)) return refuseNotFound()
  const repos = [...call.world.repos.values()].filter(
    (repo) => repo.owner.login.toLowerCase() === login && visible(call, repo),
  )
  return replyPage(call, repos, (repo) => renderRepo(repo, call.links))
}

function listOwn(call: Call) {
  const { person } = requireActor(call.who)
  const repos = [...call.world.repos.values()].filter((repo) => permissionOf(call.world, repo, person) !== 'none')
  return replyPage(call, repos, (repo) => renderRepo(repo, call.links))
}

function create(call: Call) {
  const { person } = requireActor(call.who)
  const org = call.world.orgs.get((call.params['org'] ?? '').toLowerCase()) ?? refuseNotFound()
  if (org.members.get(person.login.toLowerCase()) === undefined)
    return refuse(403, 'You need admin access to the organization before adding a repository to it.')
  const body = call.body()
  const name = requiredTextOf(body, 'name')
  if (findRepo(call.world, org.account.login, name) !== undefined) {
    return refuseInvalid({
      resource: 'Repository',
      code: 'custom',
      field: 'name',
      message: 'name already exists on this account',
    })
  }
  const repo = addRepo(call.host, org.account, {
    name,
    private: body['private'] === true,
    description: nullableTextOf(body, 'description') ?? null,
    files: body['auto_init'] === true ? { 'README.md': `# ${name}\n` } : {},
  })
  const rendered = renderFullRepo(repo, 'admin', call.links)
  return created(rendered, rendered.url)
}
