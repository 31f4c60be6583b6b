import { endpoint, list, ok, queryOf } from './endpoints.ts'
import type { Call, Endpoint } from './endpoints.ts'
import { refuse } from './errors.ts'
import type { FieldDefinition, FieldType } from './fields.ts'
import { splitList } from './item-endpoints.ts'
import { findField } from './patch.ts'
import type { FieldRule, WorkItemType } from './processes.ts'
import { relationTypes } from './relations.ts'
import { typeOf } from './draft.ts'
import { collectionUrl, currentRevision } from './world.ts'
import type { World } from './world.ts'

const witUrl = (call: Call) =>
  `${collectionUrl(call.world)}/${call.project === null ? '' : `${call.project.id}/`}_apis/wit`

function findType(call: Call): WorkItemType {
  const type = call.project!.types.get(call.params['type']!.toLowerCase())
  if (type !== undefined) return type
  return refuse({
    status: 404,
    typeKey: 'WorkItemTypeNotFoundException',
    message: `VS402323: Work item type ${call.params['type']} does not exist in project ${call.project!.name} or you do not have permission to access it.`,
  })
}

const printStates = (type: WorkItemType) => type.states.map(({ name, color, category }) => ({ name, color, category }))

/** By state, where one may go from there; the empty name is a new item. */
function printTransitions(type: WorkItemType) {
  const targets = (from: string) =>
    type.states
      .filter(({ name }) => !type.forbidden.has(`${from}>${name}`))
      .map(({ name }) => ({ to: name, actions: null }))
  return Object.fromEntries([
    ['', [{ to: type.states[0]!.name, actions: null }]],
    ...type.states.map(({ name }) => [name, targets(name)] as const),
  ])
}

function printInstance(call: Call, name: string, rule: FieldRule, withValues: boolean): Record<string, unknown> {
  const field = findField(call.world, name)
  const allowed =
    field.referenceName === 'System.State' ? findType(call).states.map((state) => state.name) : rule.allowedValues
  return {
    ...(withValues && { allowedValues: allowed.map(String) }),
    defaultValue: rule.defaultValue === null ? null : String(rule.defaultValue),
    alwaysRequired: rule.required,
    dependentFields: [],
    referenceName: field.referenceName,
    name: field.name,
    url: `${collectionUrl(call.world)}/_apis/wit/fields/${field.referenceName}`,
  }
}

function printType(call: Call, type: WorkItemType): Record<string, unknown> {
  const typed = { ...call, params: { ...call.params, type: type.name } }
  const base = witUrl(call)
  const url = `${base}/workItemTypes/${encodeURIComponent(type.name)}`
  const instances = [...type.fields].map(([name, rule]) => printInstance(typed, name, rule, false))
  return {
    name: type.name,
    referenceName: type.referenceName,
    description: type.description,
    color: type.color,
    icon: {
      id: type.icon,
      url: `${collectionUrl(call.world)}/_apis/wit/workItemIcons/${type.icon}?color=${type.color}&v=2`,
    },
    isDisabled: false,
    xmlForm: '<FORM/>',
    fields: instances,
    fieldInstances: instances,
    transitions: printTransitions(type),
    states: printStates(type),
    _links: { self: { href: url } },
    url,
  }
}

function printCategories(call: Call) {
  const base = witUrl(call)
  const groups = Map.groupBy(call.project!.types.values(), (type) => type.category)
  return [...groups].map(([referenceName, types]) => {
    const refs = types.map(({ name }) => ({ name, url: `${base}/workItemTypes/${encodeURIComponent(name)}` }))
    return {
      name: referenceName
        .replace(/^Microsoft\./, '')
        .replace(/Category$/, ' Category')
        .replaceAll(/([a-z])([A-Z])/g, '$1 $2'),
      referenceName,
      defaultWorkItemType: refs[0],
      workItemTypes: refs,
      url: `${base}/workItemTypeCategories/${referenceName}`,
    }
  })
}

function readCategory(call: Call) {
  const wanted = call.params['category']!.toLowerCase()
  const found = printCategories(call).find(({ referenceName, name }) =>
    [referenceName.toLowerCase(), name.toLowerCase()].includes(wanted),
  )
  if (found !== undefined) return ok(call, found)
  return refuse({
    status: 404,
    typeKey: 'WorkItemTypeCategoryNotFoundException',
    message: `VS402328: Work item type category ${call.params['category']} does not exist in project ${call.project!.name}.`,
  })
}

