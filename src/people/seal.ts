import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { LockstepError } from '../core/errors.ts'
import { createFernetKey, encryptToken, tokenLength } from './fernet.ts'
import { parsePublicKey, printPublicKey, sealFor } from './keys.ts'
import { type ArchiveSource, type Bytes, openSource } from './source.ts'
import { writeWholeFile } from './whole-file.ts'

export interface SealOptions {
  /** PEM of the RSA key that shall be able to open the archive. */
  readonly publicKey: string | Buffer
  readonly now: Date
}

/** The bytes of a sealed archive over JSON text. Where the text's size is unknown it is read once more, to count it. */
export async function sealArchive(json: ArchiveSource, { publicKey, now }: SealOptions): Promise<Readable> {
  const owner = parsePublicKey(publicKey)
  const key = createFernetKey()

  const bytes = await openSource(json)
  const plainBytes = bytes.size ?? (await countBytes(bytes))
  const tar = pack()
  const add = (name: string, content: string | Buffer) => tar.entry({ ...sealedEntry, name }, content)
  add('data.key', sealFor(owner, key.text))
  add('key.pub', printPublicKey(owner))
  const content = tar.entry({ ...sealedEntry, name: 'export.json', size: tokenLength(plainBytes) })
  const token = encryptToken(exactly(bytes, plainBytes), { key, now })
  pipeline(Readable.from(token, { objectMode: false }), content).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  )
  return tar as unknown as Readable
}

export async function writeSealedArchive(json: ArchiveSource, path: string, options: SealOptions): Promise<void> {
  await writeWholeFile(path, await sealArchive(json, options))
}

const sealedEntry = { mode: 0o644, mtime: new Date(0) }

async function countBytes(bytes: Bytes): Promise<number> {
  let size = 0
  for await (const chunk of bytes.read()) size += chunk.length
  return size
}

/** The tar has already said how long its entry is. */
async function* exactly(bytes: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of bytes.read()) {
    seen += chunk.length
    yield chunk
  }
  if (seen === size) return
  throw new LockstepError('archive-unreadable', `${bytes.name} changed while it was sealed.`, {
    remedy: 'Seal it again when nothing writes to it any more.',
    retryable: true,
  })
}
