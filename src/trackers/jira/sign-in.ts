import { createPrivateKey, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { JiraConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import type { Headings } from '../../http/index.ts'
import type { TrackerDeps } from '../deps.ts'
import { readSecret } from '../secret.ts'
import { signOAuth1 } from './oauth1.ts'
import { signInWithOAuth2 } from './oauth2.ts'

export interface SignIn {
  authorize(request: { readonly method: string; readonly url: URL }): Headings | Promise<Headings>
  /** After a refused request: whether a new try with a new token makes sense. */
  canRenew(sentAt: number): boolean
  /** Each refused try counts towards the CAPTCHA that locks the account out, for its owner too. */
  readonly locks?: boolean
}

const never = () => false

export function createSignIn(connection: string, config: JiraConnection, deps: TrackerDeps): SignIn {
  const { env, clock } = deps
  const { token, username, password, oauth1, oauth2 } = config
  const secretOf = (reference: string) => readSecret(reference, { env, connection })
  if (token !== undefined) {
    return { authorize: () => ({ authorization: `Bearer ${secretOf(token)}` }), canRenew: never }
  }
  if (username !== undefined && password !== undefined) {
    return {
      authorize() {
        const credentials = Buffer.from(`${username}:${secretOf(password)}`).toString('base64')
        return { authorization: `Basic ${credentials}` }
      },
      canRenew: never,
      locks: true,
    }
  }
  if (oauth1 !== undefined) {
    return {
      authorize({ method, url }) {
        const { consumer } = oauth1
        const token = secretOf(oauth1.token)
        const key = readKey(connection, secretOf(oauth1.key))
        const nonce = randomBytes(16).toString('hex')
        const timestamp = Math.floor(clock.now().getTime() / 1000)
        return { authorization: signOAuth1({ method, url, consumer, token, key, nonce, timestamp }) }
      },
      canRenew: never,
    }
  }
  if (oauth2 !== undefined) return signInWithOAuth2(connection, { config, oauth2 }, deps)
  throw new LockstepError('config-invalid', `${connection}: the connection names no way to sign in.`, {
    remedy: 'Name the environment variable of a personal access token as "token".',
  })
}

function readKey(connection: string, pem: string): KeyObject {
  try {
    // Environment variables often hold the line ends of a PEM as a backslash and an n.
    return createPrivateKey(pem.replaceAll(String.raw`\n`, '\n'))
  } catch (cause) {
    throw new LockstepError('environment-invalid', `${connection}: the private key of oauth1 cannot be read.`, {
      remedy: 'Set its variable to the RSA key in PEM form, from "BEGIN" to "END".',
      cause,
    })
  }
}
