import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock } from '../core/ports.ts'
import type { Sessions, StoredSession } from '../core/sessions.ts'
import type { Visitor, WebEnv } from './context.ts'

const LIFE_MS = 8 * 3_600_000

export interface SessionDeps {
  readonly sessions: Sessions
  readonly clock: Clock
  /** Cookies go over https only, and bind themselves to this host. */
  readonly secure: boolean
}

export interface NewSession extends Pick<StoredSession, 'login' | 'name' | 'local'> {
  readonly token: string | null
  readonly expiresAt: string | null
}

export interface OpenSession extends StoredSession {
  readonly token: string | null
}

/** Who is signed in: a random id in the browser, its fingerprint in the store. */
export function createSessionKeeper({ sessions, clock, secure }: SessionDeps) {
  const cookie = `${secure ? '__Host-' : ''}lockstep`
  // Lax, not Strict: a link from an issue to a page here should find the person signed in.
  const attributes = { path: '/', httpOnly: true, secure, sameSite: 'Lax' } as const

  return {
    /** Always under a new id, so that an id that somebody planted in the browser is worth nothing. */
    async open(context: Context, { token, expiresAt, ...person }: NewSession): Promise<void> {
      await this.close(context)
      const id = randomBytes(32).toString('base64url')
      const now = clock.now()
      const latest = new Date(now.getTime() + LIFE_MS).toISOString()
      const end = expiresAt === null || expiresAt > latest ? latest : expiresAt
      await sessions.sweep(now)
      await sessions.save({
        ...person,
        idHash: fingerprint(id),
        sealedToken: token === null ? null : seal(token, id),
        createdAt: now.toISOString(),
        expiresAt: end,
      })
      setCookie(context, cookie, id, { ...attributes, expires: new Date(end) })
    },
    async find(context: Context): Promise<{ readonly session: OpenSession; readonly csrf: string } | null> {
      const id = getCookie(context, cookie)
      if (id === undefined || !/^[\w-]{43}$/.test(id)) return null
      const stored = await sessions.find(fingerprint(id))
      if (stored === undefined || stored.expiresAt <= clock.now().toISOString()) return null
      const token = stored.sealedToken === null ? null : unseal(stored.sealedToken, id)
      return { session: { ...stored, token }, csrf: createHmac('sha256', id).update('csrf').digest('base64url') }
    },
    async close(context: Context): Promise<void> {
      const id = getCookie(context, cookie)
      if (id !== undefined) await sessions.remove(fingerprint(id))
      deleteCookie(context, cookie, attributes)
    },
  }
}

export type SessionKeeper = ReturnType<typeof createSessionKeeper>

/** Puts who is signed in on the context of every page and route. */
export const recognise =
  (keeper: SessionKeeper, readVisitor: (session: OpenSession) => Promise<Visitor | null>): MiddlewareHandler<WebEnv> =>
  async (context, next) => {
    const found = await keeper.find(context)
    const visitor = found === null ? null : await readVisitor(found.session)
    if (found !== null && visitor === null) await keeper.close(context)
    context.set('visitor', visitor)
    context.set('csrf', visitor === null ? '' : (found?.csrf ?? ''))
    await next()
  }

const fingerprint = (id: string): string => createHash('sha256').update(id).digest('base64url')

const keyOf = (id: string) => Buffer.from(hkdfSync('sha256', id, '', 'lockstep session token', 32))

/** Sealed with what only the browser has: the store alone gives no token away. */
function seal(token: string, id: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(id), nonce)
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
}

function unseal(sealed: string, id: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(id), bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
