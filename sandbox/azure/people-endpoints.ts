import { endpoint, list, numberOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse, refuseArgument } from './errors.ts'
import { uniqueName } from './identities.ts'
import { splitList } from './item-endpoints.ts'
import { versionNumber } from './versions.ts'
import { collectionUrl, identityUrl } from './world.ts'
import type { Person, World } from './world.ts'

const GRAPH = { scope: 'vso.graph', host: 'vssps', at: 'organization', only: ['services'], preview: 1 } as const

/** Descriptors in the claims form that the identities API still carries beside the graph's. */
function legacyDescriptor(person: Person): string {
  if (person.service) return `Microsoft.TeamFoundation.ServiceIdentity;${person.originId}:Build:${person.id}`
  if (person.origin === 'ad')
    return `System.Security.Principal.WindowsIdentity;S-1-5-21-${Number.parseInt(person.id.slice(0, 8), 16)}`
  return `Microsoft.IdentityModel.Claims.ClaimsIdentity;${person.domain}\\${person.principalName}`
}

function printGraphUser(world: World, person: Person): Record<string, unknown> {
  const graph = (kind: string) => ({ href: `${identityUrl(world)}/_apis/Graph/${kind}/${person.descriptor}` })
  return {
    subjectKind: 'user',
    ...(!person.service && { metaType: 'member' }),
    ...(person.origin === 'aad' && { directoryAlias: person.principalName.split('@')[0] }),
    domain: person.domain,
    principalName: person.principalName,
    mailAddress: person.mail,
    origin: person.origin,
    originId: person.originId,
    displayName: person.displayName,
    _links: {
      self: graph('Users'),
      memberships: graph('Memberships'),
      membershipState: graph('MembershipStates'),
      storageKey: graph('StorageKeys'),
      avatar: { href: `${collectionUrl(world)}/_apis/GraphProfile/MemberAvatars/${person.descriptor}` },
    },
    url: graph('Users').href,
    descriptor: person.descriptor,
  }
}

const members = (world: World) => [...world.people.values()].filter((person) => person.member && person.active)

/** One page and the token of the next; tokens are opaque to clients. */
function cut<T>(call: Call, all: readonly T[], size: number): { page: readonly T[]; next: string | null } {
  const token = queryOf(call, 'continuationToken')
  const start = token === null || token === '' ? 0 : Number(Buffer.from(token, 'base64').toString())
  if (!Number.isInteger(start)) refuseArgument(`The continuation token '${token}' is not valid.`)
  const end = start + size
  return { page: all.slice(start, end), next: end < all.length ? Buffer.from(String(end)).toString('base64') : null }
}

function readUsers(call: Call) {
  const kinds = splitList(queryOf(call, 'subjectTypes'))?.map((kind) => kind.toLowerCase())
  const people = members(call.world).filter(
    ({ origin, service }) => kinds === undefined || kinds.includes(service ? 'svc' : origin),
  )
  const { page, next } = cut(call, people, call.world.switches.graphPageSize)
  return list(
    call,
    page.map((person) => printGraphUser(call.world, person)),
    next === null ? {} : { 'x-ms-continuationtoken': next },
  )
}

function findByDescriptor(call: Call, descriptor: string): Person {
  const person = [...call.world.people.values()].find(
    (each) => each.descriptor === descriptor || each.id === descriptor.toLowerCase(),
  )
  if (person !== undefined) return person
  return refuse({
    status: 404,
    family: 'web',
    typeKey: 'GraphSubjectNotFoundException',
    message: `VS860019: The graph member with descriptor ${descriptor} could not be found.`,
  })
}

function querySubjects(call: Call) {
  const { query, subjectKind } = call.body()
  const text = String(query ?? '').toLowerCase()
  if (text === '') refuseArgument('Value cannot be null.\r\nParameter name: query', 'ArgumentNullException')
  if (Array.isArray(subjectKind) && !subjectKind.some((kind) => String(kind).toLowerCase() === 'user'))
    return list(call, [])
  const starts = (value: string) => value.toLowerCase().startsWith(text)
  const found = members(call.world).filter(
    ({ displayName, mail, principalName }) =>
      [displayName, mail, principalName].some(starts) || displayName.split(' ').some(starts),
  )
  return list(
    call,
    found.slice(0, 100).map((person) => printGraphUser(call.world, person)),
  )
}

const property = (value: string) => ({ $type: 'System.String', $value: value })

function printIdentity(world: World, person: Person): Record<string, unknown> {
  return {
    id: person.id,
    descriptor: legacyDescriptor(person),
    subjectDescriptor: person.descriptor,
    providerDisplayName: person.displayName,
    // Recorded: absent, not false, once access was removed.
    ...(person.active && person.member && { isActive: true }),
    members: [],
    memberOf: [],
    memberIds: [],
    properties: {
      SchemaClassName: property('User'),
      Description: property(''),
      Domain: property(person.domain),
      Account: property(world.version === 'services' ? person.principalName : person.account.split('\\').at(-1)!),
      DN: property(''),
      Mail: property(person.mail),
      SpecialType: property('Generic'),
    },
    resourceVersion: 2,
    metaTypeId: 0,
  }
}

