import { createHash } from 'node:crypto'
import { refuse, refuseMissingItem } from './errors.ts'
import type { Draft } from './draft.ts'
import type { Item, Relation, World } from './world.ts'

interface LinkType {
  readonly referenceName: string
  readonly name: string
  readonly opposite: string | null
  readonly topology: 'tree' | 'dependency' | 'network'
  readonly editable: boolean
  readonly remote: boolean
  readonly isForward: boolean | null
}

type Pair = readonly [
  base: string,
  forward: string,
  reverse: string,
  topology: LinkType['topology'],
  editable: boolean,
  remote?: boolean,
]

// The order of the recorded list.
const PAIRS: readonly Pair[] = [
  ['Microsoft.VSTS.Common.Affects', 'Affects', 'Affected By', 'dependency', true],
  ['Microsoft.VSTS.TestCase.SharedParameterReferencedBy', 'Referenced By', 'References', 'dependency', true],
  ['Microsoft.VSTS.Common.TestedBy', 'Tested By', 'Tests', 'dependency', true],
  ['Microsoft.VSTS.TestCase.SharedStepReferencedBy', 'Test Case', 'Shared Steps', 'dependency', true],
  ['System.LinkTypes.Remote.Dependency', 'Produces For', 'Consumes From', 'dependency', false, true],
  ['System.LinkTypes.Duplicate', 'Duplicate', 'Duplicate Of', 'tree', false],
  ['System.LinkTypes.Dependency', 'Successor', 'Predecessor', 'dependency', false],
  ['System.LinkTypes.Hierarchy', 'Child', 'Parent', 'tree', false],
]

const linkTypes: readonly LinkType[] = [
  ...PAIRS.flatMap(([base, forward, reverse, topology, editable, remote = false]): LinkType[] => [
    {
      referenceName: `${base}-Forward`,
      name: forward,
      opposite: `${base}-Reverse`,
      topology,
      editable,
      remote,
      isForward: true,
    },
    {
      referenceName: `${base}-Reverse`,
      name: reverse,
      opposite: `${base}-Forward`,
      topology,
      editable,
      remote,
      isForward: false,
    },
  ]),
  ...(['System.LinkTypes.Related', 'System.LinkTypes.Remote.Related'] as const).map((referenceName): LinkType => ({
    referenceName,
    name: referenceName.includes('Remote') ? 'Remote Related' : 'Related',
    opposite: null,
    topology: 'network',
    editable: false,
    remote: referenceName.includes('Remote'),
    isForward: null,
  })),
]

const RESOURCE_LINKS: Readonly<Record<string, string>> = {
  AttachedFile: 'Attached File',
  Hyperlink: 'Hyperlink',
  ArtifactLink: 'Artifact Link',
}

export const PARENT = 'System.LinkTypes.Hierarchy-Reverse'

export const findLinkType = (rel: string): LinkType | undefined =>
  linkTypes.find((type) => type.referenceName.toLowerCase() === rel.toLowerCase())

export function relationTypes(base: string): Record<string, unknown>[] {
  const url = (name: string) => `${base}/_apis/wit/workItemRelationTypes/${name}`
  return [
    ...linkTypes.map((type) => ({
      attributes: {
        usage: 'workItemLink',
        editable: type.editable,
        enabled: true,
        acyclic: type.isForward !== null,
        directional: type.isForward !== null,
        singleTarget: type.topology !== 'tree',
        topology: type.topology,
        remote: type.remote,
        ...(type.isForward !== null && { isForward: type.isForward, oppositeEndReferenceName: type.opposite }),
      },
      referenceName: type.referenceName,
      name: type.name,
      url: url(type.referenceName),
    })),
    ...Object.entries(RESOURCE_LINKS).map(([referenceName, name]) => ({
      attributes: { usage: 'resourceLink', editable: false, enabled: true },
      referenceName,
      name,
      url: url(referenceName),
    })),
  ]
}

/** Recorded: relations come back in an order that is not the one they were added in. */
export function sortRelations(relations: readonly Relation[]): Relation[] {
  const key = (relation: Relation) =>
    createHash('md5')
      .update(`${relation.rel}${relation.target ?? relation.url}`)
      .digest('hex')
  return relations
    .map((relation) => [key(relation), relation] as const)
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([, r]) => r)
}

export const sameEnd = (a: Relation, b: Relation): boolean =>
  a.rel === b.rel && a.target === b.target && (a.target !== null || a.url === b.url)

function refuseLink(typeKey: string, message: string): never {
  refuse({ status: 400, typeKey, message })
}

