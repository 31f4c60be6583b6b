import { SANDBOX_PAT } from '../../../sandbox/azure/seeds.ts'
import type { AzureServer } from '../../../sandbox/azure/server.ts'

/** Tests look deep into bodies of many shapes; a wrong step fails the test that takes it. */
// eslint-disable-next-line typescript/no-explicit-any
export type Loose = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, Loose>
  readonly text: string
}

export interface Ask {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly pat?: string
}

/** A caller as plain as curl: what goes over the wire is what the test says. */
export function callerOf(server: AzureServer) {
  return async function call(
    method: string,
    path: string,
    { body, headers, pat = SANDBOX_PAT }: Ask = {},
  ): Promise<Answer> {
    const url = path.startsWith('http')
      ? path
      : path.startsWith('/_') && !path.startsWith('/_apis')
        ? server.url + path
        : server.collectionUrl + path
    const patch = method === 'PATCH' || path.includes('/$')
    const isPatch = Array.isArray(body) && patch
    const reply = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Basic ${Buffer.from(`:${pat}`).toString('base64')}`,
        ...(body !== undefined && { 'content-type': isPatch ? 'application/json-patch+json' : 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    const isJson = reply.headers.get('content-type')?.startsWith('application/json') === true
    return {
      status: reply.status,
      headers: reply.headers,
      body: isJson ? (JSON.parse(text) as Answer['body']) : {},
      text,
    }
  }
}
