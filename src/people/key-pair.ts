import { generateKeyPair } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { LockstepError } from '../core/errors.ts'

export interface KeyPair {
  /** PEM, PKCS #8, without a passphrase. */
  readonly privateKey: string
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string
}

export interface KeyPairPaths {
  readonly privateKey: string
  readonly publicKey: string
}

/** A new RSA key pair for archives; 4096 bits unless told otherwise. */
export async function createKeyPair(bits = 4096): Promise<KeyPair> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

/** Writes both files or none, the private one for its owner alone; a file that is there stays as it is. */
export async function writeKeyPair(pair: KeyPair, paths: KeyPairPaths): Promise<void> {
  await writeNew(paths.privateKey, pair.privateKey, 0o600)
  try {
    await writeNew(paths.publicKey, pair.publicKey, 0o644)
  } catch (error) {
    await rm(paths.privateKey)
    throw error
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new LockstepError('usage', exists ? `${path} exists already.` : `${path} cannot be written.`, {
      remedy: exists
        ? 'A key is never written over, for what it sealed would be lost: choose another path.'
        : 'Choose a folder that exists and that you may write to.',
      cause: error,
    })
  }
}
