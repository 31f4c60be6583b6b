import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { hasSharedData, readSharedJson } from '../../shared-data.ts'
import { repairs } from './spec-repairs.ts'

type Json = Record<string, unknown>

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema?: Json }> }>
}

interface Spec {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Json> }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the description does not list is a mistake, unless the repairs say it is real. */
function close(schema: Json): void {
  if (isObject(schema['properties']) && schema['additionalProperties'] === undefined)
    schema['additionalProperties'] = false
}

/** Optional keys of an answer may hold null: the description cannot say so, having no `nullable`. */
function acceptNull(schema: Json): void {
  for (const [name, property] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {})) {
    ;(schema['properties'] as Json)[name] = { anyOf: [property, { type: 'null' }] }
  }
}

function repairedSpec(): Spec {
  const spec = readSharedJson('jira/spec/jira-software-dc-10.3.24-openapi.json') as Spec
  const { schemas } = spec.components
  for (const [name, extra] of Object.entries(repairs.properties)) {
    const schema = schemas[name]!
    schema['type'] = 'object'
    schema['properties'] = { ...(schema['properties'] as Json | undefined), ...extra }
  }
  for (const schema of Object.values(schemas)) {
    close(schema)
    acceptNull(schema)
  }
  for (const [question] of repairs.lists) wrap(spec, question, (schema) => ({ type: 'array', items: schema }))
  for (const [question, envelope] of repairs.pages) wrap(spec, question, envelope)
  return spec
}

function wrap(spec: Spec, question: string, change: (schema: Json) => Json): void {
  const [method = '', path = ''] = question.split(' ')
  const content = spec.paths[path]?.[method.toLowerCase()]?.responses['200']?.content?.['application/json']
  if (content?.schema === undefined) throw new Error(`a repair names ${question}, which the description does not have`)
  Object.assign(content, { schema: change(content.schema) })
}

/** `/api/2/issue/{key}` as a regular expression; the path with the most fixed text is tried first. */
function pathFinder(spec: Spec): (path: string) => string | undefined {
  const known = Object.keys(spec.paths)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`) }))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
  return (path) => known.find(({ pattern }) => pattern.test(path))?.path
}

/** Compares answers with the description of Data Center 10.3; `null` where it is not at hand. */
export function createJiraValidator(): ((exchange: Exchange) => string[]) | null {
  if (!hasSharedData) return null
  const spec = repairedSpec()
  const findPath = pathFinder(spec)
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'spec', components: spec.components })
  const compiled = new Map<string, ValidateFunction>()
  const validatorOf = (place: string, schema: Json): ValidateFunction => {
    const known = compiled.get(place)
    if (known !== undefined) return known
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"spec#/components')) as Json
    const validate = ajv.compile(absolute)
    compiled.set(place, validate)
    return validate
  }
  const errorShape = validatorOf('error', repairs.errorBody)

  return ({ server, pattern, request, reply }) => {
    if (server !== 'jira' || pattern === null || repairs.undescribed.test(pattern)) return []
    const rest = request.path.indexOf('/rest/')
    if (rest === -1) return []
    const path = findPath(request.path.slice(rest + '/rest'.length).replace('/api/latest/', '/api/2/'))
    const operation = path === undefined ? undefined : spec.paths[path]![request.method.toLowerCase()]
    if (path === undefined || operation === undefined) return []
    const place = `${request.method} ${path} ${reply.status}`
    const problems = (validate: ValidateFunction): string[] => {
      if (validate(JSON.parse(JSON.stringify(reply.body)))) return []
      const { instancePath, message, params } = validate.errors![0]!
      return [`${place} ${instancePath} ${message} ${JSON.stringify(params)}`]
    }

    if (reply.status >= 400) return isObject(reply.body) ? problems(errorShape) : []
    const answer = operation.responses[reply.status]
    if (answer === undefined) return repairs.statuses.has(place) ? [] : [`${place} is not described`]
    const schema = answer.content?.['application/json']?.schema
    if (schema === undefined || reply.body === undefined || reply.body === '') return []
    return problems(validatorOf(place, schema))
  }
}
