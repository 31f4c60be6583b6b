import { allows, requireActor } from '../auth.ts'
import type { Call, Endpoint } from '../call.ts'
import type { Limits } from '../limits.ts'
import { replyPage } from '../paging.ts'
import { renderIssueType } from '../render-issues.ts'
import {
  renderFullOrg,
  renderInstallation,
  renderOrg,
  renderPrivateUser,
  renderPublicUser,
  renderUser,
} from '../render.ts'
import { lastModified, noContent, ok, refuse, refuseNotFound } from '../reply.ts'
import { findPerson, hooksUp } from '../world.ts'
import type { Org, Person } from '../world.ts'

export const peopleEndpoints = (limits: Limits): readonly Endpoint[] => [
  ['GET', '/', null, readRoot],
  ['GET', '/meta', null, () => ok({ verifiable_password_authentication: false, installed_version: '3.19.0' })],
  ['GET', '/rate_limit', null, (call) => readLimits(call, limits)],
  ['GET', '/user', null, readSelf],
  ['GET', '/user/orgs', null, listOwnOrgs],
  ['GET', '/user/memberships/orgs', null, listMemberships],
  [
    'GET',
    '/user/memberships/orgs/:org',
    null,
    (call) => ok(showMembership(call, orgOf(call), requireActor(call.who).person)),
  ],
  ['GET', '/user/installations', null, listInstallations],
  ['GET', '/users/:login', null, readUser],
  ['GET', '/users/:login/orgs', null, listOrgsOf],
  ['GET', '/orgs/:org', null, readOrg],
  ['GET', '/orgs/:org/members', null, listMembers],
  ['GET', '/orgs/:org/members/:login', null, checkMember],
  ['GET', '/orgs/:org/memberships/:login', null, readMembership],
  ['GET', '/orgs/:org/issue-types', null, listIssueTypes],
]

function readRoot({ links }: Call) {
  return ok({
    current_user_url: `${links.api}/user`,
    organization_url: `${links.api}/orgs/{org}`,
    repository_url: `${links.api}/repos/{owner}/{repo}`,
  })
}

function readLimits(call: Call, limits: Limits) {
  // An Enterprise Server with limits off says so with a 404.
  if (call.host.switches.primaryLimits === 'off') return refuse(404, 'Rate limiting is not enabled.')
  const resources = limits.overview(call.who)
  return ok({ resources, rate: resources['core'] })
}

/** Who signed in: a person, or nobody whom this endpoint knows. */
function readSelf({ who, links }: Call) {
  const { person } = requireActor(who)
  if (who.kind === 'installation' || who.kind === 'actions')
    return refuse(403, 'Resource not accessible by integration')
  return ok(renderPrivateUser(person, links), lastModified(person.updatedAt))
}

function personOf(call: Call): Person {
  return findPerson(call.world, call.params['login'] ?? '') ?? refuseNotFound()
}

function orgOf(call: Call): Org {
  return call.world.orgs.get((call.params['org'] ?? '').toLowerCase()) ?? refuseNotFound()
}

function readUser(call: Call) {
  const person = personOf(call)
  return ok(renderPublicUser(person, call.links), lastModified(person.updatedAt))
}

const orgsOf = ({ world }: Call, person: Person): Org[] =>
  [...world.orgs.values()].filter((org) => org.members.has(person.login.toLowerCase()))

function listOwnOrgs(call: Call) {
  return replyPage(call, orgsOf(call, requireActor(call.who).person), (org) => renderOrg(org, call.links))
}

/** Memberships are private until made public, which nobody here did. */
function listOrgsOf(call: Call) {
  const person = personOf(call)
  const mine = call.who.person === null ? [] : orgsOf(call, call.who.person)
  return replyPage(
    call,
    orgsOf(call, person).filter((org) => mine.includes(org)),
    (org) => renderOrg(org, call.links),
  )
}

