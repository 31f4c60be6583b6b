import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LockstepError } from '../core/errors.ts'

/** Where an archive comes from: a path, bytes in memory, or something that can be read more than once. */
export type ArchiveSource = string | Uint8Array | StreamSource

export interface StreamSource {
  /** For messages. */
  readonly name: string
  /** In bytes, where it is known. */
  readonly size?: number
  /** Starts anew from the first byte at every call. */
  read(): AsyncIterable<Uint8Array>
}

/** A source made uniform, and unpacked where it was gzipped. */
export interface Bytes {
  readonly name: string
  readonly size: number | null
  read(range?: ByteRange): AsyncIterable<Uint8Array>
}

export interface ByteRange {
  readonly offset: number
  readonly size: number
}

// Larger chunks are no faster, and pile up as garbage between two collections.
const chunkSize = 64 * 1024

export async function openSource(source: ArchiveSource): Promise<Bytes> {
  const bytes = await openBytes(source)
  const head = await readHead(bytes, 6)
  if (head[0] === 0x1f && head[1] === 0x8b) return gunzipped(bytes)

  const packer = findForeignPacker(head)
  if (packer === null) return bytes
  throw new LockstepError(
    'archive-unreadable',
    `${bytes.name} is packed with ${packer}, which Lockstep does not read.`,
    {
      remedy: 'Unpack it first, or pack it with gzip.',
    },
  )
}

/** The first bytes, as many as there are up to `size`. */
export async function readHead(bytes: Bytes, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of bytes.read({ offset: 0, size })) parts.push(chunk)
  return Buffer.concat(parts)
}

async function openBytes(source: ArchiveSource): Promise<Bytes> {
  if (typeof source === 'string') {
    const facts = await stat(source).catch((error: unknown) => {
      throw unreadable(source, error)
    })
    if (facts.isDirectory()) throw unreadable(source, { code: 'EISDIR' })
    return { name: source, size: facts.isFile() ? facts.size : null, read: (range) => readFile(source, range) }
  }
  if (source instanceof Uint8Array) {
    return { name: 'The archive', size: source.length, read: (range) => readMemory(source, range) }
  }
  const read = () => readStream(source)
  return {
    name: source.name,
    size: source.size ?? null,
    read: (range) => (range === undefined ? read() : cut(read(), range)),
  }
}

function gunzipped(bytes: Bytes): Bytes {
  const read = () => gunzip(bytes.name, bytes.read())
  return { name: bytes.name, size: null, read: (range) => (range === undefined ? read() : cut(read(), range)) }
}

async function* readFile(path: string, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  if (range?.size === 0) return
  const limits = range === undefined ? {} : { start: range.offset, end: range.offset + range.size - 1 }
  try {
    yield* createReadStream(path, { highWaterMark: chunkSize, ...limits })
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function* readStream(source: StreamSource): AsyncGenerator<Uint8Array> {
  try {
    yield* source.read()
  } catch (error) {
    throw unreadable(source.name, error)
  }
}

async function* readMemory(bytes: Uint8Array, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  const { offset, size } = range ?? { offset: 0, size: bytes.length }
  const end = Math.min(offset + size, bytes.length)
  for (let at = offset; at < end; at += chunkSize) yield bytes.subarray(at, Math.min(at + chunkSize, end))
}

async function* gunzip(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked = createGunzip({ chunkSize })
  // A failure destroys `unpacked` and so reaches its reader below.
  pipeline(Readable.from(chunks, { objectMode: false }), unpacked, () => {})
  try {
    yield* unpacked
  } catch (error) {
    throw gunzipFailure(name, error)
  }
}

async function* cut(chunks: AsyncIterable<Uint8Array>, { offset, size }: ByteRange): AsyncGenerator<Uint8Array> {
  let at = 0
  const end = offset + size
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, offset - at), Math.max(0, end - at))
    at += chunk.length
    if (part.length > 0) yield part
    if (at >= end) return
  }
}

function findForeignPacker(head: Buffer): string | null {
  const start = head.toString('latin1')
  if (start.startsWith('BZh')) return 'bzip2'
  if (start.startsWith('\xfd7zXZ')) return 'xz'
  if (start.startsWith('\x28\xb5\x2f\xfd')) return 'zstd'
  return start.startsWith('PK\x03\x04') ? 'zip' : null
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
}

function unreadable(path: string, error: unknown): LockstepError {
  if (error instanceof LockstepError) return error
  const reason = reasons[codeOf(error)] ?? (error instanceof Error ? error.message : 'for an unknown reason')
  return new LockstepError('archive-unreadable', `${path} cannot be read: ${reason}.`, {
    remedy: 'Check where the archive lies and who may read it.',
    cause: error,
  })
}

function gunzipFailure(name: string, error: unknown): LockstepError {
  if (error instanceof LockstepError) return error
  const cause = { cause: error, remedy: 'Copy the archive again from where it was written.' }
  return codeOf(error) === 'Z_BUF_ERROR'
    ? new LockstepError('archive-truncated', `${name} ends early: its gzip data break off.`, cause)
    : new LockstepError('archive-unreadable', `${name} cannot be unpacked: its gzip data are damaged.`, cause)
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
