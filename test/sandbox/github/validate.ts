import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import * as formats from 'ajv-formats'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { hasSharedData, readSharedJson } from '../../shared-data.ts'

type Json = Record<string, unknown>

const SPEC = 'github/spec/api.github.com.issues-subset.json'
const HOOKS = 'github/spec/webhooks.issues-subset.json'

/** Where the official schema refuses what the official server sends: what is forgiven, and why. */
export const LOOSENED: readonly { readonly message: RegExp; readonly reason: string }[] = [
  {
    message: /^\/(company|location|email|twitter_username) must be string$|^\/blog must match format/,
    reason: 'an organization without these facts sends null, or an empty `blog`; the schema has them as plain text',
  },
  {
    message: /\/performed_via_github_app\/events\/\d+ must be equal to one of the allowed values/,
    reason: 'the list of webhook events inside payloads is older than the subscription to sub-issues',
  },
  {
    message: /^\/\d+\/account must /,
    reason:
      'the list of installations asks for an account that is a user and an enterprise at once; a single one asks for either',
  },
]

/** Which of them have been needed so far. */
export const forgiven = new Set<RegExp>()

function isLoosened(text: string): boolean {
  const found = LOOSENED.find(({ message }) => message.test(text))
  if (found !== undefined) forgiven.add(found.message)
  return found !== undefined
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says `null`. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, example: _, examples: __, discriminator: ___, ...rest } = node as Json
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]))
  if (nullable !== true) return schema
  return { anyOf: [{ type: 'null' }, schema] }
}

function load(path: string, id: string): { readonly ajv: Ajv; readonly document: Json } {
  const document = readSharedJson(path) as Json
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, inlineRefs: false, logger: false })
  formats.default.default(ajv)
  ajv.addFormat('uri-template', true)
  // Sandbox addresses are those of a server on this machine; the format only wants a scheme.
  ajv.addFormat('uri', /^[a-z][a-z+.-]*:[^\s]*$/i)
  ajv.addSchema({ ...(toJsonSchema(document) as Json), $id: id })
  return { ajv, document }
}

const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

function explain(validate: ValidateFunction, body: unknown): string[] {
  if (validate(body) === true) return []
  return (validate.errors ?? [])
    .map(({ instancePath, message }) => `${instancePath} ${message}`)
    .filter((text) => !isLoosened(text))
}

/** The official description of one path, found for a request path. */
function findTemplate(paths: Json): (path: string) => string | undefined {
  const templates = Object.keys(paths)
    .map((template) => ({
      template,
      fixed: template.split('{')[0]?.length ?? 0,
      regexp: new RegExp(`^${template.replaceAll(/\{path\}/g, '.+').replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
    }))
    .sort((a, b) => b.template.replaceAll(/\{[^}]+\}/g, '').length - a.template.replaceAll(/\{[^}]+\}/g, '').length)
  return (path) => templates.find(({ regexp }) => regexp.test(path))?.template
}

/** Checks a whole exchange against the official description; `null` when that does not lie beside the project. */
export function createGitHubValidator(): ((exchange: Exchange) => string[]) | null {
  if (!hasSharedData) return null
  const { ajv, document } = load(SPEC, 'github')
  const paths = document['paths'] as Record<string, Record<string, { readonly responses: Record<string, Json> }>>
  const templateOf = findTemplate(paths)
  const compiled = new Map<string, ValidateFunction | null>()

  function validatorFor(template: string, method: string, status: number): ValidateFunction | null {
    const key = `${method} ${template} ${status}`
    const known = compiled.get(key)
    if (known !== undefined) return known
    const response = paths[template]?.[method]?.responses[String(status)]
    const ref = response?.['$ref']
    const at =
      typeof ref === 'string' ? ref.replace('#', '') : pointer('paths', template, method, 'responses', String(status))
    const target = typeof ref === 'string' ? sharedResponse(ref) : response
    const content = target?.['content'] as Json | undefined
    const type = content === undefined ? undefined : Object.keys(content).find((each) => each.endsWith('json'))
    const validate =
      type === undefined ? null : ajv.compile({ $ref: `github#${at}${pointer('content', type, 'schema')}` })
    compiled.set(key, validate)
    return validate
  }

  function sharedResponse(ref: string): Json | undefined {
    return ref
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((node, part) => node?.[part] as Json | undefined, document)
  }

  return function validate({ server, request, reply }) {
    if (server !== 'github') return []
    const path = request.path.replace(/^\/api\/v3/, '').replace(/^\/repositories\/\d+/, '/repos/o/r')
    const template = templateOf(path)
    const method = request.method.toLowerCase()
    if (template === undefined || paths[template]?.[method] === undefined) return []
    // Any endpoint may refuse, sign out, redirect or be out of quota, described or not.
    if (paths[template][method].responses[String(reply.status)] === undefined) {
      return reply.status < 300 ? [`${request.method} ${path}: ${reply.status} is not described`] : []
    }
    const type = String(reply.headers?.['content-type'] ?? '')
    if (!type.includes('json') || /raw|text|html/.test(request.headers['accept'] ?? '')) return []
    const check = validatorFor(template, method, reply.status)
    const body = typeof reply.body === 'string' ? (JSON.parse(reply.body) as unknown) : reply.body
    return check === null
      ? []
      : explain(check, body).map((error) => `${request.method} ${path} ${reply.status}: ${error}`)
  }
}

/** Checks a webhook body; events outside the official subset are not judged. */
export function createWebhookValidator(): ((event: string, payload: unknown) => string[]) | null {
  if (!hasSharedData) return null
  const { ajv, document } = load(HOOKS, 'hooks')
  const known = (document['components'] as { readonly schemas: Json }).schemas
  const compiled = new Map<string, ValidateFunction>()
  return function validateWebhook(event, payload) {
    const { action } = payload as { readonly action?: string }
    const name = ['webhook', event, action].join('-').replaceAll('_', '-')
    if (known[name] === undefined) return []
    const validate = compiled.get(name) ?? ajv.compile({ $ref: `hooks#${pointer('components', 'schemas', name)}` })
    compiled.set(name, validate)
    return explain(validate, payload).map((error) => `${event}.${action}: ${error}`)
  }
}

let webhookValidator: ReturnType<typeof createWebhookValidator> | undefined

export function validateWebhook(event: string, payload: unknown): string[] {
  webhookValidator ??= createWebhookValidator()
  return webhookValidator?.(event, payload) ?? []
}
