import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LockstepError } from '../../src/core/errors.ts'
import { createDecryptor } from '../../src/people/decryptor.ts'
import { createFernetKey, parseFernetKey } from '../../src/people/fernet.ts'
import { createKeyPair, writeKeyPair } from '../../src/people/key-pair.ts'
import { createKeyDecryptor, parsePublicKey, sealFor } from '../../src/people/keys.ts'
import { createTestKeys, failureOf } from './archives.ts'

const folder = await mkdtemp(join(tmpdir(), 'lockstep-keys-'))
afterAll(() => rm(folder, { recursive: true }))

const keys = await createTestKeys()

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'key-unreadable') return error.message
  }
  throw new Error('It was expected to fail with key-unreadable.')
}

describe('a private key', () => {
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  const spki = { type: 'spki', format: 'pem' } as const

  it('opens what was sealed for its public half', async () => {
    const sealedKey = sealFor(parsePublicKey(keys.publicKey), 'a short text')
    const publicKey = Buffer.from(keys.publicKey)
    expect(await createKeyDecryptor(keys.privateKey).unseal({ sealedKey, publicKey })).toBe('a short text')
  })

  it('may stand where the configuration of a key service could stand too', async () => {
    const options = { env: {}, now: new Date() }
    const sealed = {
      sealedKey: sealFor(parsePublicKey(keys.publicKey), 'text'),
      publicKey: Buffer.from(keys.publicKey),
    }
    expect(await createDecryptor(keys.privateKey, 'people.key', options).unseal(sealed)).toBe('text')
    expect(messageOf(() => createDecryptor('no key', 'people.key', options))).toContain('people.key is no private key')
    expect(() => createDecryptor(' {"project_id": 1}', 'people.key', options)).toThrow(
      'people.key does not name a KMS key',
    )
  })

  it('is taken in its older form too', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' })
    expect(createKeyDecryptor(pem)).toBeDefined()
  })

  it('is refused with a passphrase, in either form', () => {
    const locked = { cipher: 'aes-256-cbc', passphrase: 'opensesame' }
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const forms = [
      privateKey.export({ ...pkcs8, ...locked }),
      privateKey.export({ type: 'pkcs1', format: 'pem', ...locked }),
    ]
    for (const pem of forms) {
      expect(messageOf(() => createKeyDecryptor(pem, 'reader.pem'))).toBe('reader.pem is locked with a passphrase.')
    }
  })

  it('is refused when it is none, or none for sealing', () => {
    const elliptic = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: pkcs8,
      publicKeyEncoding: spki,
    })
    const signing = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      privateKeyEncoding: pkcs8,
      publicKeyEncoding: spki,
    })
    expect(messageOf(() => createKeyDecryptor('hello', 'k.pem'))).toBe('k.pem is no private key in PEM form.')
    expect(messageOf(() => createKeyDecryptor(keys.publicKey))).toContain('no private key')
    expect(messageOf(() => createKeyDecryptor(elliptic.privateKey))).toContain('a key of kind ec; archives need RSA')
    expect(messageOf(() => createKeyDecryptor(signing.privateKey))).toContain('a key of kind rsa-pss')
    expect(messageOf(() => parsePublicKey('hello'))).toContain('no public key')
    expect(messageOf(() => parsePublicKey(elliptic.publicKey))).toContain('archives need RSA')
  })
})

describe('a new key pair', () => {
  it('opens what it seals', async () => {
    const pair = await createKeyPair(2048)
    expect(parsePublicKey(pair.publicKey).asymmetricKeyDetails?.modulusLength).toBe(2048)
    const sealedKey = sealFor(parsePublicKey(pair.publicKey), 'text')
    const publicKey = Buffer.from(pair.publicKey)
    expect(await createKeyDecryptor(pair.privateKey).unseal({ sealedKey, publicKey })).toBe('text')
  })

  it('is written for its owner alone', async () => {
    const paths = { privateKey: join(folder, 'own.pem'), publicKey: join(folder, 'own.pub.pem') }
    await writeKeyPair(keys, paths)
    expect(await readFile(paths.privateKey, 'utf8')).toBe(keys.privateKey)
    expect(await readFile(paths.publicKey, 'utf8')).toBe(keys.publicKey)
    expect((await stat(paths.privateKey)).mode & 0o777).toBe(0o600)
  })

  it('never replaces a key that is there, and leaves no half behind', async () => {
    const paths = { privateKey: join(folder, 'new.pem'), publicKey: join(folder, 'taken.pem') }
    await writeFile(paths.publicKey, 'precious')
    expect(await failureOf(writeKeyPair(keys, paths))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/taken\.pem exists/),
    })
    expect(await readdir(folder)).not.toContain('new.pem')

    await writeFile(paths.privateKey, 'precious')
    expect((await failureOf(writeKeyPair(keys, paths))).message).toContain('new.pem exists already')
    expect(await readFile(paths.privateKey, 'utf8')).toBe('precious')
    expect(await readFile(paths.publicKey, 'utf8')).toBe('precious')

    const nowhere = { ...paths, privateKey: join(folder, 'nowhere', 'x.pem') }
    expect((await failureOf(writeKeyPair(keys, nowhere))).message).toContain('cannot be written')
  })
})

describe('a content key', () => {
  it('is 44 characters for 32 bytes, and read only in that form', () => {
    const { text } = createFernetKey()
    expect(text).toMatch(/^[\w-]{43}=$/)
    expect(parseFernetKey(text)).toMatchObject({ signing: expect.anything(), encryption: expect.anything() })
    for (const wrong of ['', text.slice(1), text.slice(0, -1), `${text}\n`, text.replace(/./, '!'), `A${text}`]) {
      expect(parseFernetKey(wrong)).toBeNull()
    }
  })
})
