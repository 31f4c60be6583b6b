import { createVerify } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { crc32c } from '../../src/people/crc32c.ts'
import { createKmsDecryptor, parseKmsKey } from '../../src/people/gcp-kms.ts'
import { createKeyDecryptor, parsePublicKey, sealFor } from '../../src/people/keys.ts'
import { createTestKeys, now, readAll, sealRows, user } from './archives.ts'

const keys = await createTestKeys()
const sealed = await sealRows([user(1, 'mona-castell')], keys)
const config = { project_id: 'acme', location: 'europe-west1', key_ring: 'people', key: 'import', version: '3' }

interface Request {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Reply {
  readonly status?: number
  readonly body?: unknown
}

const servers: Server[] = []
const folders: string[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function serve(answer: (request: Request) => Reply | Promise<Reply>) {
  const requests: Request[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: await text(incoming) }
    requests.push(request)
    const { status = 200, body } = await answer(request)
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { requests, host, endpoint: `http://${host}` }
}

/** What the service does with a ciphertext; `change` spoils its reply. */
async function decrypt({ body }: Request, change: object = {}): Promise<Reply> {
  const { ciphertext, ciphertextCrc32c } = JSON.parse(body) as Record<string, string>
  const sealedKey = Buffer.from(ciphertext!, 'base64')
  const publicKey = Buffer.from(keys.publicKey)
  const plaintext = Buffer.from(await createKeyDecryptor(keys.privateKey).unseal({ sealedKey, publicKey }))
  return {
    body: {
      plaintext: plaintext.toString('base64'),
      plaintextCrc32c: String(crc32c(plaintext)),
      verifiedCiphertextCrc32c: ciphertextCrc32c === String(crc32c(sealedKey)),
      protectionLevel: 'HSM',
      ...change,
    },
  }
}

const read = (endpoint: string, env: Record<string, string> = { GOOGLE_OAUTH_ACCESS_TOKEN: 'an-access-token' }) =>
  readAll(sealed, {
    decryptor: createKmsDecryptor(parseKmsKey(JSON.stringify(config), 'kms.json'), { env, now, endpoint }),
  })

describe('an archive whose key lies in Google Cloud KMS', () => {
  it('is opened with exactly one call', async () => {
    const kms = await serve(decrypt)
    const { records, error } = await read(kms.endpoint)
    expect(error).toBeNull()
    expect(records).toHaveLength(1)
    expect(kms.requests).toHaveLength(1)
    expect(kms.requests[0]).toMatchObject({
      method: 'POST',
      url: '/v1/projects/acme/locations/europe-west1/keyRings/people/cryptoKeys/import/cryptoKeyVersions/3:asymmetricDecrypt',
      headers: { authorization: 'Bearer an-access-token' },
    })
  })

  // The service keeps the key: what key.pub says of it proves nothing, and what it opens is authenticated anyway.
  it('does not mind whose key.pub it is', async () => {
    const kms = await serve(decrypt)
    const decryptor = createKmsDecryptor(parseKmsKey(JSON.stringify(config), 'kms.json'), {
      env: { GOOGLE_OAUTH_ACCESS_TOKEN: 'an-access-token' },
      now,
      endpoint: kms.endpoint,
    })
    const publicKey = Buffer.from((await createTestKeys()).publicKey)
    const sealedKey = sealFor(parsePublicKey(keys.publicKey), 'the key of the content')
    expect(await decryptor.unseal({ sealedKey, publicKey })).toBe('the key of the content')
  })

  it('stays shut when the reply was damaged, or the service did not check what it got', async () => {
    const spoilt = [
      { plaintextCrc32c: '1' },
      { plaintext: Buffer.from('something else').toString('base64') },
      { verifiedCiphertextCrc32c: false },
      { verifiedCiphertextCrc32c: undefined },
      { plaintext: undefined },
    ]
    for (const change of spoilt) {
      const kms = await serve((request) => decrypt(request, change))
      const { records, error } = await read(kms.endpoint)
      expect([error?.code, records]).toEqual(['kms-failed', []])
    }
  })

  it('says what the service refuses, and whether trying again may help', async () => {
    for (const [status, message, retryable] of [
      [400, 'does not open data.key', false],
      [401, 'does not accept the access token', false],
      [403, 'does not permit', false],
      [404, 'does not know the key', false],
      [429, 'answers 429', true],
      [503, 'answers 503', true],
    ] as const) {
      const kms = await serve(() => ({ status, body: { error: { message: 'secret detail' } } }))
      const { error } = await read(kms.endpoint)
      expect(error).toMatchObject({
        code: 'kms-failed',
        message: expect.stringContaining(message),
        retryable,
        details: { status },
      })
      expect(kms.requests).toHaveLength(1)
    }
  })

  it('says so when the service cannot be reached', async () => {
    const { error } = await read('http://127.0.0.1:1')
    expect(error).toMatchObject({ code: 'kms-failed', retryable: true })
    expect(JSON.stringify([error?.message, error?.remedy, error?.details])).not.toContain('an-access-token')
  })
})

describe('the access token for Google Cloud', () => {
  it('is asked for with the key of a service account', async () => {
    const kms = await serve((request) =>
      request.url === '/token' ? { body: { access_token: 'exchanged' } } : decrypt(request),
    )
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-kms-'))
    folders.push(folder)
    const path = join(folder, 'account.json')
    const account = {
      type: 'service_account',
      client_email: 'importer@acme.example.com',
      private_key: keys.privateKey,
      token_uri: `${kms.endpoint}/token`,
    }
    await writeFile(path, JSON.stringify(account))

    const { records } = await read(kms.endpoint, { GOOGLE_APPLICATION_CREDENTIALS: path })
    expect(records).toHaveLength(1)
    expect(kms.requests[1]!.headers.authorization).toBe('Bearer exchanged')

    const form = new URLSearchParams(kms.requests[0]!.body)
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [head, claims, signature] = form.get('assertion')!.split('.')
    const verified = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(keys.publicKey, signature!, 'base64url')
    expect(verified).toBe(true)
    const issued = now.getTime() / 1000
    expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toEqual({
      iss: account.client_email,
      scope: 'https://www.googleapis.com/auth/cloudkms',
      aud: account.token_uri,
      iat: issued,
      exp: issued + 600,
    })
  })

  it('is asked of the machine where nothing else is set', async () => {
    const kms = await serve((request) =>
      request.method === 'GET' ? { body: { access_token: 'of-the-machine' } } : decrypt(request),
    )
    const { records } = await read(kms.endpoint, { GCE_METADATA_HOST: kms.host })
    expect(records).toHaveLength(1)
    expect(kms.requests[0]).toMatchObject({
      url: '/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    })
    expect(kms.requests[1]!.headers.authorization).toBe('Bearer of-the-machine')
  })

  it('says how to get one when there is none', async () => {
    const kms = await serve(() => ({ status: 404, body: {} }))
    for (const env of [{ GCE_METADATA_HOST: kms.host }, { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/account.json' }]) {
      const { error } = await read(kms.endpoint, env)
      expect(error).toMatchObject({ code: 'kms-failed', message: expect.stringContaining('no access token') })
      expect(error?.remedy).toContain('GOOGLE_OAUTH_ACCESS_TOKEN')
    }
  })
})

describe('the configuration of the key service', () => {
  const failure = (content: string): unknown => {
    try {
      return parseKmsKey(content, 'kms.json')
    } catch (error) {
      return error
    }
  }

  it('is read', () => {
    expect(failure(JSON.stringify(config))).toEqual(config)
  })

  it('is refused when it is not JSON', () => {
    expect(failure('project_id: acme')).toMatchObject({
      code: 'kms-config-bad',
      message: expect.stringContaining('not JSON'),
    })
  })

  it('is refused with a misspelt, a missing or an empty field, and names it', () => {
    const { key_ring: _, ...rest } = config
    expect(failure(JSON.stringify({ ...rest, keyring: 'people' }))).toMatchObject({
      code: 'kms-config-bad',
      message: expect.stringMatching(/kms\.json .*key_?ring/),
    })
    expect(failure(JSON.stringify({ ...config, keyRing: 'people' }))).toMatchObject({
      message: expect.stringContaining('keyRing'),
    })
    expect(failure(JSON.stringify({ ...config, version: 3 }))).toMatchObject({
      message: expect.stringContaining('version'),
    })
    expect(failure(JSON.stringify({ ...config, location: '' }))).toMatchObject({
      message: expect.stringContaining('location'),
    })
    expect(failure('[]')).toMatchObject({ code: 'kms-config-bad' })
  })
})

describe('CRC-32C', () => {
  it('gives the values its standard lists', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
    expect(crc32c(Buffer.alloc(0))).toBe(0)
  })
})
