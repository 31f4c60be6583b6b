import { parseBody } from '../kit/router.ts'
import { endpoint, flagOf, numberOf, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuseArgument } from './errors.ts'
import { identityRef } from './identities.ts'
import { splitList } from './item-endpoints.ts'
import { itemUrl, printFields, printItem, PLAIN } from './represent.ts'
import { findField } from './patch.ts'
import { collectionUrl, currentRevision } from './world.ts'
import type { FeedEntry, World } from './world.ts'

interface Filter {
  readonly fields: readonly string[] | null
  readonly types: readonly string[] | null
  readonly includeIdentityRef: boolean
  readonly includeDeleted: boolean
  readonly includeTagRef: boolean
  readonly includeLatestOnly: boolean
  readonly discussionOnly: boolean
  readonly longText: boolean
}

function filterOf(call: Call): Filter {
  const posted = (call.request.method === 'POST' ? parseBody(call.request) : null) as
    | Record<string, unknown>
    | null
    | undefined
  const names = (name: string) => {
    const value = posted?.[name]
    return Array.isArray(value) && value.length > 0 ? value.map(String) : splitList(queryOf(call, name))
  }
  const flag = (name: string) => posted?.[name] === true || flagOf(call, name)
  const fields = names('fields')
  for (const name of fields ?? []) findField(call.world, name)
  return {
    fields,
    types: names('types')?.map((name) => name.toLowerCase()) ?? null,
    includeIdentityRef: flag('includeIdentityRef'),
    includeDeleted: flag('includeDeleted'),
    includeTagRef: flag('includeTagRef'),
    includeLatestOnly: flag('includeLatestOnly'),
    discussionOnly: flag('includeDiscussionChangesOnly'),
    longText: ['fields', '1'].includes(queryOf(call, '$expand')?.toLowerCase() ?? ''),
  }
}

/** Opaque for clients: where the feed was left, as watermark, item and revision. */
function parseToken(text: string | null): number {
  if (text === null || text === '') return 0
  const watermark = /^(\d+)(?:;\d+){0,2}$/.exec(text)?.[1]
  return watermark === undefined
    ? refuseArgument(
        `The continuation token '${text}' is not valid.`,
        'ReportingWorkItemRevisionsInvalidContinuationTokenException',
      )
    : Number(watermark)
}

/** The first entry behind a watermark; the feed is in their order. */
function firstAfter<T>(entries: readonly T[], watermark: number, markOf: (entry: T) => number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (markOf(entries[middle]!) <= watermark) low = middle + 1
    else high = middle
  }
  return low
}

function startOf(call: Call): string | null {
  const text = queryOf(call, 'startDateTime')
  if (text === null || text === '' || (queryOf(call, 'continuationToken') ?? '') !== '') return null
  const date = new Date(text)
  return Number.isNaN(date.getTime())
    ? refuseArgument(`The value '${text}' is not valid for startDateTime.`)
    : date.toISOString()
}

function wanted(world: World, { item, revision }: FeedEntry, filter: Filter, call: Call): boolean {
  if (world.items.get(item.id) !== item || item.hidden) return false
  if (call.project !== null && item.project !== call.project) return false
  if (!filter.includeDeleted && item.deleted !== null) return false
  if (filter.includeLatestOnly && currentRevision(item) !== revision) return false
  if (filter.discussionOnly && !revision.discussionOnly) return false
  return filter.types === null || filter.types.includes(String(revision.fields['System.WorkItemType']).toLowerCase())
}

const LONG = new Set(['html', 'history'])
const REPORTED = new Set([
  'System.Id',
  'System.Rev',
  'System.RevisedDate',
  'System.Watermark',
  'System.IsDeleted',
  'System.AuthorizedDate',
])

function printRevisionValue(world: World, { item, revision }: FeedEntry, filter: Filter): Record<string, unknown> {
  const usual = world.fields.all
    .filter(
      (field) =>
        (field.shown === 'always' || REPORTED.has(field.referenceName)) && (filter.longText || !LONG.has(field.type)),
    )
    .map((field) => field.referenceName)
  const identities = filter.includeIdentityRef ? 'refs' : 'text'
  const fields = printFields(world, item, revision, { ...PLAIN, fields: filter.fields ?? usual, identities })
  if (filter.includeTagRef && typeof fields['System.Tags'] === 'string') {
    fields['System.Tags'] = fields['System.Tags']
      .split('; ')
      .map((name) => ({ id: world.tags.get(name.toLowerCase())?.id, name }))
  }
  const { commentVersionRef } = printItem(world, item, { ...PLAIN, fields: [] }, revision)
  return {
    id: item.id,
    rev: revision.rev,
    fields,
    ...(commentVersionRef !== undefined && { commentVersionRef }),
    ...(world.version === 'services' && {
      multilineFieldsFormat: Object.fromEntries([...revision.markdown].map((name) => [name, 'markdown'])),
    }),
  }
}

