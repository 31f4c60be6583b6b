import { randomUUID } from 'node:crypto'
import { ensureNode, findNode } from './classification.ts'
import { endpoint, flagOf, list, numberOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse, refuseArgument, refuseMissingProject } from './errors.ts'
import { identityRef, stableGuid } from './identities.ts'
import { PROCESSES } from './processes.ts'
import { createProject } from './seeds.ts'
import { collectionUrl, findProject, identityUrl } from './world.ts'
import type { ClassificationNode, Project, World } from './world.ts'

const projectUrl = (world: World, project: Project) => `${collectionUrl(world)}/_apis/projects/${project.id}`

function printProject(world: World, project: Project): Record<string, unknown> {
  return {
    id: project.id,
    name: project.name,
    ...(project.description !== '' && { description: project.description }),
    url: projectUrl(world, project),
    state: project.state,
    revision: project.revision,
    visibility: project.visibility,
    lastUpdateTime: project.lastUpdateTime,
  }
}

const teamRef = (world: World, project: Project) => ({
  id: project.teamId,
  name: `${project.name} Team`,
  url: `${projectUrl(world, project)}/teams/${project.teamId}`,
})

function printTeam(world: World, project: Project) {
  return {
    ...teamRef(world, project),
    description: 'The default project team.',
    identityUrl: `${identityUrl(world)}/_apis/Identities/${project.teamId}`,
    projectName: project.name,
    projectId: project.id,
  }
}

function readProjects(call: Call) {
  const { world } = call
  const state = (queryOf(call, 'stateFilter') ?? 'wellFormed').toLowerCase()
  const names = ['deleting', 'new', 'wellFormed', 'createPending', 'all', 'unchanged', 'deleted']
  if (!names.some((name) => name.toLowerCase() === state) && !/^\d$/.test(state))
    refuseArgument(`The value '${state}' is not valid for stateFilter.`)
  const all = [...world.projects.values()].filter(
    (project) => state === 'all' || /^\d$/.test(state) || project.state.toLowerCase() === state,
  )
  const start = numberOf(call, '$skip') ?? Number(queryOf(call, 'continuationToken') ?? 0)
  const end = start + (numberOf(call, '$top') ?? world.switches.projectPageSize)
  const more = end < all.length ? { 'x-ms-continuationtoken': String(end) } : {}
  return list(
    call,
    all.slice(start, end).map((project) => printProject(world, project)),
    more,
  )
}

function findByParam(call: Call): Project {
  const name = call.params['projectId']!
  return findProject(call.world, name) ?? refuseMissingProject(name)
}

function readProject(call: Call) {
  const { world } = call
  const project = findByParam(call)
  const process = PROCESSES.find(({ name }) => name === project.process)!
  const { visibility, lastUpdateTime, revision, ...head } = printProject(world, project)
  return ok(call, {
    ...head,
    ...(flagOf(call, 'includeCapabilities') && {
      capabilities: {
        processTemplate: { templateName: process.name, templateTypeId: process.id },
        versioncontrol: { sourceControlType: 'Git', gitEnabled: 'True', tfvcEnabled: 'False' },
      },
    }),
    revision,
    _links: {
      self: { href: projectUrl(world, project) },
      collection: { href: `${collectionUrl(world)}/_apis/projectCollections/${world.collectionId}` },
      web: { href: `${collectionUrl(world)}/${encodeURIComponent(project.name)}` },
    },
    visibility,
    defaultTeam: teamRef(world, project),
    lastUpdateTime,
  })
}

function startOperation(call: Call) {
  const id = randomUUID()
  call.world.operations.set(id, { polls: 0, status: 'succeeded' })
  return ok(call, { id, status: 'notSet', url: `${collectionUrl(call.world)}/_apis/operations/${id}` }, { status: 202 })
}

