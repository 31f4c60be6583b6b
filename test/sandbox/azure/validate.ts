import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { hasSharedData, readSharedJson } from '../../shared-data.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
}

interface Parameter {
  readonly $ref?: string
  readonly name?: string
  readonly in?: string
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Spec {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly 'x-ms-paths'?: Spec['paths']
  readonly definitions: Readonly<Record<string, Schema>>
}

/** Where the published schemas are known to be wrong or behind; every entry says how it is known. */
const CORRECTIONS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  // Generics are lost in the description: the values are work items or links, as the published example shows.
  StreamedBatch: { values: { type: 'array', items: { type: 'object' } } },
  // Recorded replies of Services carry it under every api-version; the schema has it from 7.2 on.
  WorkItem: { multilineFieldsFormat: { type: 'object' } },
  // The published example of a comment has commentId where the schema has id.
  Comment: { commentId: { type: 'integer' }, format: { type: 'string' } },
  // The published example has text where the schema has an object.
  IdentityBase: {
    descriptor: { type: 'string' },
    subjectDescriptor: { type: 'string' },
    properties: { type: 'object' },
  },
  // What the page was called before 7.0 (recorded).
  PagedUserEntitlementsList: { members: { type: 'array' } },
  // `object` stands for anything here: allowed values are texts.
  WorkItemTypeFieldWithReferences: { defaultValue: {}, allowedValues: { type: 'array' } },
  // The schema knows two, the recording has a third.
  TeamProjectReference: { visibility: { type: 'string', enum: ['private', 'public', 'organization'] } },
}

// The subjects a query for people finds are people.
const POLYMORPHIC: Readonly<Record<string, string>> = { GraphSubject: 'GraphUser' }

const FREE = new Set([
  'ReferenceLinks',
  'JsonPatchDocument',
  'PropertiesCollection',
  'Link',
  'WorkItemRelation',
  'Event',
])

/** Base types lie in `allOf`; folded into one object, a property that no schema knows can be told. */
function fold(spec: Spec, name: string): Record<string, Schema> {
  const definition = spec.definitions[name] ?? {}
  const bases = (definition.allOf ?? []).map(({ $ref = '' }) => fold(spec, $ref.split('/').at(-1)!))
  return Object.assign({}, ...bases, definition.properties, CORRECTIONS[name]) as Record<string, Schema>
}

function convert(schema: Schema): object {
  if (schema.$ref !== undefined) return { $ref: schema.$ref.replace('#/definitions/', '#/$defs/') }
  if (schema.type === 'array') return { type: 'array', ...(schema.items && { items: nullable(schema.items) }) }
  const { type, format, enum: values } = schema
  return {
    ...(type !== undefined && { type }),
    ...(format !== undefined && ['date-time', 'uuid'].includes(format) && { format }),
    // The service prints enumerations in camel case, the schema does too; numbers for flags.
    ...(values !== undefined && { enum: values }),
  }
}

// The description has no word for null; the service sends it for what is not set.
const nullable = (schema: Schema): object => ({ anyOf: [convert(schema), { type: 'null' }] })

function definitions(spec: Spec): Record<string, object> {
  const result: Record<string, object> = {}
  for (const name of Object.keys(spec.definitions)) {
    const properties = fold(spec, name)
    const known = Object.entries(properties).map(([key, schema]) => [key, nullable(schema)])
    const open = FREE.has(name) || known.length === 0 || spec.definitions[name]?.additionalProperties !== undefined
    result[name] = {
      type: 'object',
      properties: Object.fromEntries(known),
      ...(!open && { additionalProperties: false }),
    }
  }
  return result
}

interface Place {
  readonly method: string
  readonly path: RegExp
  /** Query parameters that single this operation out. */
  readonly selectors: readonly string[]
  readonly allowed: ReadonlySet<string>
  readonly check: (() => ValidateFunction) | null
  readonly isList: boolean
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Only what follows `_apis/`: live calls leave out projects and teams that the description demands. */
function pathPattern(template: string): RegExp {
  const below = template.slice(template.indexOf('/_apis/') + '/_apis/'.length).split('?')[0]!
  const parts = below.split(/\{[^}]+\}/).map(escape)
  // The path of a classification node may have several segments.
  return new RegExp(`^${parts.join(below.includes('{path}') ? '(.+?)' : '([^/]+?)')}/?$`, 'i')
}

