import type { Draft } from './draft.ts'
import { refuse } from './errors.ts'
import { publish } from './hooks.ts'
import { mirror, sameEnd, sortRelations } from './relations.ts'
import { readField, valueEquals } from './represent.ts'
import { draftDate } from './rules.ts'
import { currentRevision, now } from './world.ts'
import type { Comment, Item, Person, Relation, Revision, Update, World } from './world.ts'

const MAX_REVISIONS = 10_000

export interface SaveOptions {
  readonly who: Person
  /** Nobody is told. */
  readonly quiet?: boolean
}

interface RevisionInput {
  readonly who: Person
  readonly at: string
  readonly fields: Revision['fields']
  readonly markdown: ReadonlySet<string>
  readonly comment?: Revision['comment']
  readonly discussionOnly?: boolean
  readonly deleted?: boolean
}

function appendRevision(world: World, item: Item, input: RevisionInput): Revision {
  if (item.revisions.length >= MAX_REVISIONS) {
    refuse({
      status: 400,
      typeKey: 'WorkItemRevisionLimitExceededException',
      message: `VS403357: Work item reached maximum revision limit of ${MAX_REVISIONS}.`,
    })
  }
  const revision: Revision = {
    rev: item.revisions.length + 1,
    watermark: ++world.watermark,
    changedDate: input.at,
    changedBy: input.who,
    fields: input.fields,
    markdown: input.markdown,
    commentCount: item.comments.filter((comment) => comment.versions.at(-1)?.deleted === false).length,
    comment: input.comment ?? null,
    discussionOnly: input.discussionOnly ?? false,
    deleted: input.deleted ?? false,
  }
  item.revisions.push(revision)
  world.feed.push({ item, revision })
  return revision
}

function appendUpdate(item: Item, rev: number, by: Person, at: string, rest: Partial<Update>): Update {
  const update: Update = {
    id: item.updates.length + 1,
    rev,
    by,
    at,
    revised: false,
    added: [],
    removed: [],
    changed: [],
    ...rest,
  }
  item.updates.push(update)
  return update
}

/** A revision for everything that is not a mere link between work items, and an update for whatever changed at all. */
export function saveDraft(world: World, draft: Draft, options: SaveOptions): Item {
  const before = draft.item === null ? undefined : currentRevision(draft.item)
  const at = draftDate(world, draft)
  if (before !== undefined && draft.written.has('System.ChangedDate') && at <= before.changedDate) {
    refuse({
      status: 400,
      typeKey: 'RuleValidationException',
      message: 'VS402625: Dates must be increasing with each revision.',
    })
  }
  const item = draft.item ?? createItem(world, draft)
  if (draft.history !== null) draft.fields['System.History'] = draft.history
  else delete draft.fields['System.History']

  const fieldsChanged = before === undefined || draft.history !== null || hasNewFields(before, draft)
  const links = [...draft.added, ...draft.removed, ...draft.changed]
  const bumping = links.some(
    ({ rel, target }) => target === null && (rel === 'AttachedFile' || world.switches.resourceLinksBumpRev),
  )
  if (!fieldsChanged && links.length === 0) return item

  item.project = draft.project
  item.relations = sortRelations(draft.relations)
  const relations = { added: draft.added, removed: draft.removed, changed: draft.changed }
  if (fieldsChanged || bumping) {
    const comment = draft.history === null ? null : appendComment(world, item, draft.history, options.who, at)
    stampAuthors(draft, before, options.who, at)
    const revision = appendRevision(world, item, {
      who: options.who,
      at,
      fields: { ...draft.fields },
      markdown: new Set(draft.markdown),
      comment: comment === null ? null : { id: comment.id, version: 1 },
      discussionOnly: before !== undefined && draft.history !== null && !hasNewFields(before, draft, true),
    })
    const update = appendUpdate(item, revision.rev, options.who, at, { revised: true, ...relations })
    mirrorLinks(world, item, draft, options)
    if (options.quiet !== true)
      announce(world, item, before === undefined ? 'created' : 'updated', update, draft.history)
  } else {
    const update = appendUpdate(item, before!.rev, options.who, now(world), relations)
    mirrorLinks(world, item, draft, options)
    if (options.quiet !== true) announce(world, item, 'updated', update, null)
  }
  return item
}

function announce(world: World, item: Item, kind: 'created' | 'updated', update: Update, said: string | null): void {
  if (said !== null) publish(world, { kind: 'commented', item, by: update.by, update, said })
  publish(world, { kind, item, by: update.by, update })
}

function createItem(world: World, { project }: Draft): Item {
  const item: Item = {
    id: world.nextItemId++,
    project,
    revisions: [],
    updates: [],
    comments: [],
    relations: [],
    deleted: null,
    hidden: false,
  }
  world.items.set(item.id, item)
  return item
}

