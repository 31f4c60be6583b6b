import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { readTarball } from '../../src/github/tarball.ts'

let tar: Buffer
beforeAll(async () => {
  const packing = pack()
  packing.entry({ name: 'acme-rocket-1a2b3c/state.json' }, '{"version":1}')
  packing.entry({ name: 'acme-rocket-1a2b3c/links/1.jsonl' }, 'x'.repeat(5_000))
  packing.finalize()
  tar = await buffer(packing)
})

describe('an archive of a commit', () => {
  it('is read by the paths of its files', async () => {
    const files = await readTarball(gzipSync(tar))
    expect([...files.keys()]).toEqual(['state.json', 'links/1.jsonl'])
    expect(files.get('state.json')).toBe('{"version":1}')
  })

  it.each([
    ['something else', () => Buffer.from('<html>Please sign in.</html>')],
    ['broken off', () => gzipSync(tar).subarray(0, 60)],
    ['packed from a part of it', () => gzipSync(tar.subarray(0, 3_000))],
    ['empty', () => Buffer.alloc(0)],
  ])('that is %s is refused, and keeps nobody waiting', async (_, read) => {
    await expect(readTarball(read())).rejects.toThrow()
  })
})
