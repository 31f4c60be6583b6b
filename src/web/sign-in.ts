import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { asLockstepError } from '../core/errors.ts'
import type { Log } from '../core/ports.ts'
import type { AccountHost } from '../core/visitors.ts'
import type { WebEnv } from './context.ts'
import { notFound, printRefusal, refuse } from './refusal.ts'
import { safePath } from './security.ts'
import type { SessionKeeper } from './session.ts'

const COOKIE = 'lockstep-sign-in'
const MINUTES = 10

export interface SignInDeps {
  readonly keeper: SessionKeeper
  /** `null` where the App has no client id: then only the one-time link is left. */
  readonly host: AccountHost | null
  readonly address: string
  readonly secure: boolean
  /** Opens one session, once, for whoever started the server on their own machine. */
  readonly oneTimeKey: string | null
  readonly log: Log
}

const Attempt = z.object({ state: z.string().min(1), verifier: z.string().min(1), to: z.string() })

/** The web flow of GitHub, with the state and the proof key kept in the browser that began it. */
export function createSignInRoutes(deps: SignInDeps): Hono<WebEnv> {
  const { keeper, host, secure, log } = deps
  const callback = `${deps.address}/sign-in/done`
  const attributes = { path: '/sign-in', httpOnly: true, secure, sameSite: 'Lax' } as const
  let key = deps.oneTimeKey
  const routes = new Hono<WebEnv>()

  routes.get('/sign-in', (context) => {
    if (host === null) {
      const how = 'Open the link that the server printed when it started.'
      return refuse(404, printRefusal('not-found', 'This server has no sign-in with GitHub.', how))
    }
    const [state, verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
    const attempt = { state, verifier, to: safePath(context.req.query('to')) }
    setCookie(context, COOKIE, encode(attempt), { ...attributes, maxAge: MINUTES * 60 })
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    return context.redirect(host.printAuthorizeUrl({ state, challenge, callback }), 302)
  })

  routes.get('/sign-in/done', async (context) => {
    const attempt = decode(getCookie(context, COOKIE))
    deleteCookie(context, COOKIE, attributes)
    const { code, state } = context.req.query()
    if (host === null || attempt === undefined || code === undefined || !isSame(state, attempt.state)) {
      const what = 'This sign-in did not begin in this browser, or too long ago.'
      return refuse(400, printRefusal('not-signed-in', what, 'Sign in once more at /sign-in.'))
    }
    try {
      const { expiresAt, login, name, token } = await host.exchange({ code, verifier: attempt.verifier, callback })
      await keeper.open(context, { login, name, token, expiresAt, local: false })
      log.info('signed in', { login })
      return context.redirect(safePath(attempt.to), 303)
    } catch (error) {
      const { code: failure, message, remedy } = asLockstepError(error)
      log.warn('sign-in failed', { code: failure, said: message })
      return refuse(failure === 'not-signed-in' ? 401 : 502, printRefusal(failure, 'The sign-in failed.', remedy))
    }
  })

  routes.get('/sign-in/once', async (context) => {
    if (key === null || !isSame(context.req.query('key'), key)) return notFound()
    key = null
    const person = { login: 'local', name: 'This machine', local: true, token: null, expiresAt: null }
    await keeper.open(context, person)
    return context.redirect('/', 303)
  })

  routes.post('/sign-out', async (context) => {
    await keeper.close(context)
    return context.redirect('/', 303)
  })
  return routes
}

const encode = (attempt: z.infer<typeof Attempt>): string => Buffer.from(JSON.stringify(attempt)).toString('base64url')

function decode(cookie: string | undefined): z.infer<typeof Attempt> | undefined {
  try {
    return Attempt.safeParse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}

function isSame(given: string | undefined, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given ?? ''), hash(wanted))
}
