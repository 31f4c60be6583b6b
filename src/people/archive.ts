import { createHash } from 'node:crypto'
import { LockstepError } from '../core/errors.ts'
import { readEntries } from './entries.ts'
import { decryptToken, parseFernetKey, verifyToken } from './fernet.ts'
import { createListReader } from './json-list.ts'
import type { Decryptor } from './keys.ts'
import type { ImportScope } from './models.ts'
import { type ArchiveRecord, parseRecord } from './records.ts'
import { type ArchiveSource, type Bytes, openSource, readHead } from './source.ts'

/** An archive found whole and, where it is sealed, authentic. */
export interface Archive {
  readonly name: string
  readonly sealed: boolean
  /**
   * Its rows in their order, checked one by one; may be called again and reads anew each time. A bad row ends it with an
   * error after good ones, so keep nothing before the last row has come.
   */
  records(options?: ReadOptions): AsyncGenerator<ArchiveRecord>
  /** The same rows as they are, unchecked. */
  values(): AsyncGenerator<unknown>
  /** SHA-256 of the file as it lies there, unpacked, in hexadecimal digits. */
  digest(): Promise<string>
}

export interface ReadOptions {
  /** `organization` unless given. */
  readonly scope?: ImportScope
}

export interface OpenOptions {
  /** For a sealed archive. */
  readonly decryptor?: Decryptor
  readonly limits?: Partial<ArchiveLimits>
  onProgress?(progress: ArchiveProgress): void
}

export interface ArchiveLimits {
  /** Bytes of the whole archive, unpacked. */
  readonly archiveBytes: number
  readonly recordBytes: number
  /** Brackets within brackets in one row. */
  readonly depth: number
}

export interface ArchiveProgress {
  /** Finding the files in the archive, checking that its content is authentic, reading the rows. */
  readonly phase: 'finding' | 'checking' | 'reading'
  readonly bytes: number
  readonly totalBytes: number | null
  readonly records: number
}

export const defaultLimits: ArchiveLimits = { archiveBytes: 64 * 2 ** 30, recordBytes: 8 * 2 ** 20, depth: 64 }

// JSON text holds no zero byte, a tar header many.
const looksSealed = async (bytes: Bytes): Promise<boolean> => (await readHead(bytes, 512)).includes(0)

export const isSealed = async (source: ArchiveSource): Promise<boolean> => looksSealed(await openSource(source))

/**
 * Opens an archive: sealed (a tar of export.json, data.key and key.pub) or plain JSON, gzipped or not. Resolves only
 * when the whole content of a sealed one is authenticated, so that nothing is ever read from one that is not.
 */
export async function openArchive(source: ArchiveSource, options: OpenOptions = {}): Promise<Archive> {
  const limits = { ...defaultLimits, ...options.limits }
  const bytes = await openSource(source)
  const { name } = bytes
  const sealed = await looksSealed(bytes)
  const meter = createMeter(name, limits, options.onProgress)

  const readText = sealed
    ? await openSealed(bytes, meter, options.decryptor)
    : openPlain(bytes, meter, options.decryptor)
  async function* readRows<Row>(parse: (value: unknown, ordinal: number) => Row): AsyncGenerator<Row> {
    const list = createListReader(sealed ? 'export.json' : name, limits)
    const chunks = readText()[Symbol.asyncIterator]()
    let ordinal = 0
    try {
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        for (const value of list.push(next.value)) {
          meter.records = ++ordinal
          yield parse(value, ordinal)
        }
      }
      list.end()
    } catch (error) {
      // What is wrong with a text that somebody changed matters less than that it was changed: its end tells.
      if (sealed) while ((await chunks.next()).done !== true);
      throw error
    } finally {
      await chunks.return?.()
    }
  }

  return {
    name,
    sealed,
    records: ({ scope = 'organization' } = {}) => readRows((value, ordinal) => parseRecord(value, { ordinal, scope })),
    values: () => readRows((value) => value),
    async digest() {
      const hash = createHash('sha256')
      for await (const chunk of bytes.read()) hash.update(chunk)
      return hash.digest('hex')
    },
  }
}

type ReadText = () => AsyncIterable<Uint8Array>

function openPlain(bytes: Bytes, meter: Meter, decryptor: Decryptor | undefined): ReadText {
  if (decryptor === undefined) return () => meter.watch('reading', bytes.size, bytes.read())
  throw new LockstepError('archive-unreadable', `${bytes.name} is not sealed, but a key was given.`, {
    remedy: 'If you trust the file as it is, give no key; if it should be sealed, find out who replaced it.',
  })
}

async function openSealed(bytes: Bytes, meter: Meter, decryptor: Decryptor | undefined): Promise<ReadText> {
  if (decryptor === undefined) {
    throw new LockstepError('key-missing', `${bytes.name} is sealed, and no key was given.`, {
      remedy: 'Give the private key it was sealed for, or the configuration of the key service that keeps it.',
    })
  }
  const { content, ...sealedKey } = await readEntries(bytes, meter.watch('finding', bytes.size, bytes.read()))
  const key = parseFernetKey(await decryptor.unseal(sealedKey))
  if (key === null) {
    throw new LockstepError(
      'archive-not-authentic',
      `data.key in ${bytes.name} opens, but holds no key for the content.`,
      {
        remedy: 'Ask for the archive again: it was not sealed as archives are.',
      },
    )
  }
  const readToken = (phase: Phase) => meter.watch(phase, content.size, bytes.read(content))
  await verifyToken(readToken('checking'), key)
  return () => decryptToken(readToken('reading'), key)
}

type Phase = ArchiveProgress['phase']

interface Meter {
  /** Rows read so far. */
  records: number
  /** Passes chunks on, counts them and stops what grows too large. */
  watch(phase: Phase, totalBytes: number | null, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
}

function createMeter(name: string, limits: ArchiveLimits, onProgress: OpenOptions['onProgress']): Meter {
  const meter: Meter = {
    records: 0,
    async *watch(phase, totalBytes, chunks) {
      let bytes = 0
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > limits.archiveBytes) throw tooLarge(name, limits.archiveBytes)
        onProgress?.({ phase, bytes, totalBytes, records: meter.records })
        yield chunk
      }
    },
  }
  return meter
}

function tooLarge(name: string, limit: number): LockstepError {
  return new LockstepError('archive-too-large', `${name} has more than ${limit} bytes when unpacked.`, {
    remedy: 'Check that this is the archive that was meant; a small file can unpack to any size.',
  })
}
