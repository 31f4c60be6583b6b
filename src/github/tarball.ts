import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { extract } from 'tar-stream'

const unzip = promisify(gunzip)

/** The text files of an archive as GitHub packs them: everything below one folder named after the commit. */
export async function readTarball(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  // As a whole first: a stream that breaks off would leave the one that it is piped into waiting for ever.
  for await (const entry of Readable.from([await unzip(archive)]).pipe(extract())) {
    const { name, type } = entry.header
    if (type === 'file') files.set(name.slice(name.indexOf('/') + 1), await text(entry))
    else entry.resume()
  }
  return files
}