/** The relation a client describes, checked against what the draft already has. */
export function parseRelation(world: World, draft: Draft, value: unknown): Relation {
  const { rel, url, attributes } = (value ?? {}) as {
    rel?: unknown
    url?: unknown
    attributes?: Record<string, unknown>
  }
  if (typeof rel !== 'string' || typeof url !== 'string' || url === '') {
    refuseLink(
      'VssPropertyValidationException',
      "You must pass a valid patch document in the body of the request. The relation needs 'rel' and 'url'.",
    )
  }
  const linkType = findLinkType(rel)
  const resourceRel = Object.keys(RESOURCE_LINKS).find((name) => name.toLowerCase() === rel.toLowerCase())
  if (linkType === undefined && resourceRel === undefined) {
    refuseLink('WorkItemLinkTypeNotFoundException', `VS402852: Cannot find work item link type ${rel}.`)
  }
  const relation: Relation = linkType
    ? {
        rel: linkType.referenceName,
        url: '',
        target: parseTarget(world, url),
        attributes: { isLocked: false, ...pickAttributes(attributes), name: linkType.name },
      }
    : { rel: resourceRel!, url, target: null, attributes: resourceAttributes(world, resourceRel!, url, attributes) }
  checkRelation(world, draft, relation)
  return relation
}

function pickAttributes(attributes: Record<string, unknown> = {}): Record<string, unknown> {
  const { comment } = attributes
  return comment === undefined ? {} : { comment }
}

function resourceAttributes(world: World, rel: string, url: string, attributes: Record<string, unknown> = {}) {
  const at = world.stage.clock.now().toISOString()
  const common = {
    authorizedDate: at,
    id: ++world.nextNodeId,
    resourceCreatedDate: at,
    resourceModifiedDate: at,
    revisedDate: '9999-01-01T00:00:00Z',
  }
  if (rel !== 'AttachedFile') return { ...common, ...attributes }
  const attachment = world.attachments.get(/attachments\/([0-9a-f-]{36})/i.exec(url)?.[1]?.toLowerCase() ?? '')
  if (attachment === undefined) {
    refuse({
      status: 404,
      typeKey: 'AttachmentNotFoundException',
      message: `TF401175: The file attachment ${url} does not exist.`,
    })
  }
  return { ...common, resourceSize: attachment.bytes.length, name: attachment.name, ...attributes }
}

function parseTarget(world: World, url: string): number {
  const id = Number(/(?:workItems\/|^)(-?\d+)\/?$/i.exec(url)?.[1])
  const target = world.items.get(id)
  if (Number.isNaN(id) || target === undefined || target.deleted !== null || target.hidden)
    refuseMissingItem(Number.isNaN(id) ? url : id)
  return id
}

function checkRelation(world: World, draft: Draft, relation: Relation): void {
  if (draft.relations.some((existing) => sameEnd(existing, relation))) {
    refuseLink('RelationAlreadyExistsException', 'Relation already exists.')
  }
  if (relation.target === null) return
  if (relation.target === draft.item?.id) {
    refuseLink('WorkItemLinkInvalidException', 'TF201035: You cannot add a link from a work item to itself.')
  }
  const single = (rel: string, relations: readonly Relation[]) =>
    rel.endsWith('-Reverse') && findLinkType(rel)?.topology === 'tree' && relations.some((each) => each.rel === rel)
  const opposite = findLinkType(relation.rel)!.opposite ?? relation.rel
  const ofTarget = world.items.get(relation.target)!.relations
  if (single(relation.rel, draft.relations) || single(opposite, ofTarget)) {
    refuseLink(
      'WorkItemLinkInvalidException',
      'TF201036: You cannot add a Child link between work items because a work item can have only one Parent link.',
    )
  }
  if (draft.item !== null && relation.rel.startsWith('System.LinkTypes.Hierarchy'))
    checkCircle(world, draft.item, relation)
}

function checkCircle(world: World, item: Item, relation: Relation): void {
  const [child, start] = relation.rel === PARENT ? [item.id, relation.target!] : [relation.target!, item.id]
  for (
    let ancestor: number | undefined = start;
    ancestor !== undefined;
    ancestor = parentOf(world.items.get(ancestor))
  ) {
    if (ancestor !== child) continue
    refuseLink(
      'WorkItemLinkInvalidException',
      'TF201035: You cannot add a Parent link to this work item because it would result in a circular relationship.',
    )
  }
}

export const parentOf = (item: Item | undefined): number | undefined =>
  item?.relations.find((relation) => relation.rel === PARENT)?.target ?? undefined

/** The same link as its other end sees it. */
export function mirror(relation: Relation, source: number): Relation {
  const linkType = findLinkType(relation.rel)!
  const opposite = findLinkType(linkType.opposite ?? linkType.referenceName)!
  return {
    rel: opposite.referenceName,
    url: '',
    target: source,
    attributes: { ...relation.attributes, name: opposite.name },
  }
}
