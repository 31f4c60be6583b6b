import {
  type KeyObject,
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { LockstepError } from '../core/errors.ts'

/** What a sealed archive says about its key. */
export interface SealedKey {
  readonly sealedKey: Buffer
  readonly publicKey: Buffer
}

/** Opens `data.key`: with a private key at hand, or through a key service that keeps it. */
export interface Decryptor {
  /** The text that was sealed. */
  unseal(key: SealedKey): Promise<string>
}

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }

/** `name` is how messages call the key: the file it came from. */
export function createKeyDecryptor(pem: string | Buffer, name = 'The private key'): Decryptor {
  const key = parsePrivateKey(pem, name)
  const ownPublicKey = printPublicKey(createPublicKey(key))

  return {
    async unseal({ sealedKey, publicKey }) {
      const text = unsealWith(key, sealedKey)
      if (publicKey.equals(Buffer.from(ownPublicKey))) {
        if (text !== null) return text
        throw new LockstepError(
          'archive-not-authentic',
          'data.key is damaged: it is meant for the given key, which does not open it.',
          {
            remedy: 'Copy the archive again from where it was written.',
          },
        )
      }
      if (text === null) {
        throw new LockstepError('archive-wrong-key', 'The archive was sealed for another key than the given one.', {
          remedy: 'Give the private key whose public half stands in key.pub, or have the archive sealed for yours.',
        })
      }
      throw new LockstepError(
        'archive-key-mismatch',
        'The given key opens data.key, but key.pub is not its public half.',
        {
          remedy: 'Find out who changed the archive before you use it.',
        },
      )
    },
  }
}

/** Seals a short text for the owner of a public key. */
export function sealFor(publicKey: KeyObject, text: string): Buffer {
  return publicEncrypt({ key: publicKey, ...oaep }, Buffer.from(text))
}

export function parsePublicKey(pem: string | Buffer, name = 'The public key'): KeyObject {
  try {
    return requireRsa(createPublicKey(pem), name)
  } catch (error) {
    throw unreadableKey(error, name, 'is no public key in PEM form')
  }
}

export const printPublicKey = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

function parsePrivateKey(pem: string | Buffer, name: string): KeyObject {
  try {
    return requireRsa(createPrivateKey(pem), name)
  } catch (error) {
    const locked = /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem.toString())
    throw unreadableKey(error, name, locked ? 'is locked with a passphrase' : 'is no private key in PEM form')
  }
}

function requireRsa(key: KeyObject, name: string): KeyObject {
  if (key.asymmetricKeyType === 'rsa') return key
  throw unreadableKey(undefined, name, `is a key of kind ${key.asymmetricKeyType ?? 'unknown'}; archives need RSA`)
}

function unsealWith(key: KeyObject, sealed: Buffer): string | null {
  try {
    return privateDecrypt({ key, ...oaep }, sealed).toString('latin1')
  } catch {
    return null
  }
}

function unreadableKey(error: unknown, name: string, reason: string): LockstepError {
  if (error instanceof LockstepError) return error
  return new LockstepError('key-unreadable', `${name} ${reason}.`, {
    remedy:
      'Give an RSA key as a PEM file without a passphrase; `openssl pkey -in LOCKED.pem -out OPEN.pem` takes one away.',
    cause: error,
  })
}
