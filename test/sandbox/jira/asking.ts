import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { startJira } from '../../../sandbox/jira/server.ts'
import type { JiraOptions, JiraServer } from '../../../sandbox/jira/server.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests read into answers freely.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
  readonly text: string
}

export interface Asked {
  readonly body?: unknown
  /** `name:password` for Basic, `null` for nobody; the bot's token unless told. */
  readonly as?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

export type Ask = (question: string, asked?: Asked) => Promise<Answer>

export const tokenOfBot = 'Bearer jira_sandbox_pat'

/** Asks as `GET /rest/api/2/myself`; paths without a slash in front are below `/rest/api/2/`. */
export function createAsk(baseUrl: string): Ask {
  return async (question, { body, as, headers = {} } = {}) => {
    const [method = 'GET', path = ''] =
      question.split(' ', 2).length === 2
        ? [question.slice(0, question.indexOf(' ')), question.slice(question.indexOf(' ') + 1)]
        : ['GET', question]
    const basic = as === undefined ? tokenOfBot : as === null ? null : `Basic ${Buffer.from(as).toString('base64')}`
    const raw = typeof body === 'string' || body instanceof FormData
    const reply = await fetch(baseUrl + (path.startsWith('/') ? path : `/rest/api/2/${path}`), {
      method,
      redirect: 'manual',
      headers: {
        ...(basic === null ? {} : { authorization: basic }),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    const isJson = (reply.headers.get('content-type') ?? '').includes('json')
    return { status: reply.status, headers: reply.headers, text, body: isJson ? JSON.parse(text) : text }
  }
}

/** A server that lives as long as the test, and how to ask it. */
export async function withJira(options: JiraOptions = {}): Promise<{ readonly jira: JiraServer; readonly ask: Ask }> {
  const jira = await startJira(options)
  onTestFinished(() => jira.close())
  return { jira, ask: createAsk(jira.baseUrl) }
}

export interface Heard {
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
  readonly text: string
}

/** An ear for webhooks. */
export async function withListener(): Promise<{ readonly url: string; readonly heard: Heard[] }> {
  const heard: Heard[] = []
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      heard.push({
        url: request.url ?? '',
        headers: request.headers,
        text,
        body: text === '' ? undefined : JSON.parse(text),
      })
      reply.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

export const newIssue = (fields: Readonly<Record<string, unknown>> = {}) => ({
  fields: { project: { key: 'PLAT' }, issuetype: { name: 'Task' }, summary: 'Something', ...fields },
})

export const searchFor = (jql: string, rest = ''): string => `search?jql=${encodeURIComponent(jql)}${rest}`
