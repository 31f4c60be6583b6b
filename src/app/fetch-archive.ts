import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import { printRepo } from '../core/issue.ts'
import type { Client } from '../github/index.ts'
import type { StreamSource } from '../people/source.ts'

export interface ArchiveFile extends RepoRef {
  readonly path: string
  /** As much as GitHub hands out unless given. */
  readonly mostBytes?: number
}

/** GitHub hands out no larger file, in bytes. */
export const MOST_BYTES = 100 * 2 ** 20
const TIMEOUT_MS = 10 * 60_000

/** Gives `use` a file of the default branch, which lies on this machine for no longer than that takes. */
export async function withArchive<Result>(
  client: Client,
  file: ArchiveFile,
  use: (source: StreamSource) => Promise<Result>,
): Promise<Result> {
  const name = `${printRepo(file)}/${file.path}`
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-archive-'))
  try {
    const path = join(folder, 'archive')
    const body = await request(client, file, name)
    await pipeline(readWithin(body, name, file.mostBytes ?? MOST_BYTES), createWriteStream(path, { mode: 0o600 }))
    const { size } = await stat(path)
    return await use({ name, size, read: () => createReadStream(path) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function request(client: Client, { owner, repo, path }: ArchiveFile, name: string): Promise<ReadableStream> {
  try {
    return await client.read(z.instanceof(ReadableStream), 'GET /repos/{owner}/{repo}/contents/{path}', {
      owner,
      repo,
      path,
      headers: { accept: 'application/vnd.github.raw+json' },
      // Octokit would read all of it into memory.
      request: { parseSuccessResponseBody: false, signal: AbortSignal.timeout(TIMEOUT_MS) },
    })
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'not-found') throw error
    throw new LockstepError('not-found', `There is no ${name}.`, {
      remedy: 'Push the archive there, or correct where the file of the operator says that it is.',
      cause: error,
    })
  }
}

async function* readWithin(body: ReadableStream<Uint8Array>, name: string, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > most) throw tooLarge(name, most)
      yield chunk
    }
  } catch (error) {
    if (error instanceof LockstepError) throw error
    throw new LockstepError('unreachable', `${name} broke off while it was fetched.`, {
      remedy: 'Try again later; githubstatus.com tells whether it is GitHub itself.',
      retryable: true,
      cause: error,
    })
  }
}

const tooLarge = (name: string, most: number) =>
  new LockstepError('archive-too-large', `${name} has more than ${most} bytes.`, {
    remedy: 'Import it with `lockstep people import` on the machine of the server.',
  })
