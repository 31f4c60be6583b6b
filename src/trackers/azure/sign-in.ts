import type { AzureConnection } from '../../config/schema.ts'
import { LockstepError } from '../../core/errors.ts'
import { createHttp } from '../../http/index.ts'
import type { Headings } from '../../http/index.ts'
import type { TrackerDeps } from '../deps.ts'
import { readSecret } from '../secret.ts'
import { OidcReply, TokenReply } from './schema.ts'

export interface SignIn {
  authorize(): Promise<Headings>
  /** The server did not take it: the next request asks for a new token. */
  forget(): void
}

// The id of Azure DevOps itself as an Entra resource, the same in every cloud.
const RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798'
const EARLY_MS = 5 * 60_000

export function createSignIn(connection: string, config: AzureConnection, deps: TrackerDeps): SignIn {
  const { entra, token } = config
  if (entra !== undefined) return signInWithEntra(connection, entra, deps)
  if (token === undefined) {
    throw new LockstepError('config-invalid', `${connection}: the connection names neither a token nor entra.`, {
      remedy: 'Name the environment variable of a personal access token as "token".',
    })
  }
  return {
    authorize() {
      const pat = readSecret(token, { env: deps.env, connection })
      return Promise.resolve({ authorization: `Basic ${Buffer.from(`:${pat}`).toString('base64')}` })
    },
    forget() {},
  }
}

function signInWithEntra(connection: string, entra: NonNullable<AzureConnection['entra']>, deps: TrackerDeps): SignIn {
  const { clock, env } = deps
  const open = (base: string, authorize: () => Headings = () => ({})) =>
    createHttp({ ...deps, name: connection, base, authorize, concurrency: 1, proxy: env })
  let kept: { readonly token: Promise<string>; readonly until: number } | null = null

  async function fetchToken(): Promise<{ readonly token: string; readonly until: number }> {
    const proof =
      entra.secret === undefined
        ? {
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: await fetchAssertion(),
          }
        : { client_secret: readSecret(entra.secret, { env, connection }) }
    const http = open(entra.authority ?? 'https://login.microsoftonline.com')
    try {
      const reply = await http.request({
        method: 'POST',
        path: `${encodeURIComponent(entra.tenant)}/oauth2/v2.0/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: entra.client,
          scope: `${RESOURCE}/.default`,
          ...proof,
        }).toString(),
        idempotent: true,
      })
      const { access_token, expires_in } = reply.read(TokenReply)
      return { token: access_token, until: clock.now().getTime() + expires_in * 1000 - EARLY_MS }
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'tracker-refused') throw error
      // Entra answers wrong credentials with 400.
      throw new LockstepError('not-signed-in', error.message, {
        remedy: 'Check tenant, client and secret of the connection, or the federated credential of the application.',
        details: error.details,
        cause: error,
      })
    } finally {
      http.close()
    }
  }

  /** The token that GitHub gives to a workflow with `permissions: id-token: write`. */
  async function fetchAssertion(): Promise<string> {
    const url = env['ACTIONS_ID_TOKEN_REQUEST_URL']
    const bearer = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']
    if (url === undefined || bearer === undefined) {
      throw new LockstepError('environment-invalid', `${connection}: there is no GitHub OIDC token to sign in with.`, {
        remedy: 'Give the job "permissions: id-token: write", or name the client secret of the application.',
      })
    }
    const http = open(new URL(url).origin, () => ({ authorization: `Bearer ${bearer}` }))
    try {
      const reply = await http.request({ method: 'GET', path: url, query: { audience: 'api://AzureADTokenExchange' } })
      return reply.read(OidcReply).value
    } finally {
      http.close()
    }
  }

  async function renew(): Promise<string> {
    const { token, until } = await fetchToken()
    kept = { token: Promise.resolve(token), until }
    return token
  }

  return {
    async authorize() {
      if (kept === null || kept.until <= clock.now().getTime()) {
        const token = renew()
        // Requests that start meanwhile wait for the same token; a failure is not kept.
        kept = { token, until: Number.POSITIVE_INFINITY }
        token.catch(() => (kept = null))
      }
      return { authorization: `Bearer ${await kept.token}` }
    },
    forget() {
      kept = null
    },
  }
}
