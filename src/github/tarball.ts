import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'

/** The text files of an archive as GitHub packs them: everything below one folder named after the commit. */
export async function readTarball(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const entries = Readable.from([archive]).pipe(createGunzip()).pipe(extract())
  for await (const entry of entries) {
    const { name, type } = entry.header
    if (type === 'file') files.set(name.slice(name.indexOf('/') + 1), await text(entry))
    else entry.resume()
  }
  return files
}