function addProject(call: Call) {
  const { name, description, visibility, capabilities } = call.body()
  const template = (capabilities as { processTemplate?: { templateTypeId?: string } } | undefined)?.processTemplate
  const process = PROCESSES.find(({ id }) => id === template?.templateTypeId?.toLowerCase())
  if (typeof name !== 'string' || name === '' || process === undefined) {
    refuseArgument('TF200031: A project needs a name and an existing process template.', 'ArgumentException')
  }
  if (findProject(call.world, name) !== undefined) {
    refuse({
      status: 409,
      family: 'core',
      typeKey: 'ProjectAlreadyExistsException',
      message: `TF200019: The following project already exists on the Azure DevOps Server: ${name}. You cannot create a new project with the same name as an existing project. Provide a different name.`,
    })
  }
  const project = createProject(call.world, { name, process: process.name, description: String(description ?? '') })
  project.visibility = visibility === 'public' ? 'public' : 'private'
  return startOperation(call)
}

function removeProject(call: Call) {
  const project = findByParam(call)
  call.world.projects.delete(project.id)
  for (const [id, item] of call.world.items) if (item.project === project) call.world.items.delete(id)
  return startOperation(call)
}

// Recorded: three polls of a creation found it in progress.
const POLLS = 2

function readOperation(call: Call) {
  const operation = call.world.operations.get(call.params['id']!)
  if (operation === undefined) {
    refuse({
      status: 404,
      family: 'web',
      typeKey: 'OperationNotFoundException',
      message: `VS403342: The operation ${call.params['id']} does not exist.`,
    })
  }
  operation.polls++
  const url = `${collectionUrl(call.world)}/_apis/operations/${call.params['id']}`
  const status = operation.polls > POLLS ? operation.status : 'inProgress'
  return ok(call, { id: call.params['id'], status, url, _links: { self: { href: url } } })
}

const KINDS = { areas: 'area', iterations: 'iteration' } as const

function printNode(
  call: Call,
  node: ClassificationNode,
  kind: keyof typeof KINDS,
  depth: number,
  above: readonly string[],
): Record<string, unknown> {
  const project = call.project!
  const below = [...above, node.name]
  const label = kind === 'areas' ? 'Area' : 'Iteration'
  const url = [
    `${collectionUrl(call.world)}/${project.id}/_apis/wit/classificationNodes/${label}s`,
    ...below.slice(1).map(encodeURIComponent),
  ]
  const hasChildren = node.children.length > 0
  return {
    id: node.id,
    identifier: node.identifier,
    name: node.name,
    structureType: KINDS[kind],
    hasChildren,
    ...(hasChildren &&
      depth > 0 && { children: node.children.map((child) => printNode(call, child, kind, depth - 1, below)) }),
    ...(node.attributes !== null && { attributes: node.attributes }),
    // The description of 5.0 does not know it.
    ...(call.world.version !== '2019' && { path: `\\${[below[0], label, ...below.slice(1)].join('\\')}` }),
    _links: { self: { href: url.join('/') } },
    url: url.join('/'),
  }
}

function kindOf(call: Call): keyof typeof KINDS {
  const kind = call.params['group']!.toLowerCase()
  return kind === 'areas' || kind === 'iterations'
    ? kind
    : refuseArgument(`The value '${kind}' is not valid for structureGroup.`)
}

function readNode(call: Call) {
  const kind = kindOf(call)
  const root = kind === 'areas' ? call.project!.areas : call.project!.iterations
  const names = (call.params['path'] ?? '').split('/').filter((name) => name !== '')
  const found = findNode(root, [root.name, ...names].join('\\'))
  if (found === undefined) {
    refuse({
      status: 404,
      typeKey: 'WorkItemTrackingTreeNodeNotFoundException',
      message: `VS402485: The area/iteration name is not recognized: ${names.join('\\')}`,
    })
  }
  return ok(call, printNode(call, found.node, kind, numberOf(call, '$depth') ?? 0, found.path.split('\\').slice(0, -1)))
}

function addNode(call: Call) {
  const kind = kindOf(call)
  const root = kind === 'areas' ? call.project!.areas : call.project!.iterations
  const { name, attributes } = call.body()
  const above = (call.params['path'] ?? '').split('/').filter((part) => part !== '')
  const node = ensureNode(call.world, root, [...above, String(name)].join('\\'))
  if (attributes !== undefined) node.attributes = attributes as ClassificationNode['attributes']
  return ok(call, printNode(call, node, kind, 0, [root.name, ...above]), { status: 201 })
}

