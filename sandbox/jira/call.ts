import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { parseBody } from '../kit/router.ts'
import { isObject } from './draft.ts'
import type { Json } from './draft.ts'
import { mustAuthenticate, refuse, refuseWith } from './refusal.ts'
import type { Person } from './world.ts'

/** A request with its sender known. */
export interface Call {
  readonly request: SandboxRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** `null` is anonymous. */
  readonly person: Person | null
}

export type JiraRoute = readonly [method: string, pattern: string, handler: (call: Call) => SandboxReply]

export const ok = (body: unknown): SandboxReply => ({ status: 200, body })
export const created = (body: unknown): SandboxReply => ({ status: 201, body })
export const noContent: SandboxReply = { status: 204 }

/** For resources closed to anonymous callers. */
export function signedIn({ person }: Call): Person {
  if (person === null) throw mustAuthenticate()
  return person
}

/** The JSON body; other bodies are refused as the parser of the server does it. */
export function readJson({ request }: Call): unknown {
  const type = request.headers['content-type'] ?? ''
  if (!type.includes('json'))
    throw refuseWith({ status: 415, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, body: unsupported })
  const body = parseBody(request)
  if (body === undefined) {
    const start = request.body.toString('utf8').trimStart()[0]
    throw refuse(
      400,
      start === undefined
        ? 'No content to map to Object due to end of input'
        : `Unexpected character ('${start}' (code ${start.codePointAt(0)})): expected a valid value (number, String, array, object, 'true', 'false' or 'null')\n at [Source: org.apache.catalina.connector.CoyoteInputStream; line: 1, column: 2]`,
    )
  }
  return body
}

export function readObject(call: Call): Json {
  const body = readJson(call)
  if (!isObject(body)) throw refuse(400, 'Can not deserialize instance out of the given token')
  return body
}

const unsupported =
  '<html><head><title>Unsupported Media Type (415)</title></head><body><h1>Encountered a &quot;415 - Unsupported Media Type&quot; error while loading this page.</h1></body></html>'

export function readCount(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name)
  if (text === null || text === '') return fallback
  if (!/^-?\d+$/.test(text)) throw refuseWith({ status: 404, body: '' })
  return Number(text)
}

/** Comma-separated, and the parameter may be repeated. */
export const readList = (call: Call, name: string): string[] =>
  call.query
    .getAll(name)
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')

export const readFlag = (call: Call, name: string, fallback: boolean): boolean => {
  const text = call.query.get(name)
  return text === null ? fallback : text === 'true'
}
