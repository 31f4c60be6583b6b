import { createKmsDecryptor, parseKmsKey } from './gcp-kms.ts'
import type { KmsOptions } from './gcp-kms.ts'
import { createKeyDecryptor } from './keys.ts'
import type { Decryptor } from './keys.ts'

/** A private key in PEM form, or the configuration of the key service that keeps it, as JSON. */
export const createDecryptor = (text: string, name: string, options: KmsOptions): Decryptor =>
  text.trimStart().startsWith('{')
    ? createKmsDecryptor(parseKmsKey(text, name), options)
    : createKeyDecryptor(text, name)
