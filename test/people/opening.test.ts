import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { type ArchiveProgress, openArchive } from '../../src/people/archive.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { collect, createTestKeys, inChunks, jsonBytes, readAll, sealRows, user } from './archives.ts'

const folder = await mkdtemp(join(tmpdir(), 'lockstep-archive-'))
afterAll(() => rm(folder, { recursive: true }))

const keys = await createTestKeys()
const rows = [user(1, 'mona-castell'), user(2, 'idris-falk')]

describe('opening an archive', () => {
  it('reads plain JSON where no key is given', async () => {
    const { records } = await readAll(jsonBytes(rows))
    expect(records.map(({ pk }) => pk)).toEqual([1, 2])
    expect((await readAll(jsonBytes([]))).records).toEqual([])
  })

  it('reads plain JSON with a byte order mark, indented, gzipped', async () => {
    const text = `\ufeff${JSON.stringify(rows, null, 2)}\r\n`
    expect((await readAll(gzipSync(text))).records).toHaveLength(2)
  })

  it('can be read again and again', async () => {
    const archive = await openArchive(await sealRows(rows, keys), { decryptor: createKeyDecryptor(keys.privateKey) })
    const first = await collect(archive.records())
    expect(first).toHaveLength(2)
    expect(await collect(archive.records())).toEqual(first)
    for await (const record of archive.records()) {
      expect(record).toEqual(first[0])
      break
    }
  })

  it('refuses plain JSON where a key is given: somebody may have replaced the sealed archive', async () => {
    expect((await readAll(jsonBytes(rows), { keys })).error).toMatchObject({ code: 'archive-unreadable' })
  })

  it('asks for a key where the archive is sealed', async () => {
    expect((await readAll(await sealRows(rows, keys))).error).toMatchObject({ code: 'key-missing' })
  })

  it('says why a file cannot be read', async () => {
    const missing = await readAll(join(folder, 'nowhere.tar'))
    expect(missing.error?.code).toBe('archive-unreadable')
    expect(missing.error?.message).toMatch(/nowhere\.tar cannot be read: there is no such file\.$/)
    expect((await readAll(folder)).error?.message).toContain('it is a folder')
  })

  it('says so when the file is packed in a way it does not read', async () => {
    for (const [head, packer] of [
      ['BZh91AY&SY', 'bzip2'],
      ['\xfd7zXZ\0', 'xz'],
      ['\x28\xb5\x2f\xfd\0\0', 'zstd'],
      ['PK\x03\x04\0\0', 'zip'],
    ] as const) {
      expect((await readAll(Buffer.from(head, 'latin1'), { keys })).error?.message).toContain(`packed with ${packer}`)
    }
  })

  it('says so when the file is something else', async () => {
    const binary = Buffer.alloc(2000, 7).fill(0, 100, 200)
    expect((await readAll(binary, { keys })).error?.code).toBe('archive-unreadable')
    expect((await readAll(Buffer.from('<html>'))).error?.code).toBe('archive-not-json')
    expect((await readAll(Buffer.alloc(0))).error?.code).toBe('archive-not-json')
    expect(
      (await readAll(Buffer.from(JSON.stringify([...rows, ...rows, ...rows]), 'utf16le'), { keys })).error?.code,
    ).toBe('archive-unreadable')
  })

  it('stops a small file that unpacks without end', async () => {
    const bomb = gzipSync(`[${' '.repeat(1_000_000)}]`)
    expect(bomb.length).toBeLessThan(2000)
    const { error } = await readAll(bomb, { limits: { archiveBytes: 500_000 } })
    expect(error).toMatchObject({ code: 'archive-too-large', message: expect.stringContaining('500000 bytes') })
    expect((await readAll(bomb)).error).toBeNull()
  })

  it('says why a stream broke', async () => {
    const source = {
      name: 'upload',
      async *read() {
        yield Buffer.from('[')
        throw new Error('the line went dead')
      },
    }
    expect((await readAll(source)).error).toMatchObject({
      code: 'archive-unreadable',
      message: 'upload cannot be read: the line went dead.',
    })
  })

  it('tells how far it is', async () => {
    const path = join(folder, 'people.tar')
    const sealed = await sealRows(
      Array.from({ length: 2000 }, (_, index) => user(index + 1, `person-${index}`)),
      keys,
    )
    await writeFile(path, sealed)
    const seen: ArchiveProgress[] = []
    await readAll(path, { keys, onProgress: (progress) => seen.push(progress) })

    const phases = Map.groupBy(seen, ({ phase }) => phase)
    expect([...phases.keys()]).toEqual(['finding', 'checking', 'reading'])
    expect(phases.get('finding')?.at(-1)).toEqual({
      phase: 'finding',
      bytes: sealed.length,
      totalBytes: sealed.length,
      records: 0,
    })
    for (const phase of ['checking', 'reading'] as const) {
      const steps = phases.get(phase)!
      expect(steps.length).toBeGreaterThan(3)
      expect(steps.at(-1)!.bytes).toBe(steps.at(-1)!.totalBytes)
    }
    const counts = phases.get('reading')!.map(({ records }) => records)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.at(-1)).toBeGreaterThan(1000)
  })

  it('does not care how a stream is cut', async () => {
    const sealed = await sealRows(rows, keys)
    const sound = await readAll(sealed, { keys })
    for (const size of [1, 31, 32, 33, 511, 513, 100_000]) {
      expect(await readAll(inChunks(sealed, size), { keys })).toEqual(sound)
    }
  })
})
