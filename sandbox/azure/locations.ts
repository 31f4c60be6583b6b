import { endpoint, list, noContent, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse } from './errors.ts'
import { uniqueName } from './identities.ts'
import { accountGuid } from './project-endpoints.ts'
import { collectionUrl } from './world.ts'
import type { World } from './world.ts'

type Place = readonly [id: string, resource: string, route: string, resourceVersion: number, preview?: boolean]

const wit = (route: string) => `{project}/_apis/{area}/${route}`

// Where each resource lives, by the identifiers under which the official clients look them up.
const PLACES: Readonly<Record<string, readonly Place[]>> = {
  wit: [
    ['72c7ddf8-2cdc-4f60-90cd-ab71c14a399b', 'workItems', wit('{resource}/{id}'), 3],
    ['62d3d110-0047-428c-ad3c-4fe872c91c74', 'workItems', wit('{resource}/${type}'), 3],
    ['908509b6-4248-4475-a1cd-829139ba419f', 'workItemsBatch', wit('{resource}'), 1],
    ['1a9c53f7-f243-4447-b110-35ef023636e4', 'wiql', '{project}/{team}/_apis/{area}/{resource}/{id}', 2],
    ['608aac0a-32e1-4493-a863-b9cf4566d257', 'comments', wit('workItems/{workItemId}/{resource}/{commentId}'), 4, true],
    [
      'f6cb3f27-1028-4851-af96-887e570dc21f',
      'reactions',
      wit('workItems/{workItemId}/comments/{commentId}/{resource}/{reactionType}'),
      1,
      true,
    ],
    [
      '49e03b34-3be0-42e3-8a5d-e8dfb88ac954',
      'versions',
      wit('workItems/{workItemId}/comments/{commentId}/{resource}/{version}'),
      1,
      true,
    ],
    ['f828fe59-dd87-495d-a17c-7a8d6211ca6c', 'workItemRevisions', wit('reporting/{resource}'), 2],
    ['4a644469-90c5-4fcc-9a9f-be0827d369ec', 'discussions', wit('reporting/workItemRevisions/{resource}'), 1, true],
    ['b5b5b6d0-0308-40a1-b3f4-b9bb3c66878f', 'workItemLinks', wit('reporting/{resource}'), 3],
    ['7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa', 'workItemTypes', wit('{resource}/{type}'), 2],
    ['7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa', 'states', wit('workItemTypes/{type}/{resource}'), 1],
    ['bd293ce5-3d25-4192-8e67-e8092e879efb', 'fields', wit('workItemTypes/{type}/{resource}/{field}'), 3],
    ['9b9f5734-36c8-415e-ba67-f83b45c31408', 'workItemTypeCategories', wit('{resource}/{category}'), 2],
    ['6570bf97-d02c-4a91-8d93-3abe9895b1a9', 'updates', wit('workItems/{id}/{resource}/{updateNumber}'), 3],
    ['a00c85a5-80fa-4565-99c3-bcd2181434bb', 'revisions', wit('workItems/{id}/{resource}/{revisionNumber}'), 3],
    ['b70d8d39-926c-465e-b927-b1bf0e5ca0e0', 'recyclebin', wit('{resource}/{id}'), 2],
    ['b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94', 'fields', wit('{resource}/{fieldNameOrRefName}'), 2],
    ['5a172953-1b41-49d3-840a-33f79c3ce89f', 'classificationNodes', wit('{resource}/{structureGroup}/{*path}'), 2],
    ['a70579d1-f53a-48ee-a5be-7be8659023b9', 'classificationNodes', wit('{resource}'), 2],
    ['e07b5fa4-1499-494d-a496-64b860fd64ff', 'attachments', wit('{resource}/{id}'), 3],
    ['a9a9aa7a-8c09-44d3-ad1b-46e855c1e3d3', 'artifactUriQuery', wit('{resource}'), 1, true],
    ['f5d33bc9-5b49-4a3c-a9bd-f3cd46dd2165', 'workItemRelationTypes', '_apis/{area}/{resource}/{relation}', 2],
    ['bc15bc60-e7a8-43cb-ab01-2106be3983a1', 'tags', wit('{resource}/{tagIdOrName}'), 1, true],
  ],
  core: [
    ['603fe2ac-9723-48b9-88ad-09305aa6c6e1', 'projects', '_apis/{resource}/{*projectId}', 4],
    ['d30a3dd1-f8ba-442a-b86a-bd0c0c383e59', 'teams', '_apis/projects/{projectId}/{resource}/{*teamId}', 3],
    ['93878975-88c5-4e6a-8abb-7ddd77a8a7d8', 'processes', '_apis/process/{resource}/{processId}', 1],
  ],
  location: [
    ['00d9565f-ed9c-4a06-9a50-00e7896ccab4', 'connectionData', '_apis/{resource}', 1, true],
    ['e81700f7-3be2-46de-8624-2eb35882fcaa', 'resourceAreas', '_apis/{resource}/{areaId}', 1, true],
  ],
}

