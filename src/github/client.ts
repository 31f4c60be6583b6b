import type { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { Clock, Log } from '../core/ports.ts'
import { createBudget } from './budget.ts'
import type { RequestLimit } from './budget.ts'
import { explainFailure, isRetryable } from './failures.ts'

/** The one function of Octokit that Lockstep uses; Probot's and the Action's both have it. */
export type GitHubRequest = (
  route: string,
  parameters?: Record<string, unknown>,
) => Promise<{
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly data: unknown
  readonly url: string
}>

export interface ClientDeps {
  readonly request: GitHubRequest
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
  /** Hears of every request that was sent: for counts and metrics. */
  readonly onRequest?: (facts: RequestFacts) => void
}

export interface RequestFacts {
  readonly route: string
  readonly status: number
  readonly ms: number
  /** Under which GitHub knows the request, where it says so. */
  readonly requestId: string | undefined
  /** Requests left before the limit. */
  readonly left: number | undefined
}

export interface Answer<Data = unknown> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly data: Data
  readonly url: string
}

export interface Client {
  call(route: string, parameters?: Record<string, unknown>): Promise<Answer>
  read<Shape extends z.ZodType>(
    shape: Shape,
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<z.infer<Shape>>
  /** With the headers that it came with. */
  readAnswer<Shape extends z.ZodType>(
    shape: Shape,
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<Answer<z.infer<Shape>>>
  /** Asks with the ETag of the last time; `null` when nothing changed since. */
  readChanged<Shape extends z.ZodType>(
    shape: Shape,
    route: string,
    parameters: Record<string, unknown>,
    etag: string | null,
  ): Promise<Answer<z.infer<Shape>> | null>
  /** As GitHub said last; `null` when it never did, or when that time is over. */
  limit(): RequestLimit | null
}

const TRIES = 4
const WAIT_MS = 500

/** A body in the form that is expected of this route; anything else is no answer of GitHub. */
function accept<Shape extends z.ZodType>(shape: Shape, route: string, data: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LockstepError('reply-unreadable', `GitHub answered ${route} in a form that Lockstep does not know.`, {
    remedy: 'Check that GITHUB_API_URL is the address of a GitHub API.',
    effectUnknown: !route.startsWith('GET '),
    details: { route, problem: issue?.message, path: issue?.path },
  })
}

/** GitHub's REST API with its limits obeyed and its failures told in our own words. */
export function createClient({ request, clock, sleep, log, onRequest = () => {} }: ClientDeps): Client {
  const budget = createBudget({ clock, sleep })

  async function once(route: string, parameters: Record<string, unknown>): Promise<Answer> {
    const started = performance.now()
    const tell = (status: number, requestId: unknown, headers: Readonly<Record<string, unknown>>) => {
      const left = Number(headers['x-ratelimit-remaining'] ?? Number.NaN)
      onRequest({
        route,
        status,
        ms: performance.now() - started,
        requestId: requestId === undefined ? undefined : String(requestId),
        left: Number.isNaN(left) ? undefined : left,
      })
    }
    try {
      const { status, headers, data, url } = await request(route, parameters)
      tell(status, headers['x-github-request-id'], headers)
      const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      budget.learn(plain)
      return { status, headers: plain, data, url }
    } catch (thrown) {
      const failure = explainFailure(thrown, route, clock.now())
      const headers = (failure.details['headers'] ?? {}) as Record<string, string>
      tell(Number(failure.details['status'] ?? 0), failure.details['requestId'], headers)
      budget.learn(headers)
      if (failure.retryAt !== null) budget.pause(failure.retryAt)
      throw failure
    }
  }

  async function call(route: string, parameters: Record<string, unknown> = {}): Promise<Answer> {
    const isRead = route.startsWith('GET ') || String(parameters['query']).startsWith('query')
    for (let tries = 1; ; tries++) {
      await budget.enter(isRead)
      try {
        return await once(route, parameters)
      } catch (error) {
        if (!(error instanceof LockstepError) || tries === TRIES || !isRetryable(error, isRead)) throw error
        log.debug('github request repeated', { route, code: error.code, tries })
      } finally {
        budget.leave()
      }
      await sleep(WAIT_MS * 2 ** (tries - 1))
    }
  }

  async function readAnswer<Shape extends z.ZodType>(
    shape: Shape,
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<Answer<z.infer<Shape>>> {
    const answer = await call(route, parameters)
    return { ...answer, data: accept(shape, route, answer.data) }
  }

  return {
    call,
    read: async (shape, route, parameters) => (await readAnswer(shape, route, parameters)).data,
    readAnswer,
    async readChanged(shape, route, parameters, etag) {
      try {
        const headers = etag === null ? {} : { 'if-none-match': etag }
        return await readAnswer(shape, route, { ...parameters, headers })
      } catch (error) {
        if (error instanceof LockstepError && error.details['status'] === 304) return null
        throw error
      }
    },
    limit: budget.limit,
  }
}