function hasNewFields(before: Revision, draft: Draft, ignoreStamps = false): boolean {
  const skip = new Set(['System.History', ...(ignoreStamps ? ['System.ChangedBy', 'System.ChangedDate'] : [])])
  const names = new Set([...Object.keys(before.fields), ...Object.keys(draft.fields)])
  for (const name of names) if (!skip.has(name) && !valueEquals(before.fields[name], draft.fields[name])) return true
  return before.markdown.size !== draft.markdown.size
}

function stampAuthors(draft: Draft, before: Revision | undefined, who: Person, at: string): void {
  if (before === undefined) {
    if (!draft.written.has('System.CreatedBy')) draft.fields['System.CreatedBy'] = who
    if (!draft.written.has('System.CreatedDate')) draft.fields['System.CreatedDate'] = at
  }
  if (!draft.written.has('System.ChangedBy')) draft.fields['System.ChangedBy'] = who
  draft.fields['System.ChangedDate'] = at
}

/** The other ends of links between work items: they change too, and silently as far as revisions go. */
function mirrorLinks(world: World, item: Item, draft: Draft, options: SaveOptions): void {
  const at = now(world)
  const play = (relation: Relation, change: 'added' | 'removed') => {
    const target = relation.target === null ? undefined : world.items.get(relation.target)
    if (target === undefined) return
    const back = mirror(relation, item.id)
    const others = target.relations.filter((each) => !sameEnd(each, back))
    target.relations = change === 'added' ? sortRelations([...others, back]) : others
    const update = appendUpdate(target, currentRevision(target).rev, options.who, at, { [change]: [back] })
    world.linkFeed.push({
      watermark: ++world.watermark,
      rel: relation.rel,
      source: item,
      target,
      at,
      by: options.who,
      active: change === 'added',
      comment: String(relation.attributes['comment'] ?? ''),
    })
    if (options.quiet !== true) publish(world, { kind: 'updated', item: target, by: options.who, update })
  }
  for (const relation of draft.added) play(relation, 'added')
  for (const relation of draft.removed) play(relation, 'removed')
}

export function appendComment(
  world: World,
  item: Item,
  text: string,
  who: Person,
  at: string,
  format: 'html' | 'markdown' = 'html',
): Comment {
  const version = { version: 1, text, format, modifiedBy: who, modifiedDate: at, deleted: false }
  const comment: Comment = {
    id: ++world.nextCommentId,
    itemId: item.id,
    createdBy: who,
    createdDate: at,
    createdInRev: currentOrFirst(item),
    versions: [version],
    reactions: new Map(),
  }
  item.comments.push(comment)
  return comment
}

const currentOrFirst = (item: Item): number => item.revisions.length + 1

/** A comment came, changed or went: a revision of its own where the switches say so. */
export function recordDiscussion(
  world: World,
  item: Item,
  comment: Comment,
  { who, bump }: { who: Person; bump: boolean },
): void {
  const before = currentRevision(item)
  const version = comment.versions.at(-1)!
  const at = version.modifiedDate
  if (!bump) {
    const update = appendUpdate(item, before.rev, who, at, {})
    if (version.version === 1) publish(world, { kind: 'commented', item, by: who, update, said: version.text })
    return
  }
  const { 'System.History': _, ...fields } = before.fields
  const revision = appendRevision(world, item, {
    who,
    at,
    fields: {
      ...fields,
      ...(!version.deleted && { 'System.History': version.text }),
      'System.ChangedBy': who,
      'System.ChangedDate': at,
    },
    markdown: before.markdown,
    comment: { id: comment.id, version: version.version },
    discussionOnly: true,
  })
  const update = appendUpdate(item, revision.rev, who, at, { revised: true })
  if (version.version === 1) publish(world, { kind: 'commented', item, by: who, update, said: version.text })
  publish(world, { kind: 'updated', item, by: who, update })
}

/** Into the recycle bin and out of it; both are revisions. */
export function setDeleted(world: World, item: Item, deleted: boolean, { who, quiet }: SaveOptions): void {
  const before = currentRevision(item)
  const at = now(world)
  item.deleted = deleted ? { at, by: who } : null
  const { 'System.History': _, ...fields } = before.fields
  const revision = appendRevision(world, item, {
    who,
    at,
    fields: { ...fields, 'System.ChangedBy': who, 'System.ChangedDate': at },
    markdown: before.markdown,
    deleted,
  })
  const update = appendUpdate(item, revision.rev, who, at, { revised: true })
  if (quiet !== true) publish(world, { kind: deleted ? 'deleted' : 'restored', item, by: who, update })
}

export const fieldOf = (item: Item, name: string) => readField(item, currentRevision(item), name)