function readSpec(file: string): Place[] {
  const spec = readSharedJson(`ado/spec/${file}`) as Spec
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const $defs = definitions(spec)
  ajv.addSchema({ $id: 'spec', $defs })
  const compiled = new Map<string, ValidateFunction>()
  // Compiled when first needed: few of hundreds ever are.
  const checkOf = (name: string) => {
    const check = compiled.get(name) ?? ajv.compile({ $ref: `spec#/$defs/${name}` })
    compiled.set(name, check)
    return check
  }
  const places: Place[] = []
  for (const [template, methods] of Object.entries({ ...spec.paths, ...spec['x-ms-paths'] })) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.responses === undefined) continue
      const schema = Object.values(operation.responses).find((response) => response.schema !== undefined)?.schema
      const isList = schema?.type === 'array'
      const item = isList ? schema.items : schema
      const name = item?.$ref?.split('/').at(-1)
      const names = (operation.parameters ?? [])
        .filter((each) => each.in === 'query')
        .map((each) => each.name!.toLowerCase())
      places.push({
        method: method.toUpperCase(),
        path: pathPattern(template),
        selectors: [...(template.split('?')[1] ?? '').matchAll(/(?:^|&)([^=&]+)=/g)].map(([, name]) =>
          name!.toLowerCase(),
        ),
        allowed: new Set(names),
        check: name === undefined ? null : () => checkOf(POLYMORPHIC[name] ?? name),
        isList,
      })
    }
  }
  return places
}

const OTHERS = [
  'core__7.1__core.json',
  'graph__7.1__graph.json',
  'hooks__7.1__serviceHooks.json',
  'ims__7.1__identities.json',
  'memberEntitlementManagement__7.1__memberEntitlementManagement.json',
]

const WIT: Readonly<Record<string, string>> = {
  '5.0': 'wit__azure-devops-server-5.0__workItemTracking-onprem.json',
  '6.0': 'wit__azure-devops-server-6.0__workItemTracking-onprem.json',
  '7.0': 'wit__azure-devops-server-7.0__workItemTracking-onprem.json',
  '7.1': 'wit__7.1__workItemTracking.json',
  '7.2': 'wit__7.2__workItemTracking.json',
}

const QUERY_ANYWHERE = new Set(['api-version', 'apiversion'])

/** Compares an exchange with the official descriptions; what comes back are sentences about what is wrong. */
export function createAzureValidator(): ((exchange: Exchange) => string[]) | null {
  if (!hasSharedData) return null
  const others = OTHERS.flatMap(readSpec)
  const byVersion = new Map<string, Place[]>()

  function placesOf(version: string): Place[] {
    const file = WIT[version] ?? WIT['7.1']!
    const places = byVersion.get(file) ?? readSpec(file)
    byVersion.set(file, places)
    return [...places, ...others]
  }

  return function validate({ server, request, reply }) {
    if (server !== 'azure') return []
    const below = /\/_apis\/(.*)$/i.exec(decodePath(request.path))?.[1]
    const type = String(reply.headers?.['content-type'] ?? '')
    if (below === undefined || request.method === 'OPTIONS') return []
    if (reply.status >= 400) return checkError(reply.body, type)
    // Sign-in pages and files have no description.
    if (!type.startsWith('application/json')) return []
    const version = /api-version=(\d+\.\d+)/.exec(type)?.[1] ?? '7.1'
    const asked = [...request.query.keys()].map((name) => name.toLowerCase())
    const candidates = placesOf(version).filter((place) => place.method === request.method && place.path.test(below))
    const place =
      candidates.find(({ selectors }) => selectors.length > 0 && selectors.every((name) => asked.includes(name))) ??
      candidates[0]
    if (place === undefined) return []
    const allowed = new Set([...QUERY_ANYWHERE, ...candidates.flatMap((each) => [...each.allowed])])
    const unknown = asked
      .filter((name) => !allowed.has(name))
      .map((name) => `${request.method} ${below}: no such query parameter: ${name}`)
    return [
      ...unknown,
      ...checkBody(place, reply.body).map((problem) => `${request.method} ${below} (${version}): ${problem}`),
    ]
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function checkError(body: unknown, type: string): string[] {
  if (!type.startsWith('application/json')) return []
  const keys = ['$id', 'innerException', 'message', 'typeName', 'typeKey', 'errorCode', 'eventId']
  const missing = keys.filter((key) => typeof body !== 'object' || body === null || !(key in body))
  return missing.map((key) => `an error body without ${key}`)
}

function checkBody(place: Place, body: unknown): string[] {
  if (place.check === null || body === undefined) return []
  const check = place.check()
  if (!place.isList) return run(check, body, '')
  const { count, value } = (body ?? {}) as { count?: unknown; value?: unknown }
  if (!Array.isArray(value) || count !== value.length) return ['not a list envelope']
  // errorPolicy=omit leaves nulls in place of what cannot be read.
  return value.flatMap((each, index) => (each === null ? [] : run(check, each, `/value/${index}`)))
}

function run(check: ValidateFunction, body: unknown, at: string): string[] {
  if (check(body)) return []
  return (check.errors ?? [])
    .filter(({ keyword, message }) => keyword !== 'anyOf' && message !== 'must be null')
    .map(({ instancePath, message, params }) => `${at}${instancePath} ${message} ${JSON.stringify(params)}`)
}