function readLocations(call: Call) {
  const area = call.params['area']!.toLowerCase()
  const { maxVersion } = call.world.switches
  const released = call.world.version === 'services' ? '7.1' : maxVersion
  return list(
    call,
    (PLACES[area] ?? []).map(([id, resourceName, routeTemplate, resourceVersion, preview = false]) => ({
      id,
      area: call.params['area'],
      resourceName,
      routeTemplate,
      resourceVersion,
      minVersion: '1.0',
      maxVersion,
      releasedVersion: preview ? '0.0' : released,
    })),
  )
}

type Area = readonly [id: string, name: string, host: '' | '_vssps' | '_vsaex' | '_almsearch']

const AREAS: readonly Area[] = [
  ['79134c72-4a58-4b42-976c-04e7115f32bf', 'core', ''],
  ['5264459e-e5e0-4bd8-b118-0985e68a4ec5', 'wit', ''],
  ['1d4f49f9-02b9-4e26-b826-2cdb6195f2a9', 'work', ''],
  ['5d6898bb-45ec-463f-95f9-54d49c71752e', 'processes', ''],
  ['bb1e7ec9-e901-4b68-999a-de7012b920f8', 'graph', '_vssps'],
  ['8a3d49b8-91f0-46ef-b33d-dda338c25db3', 'ims', '_vssps'],
  ['8ccfef3d-2b87-4e99-8ccb-66e343d2daa8', 'profile', '_vssps'],
  ['68ddce18-2501-45f1-a17b-7931a9922690', 'memberEntitlementManagement', '_vsaex'],
  ['ea48a0a1-269c-42d8-b8ad-ddc8fcdcf578', 'search', '_almsearch'],
]

function printArea(world: World, [id, name, host]: Area) {
  const base = host === '' ? collectionUrl(world) : `${world.stage.url()}/${host}/${world.org}`
  return { id, name, locationUrl: `${base}/` }
}

/** The official way to find the hosts of an organization. A Server has one host and says nothing. */
function readAreas(call: Call) {
  if (call.world.version !== 'services') return ok(call, { count: 0, value: null })
  return list(
    call,
    AREAS.map((area) => printArea(call.world, area)),
  )
}

function readArea(call: Call) {
  const area = AREAS.find(([id]) => id === call.params['areaId']!.toLowerCase())
  if (area === undefined || call.world.version !== 'services') return noContent()
  return ok(call, printArea(call.world, area))
}

function connectionData(call: Call) {
  const { world, who } = call
  const user = {
    id: who.id,
    descriptor: `Microsoft.IdentityModel.Claims.ClaimsIdentity;${who.domain}\\${who.principalName}`,
    subjectDescriptor: who.descriptor,
    providerDisplayName: who.displayName,
    isActive: true,
    properties: { Account: { $type: 'System.String', $value: uniqueName(world, who) } },
    resourceVersion: 2,
    metaTypeId: 0,
  }
  return ok(call, {
    authenticatedUser: user,
    authorizedUser: user,
    instanceId: world.collectionId,
    deploymentId: accountGuid(world),
    deploymentType: world.version === 'services' ? 'hosted' : 'onPremises',
    locationServiceData: {
      serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
      defaultAccessMappingMoniker: 'PublicAccessMapping',
      lastChangeId: 1,
      lastChangeId64: 1,
    },
  })
}

function accounts(call: Call) {
  const memberId = queryOf(call, 'memberId') ?? queryOf(call, 'ownerId')
  if (memberId === null)
    refuse({
      status: 400,
      family: 'web',
      typeKey: 'ArgumentNullException',
      message: 'Value cannot be null.\r\nParameter name: memberId',
    })
  const { world } = call
  return list(call, [
    { accountId: accountGuid(world), accountUri: `${collectionUrl(world)}/`, accountName: world.org, properties: {} },
  ])
}

const OPEN = { scope: null, at: 'organization' } as const

export const locationEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'resourceareas', { ...OPEN, resource: 1 }, readAreas),
  endpoint('GET', 'resourceareas/:areaId', { ...OPEN, resource: 1 }, readArea),
  endpoint('GET', 'connectiondata', { ...OPEN, preview: 1 }, connectionData),
  endpoint('GET', 'accounts', { ...OPEN, host: 'vssps', only: ['services'], resource: 1 }, accounts),
  endpoint('OPTIONS', ':area', { ...OPEN, resource: 9 }, readLocations),
]
