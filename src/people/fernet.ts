import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { LockstepError } from '../core/errors.ts'

/**
 * Fernet tokens, streamed: URL-safe base64 of a version byte, 8 bytes of time, 16 of IV, AES-128-CBC and an HMAC-SHA256
 * over all before it.
 */
export interface FernetKey {
  /** 44 characters of base64: what data.key seals. */
  readonly text: string
  readonly signing: Buffer
  readonly encryption: Buffer
}

type Chunks = AsyncIterable<Uint8Array>

const version = 0x80
const headBytes = 25
const tagBytes = 32
const blockBytes = 16

export const createFernetKey = (): FernetKey => fromBytes(randomBytes(32))

export function parseFernetKey(text: string): FernetKey | null {
  const key = fromBytes(Buffer.from(text, 'base64url'))
  return key.encryption.length === 16 && key.text === text ? key : null
}

function fromBytes(bytes: Buffer): FernetKey {
  const text = withPadding(bytes.toString('base64url'))
  return { text, signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

/** Reads the whole token and throws unless it is authentic. */
export async function verifyToken(token: Chunks, key: FernetKey): Promise<void> {
  for await (const part of readSigned(token, key)) void part
}

/**
 * The plaintext, piece by piece. The token is authenticated only at its end, so call {@link verifyToken} before; that
 * it is checked again here catches a file that changed in between.
 */
export async function* decryptToken(token: Chunks, key: FernetKey): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  let decipher: ReturnType<typeof createDecipheriv> | undefined
  for await (const part of readSigned(token, key)) {
    if (decipher !== undefined) {
      yield decipher.update(part)
      continue
    }
    head = Buffer.concat([head, part])
    if (head.length < headBytes) continue
    decipher = createDecipheriv('aes-128-cbc', key.encryption, head.subarray(9, headBytes))
    yield decipher.update(head.subarray(headBytes))
  }
  try {
    if (decipher !== undefined) yield decipher.final()
  } catch (error) {
    throw notAuthentic(error)
  }
}

export interface Sealing {
  readonly key: FernetKey
  readonly now: Date
}

export async function* encryptToken(plain: Chunks, { key, now }: Sealing): AsyncGenerator<Buffer> {
  for await (const text of encodeBase64(sign(plain, { key, now }))) yield Buffer.from(text, 'latin1')
}

/** How long the token of so many bytes will be; a tar says it before the content. */
export function tokenLength(plainBytes: number): number {
  const cipherBytes = (Math.floor(plainBytes / blockBytes) + 1) * blockBytes
  return Math.ceil((headBytes + cipherBytes + tagBytes) / 3) * 4
}

async function* sign(plain: Chunks, { key, now }: Sealing): AsyncGenerator<Buffer> {
  const mac = createHmac('sha256', key.signing)
  const head = Buffer.alloc(headBytes)
  head[0] = version
  head.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 1000)), 1)
  randomBytes(blockBytes).copy(head, 9)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, head.subarray(9))

  mac.update(head)
  yield head
  for await (const chunk of plain) {
    const sealed = cipher.update(chunk)
    mac.update(sealed)
    yield sealed
  }
  const last = cipher.final()
  mac.update(last)
  yield last
  yield mac.digest()
}

/** All bytes before the tag, and an error at the end unless the tag is theirs. */
async function* readSigned(token: Chunks, key: FernetKey): AsyncGenerator<Buffer> {
  const mac = createHmac('sha256', key.signing)
  let held: Buffer = Buffer.alloc(0)
  let length = 0
  for await (const bytes of decodeBase64(token)) {
    held = Buffer.concat([held, bytes])
    if (length === 0 && held[0] !== version) throw notAuthentic()
    const ready = held.subarray(0, Math.max(0, held.length - tagBytes))
    held = held.subarray(ready.length)
    length += ready.length
    mac.update(ready)
    yield ready
  }
  const whole = length >= headBytes + blockBytes && (length - headBytes) % blockBytes === 0
  if (!whole || held.length !== tagBytes || !timingSafeEqual(mac.digest(), held)) throw notAuthentic()
}

async function* decodeBase64(token: Chunks): AsyncGenerator<Buffer> {
  let rest = ''
  for await (const chunk of token) {
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
    const whole = Math.max(0, Math.floor((text.length - 1) / 4) * 4)
    const bytes = Buffer.from(text.slice(0, whole), 'base64url')
    // Node passes over characters that are no base64; they show in the length.
    if (bytes.length !== (whole / 4) * 3) throw notAuthentic()
    rest = text.slice(whole)
    if (bytes.length > 0) yield bytes
  }
  const last = Buffer.from(rest, 'base64url')
  if (withPadding(last.toString('base64url')) !== rest) throw notAuthentic()
  yield last
}

async function* encodeBase64(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % 3)
    rest = bytes.subarray(whole)
    yield bytes.toString('base64url', 0, whole)
  }
  yield withPadding(rest.toString('base64url'))
}

const withPadding = (base64: string): string => base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')

function notAuthentic(cause?: unknown): LockstepError {
  return new LockstepError(
    'archive-not-authentic',
    'The content of export.json is not authentic: it was changed or damaged after it was sealed.',
    {
      remedy: 'Copy the archive again from where it was written; if that does not help, do not trust it.',
      cause,
    },
  )
}