function readIdentities(call: Call) {
  const { world } = call
  const people = [...world.people.values()].filter((person) => person.member)
  const ids = splitList(queryOf(call, 'identityIds'))?.map((id) => id.toLowerCase().replaceAll('-', ''))
  const descriptors = splitList(queryOf(call, 'descriptors') ?? queryOf(call, 'subjectDescriptors'))
  if (ids !== undefined)
    return list(
      call,
      ids.map((id) => person(people.find((each) => each.id.replaceAll('-', '') === id))),
    )
  if (descriptors !== null) {
    return list(
      call,
      descriptors.map((name) =>
        person(people.find((each) => each.descriptor === name || legacyDescriptor(each) === name)),
      ),
    )
  }
  const filter = (queryOf(call, 'searchFilter') ?? '').toLowerCase()
  const value = (queryOf(call, 'filterValue') ?? '').toLowerCase()
  if (filter === '' || value === '')
    refuseArgument('Value cannot be null.\r\nParameter name: searchFilter', 'ArgumentNullException')
  const tests: Readonly<Record<string, (each: Person) => string[]>> = {
    general: (each) => [
      each.displayName,
      each.mail,
      each.principalName,
      each.account,
      each.account.split('\\').at(-1)!,
    ],
    mailaddress: (each) => [each.mail],
    accountname: (each) => [
      uniqueName(world, each),
      each.principalName,
      each.account,
      each.account.split('\\').at(-1)!,
    ],
    displayname: (each) => [each.displayName],
    localgroupname: () => [],
  }
  const read = tests[filter] ?? refuseArgument(`The value '${filter}' is not valid for searchFilter.`)
  const exact = people.filter((each) => read(each).some((name) => name.toLowerCase() === value))
  return list(call, exact.map(person))

  function person(found: Person | undefined) {
    return found === undefined ? null : printIdentity(world, found)
  }
}

const LICENSES = { express: 'Basic', stakeholder: 'Stakeholder', advanced: 'Basic + Test Plans' } as const

function printEntitlement(world: World, person: Person): Record<string, unknown> {
  return {
    id: person.id,
    user: printGraphUser(world, person),
    accessLevel: {
      licensingSource: 'account',
      accountLicenseType: person.license,
      msdnLicenseType: 'none',
      licenseDisplayName: LICENSES[person.license],
      status: 'active',
      statusMessage: '',
      assignmentSource: 'unknown',
    },
    lastAccessedDate: '0001-01-01T00:00:00Z',
    dateCreated: '2024-01-10T09:00:00Z',
    projectEntitlements: [],
    groupAssignments: [],
  }
}

function readEntitlements(call: Call) {
  const filter = queryOf(call, '$filter') ?? ''
  const name = /name\s+eq\s+'((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'").toLowerCase()
  if (filter !== '' && name === undefined) refuseArgument(`The filter '${filter}' is not valid.`)
  const people = members(call.world).filter(({ service }) => !service)
  const found = people.filter(
    ({ displayName, mail, principalName }) =>
      name === undefined || [displayName, mail, principalName].some((each) => each.toLowerCase().includes(name)),
  )
  const { page, next } = cut(call, found, numberOf(call, 'top') ?? 100)
  const printed = page.map((person) => printEntitlement(call.world, person))
  // Before 7.0 the page was called members, and clients of then still ask for it.
  return ok(call, {
    ...(versionNumber(call.version) < versionNumber('7.0') ? { members: printed } : { items: printed }),
    continuationToken: next,
    totalCount: found.length,
  })
}

const ENTITLEMENTS = {
  scope: 'vso.memberentitlementmanagement',
  host: 'vsaex',
  at: 'organization',
  only: ['services'],
  preview: 4,
} as const

export const peopleEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'graph/users', GRAPH, readUsers),
  endpoint('GET', 'graph/users/:descriptor', GRAPH, (call) =>
    ok(call, printGraphUser(call.world, findByDescriptor(call, call.params['descriptor']!))),
  ),
  endpoint('POST', 'graph/subjectquery', GRAPH, querySubjects),
  endpoint('GET', 'graph/storagekeys/:descriptor', GRAPH, (call) => {
    const person = findByDescriptor(call, call.params['descriptor']!)
    return ok(call, {
      value: person.id,
      _links: { self: { href: `${identityUrl(call.world)}/_apis/Graph/StorageKeys/${person.descriptor}` } },
    })
  }),
  endpoint('GET', 'graph/descriptors/:key', GRAPH, (call) => {
    const person = findByDescriptor(call, call.params['key']!)
    return ok(call, {
      value: person.descriptor,
      _links: { self: { href: `${identityUrl(call.world)}/_apis/Graph/Descriptors/${person.id}` } },
    })
  }),
  endpoint(
    'GET',
    'identities',
    { scope: 'vso.identity', host: 'vssps', at: 'organization', resource: 1 },
    readIdentities,
  ),
  endpoint('GET', 'identities/:id', { scope: 'vso.identity', host: 'vssps', at: 'organization', resource: 1 }, (call) =>
    ok(call, printIdentity(call.world, findByDescriptor(call, call.params['id']!))),
  ),
  endpoint('GET', 'userentitlements', ENTITLEMENTS, readEntitlements),
  endpoint('GET', 'userentitlements/:id', ENTITLEMENTS, (call) =>
    ok(call, printEntitlement(call.world, findByDescriptor(call, call.params['id']!))),
  ),
  endpoint(
    'GET',
    'profile/profiles/me',
    { scope: null, host: 'vssps', at: 'organization', only: ['services'], resource: 3 },
    (call) =>
      ok(call, {
        displayName: call.who.displayName,
        publicAlias: call.who.id,
        emailAddress: call.who.mail,
        coreRevision: 1,
        timeStamp: '2024-01-10T09:00:00Z',
        id: call.who.id,
        revision: 1,
      }),
  ),
]
