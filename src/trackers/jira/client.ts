import type { JiraConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import { createHttp, replyOf } from '../../http/index.ts'
import type { HttpReply, HttpRequest } from '../../http/index.ts'
import type { TrackerDeps } from '../deps.ts'
import { HOUR_MS, keepBy } from './kept.ts'
import { Failure, Myself, ServerInfo } from './schema.ts'
import { createSignIn } from './sign-in.ts'

export interface JiraRequest extends Omit<HttpRequest, 'path'> {
  /** Below `rest/api/2/`, unless another root is named. */
  readonly api: string
  readonly root?: string
}

/** Who we are and whom we talk to. */
export interface Session {
  /** `[9, 12]` of 9.12.15. */
  readonly version: readonly [major: number, minor: number]
  readonly self: { readonly key: string; readonly name: string }
  /** Dates in a query are read in the zone of this profile. */
  readonly timeZone: string
}

export interface JiraClient {
  readonly connection: string
  /** As configured, without a slash at the end: the server may call itself by another address. */
  readonly base: string
  request(request: JiraRequest): Promise<HttpReply>
  session(): Promise<Session>
}

// How long nothing is asked with a password that was refused.
const LOCKED_MS = 5 * 60_000

export function createJiraClient(connection: string, config: JiraConnection, deps: TrackerDeps): JiraClient {
  const base = config.url.replace(/\/+$/, '')
  const signIn = createSignIn(connection, config, deps)
  const now = () => deps.clock.now().getTime()
  let locked: { readonly failure: LockstepError; readonly until: number } | null = null
  const http = createHttp({
    ...deps,
    name: connection,
    base,
    authorize: (request) => signIn.authorize(request),
    concurrency: config.concurrency,
    proxy: deps.env,
    readMessage,
    recognise: (reply) => recogniseStranger(connection, reply),
  })

  async function send({ api, root = 'rest/api/2', ...request }: JiraRequest): Promise<HttpReply> {
    if (locked !== null && now() < locked.until) throw locked.failure
    const path = `${root}/${api}`
    const sentAt = now()
    try {
      return await http.request({ ...request, path })
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'not-signed-in') throw error
      if (signIn.locks === true) locked = { failure: error, until: now() + LOCKED_MS }
      if (error.effectUnknown || !signIn.canRenew(sentAt)) throw error
      return await http.request({ ...request, path })
    }
  }

  const session = keepBy(
    async (): Promise<Session> => {
      // A refused sign-in shows here first, before a search would answer "nothing found" to nobody.
      const { name, key, timeZone } = (await send({ method: 'GET', api: 'myself' })).read(Myself)
      const [major = 0, minor = 0] = (await send({ method: 'GET', api: 'serverInfo' })).read(ServerInfo).versionNumbers
      return { version: [major, minor], self: { key: key ?? name, name }, timeZone }
    },
    { clock: deps.clock, ms: HOUR_MS },
  )

  return {
    connection,
    base,
    session: () => session(''),
    async request(request) {
      await session('')
      return send(request)
    },
  }
}

/** What Jira itself says about a failed request. */
export function failureOf(error: unknown): Failure | undefined {
  const reply = replyOf(error)
  return reply === undefined ? undefined : Failure.safeParse(reply.body).data
}

function readMessage({ body }: HttpReply): string | undefined {
  const said = Failure.safeParse(body).data
  if (said === undefined) return undefined
  const { errorMessages, errors, message } = said
  const all = [...errorMessages, ...Object.values(errors), ...(message === undefined ? [] : [message])]
  return all.length === 0 ? undefined : all.join(' ')
}

/**
 * A token that Jira does not know makes the request an anonymous one, which then succeeds and finds nothing; only
 * X-AUSERNAME tells. After some wrong passwords nothing is accepted until a person has solved a CAPTCHA.
 */
function recogniseStranger(connection: string, { status, headers, url, body }: HttpReply): LockstepError | undefined {
  const details = { host: url.host, path: url.pathname, status }
  const denied = headers.get('x-authentication-denied-reason') ?? ''
  if (denied.includes('CAPTCHA_CHALLENGE')) {
    const page = /login-url=([^;\s]+)/.exec(denied)?.[1] ?? new URL('login.jsp', url.origin).href
    return new LockstepError(
      'not-signed-in',
      `${connection}: Jira asks for a CAPTCHA before it accepts the password.`,
      {
        remedy: `Sign in once as this user at ${page}, and correct the password.`,
        details,
      },
    )
  }
  const said = Failure.safeParse(body).data?.message ?? ''
  if (status === 403 && /Basic Authentication has been disabled/i.test(said)) {
    return new LockstepError('not-signed-in', `${connection}: ${said}`, {
      remedy: 'Use a personal access token.',
      details,
    })
  }
  if (headers.get('x-ausername') !== 'anonymous' || status === 429 || status >= 500) return undefined
  return new LockstepError('not-signed-in', `${connection}: Jira did not recognise the sign-in.`, {
    remedy: 'Check that the token or password of this connection is right and has not expired.',
    // 201 and 204 answer writes.
    effectUnknown: status === 201 || status === 204,
    details,
  })
}
