import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseJson, readCapped } from './body.ts'
import type { Metrics } from './metrics.ts'
import { printRefusal } from './refusal.ts'

export const GITHUB_PATH = '/api/github/webhooks'

/** GitHub's own limit for a delivery. */
const BODY_LIMIT = 25 * 1024 * 1024

type Middleware = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>

/** Reads a delivery of GitHub up to its limit and hands it to Probot, which by itself would read without end. */
export function createGitHubWebhooks(probot: Middleware, metrics: Metrics) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readCapped(request, request.headers['content-length'], BODY_LIMIT)
    if (body === undefined) {
      metrics.delivery('github', 'too-large')
      const refusal = JSON.stringify(printRefusal('too-large', 'The delivery is too large.'))
      response.writeHead(413, { 'content-type': 'application/json', connection: 'close' }).end(refusal)
      return
    }
    const text = Buffer.from(body).toString('utf8')
    await probot(Object.assign(request, { body: text }), response)
    const forged = response.statusCode === 400 && parseJson(body) !== undefined
    const results: Record<number, string> = { 200: 'accepted', 202: 'accepted', 500: 'failed' }
    metrics.delivery('github', results[response.statusCode] ?? (forged ? 'forged' : 'malformed'))
  }
}
