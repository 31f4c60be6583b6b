import { parseBody } from '../kit/router.ts'
import { draftNew, draftOf } from './draft.ts'
import type { Draft } from './draft.ts'
import { endpoint, flagOf, list, numberOf, ok, parseExpansion, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse, refuseArgument, refuseMissingItem } from './errors.ts'
import { applyPatch, findField, formatsFirst, parsePatch } from './patch.ts'
import { printFields, printItem, printRevision, PLAIN } from './represent.ts'
import type { View } from './represent.ts'
import { settleDraft } from './rules.ts'
import { saveDraft } from './save.ts'
import { collectionUrl, currentRevision } from './world.ts'
import type { Item, Revision } from './world.ts'
import type { WorkItemType } from './processes.ts'

const MAX_IDS = 200
const READ = { scope: 'vso.work' } as const
const WRITE = { scope: 'vso.work_write' } as const

/** The item a caller may see; whatever he may not see does not exist. */
export function findItem(call: Call, id: string | number): Item {
  const item = call.world.items.get(Number(id))
  const elsewhere = item !== undefined && call.project !== null && item.project !== call.project
  if (item === undefined || item.deleted !== null || item.hidden || elsewhere) refuseMissingItem(id)
  return item
}

function viewOf(call: Call, fields: readonly string[] | null, expand: unknown, single: boolean): View {
  const expansion = parseExpansion(expand)
  const { world } = call
  if (fields !== null && expansion !== 'none' && expansion !== 'links' && world.switches.expandExcludesFields) {
    refuseArgument('The expand parameter can not be used with the fields parameter.', 'ConflictingParametersException')
  }
  for (const name of fields ?? []) findField(world, name)
  return {
    fields,
    relations: expansion === 'relations' || expansion === 'all',
    links: expansion === 'links' || expansion === 'all' || (single && fields === null),
    expanded: expansion === 'fields' || expansion === 'all',
    identities: 'refs',
  }
}

const splitList = (text: string | null): string[] | null =>
  text === null || text === ''
    ? null
    : text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')

interface ManyRequest {
  readonly ids: readonly number[]
  readonly fields: readonly string[] | null
  readonly expand: unknown
  readonly errorPolicy: unknown
}

function readMany(call: Call, { ids, fields, expand, errorPolicy }: ManyRequest) {
  if (ids.length === 0) refuseArgument('Value cannot be null.\r\nParameter name: ids', 'ArgumentNullException')
  if (ids.length > MAX_IDS) {
    refuseArgument(
      `The number of work items requested exceeds the limit of ${MAX_IDS}. Reduce the number of ids.`,
      'VssPropertyValidationException',
    )
  }
  const view = viewOf(call, fields, expand, false)
  const omit = String(errorPolicy ?? 'fail').toLowerCase() === 'omit' || String(errorPolicy) === '2'
  const value = ids.map((id) => {
    const item = call.world.items.get(id)
    const readable = item !== undefined && item.deleted === null && !item.hidden
    const inside = readable && (call.project === null || item.project === call.project)
    if (inside) return printItem(call.world, item, view)
    return omit ? null : refuseMissingItem(id)
  })
  return list(call, value)
}

function findType(call: Call): WorkItemType {
  const { project, params } = call
  const type = project?.types.get(params['type']!.toLowerCase())
  if (type !== undefined) return type
  return refuse({
    status: 404,
    typeKey: 'WorkItemTypeNotFoundException',
    message: `VS402323: Work item type ${params['type']} does not exist in project ${project?.name} or you do not have permission to access it.`,
  })
}

function checkPatchType(call: Call): void {
  const type = call.request.headers['content-type'] ?? ''
  if (/^application\/json-patch\+json/i.test(type)) return
  refuse({
    status: 415,
    family: 'web',
    typeKey: 'VssRequestContentTypeNotSupportedException',
    message: `The request indicated a Content-Type of "${type.split(';')[0]}" for method type "${call.request.method}" which is not supported. Valid content types for this method are: application/json-patch+json.`,
  })
}

/** Plays a patch document on a draft, saves it unless it is only to be validated, and answers the item. */
function write(call: Call, draft: Draft) {
  checkPatchType(call)
  const { world, who } = call
  const operations = parsePatch(parseBody(call.request))
  const bypassRules = flagOf(call, 'bypassRules')
  applyPatch(world, draft, formatsFirst(operations), { bypassRules })
  if (world.switches.writesLoseRaces && draft.item !== null) refuseRace()
  settleDraft(world, draft, who, { bypassRules })
  const view = { ...viewOf(call, null, queryOf(call, '$expand'), true), relations: true }
  if (flagOf(call, 'validateOnly')) return ok(call, printItem(world, ...imagine(draft, call, view)))
  const quiet = flagOf(call, 'suppressNotifications') && world.switches.suppressStopsHooks
  const item = saveDraft(world, draft, { who, quiet })
  return ok(call, printItem(world, item, view))
}

