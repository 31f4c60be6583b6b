import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { LockstepError } from '../../src/core/errors.ts'
import { type OpenOptions, type ReadOptions, openArchive } from '../../src/people/archive.ts'
import { type KeyPair, createKeyPair } from '../../src/people/key-pair.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import type { ArchiveRecord } from '../../src/people/records.ts'
import { sealArchive } from '../../src/people/seal.ts'
import type { ArchiveSource } from '../../src/people/source.ts'

export const now = new Date('2026-02-03T04:05:06.000Z')

/** Small keys are quick to make; nothing here depends on their size. */
export const createTestKeys = (): Promise<KeyPair> => createKeyPair(2048)

export const user = (pk: number, username: string, fields: object = {}) => ({
  model: 'sentry.user',
  pk,
  fields: { username, name: '', email: `${username}@example.com`, ...fields },
})

export const userEmail = (pk: number, user: number, email: string) => ({
  model: 'sentry.useremail',
  pk,
  fields: { user, email, validation_hash: `not-a-hash-${pk}`, is_verified: true },
})

export const email = (pk: number, email: string) => ({ model: 'sentry.email', pk, fields: { email } })

export const jsonBytes = (rows: unknown): Buffer => Buffer.from(JSON.stringify(rows))

export async function sealRows(rows: unknown, { publicKey }: KeyPair): Promise<Buffer> {
  return buffer(await sealArchive(jsonBytes(rows), { publicKey, now }))
}

export interface TarEntry {
  readonly name: string
  readonly content?: string | Buffer
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character-device'
  readonly linkname?: string
  readonly pax?: Readonly<Record<string, string>>
}

export async function writeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack()
  for (const { content = '', ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, content)
  tar.finalize()
  return buffer(tar)
}

export interface Reading extends OpenOptions, ReadOptions {
  readonly keys?: KeyPair
}

/** Everything up to the end or the failure. */
export async function readAll(source: ArchiveSource, { keys, scope, ...options }: Reading = {}) {
  const records: ArchiveRecord[] = []
  const decryptor = keys && createKeyDecryptor(keys.privateKey)
  try {
    const archive = await openArchive(source, { ...(decryptor && { decryptor }), ...options })
    for await (const record of archive.records(scope && { scope })) records.push(record)
    return { records, error: null }
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error
    return { records, error }
  }
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function failureOf(work: Promise<unknown>): Promise<LockstepError> {
  const error = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (error instanceof LockstepError) return error
  throw new Error('It was expected to fail with a LockstepError.', { cause: error })
}

export const countKinds = (records: readonly ArchiveRecord[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(records, ({ kind }) => kind)).map(([kind, all]) => [kind, all.length]),
  )

/** A stream whose chunks are cut at the given size. */
export function inChunks(bytes: Uint8Array, size: number) {
  return {
    name: 'chunks',
    async *read() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    },
  }
}
