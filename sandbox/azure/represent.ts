import { findNode } from './classification.ts'
import { printValue } from './identities.ts'
import { parentOf } from './relations.ts'
import { collectionUrl, currentRevision, isPerson } from './world.ts'
import type { FieldValue, Item, Person, Relation, Revision, World } from './world.ts'

export const FAR_FUTURE = '9999-01-01T00:00:00Z'

export interface View {
  /** Reference names in the caller's spelling; `null` for all that are usually shown. */
  readonly fields: readonly string[] | null
  readonly relations: boolean
  readonly links: boolean
  /** The bookkeeping fields too. */
  readonly expanded: boolean
  readonly identities: 'refs' | 'text'
}

export const PLAIN: View = { fields: null, relations: false, links: false, expanded: false, identities: 'refs' }

export const itemUrl = (world: World, item: Item): string =>
  `${collectionUrl(world)}/${item.project.id}/_apis/wit/workItems/${item.id}`

export function revisedDate(item: Item, revision: Revision): string {
  return item.revisions[revision.rev]?.changedDate ?? FAR_FUTURE
}

const personNumber = (person: Person): number => Number.parseInt(person.id.slice(0, 7), 16)

const level = (path: FieldValue | undefined, number: number): string | undefined =>
  String(path ?? '').split('\\')[number - 1]

const countOf = (item: Item, test: (relation: Relation) => boolean): number | undefined =>
  item.relations.filter(test).length || undefined

// Fields that are worked out instead of being kept.
const COMPUTED: Readonly<Record<string, (item: Item, revision: Revision) => FieldValue | undefined>> = {
  'System.Id': (item) => item.id,
  'System.Rev': (_, revision) => revision.rev,
  'System.AreaId': (item, { fields }) => findNode(item.project.areas, String(fields['System.AreaPath']))?.node.id,
  'System.IterationId': (item, { fields }) =>
    findNode(item.project.iterations, String(fields['System.IterationPath']))?.node.id,
  'System.NodeName': (_, { fields }) => String(fields['System.AreaPath']).split('\\').at(-1),
  'System.AreaLevel1': (_, { fields }) => level(fields['System.AreaPath'], 1),
  'System.AreaLevel2': (_, { fields }) => level(fields['System.AreaPath'], 2),
  'System.AreaLevel3': (_, { fields }) => level(fields['System.AreaPath'], 3),
  'System.IterationLevel1': (_, { fields }) => level(fields['System.IterationPath'], 1),
  'System.IterationLevel2': (_, { fields }) => level(fields['System.IterationPath'], 2),
  'System.IterationLevel3': (_, { fields }) => level(fields['System.IterationPath'], 3),
  'System.AuthorizedDate': (_, revision) => revision.changedDate,
  'System.RevisedDate': revisedDate,
  'System.AuthorizedAs': (_, revision) => revision.changedBy,
  'System.PersonId': (_, revision) => personNumber(revision.changedBy),
  'System.Watermark': (_, revision) => revision.watermark,
  'System.IsDeleted': (_, revision) => revision.deleted || undefined,
  // Live in the newest revision: not every comment makes one.
  'System.CommentCount': (item, revision) =>
    revision === currentRevision(item)
      ? item.comments.filter((comment) => !comment.versions.at(-1)!.deleted).length
      : revision.commentCount,
  'System.Parent': (item, revision) => (revision === currentRevision(item) ? parentOf(item) : undefined),
  'System.RelatedLinkCount': (item) => countOf(item, (relation) => relation.target !== null),
  'System.HyperLinkCount': (item) => countOf(item, (relation) => relation.rel === 'Hyperlink'),
  'System.ExternalLinkCount': (item) => countOf(item, (relation) => relation.rel === 'ArtifactLink'),
  'System.AttachedFileCount': (item) => countOf(item, (relation) => relation.rel === 'AttachedFile'),
}

