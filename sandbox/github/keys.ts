import { generateKeyPairSync } from 'node:crypto'

export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

// One pair for all sandboxes of a process: making one takes longer than everything else at start.
let shared: KeyPair | undefined

export function sharedKeyPair(): KeyPair {
  shared ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    // The form in which GitHub hands keys out.
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  return shared
}