function refuseRace(): never {
  refuse({
    status: 409,
    typeKey: 'WorkItemRevisionMismatchException',
    message:
      'TF26071: This work item has been changed by someone else since you opened it. You will need to refresh it and discard your changes.',
  })
}

/** What the item would be: its present revision number with the new values. */
function imagine(draft: Draft, { who, world }: Call, view: View): [Item, View, Revision] {
  const at = world.stage.clock.now().toISOString()
  const base: Revision =
    draft.item === null
      ? {
          rev: 1,
          watermark: 0,
          changedDate: at,
          changedBy: who,
          fields: {},
          markdown: new Set(),
          commentCount: 0,
          comment: null,
          discussionOnly: false,
          deleted: false,
        }
      : currentRevision(draft.item)
  const stamps =
    draft.item === null
      ? { 'System.CreatedDate': at, 'System.CreatedBy': who, 'System.ChangedDate': at, 'System.ChangedBy': who }
      : {}
  const revision = { ...base, fields: { ...draft.fields, ...stamps }, markdown: draft.markdown }
  const item: Item = {
    id: -1,
    revisions: [],
    updates: [],
    comments: [],
    deleted: null,
    hidden: false,
    ...draft.item,
    project: draft.project,
    relations: draft.relations,
  }
  return [item, view, revision]
}

function template(call: Call) {
  const { world, who } = call
  const draft = draftNew(call.project!, findType(call))
  const [item, , revision] = imagine(draft, call, PLAIN)
  const fields = printFields(
    world,
    item,
    {
      ...revision,
      fields: {
        ...draft.fields,
        'Microsoft.VSTS.Common.StateChangeDate': '1753-01-01T00:00:00Z',
        'System.CreatedBy': who,
        'System.ChangedBy': who,
      },
    },
    PLAIN,
  )
  const base = `${collectionUrl(world)}/${draft.project.id}/_apis/wit`
  return ok(call, {
    fields,
    _links: {
      workItemType: { href: `${base}/workItemTypes/${encodeURIComponent(draft.type.name)}` },
      fields: { href: `${base}/fields` },
    },
    url: `${base}/workItems`,
  })
}

function page<T>(call: Call, all: readonly T[], most = 200): readonly T[] {
  const skip = numberOf(call, '$skip') ?? 0
  return all.slice(skip, skip + (numberOf(call, '$top') ?? most))
}

export const itemEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'wit/workitems/$:type', { ...READ, at: 'project' }, template),
  // POST is documented; clients from before it used PATCH.
  endpoint('POST', 'wit/workitems/$:type', { ...WRITE, at: 'project' }, (call) =>
    write(call, draftNew(call.project!, findType(call))),
  ),
  endpoint('PATCH', 'wit/workitems/$:type', { ...WRITE, at: 'project' }, (call) =>
    write(call, draftNew(call.project!, findType(call))),
  ),
  endpoint('GET', 'wit/workitems', READ, (call) =>
    readMany(call, {
      ids: (splitList(queryOf(call, 'ids')) ?? []).map(Number),
      fields: splitList(queryOf(call, 'fields')),
      expand: queryOf(call, '$expand'),
      errorPolicy: queryOf(call, 'errorPolicy'),
    }),
  ),
  endpoint('POST', 'wit/workitemsbatch', { ...READ, resource: 1 }, (call) => {
    const { ids, fields, $expand, errorPolicy } = call.body()
    return readMany(call, {
      ids: Array.isArray(ids) ? ids.map(Number) : [],
      fields: Array.isArray(fields) && fields.length > 0 ? fields.map(String) : null,
      expand: $expand,
      errorPolicy,
    })
  }),
  endpoint('GET', 'wit/workitems/:id', READ, (call) => {
    const view = viewOf(call, splitList(queryOf(call, 'fields')), queryOf(call, '$expand'), true)
    return ok(call, printItem(call.world, findItem(call, call.params['id']!), view))
  }),
  endpoint('PATCH', 'wit/workitems/:id', WRITE, (call) => write(call, draftOf(findItem(call, call.params['id']!)))),
  endpoint('GET', 'wit/workitems/:id/revisions', READ, (call) => {
    const item = findItem(call, call.params['id']!)
    const view = viewOf(call, null, queryOf(call, '$expand'), false)
    return list(
      call,
      page(call, item.revisions).map((revision) => printRevision(call.world, item, revision, view)),
    )
  }),
  endpoint('GET', 'wit/workitems/:id/revisions/:rev', READ, (call) => {
    const item = findItem(call, call.params['id']!)
    const revision = item.revisions[Number(call.params['rev']) - 1]
    if (revision === undefined) refuseMissingItem(item.id)
    return ok(call, printRevision(call.world, item, revision, viewOf(call, null, queryOf(call, '$expand'), true)))
  }),
]

export { page, splitList }