const printProcess = (world: World, { id, name, description, isDefault }: (typeof PROCESSES)[number]) => ({
  id,
  description,
  isDefault,
  type: 'system',
  url: `${collectionUrl(world)}/_apis/process/processes/${id}`,
  name,
})

function readTags(call: Call) {
  const { world } = call
  const used = new Set<string>()
  for (const item of world.items.values()) {
    if (item.project !== call.project) continue
    for (const tag of String(item.revisions.at(-1)?.fields['System.Tags'] ?? '').split('; '))
      used.add(tag.toLowerCase())
  }
  const tags = [...world.tags].filter(([key]) => used.has(key)).map(([, tag]) => tag)
  const url = (id: string) => `${collectionUrl(world)}/${call.project!.id}/_apis/wit/tags/${id}`
  return list(
    call,
    tags.map(({ id, name, lastUpdated }) => ({
      id,
      name,
      url: url(id),
      ...(world.version === 'services' && { lastUpdated }),
    })),
  )
}

const READ = { scope: null, at: 'organization', resource: 4 } as const
const NODES = { scope: 'vso.work', at: 'project', resource: 2 } as const

export const projectEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'projects', READ, readProjects),
  endpoint('POST', 'projects', { ...READ, scope: 'vso.project_manage' }, addProject),
  endpoint('GET', 'projects/:projectId', READ, readProject),
  endpoint('DELETE', 'projects/:projectId', { ...READ, scope: 'vso.project_manage' }, removeProject),
  endpoint('GET', 'operations/:id', { ...READ, resource: 1 }, readOperation),
  endpoint('GET', 'process/processes', { ...READ, resource: 1 }, (call) =>
    list(
      call,
      PROCESSES.map((each) => printProcess(call.world, each)),
    ),
  ),
  endpoint('GET', 'process/processes/:id', { ...READ, resource: 1 }, (call) => {
    const process = PROCESSES.find(({ id }) => id === call.params['id']!.toLowerCase())
    return ok(call, printProcess(call.world, process ?? refuseArgument(`No process ${call.params['id']}.`)))
  }),
  endpoint('GET', 'teams', { ...READ, preview: 3 }, (call) =>
    list(
      call,
      [...call.world.projects.values()].map((each) => printTeam(call.world, each)),
    ),
  ),
  endpoint('GET', 'projects/:projectId/teams', { ...READ, resource: 3 }, (call) =>
    list(call, [printTeam(call.world, findByParam(call))]),
  ),
  endpoint('GET', 'projects/:projectId/teams/:team', { ...READ, resource: 3 }, (call) =>
    ok(call, printTeam(call.world, findByParam(call))),
  ),
  endpoint('GET', 'projects/:projectId/teams/:team/members', { ...READ, resource: 2 }, (call) => {
    const people = [...call.world.people.values()].filter(({ member, active, service }) => member && active && !service)
    return list(
      call,
      people.map((person) => ({ isTeamAdmin: person === call.world.owner, identity: identityRef(call.world, person) })),
    )
  }),
  endpoint('GET', 'wit/classificationnodes', NODES, (call) => {
    const depth = numberOf(call, '$depth') ?? 0
    const { areas, iterations } = call.project!
    return list(call, [
      printNode(call, areas, 'areas', depth, []),
      printNode(call, iterations, 'iterations', depth, []),
    ])
  }),
  endpoint('GET', 'wit/classificationnodes/:group', NODES, readNode),
  endpoint('GET', 'wit/classificationnodes/:group/*path', NODES, readNode),
  endpoint('POST', 'wit/classificationnodes/:group', { ...NODES, scope: 'vso.work_write' }, addNode),
  endpoint('POST', 'wit/classificationnodes/:group/*path', { ...NODES, scope: 'vso.work_write' }, addNode),
  endpoint('GET', 'wit/tags', { scope: 'vso.work', at: 'project', preview: 1 }, readTags),
]

export const accountGuid = (world: World): string => stableGuid(`account ${world.org}`)
