import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import { crc32c } from './crc32c.ts'
import { printFault } from './data-fault.ts'
import { type Environment, readGoogleToken } from './google-token.ts'
import type { Decryptor } from './keys.ts'

const part = z.string().min(1)

/** Which key of Google Cloud KMS opens the archive; the file `--decrypt-with-gcp-kms` names. */
const KmsKey = z.strictObject({ project_id: part, location: part, key_ring: part, key: part, version: part })

export type KmsKey = z.output<typeof KmsKey>

const DecryptReply = z.object({
  plaintext: z.base64(),
  plaintextCrc32c: z.coerce.number(),
  verifiedCiphertextCrc32c: z.boolean().default(false),
})

export interface KmsOptions {
  readonly env: Environment
  readonly now: Date
  /** Another address of the service, for a private endpoint or a test. */
  readonly endpoint?: string
}

/** `name` is how messages call the file. */
export function parseKmsKey(text: string, name: string): KmsKey {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw badConfig(name, 'it is not JSON', error)
  }
  const parsed = KmsKey.safeParse(value)
  if (parsed.success) return parsed.data
  throw badConfig(name, printFault(parsed.error).text, parsed.error)
}

/** Lets the key service open `data.key`, in one call; the private key never leaves it. */
export function createKmsDecryptor(key: KmsKey, { env, now, endpoint }: KmsOptions): Decryptor {
  return {
    async unseal({ sealedKey }) {
      const token = await readGoogleToken(env, now)
      const reply = await askForPlaintext(`${endpoint ?? 'https://cloudkms.googleapis.com'}/v1/${nameOf(key)}`, {
        token,
        sealedKey,
      })
      const plaintext = Buffer.from(reply.plaintext, 'base64')
      if (!reply.verifiedCiphertextCrc32c) throw damaged('to')
      if (crc32c(plaintext) !== reply.plaintextCrc32c) throw damaged('from')
      return plaintext.toString('latin1')
    },
  }
}

interface Question {
  readonly token: string
  readonly sealedKey: Buffer
}

async function askForPlaintext(keyUrl: string, { token, sealedKey }: Question): Promise<z.output<typeof DecryptReply>> {
  // A 64-bit number travels as text in Google's JSON.
  const body = { ciphertext: sealedKey.toString('base64'), ciphertextCrc32c: String(crc32c(sealedKey)) }
  const reply = await fetch(`${keyUrl}:asymmetricDecrypt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw failed('cannot be reached', { retryable: true, cause: error })
  })
  if (!reply.ok) throw refused(reply.status)
  const parsed = DecryptReply.safeParse(await reply.json().catch(() => null))
  if (!parsed.success) throw failed('sends a reply that cannot be read', {})
  return parsed.data
}

function nameOf({ project_id, location, key_ring, key, version }: KmsKey): string {
  const [project, place, ring, name, number] = [project_id, location, key_ring, key, version].map(encodeURIComponent)
  return `projects/${project}/locations/${place}/keyRings/${ring}/cryptoKeys/${name}/cryptoKeyVersions/${number}`
}

const refusals: Readonly<Record<number, string>> = {
  400: 'does not open data.key: it was sealed for another key, or the key is not one for RSA-OAEP with SHA-256',
  401: 'does not accept the access token',
  403: 'does not permit this account to use the key',
  404: 'does not know the key',
}

const refused = (status: number): LockstepError =>
  failed(refusals[status] ?? `answers ${status}`, { status, retryable: status === 429 || status >= 500 })

const damaged = (direction: 'to' | 'from'): LockstepError =>
  failed(`was reached, but what went ${direction} it was damaged on the way`, { retryable: true })

interface Failure {
  readonly status?: number
  readonly retryable?: boolean
  readonly cause?: unknown
}

function failed(reason: string, { status, retryable = false, cause }: Failure): LockstepError {
  return new LockstepError('kms-failed', `Google Cloud KMS ${reason}.`, {
    remedy: retryable
      ? 'Try again in a while.'
      : 'Check the key named in the KMS configuration, and that the account may decrypt with it (roles/cloudkms.cryptoKeyDecrypter).',
    retryable,
    details: status === undefined ? {} : { status },
    cause,
  })
}

function badConfig(name: string, reason: string, cause: unknown): LockstepError {
  return new LockstepError('kms-config-bad', `${name} does not name a KMS key: ${reason}.`, {
    remedy: 'It is a JSON object of the texts project_id, location, key_ring, key and version, and nothing else.',
    cause,
  })
}