interface Batch<T> {
  readonly found: readonly T[]
  readonly token: string
  readonly isLastBatch: boolean
}

/** One page of a feed. The token of the last page serves to ask for what comes later. */
function readBatch<T>(
  entries: readonly T[],
  from: number,
  size: number,
  options: { keep: (entry: T) => boolean; token: (entry: T) => string; old: string },
): Batch<T> {
  const found: T[] = []
  let position = from
  while (position < entries.length && found.length < size) {
    const entry = entries[position++]!
    if (options.keep(entry)) found.push(entry)
  }
  const isLastBatch = position >= entries.length
  return {
    found,
    isLastBatch,
    token: position === 0 || position === from ? options.old : options.token(entries[position - 1]!),
  }
}

function answer(call: Call, path: string, values: readonly unknown[], batch: Batch<unknown>) {
  const next = new URLSearchParams(call.request.search)
  next.delete('startDateTime')
  next.set('continuationToken', batch.token)
  const scope = call.project === null ? '' : `/${call.project.id}`
  return ok(call, {
    values,
    nextLink: `${collectionUrl(call.world)}${scope}/_apis/wit/reporting/${path}?${next.toString()}`,
    continuationToken: batch.token,
    isLastBatch: batch.isLastBatch,
  })
}

function pageSize(call: Call): number {
  const most = call.world.switches.reportingPageSize
  return Math.min(numberOf(call, '$maxPageSize') ?? most, most)
}

function readRevisions(call: Call, path: string, keepAlso: (entry: FeedEntry) => boolean = () => true) {
  const { world } = call
  const filter = filterOf(call)
  const start = startOf(call)
  const after = parseToken(queryOf(call, 'continuationToken'))
  const batch = readBatch(
    world.feed,
    firstAfter(world.feed, after, ({ revision }) => revision.watermark),
    pageSize(call),
    {
      keep: (entry) =>
        keepAlso(entry) &&
        wanted(world, entry, filter, call) &&
        (start === null || new Date(entry.revision.changedDate).toISOString() >= start),
      token: ({ item, revision }) => `${revision.watermark};${item.id};${revision.rev}`,
      old: queryOf(call, 'continuationToken') || '0;0;0',
    },
  )
  return answer(
    call,
    path,
    batch.found.map((entry) => printRevisionValue(world, entry, filter)),
    batch,
  )
}

function readLinks(call: Call) {
  const { world, project } = call
  const types = splitList(queryOf(call, 'linkTypes'))?.map((name) => name.toLowerCase()) ?? null
  const start = startOf(call)
  const after = parseToken(queryOf(call, 'continuationToken'))
  const batch = readBatch(
    world.linkFeed,
    firstAfter(world.linkFeed, after, (link) => link.watermark),
    pageSize(call),
    {
      keep: (link) =>
        (project === null || [link.source.project, link.target.project].includes(project)) &&
        (types === null || types.includes(link.rel.toLowerCase())) &&
        (start === null || new Date(link.at).toISOString() >= start),
      token: (link) => `${link.watermark};${link.source.id};${link.target.id}`,
      old: queryOf(call, 'continuationToken') || '0;0;0',
    },
  )
  const values = batch.found.map((link) => ({
    rel: link.rel,
    attributes: {
      sourceId: link.source.id,
      targetId: link.target.id,
      isActive: link.active,
      changedDate: link.at,
      changedBy: identityRef(world, link.by),
      comment: link.comment,
      changedOperation: link.active ? 'create' : 'remove',
      sourceProjectId: link.source.project.id,
      targetProjectId: link.target.project.id,
    },
    source: { id: link.source.id, url: itemUrl(world, link.source) },
    target: { id: link.target.id, url: itemUrl(world, link.target) },
  }))
  return answer(call, 'workItemLinks', values, batch)
}

const READ = { scope: 'vso.work', resource: 3 } as const

export const reportingEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'wit/reporting/workitemrevisions', READ, (call) => readRevisions(call, 'workItemRevisions')),
  endpoint('POST', 'wit/reporting/workitemrevisions', READ, (call) => readRevisions(call, 'workItemRevisions')),
  endpoint(
    'GET',
    'wit/reporting/workitemrevisions/discussions',
    { scope: 'vso.work', preview: 1, only: ['services', '2022'] },
    (call) => readRevisions(call, 'workItemRevisions/discussions', ({ revision }) => revision.comment !== null),
  ),
  endpoint('GET', 'wit/reporting/workitemlinks', READ, readLinks),
]
