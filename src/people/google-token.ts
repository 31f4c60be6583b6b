import { sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const scope = 'https://www.googleapis.com/auth/cloudkms'
const metadataHost = 'metadata.google.internal'
const timeout = 30_000

const TokenReply = z.object({ access_token: z.string().min(1) })

const ServiceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string(),
  private_key: z.string(),
  token_uri: z.url().default('https://oauth2.googleapis.com/token'),
})

/**
 * An access token for Google Cloud: the one in GOOGLE_OAUTH_ACCESS_TOKEN, one for the service account whose file
 * GOOGLE_APPLICATION_CREDENTIALS names, or the one the machine's own account has.
 */
export async function readGoogleToken(env: Environment, now: Date): Promise<string> {
  const given = env['GOOGLE_OAUTH_ACCESS_TOKEN']
  if (given) return given
  const path = env['GOOGLE_APPLICATION_CREDENTIALS']
  if (path) return exchangeAssertion(await readServiceAccount(path), now)
  return readMachineToken(env['GCE_METADATA_HOST'] || metadataHost)
}

async function readServiceAccount(path: string): Promise<z.output<typeof ServiceAccount>> {
  try {
    return ServiceAccount.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // No cause: a JSON error quotes the text, and this text holds a private key.
    throw noToken(`${path} is no service account file`)
  }
}

async function exchangeAssertion(account: z.output<typeof ServiceAccount>, now: Date): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000)
  const claims = { iss: account.client_email, scope, aud: account.token_uri, iat: issued, exp: issued + 600 }
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
  let signature: string
  try {
    signature = sign('RSA-SHA256', Buffer.from(unsigned), account.private_key).toString('base64url')
  } catch {
    throw noToken('the private key of the service account cannot be used')
  }
  const assertion = `${unsigned}.${signature}`
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
  return requestToken(account.token_uri, { method: 'POST', body: new URLSearchParams(grant) })
}

const readMachineToken = (host: string): Promise<string> =>
  requestToken(`http://${host}/computeMetadata/v1/instance/service-accounts/default/token`, {
    headers: { 'Metadata-Flavor': 'Google' },
  })

async function requestToken(url: string, request: RequestInit): Promise<string> {
  const { host } = new URL(url)
  const reply = await fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(timeout) }).catch(
    (error: unknown) => {
      throw noToken(`${host} cannot be reached`, error)
    },
  )
  if (!reply.ok) throw noToken(`${host} answers ${reply.status}`)
  const parsed = TokenReply.safeParse(await reply.json().catch(() => null))
  if (!parsed.success) throw noToken(`${host} sends no token`)
  return parsed.data.access_token
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function noToken(reason: string, cause?: unknown): LockstepError {
  return new LockstepError('kms-failed', `There is no access token for Google Cloud: ${reason}.`, {
    remedy:
      'Set GOOGLE_OAUTH_ACCESS_TOKEN, for example to what `gcloud auth print-access-token` prints, or let GOOGLE_APPLICATION_CREDENTIALS name the JSON file of a service account.',
    cause,
  })
}
