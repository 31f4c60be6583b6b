import { parseBody } from '../../kit/router.ts'
import type { Route, SandboxReply, SandboxRequest } from '../../kit/router.ts'
import { whoAsks } from '../call.ts'
import { createGraph } from '../graph.ts'
import type { Node } from '../graph.ts'
import { parseQuery } from '../graphql-query.ts'
import type { Field, Operation } from '../graphql-query.ts'
import type { Host } from '../host.ts'
import { linksOf } from '../links.ts'
import { isRefusal, ok } from '../reply.ts'

interface GraphError {
  readonly type?: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  readonly message: string
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'fields' in value && 'type' in value

export function graphqlRoutes(host: Host): Route[] {
  const handle = (request: SandboxRequest): SandboxReply => answer(host, request)
  return [
    ['POST', '/graphql', handle],
    ['POST', '/api/graphql', handle],
  ]
}

function answer(host: Host, request: SandboxRequest): SandboxReply {
  const who = whoAsks(host, request)
  if (who.kind === 'anonymous' || who.kind === 'app') {
    return {
      status: 401,
      body: {
        message: 'This endpoint requires you to be authenticated.',
        documentation_url:
          'https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql',
        status: '401',
      },
    }
  }
  const body = parseBody(request) as { query?: unknown; variables?: Record<string, unknown> } | undefined
  if (typeof body?.query !== 'string') {
    return {
      status: 400,
      body: {
        message: 'A query attribute must be specified and must be a string.',
        documentation_url: 'https://docs.github.com/graphql',
      },
    }
  }
  let operation: Operation
  try {
    operation = parseQuery(body.query, body.variables ?? {})
  } catch (error) {
    return ok({ errors: [{ message: error instanceof Error ? error.message : String(error) }] })
  }
  const graph = createGraph(host, who, linksOf(request))
  const root = operation.kind === 'query' ? graph.query : graph.mutation
  const unknown = [...unknownFields(root, operation.fields, [operation.kind])]
  if (unknown.length > 0) return ok({ errors: unknown })
  const errors: GraphError[] = []
  const data = resolve(root, operation.fields, [], errors)
  return ok(errors.length === 0 ? { data } : { data, errors })
}

/** Wrong fields are found before anything is done. Types below the first level are known only where they are reached. */
function* unknownFields(node: Node, fields: readonly Field[], path: readonly string[]): Generator<GraphError> {
  for (const field of fields) {
    if (field.name === '__typename' || field.name in node.fields) continue
    if (field.on !== null && field.on !== node.type) continue
    yield undefinedField(node.type, field, path)
  }
}

function undefinedField(type: string, field: Field, path: readonly (string | number)[]): GraphError {
  return {
    path: [...path, field.alias],
    extensions: { code: 'undefinedField', typeName: type, fieldName: field.name },
    locations: [{ line: field.line, column: field.column }],
    message: `Field '${field.name}' doesn't exist on type '${type}'`,
  }
}

function resolve(
  node: Node,
  fields: readonly Field[],
  path: readonly (string | number)[],
  errors: GraphError[],
): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const field of fields) {
    if (field.on !== null && field.on !== node.type) continue
    const here = [...path, field.alias]
    if (field.name === '__typename') {
      data[field.alias] = node.type
      continue
    }
    const read = node.fields[field.name]
    if (read === undefined) {
      errors.push(undefinedField(node.type, field, path))
      continue
    }
    try {
      data[field.alias] = shape(read(field.args), field, here, errors)
    } catch (error) {
      data[field.alias] = null
      errors.push(asGraphError(error, field, here))
    }
  }
  return data
}

function asGraphError(error: unknown, field: Field, path: readonly (string | number)[]): GraphError {
  const locations = [{ line: field.line, column: field.column }]
  if (error instanceof Error && 'graphType' in error)
    return { type: String(error.graphType), path, locations, message: error.message }
  if (isRefusal(error)) return { type: 'FORBIDDEN', path, locations, message: error.message }
  throw error
}

function shape(value: unknown, field: Field, path: readonly (string | number)[], errors: GraphError[]): unknown {
  if (Array.isArray(value)) return value.map((each, index) => shape(each, field, [...path, index], errors))
  return isNode(value) ? resolve(value, field.selection ?? [], path, errors) : (value ?? null)
}
