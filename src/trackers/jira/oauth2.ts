import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import type { JiraConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import { createHttp } from '../../http/index.ts'
import type { TrackerDeps } from '../deps.ts'
import { readSecret } from '../secret.ts'
import { TokenReply } from './schema.ts'
import type { SignIn } from './sign-in.ts'

const EARLY_MS = 60_000

interface Kept {
  readonly token: Promise<string>
  readonly at: number
  readonly until: number
}

/**
 * Each refresh token works once and comes back as another one. The newest is remembered, sealed, where the
 * process has a place for it; without one the configured token serves a single process.
 */
export function signInWithOAuth2(
  connection: string,
  { config, oauth2 }: { readonly config: JiraConnection; readonly oauth2: NonNullable<JiraConnection['oauth2']> },
  deps: TrackerDeps,
): SignIn {
  const { clock, cache, env } = deps
  const secretOf = (reference: string) => readSecret(reference, { env, connection })
  const cacheKey = `jira oauth2 ${config.url} ${oauth2.client}`
  let kept: Kept | null = null
  let newest: string | null = null

  async function recall(): Promise<string | null> {
    const sealed = (await cache?.find(cacheKey))?.value
    return typeof sealed === 'string' ? unseal(sealed, secretOf(oauth2.secret)) : null
  }

  async function redeem(refresh: string): Promise<{ readonly token: string; readonly until: number }> {
    const http = createHttp({
      ...deps,
      name: connection,
      base: config.url,
      authorize: () => ({}),
      concurrency: 1,
      proxy: env,
    })
    try {
      const reply = await http.request({
        method: 'POST',
        path: 'rest/oauth2/latest/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: oauth2.client,
          client_secret: secretOf(oauth2.secret),
          refresh_token: refresh,
        }).toString(),
      })
      const { access_token, expires_in, refresh_token } = reply.read(TokenReply)
      newest = refresh_token ?? refresh
      await cache?.save(cacheKey, seal(newest, secretOf(oauth2.secret)))
      return { token: access_token, until: clock.now().getTime() + expires_in * 1000 - EARLY_MS }
    } finally {
      http.close()
    }
  }

  async function renew(): Promise<string> {
    const known = [newest, await recall(), secretOf(oauth2.refresh)].filter((refresh) => refresh !== null)
    let failure: unknown
    for (const refresh of new Set(known)) {
      try {
        const { token, until } = await redeem(refresh)
        kept = { token: Promise.resolve(token), at: clock.now().getTime(), until }
        return token
      } catch (error) {
        if (!(error instanceof LockstepError) || !['tracker-refused', 'not-signed-in'].includes(error.code)) throw error
        failure = error
      }
    }
    throw new LockstepError('not-signed-in', `${connection}: Jira does not take the refresh token any more.`, {
      remedy: 'Approve the application link once more and store the new refresh token.',
      details: failure instanceof LockstepError ? failure.details : {},
      cause: failure,
    })
  }

  return {
    async authorize() {
      if (kept === null || kept.until <= clock.now().getTime()) {
        const token = renew()
        // Requests that start meanwhile wait for the same token; a failure is not kept.
        kept = { token, at: clock.now().getTime(), until: Number.POSITIVE_INFINITY }
        token.catch(() => (kept = null))
      }
      return { authorization: `Bearer ${await kept.token}` }
    },
    canRenew(sentAt) {
      // Another request may have renewed it already.
      if (kept !== null && kept.at <= sentAt) kept = null
      return true
    },
  }
}

const keyOf = (secret: string): Buffer => scryptSync(secret, 'lockstep jira refresh token', 32)

function seal(text: string, secret: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64')).join('.')
}

function unseal(text: string, secret: string): string | null {
  const [nonce, tag, sealed] = text.split('.').map((part) => Buffer.from(part, 'base64'))
  if (nonce === undefined || tag === undefined || sealed === undefined) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), nonce).setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    // Sealed with another client secret: of no use any more.
    return null
  }
}