const OPERATIONS: Readonly<Record<string, string>> = {
  '=': 'SupportedOperations.Equals',
  '<>': 'SupportedOperations.NotEquals',
  '>': 'SupportedOperations.GreaterThan',
  '<': 'SupportedOperations.LessThan',
  In: 'SupportedOperations.In',
}

// The API calls an identity field a string that is an identity.
const wireType = (type: FieldType) => (type === 'identity' ? 'string' : type)

function printField(call: Call, field: FieldDefinition): Record<string, unknown> {
  const { world } = call
  const url = `${collectionUrl(world)}/_apis/wit/fields/${field.referenceName}`
  return {
    name: field.name,
    referenceName: field.referenceName,
    description: null,
    type: wireType(field.type),
    usage: 'workItem',
    readOnly: field.readOnly,
    canSortBy: !['html', 'history', 'plainText'].includes(field.type),
    isQueryable: true,
    supportedOperations: Object.entries(OPERATIONS).map(([name, referenceName]) => ({ referenceName, name })),
    isIdentity: field.type === 'identity',
    isPicklist: false,
    isPicklistSuggested: false,
    url,
  }
}

function readField(call: Call) {
  const field = call.world.fields.find(call.params['field']!)
  if (field !== undefined) return ok(call, printField(call, field))
  return refuse({
    status: 404,
    typeKey: 'WorkItemTrackingFieldDefinitionNotFoundException',
    message: `TF51535: Cannot find field ${call.params['field']}.`,
  })
}

function readTypeFields(call: Call) {
  const withValues = ['all', 'allowedvalues', '1', '3'].includes(queryOf(call, '$expand')?.toLowerCase() ?? '')
  return [...findType(call).fields].map(([name, rule]) => printInstance(call, name, rule, withValues))
}

/** Only the checkin action is known: it resolves what is being worked on. */
function readTransitions(call: Call) {
  const ids = (splitList(queryOf(call, 'ids')) ?? []).map(Number)
  return list(
    call,
    ids.map((id) => ({ id, ...nextState(call.world, id) })),
  )
}

function nextState(world: World, id: number) {
  const item = world.items.get(id)
  if (item === undefined || item.deleted !== null || item.hidden) {
    return {
      errorCode: 'WorkItemNotFound',
      message: `TF401232: Work item ${id} does not exist, or you do not have permissions to read it.`,
    }
  }
  const type = typeOf(item)
  const state = type.states.find(({ name }) => name === currentRevision(item).fields['System.State'])
  const next =
    type.states.find(({ category }) => category === 'Resolved') ??
    type.states.find(({ category }) => category === 'Completed')
  return { stateOnTransition: state?.category === 'InProgress' && next !== undefined ? next.name : (state?.name ?? '') }
}

const READ = { scope: 'vso.work', at: 'project', resource: 2 } as const

export const typeEndpoints: readonly Endpoint[] = [
  endpoint('GET', 'wit/workitemtypes', READ, (call) =>
    list(
      call,
      [...call.project!.types.values()].map((type) => printType(call, type)),
    ),
  ),
  endpoint('GET', 'wit/workitemtypes/:type', READ, (call) => ok(call, printType(call, findType(call)))),
  endpoint('GET', 'wit/workitemtypes/:type/states', { ...READ, resource: 1 }, (call) =>
    list(call, printStates(findType(call))),
  ),
  endpoint('GET', 'wit/workitemtypes/:type/fields', { ...READ, resource: 3 }, (call) =>
    list(call, readTypeFields(call)),
  ),
  endpoint('GET', 'wit/workitemtypes/:type/fields/:field', { ...READ, resource: 3 }, (call) => {
    const field = findField(call.world, call.params['field']!)
    const rule = findType(call).fields.get(field.referenceName)
    return ok(
      call,
      printInstance(
        call,
        field.referenceName,
        rule ?? { required: false, allowedValues: [], defaultValue: null },
        true,
      ),
    )
  }),
  endpoint('GET', 'wit/workitemtypecategories', READ, (call) => list(call, printCategories(call))),
  endpoint('GET', 'wit/workitemtypecategories/:category', READ, readCategory),
  endpoint('GET', 'wit/fields', { ...READ, at: 'both' }, (call) =>
    list(
      call,
      call.world.fields.all.map((field) => printField(call, field)),
    ),
  ),
  endpoint('GET', 'wit/fields/:field', { ...READ, at: 'both' }, readField),
  endpoint('GET', 'wit/workitemrelationtypes', { ...READ, at: 'organization' }, (call) =>
    list(call, relationTypes(collectionUrl(call.world))),
  ),
  endpoint('GET', 'wit/workitemtransitions', { ...READ, at: 'organization' }, readTransitions),
]
