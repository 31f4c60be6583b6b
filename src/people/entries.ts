import { Readable, pipeline } from 'node:stream'
import { type Header, extract } from 'tar-stream'
import { LockstepError } from '../core/errors.ts'
import type { ByteRange, Bytes } from './source.ts'

/** The three files of a sealed archive; the content is too large to hold, so it is where to find it. */
export interface ArchiveEntries {
  readonly content: ByteRange
  readonly sealedKey: Buffer
  readonly publicKey: Buffer
}

/** An RSA-16384 ciphertext has 2 KiB, its public key as PEM under 3 KiB. */
const smallEntryBytes = 16 * 1024

const names = ['export.json', 'data.key', 'key.pub'] as const

type EntryName = (typeof names)[number]

/** Walks the tar once. Nothing in it is trusted yet; nothing is ever written to a path it names. */
export async function readEntries(bytes: Bytes, chunks: AsyncIterable<Uint8Array>): Promise<ArchiveEntries> {
  const tar = extract()
  // A failure destroys `tar` and so reaches the loop below.
  pipeline(Readable.from(chunks, { objectMode: false }), tar, () => {})

  let content: ByteRange | undefined
  const small = new Map<EntryName, Buffer>()
  try {
    for await (const entry of tar) {
      const name = checkEntry(bytes.name, entry.header)
      if (small.has(name) || (name === 'export.json' && content !== undefined)) throw duplicate(bytes.name, name)
      if (name === 'export.json') {
        content = { offset: startOf(entry.header), size: entry.header.size }
        entry.resume()
      } else {
        small.set(name, await readSmall(bytes.name, entry.header, entry as AsyncIterable<Uint8Array>))
      }
    }
  } catch (error) {
    throw tarFailure(bytes.name, error)
  }

  const sealedKey = small.get('data.key')
  const publicKey = small.get('key.pub')
  if (content === undefined || sealedKey === undefined || publicKey === undefined) {
    throw missing(
      bytes.name,
      names.filter((name) => !small.has(name) && !(name === 'export.json' && content)),
    )
  }
  return { content, sealedKey, publicKey }
}

/** tar-stream 3.2 notes where an entry's content begins, but its types do not say so. */
function startOf(header: Header): number {
  const { byteOffset } = header as Header & { readonly byteOffset: number }
  return byteOffset
}

function checkEntry(archive: string, header: Header): EntryName {
  const name = names.find((name) => name === header.name)
  const renamed = Object.hasOwn(header.pax ?? {}, 'path')
  if (name !== undefined && header.type === 'file' && !renamed) return name

  // Of a kind that tar-stream does not know the type is null, whatever its types say.
  const kind: string | null = header.type
  const what = kind === 'file' ? 'an entry' : `an entry of kind ${kind ?? 'unknown'}`
  throw new LockstepError(
    'archive-entry-unknown',
    `${archive} holds ${what} named ${print(header.name)}, which is no part of an archive.`,
    {
      remedy: `An archive is exactly the plain files ${names.join(', ')}: find out who changed it before you use it.`,
      details: { entry: print(header.name) },
    },
  )
}

async function readSmall(archive: string, { name, size }: Header, content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (size > smallEntryBytes) {
    throw new LockstepError(
      'archive-too-large',
      `${name} in ${archive} has ${size} bytes; a key has at most ${smallEntryBytes}.`,
      {
        remedy: 'Ask for the archive again: this is not the key it was sealed with.',
        details: { entry: name, size },
      },
    )
  }
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts)
}

function missing(archive: string, absent: readonly EntryName[]): LockstepError {
  return new LockstepError('archive-entry-missing', `${archive} lacks ${absent.join(' and ')}.`, {
    remedy: `An archive is exactly the files ${names.join(', ')}: ask for a whole one.`,
    details: { missing: absent },
  })
}

function duplicate(archive: string, name: EntryName): LockstepError {
  return new LockstepError('archive-entry-unknown', `${archive} holds ${name} twice.`, {
    remedy: 'Only one of them can be meant: find out who changed the archive before you use it.',
    details: { entry: name },
  })
}

function tarFailure(archive: string, error: unknown): LockstepError {
  if (error instanceof LockstepError) return error
  const reason = error instanceof Error ? error.message : String(error)
  if (reason === 'Unexpected end of data') {
    return new LockstepError('archive-truncated', `${archive} ends early, in the middle of an entry.`, {
      remedy: 'Copy the archive again from where it was written, and compare the sizes.',
      cause: error,
    })
  }
  return new LockstepError('archive-unreadable', `${archive} is neither a sound tar nor JSON in UTF-8.`, {
    remedy: 'Check that this is the archive that was written; a copy may be damaged.',
    cause: error,
  })
}

/** A name from outside, made harmless for a terminal. */
const print = (name: string): string => JSON.stringify(name.slice(0, 200))