export function readField(item: Item, revision: Revision, name: string): FieldValue | undefined {
  const compute = COMPUTED[name]
  return compute === undefined ? revision.fields[name] : compute(item, revision)
}

export function printFields(world: World, item: Item, revision: Revision, view: View): Record<string, unknown> {
  const wanted = view.fields === null ? null : new Set(view.fields.map((name) => name.toLowerCase()))
  const fields: Record<string, unknown> = {}
  for (const field of world.fields.all) {
    const asked =
      wanted?.has(field.referenceName.toLowerCase()) === true || wanted?.has(field.name.toLowerCase()) === true
    const usual = field.shown === 'always' || (field.shown === 'expanded' && view.expanded)
    if (wanted === null ? !usual : !asked) continue
    const value = readField(item, revision, field.referenceName)
    if (value !== undefined) fields[field.referenceName] = printValue(world, value, view.identities)
  }
  return fields
}

export function printRelation(world: World, relation: Relation): Record<string, unknown> {
  const target = relation.target === null ? undefined : world.items.get(relation.target)
  const url = target === undefined ? relation.url : itemUrl(world, target)
  return { rel: relation.rel, url, attributes: relation.attributes }
}

export function itemLinks(world: World, item: Item, revision: Revision): Record<string, unknown> {
  const base = `${collectionUrl(world)}/${item.project.id}`
  const url = itemUrl(world, item)
  return {
    self: { href: url },
    workItemUpdates: { href: `${url}/updates` },
    workItemRevisions: { href: `${url}/revisions` },
    ...(world.version === '2019'
      ? { workItemHistory: { href: `${url}/history` } }
      : { workItemComments: { href: `${url}/comments` } }),
    html: { href: `${base}/_workitems/edit/${item.id}` },
    workItemType: {
      href: `${base}/_apis/wit/workItemTypes/${encodeURIComponent(String(revision.fields['System.WorkItemType']))}`,
    },
    fields: { href: `${base}/_apis/wit/fields` },
  }
}

const printFormats = (revision: Revision) =>
  Object.fromEntries([...revision.markdown].map((name) => [name, 'markdown']))

function commentRef(world: World, item: Item, revision: Revision) {
  if (revision.comment === null || world.version === '2019') return {}
  const { id, version } = revision.comment
  return {
    commentVersionRef: { commentId: id, version, url: `${itemUrl(world, item)}/comments/${id}/versions/${version}` },
  }
}

/** The newest state of a work item. */
export function printItem(
  world: World,
  item: Item,
  view: View,
  revision = currentRevision(item),
): Record<string, unknown> {
  return {
    id: item.id,
    rev: revision.rev,
    fields: printFields(world, item, revision, view),
    // Recorded: Services sends it under every api-version, also when it has nothing to say.
    ...(world.version === 'services' && { multilineFieldsFormat: printFormats(revision) }),
    ...(view.relations &&
      item.relations.length > 0 && { relations: item.relations.map((each) => printRelation(world, each)) }),
    ...commentRef(world, item, revision),
    ...(view.links && { _links: itemLinks(world, item, revision) }),
    url: itemUrl(world, item),
  }
}

/** A revision is addressed for itself; otherwise it looks like a work item. */
export function printRevision(world: World, item: Item, revision: Revision, view: View): Record<string, unknown> {
  const url = `${itemUrl(world, item)}/revisions/${revision.rev}`
  const printed = printItem(world, item, { ...view, links: false }, revision)
  return {
    ...printed,
    ...(view.links && {
      _links: {
        self: { href: url },
        workItemRevisions: { href: `${itemUrl(world, item)}/revisions` },
        parent: { href: itemUrl(world, item) },
      },
    }),
    url,
  }
}

export const printPlainFields = (world: World, item: Item): Record<string, unknown> =>
  printFields(world, item, currentRevision(item), { ...PLAIN, identities: 'text' })

export const valueEquals = (a: FieldValue | undefined, b: FieldValue | undefined): boolean =>
  isPerson(a) && isPerson(b) ? a.id === b.id : a === b