function showMembership({ links }: Call, org: Org, person: Person) {
  const role = org.members.get(person.login.toLowerCase())
  if (role === undefined) return refuseNotFound()
  return {
    url: `${links.api}/orgs/${org.account.login}/memberships/${person.login}`,
    state: 'active',
    role,
    organization_url: `${links.api}/orgs/${org.account.login}`,
    direct_membership: true,
    enterprise_teams_providing_indirect_membership: [],
    user: renderUser(person, links),
    organization: renderOrg(org, links),
  }
}

function listMemberships(call: Call) {
  const { person } = requireActor(call.who)
  return replyPage(call, orgsOf(call, person), (org) => showMembership(call, org, person))
}

/** Those of the App that signed the person in, where the person may look. */
function listInstallations(call: Call) {
  const { world, who, links } = call
  const { person } = requireActor(who)
  if (who.kind !== 'user') {
    return refuse(
      403,
      'You must authenticate with an access token authorized to a GitHub App in order to list installations',
    )
  }
  const mine = world.installations.filter(
    (each) =>
      each.app === who.app &&
      (each.account === person ||
        world.orgs.get(each.account.login.toLowerCase())?.members.has(person.login.toLowerCase()) === true ||
        [...world.repos.values()].some(
          (repo) => hooksUp(each, repo) && repo.collaborators.has(person.login.toLowerCase()),
        )),
  )
  return replyPage(
    call,
    mine,
    (each) => renderInstallation(each, links),
    (installations) => ({ total_count: mine.length, installations }),
  )
}

function readOrg(call: Call) {
  const org = orgOf(call)
  const open = [...call.world.repos.values()].filter((repo) => repo.owner === org.account && !repo.private).length
  return ok(renderFullOrg(org, open, call.links), lastModified(org.account.updatedAt))
}

/** Members see members; an App sees them with `members: read` in an installation there. */
function seesMembers({ who, world }: Call, org: Org): boolean {
  if (who.kind === 'installation') {
    return who.installation?.account === org.account && allows(who.token?.permissions ?? {}, 'members:read')
  }
  if (
    who.kind === 'user' &&
    !world.installations.some(
      (each) => each.app === who.app && each.account === org.account && allows(each.permissions, 'members:read'),
    )
  ) {
    return false
  }
  return who.person !== null && org.members.has(who.person.login.toLowerCase())
}

function membersOf(call: Call, org: Org): Person[] {
  return [...org.members.keys()].flatMap((login) => findPerson(call.world, login) ?? [])
}

function listMembers(call: Call) {
  const org = orgOf(call)
  if (call.who.kind === 'actions') return refuse(403, 'Resource not accessible by integration')
  const role = call.query.get('role') ?? 'all'
  const found = seesMembers(call, org) ? membersOf(call, org) : []
  const kept = found.filter(({ login }) => role === 'all' || org.members.get(login.toLowerCase()) === role)
  return replyPage(call, kept, (person) => renderUser(person, call.links))
}

function checkMember(call: Call) {
  const org = orgOf(call)
  const isMember = org.members.has((call.params['login'] ?? '').toLowerCase())
  if (seesMembers(call, org))
    return isMember ? noContent : refuse(404, 'User does not exist or is not a member of the organization')
  // A stranger is sent on to the public members, of whom there are none.
  return {
    status: 302,
    headers: { location: `${call.links.api}/orgs/${org.account.login}/public_members/${call.params['login']}` },
  }
}

function readMembership(call: Call) {
  const org = orgOf(call)
  const person = personOf(call)
  if (!seesMembers(call, org)) {
    return refuse(
      403,
      call.who.kind === 'installation'
        ? 'Resource not accessible by integration'
        : 'You must be a member of the organization to view its members.',
    )
  }
  return ok(showMembership(call, org, person))
}

function listIssueTypes(call: Call) {
  const org = orgOf(call)
  const inside =
    (call.who.person !== null && org.members.has(call.who.person.login.toLowerCase())) ||
    call.who.installation?.account === org.account
  return inside ? ok(org.issueTypes.map(renderIssueType)) : refuseNotFound()
}
