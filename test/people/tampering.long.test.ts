import * as fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createFernetKey } from '../../src/people/fernet.ts'
import { parsePublicKey, sealFor } from '../../src/people/keys.ts'
import { type TarEntry, createTestKeys, inChunks, readAll, sealRows, user, writeTar } from './archives.ts'

const keys = await createTestKeys()
const strangers = await createTestKeys()
const rows = [user(1, 'mona-castell'), user(2, 'idris-falk')]
const whole = await sealRows(rows, keys)

const tarBlock = 512
const endBlocks = 2 * tarBlock

/** Content and padding of each entry, as data.key, key.pub, export.json lie in a tar made here. */
const parts = {
  'data.key': whole.subarray(tarBlock, tarBlock + 256),
  'key.pub': Buffer.from(keys.publicKey),
  'export.json': whole.subarray(5 * tarBlock, whole.length - endBlocks).subarray(0, tokenSize()),
}

function tokenSize(): number {
  return Number.parseInt(whole.subarray(4 * tarBlock + 124, 4 * tarBlock + 135).toString(), 8)
}

const entries = (changed: Partial<Record<keyof typeof parts, Buffer | string>> = {}): TarEntry[] =>
  Object.entries({ ...parts, ...changed }).map(([name, content]) => ({ name, content }))

describe('an archive that is not whole', () => {
  it('is itself read without fault', async () => {
    const { records, error } = await readAll(whole, { keys })
    expect(error).toBeNull()
    expect(records).toHaveLength(2)
    expect((await readAll(await writeTar(entries()), { keys })).records).toEqual(records)
  })

  it('releases nothing when cut anywhere before its end mark', async () => {
    // A prime stride: within the blocks of the tar it comes by every place in time.
    for (let length = 0; length < whole.length - endBlocks; length += 13) {
      const { records, error } = await readAll(whole.subarray(0, length), { keys })
      if (records.length > 0 || error === null) throw new Error(`Cut to ${length} bytes it was read.`)
    }
  })

  it('says that it ends early when cut within an entry', async () => {
    for (const length of [tarBlock + 1, 2 * tarBlock + 100, whole.length - endBlocks - 1]) {
      expect((await readAll(whole.subarray(0, length), { keys })).error?.code).toBe('archive-truncated')
    }
  })

  it('says that it ends early when its gzip data do', async () => {
    const packed = gzipSync(whole)
    for (const length of [30, packed.length - 1]) {
      expect((await readAll(packed.subarray(0, length), { keys })).error?.code).toBe('archive-truncated')
    }
    const damaged = Buffer.from(packed)
    damaged[Math.floor(damaged.length / 2)]! ^= 0xff
    expect((await readAll(damaged, { keys })).error?.code).toMatch(/^archive-(unreadable|not-authentic)$/)
  })

  it('names what is missing', async () => {
    const without = (...names: string[]) => writeTar(entries().filter(({ name }) => !names.includes(name)))
    for (const name of ['export.json', 'data.key', 'key.pub']) {
      const { error } = await readAll(await without(name), { keys })
      expect(error).toMatchObject({ code: 'archive-entry-missing', details: { missing: [name] } })
    }
    const { error } = await readAll(await without('export.json', 'key.pub'), { keys })
    expect(error?.message).toContain('lacks export.json and key.pub')
  })
})

describe('an archive that was changed', () => {
  it('releases nothing when any character of the token is another', async () => {
    const token = parts['export.json']
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(token)
        changed[at]! ^= flip
        // The two base64 alphabets mean the same bytes.
        fc.pre(Buffer.from(changed.toString('latin1'), 'base64').compare(Buffer.from(token.toString(), 'base64')) !== 0)
        const { records, error } = await readAll(await writeTar(entries({ 'export.json': changed })), { keys })
        expect(error?.code).toBe('archive-not-authentic')
        expect(records).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('releases the same rows or nothing when any bit of the file is another', async () => {
    const { records: sound } = await readAll(whole, { keys })
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(whole)
        changed[at]! ^= 1 << bit
        const { records, error } = await readAll(changed, { keys })
        if (error === null) expect(records).toEqual(sound)
        else expect(records).toEqual([])
        refused += error === null ? 0 : 1
      }),
      { numRuns: 250 },
    )
    expect(refused).toBeGreaterThan(50)
  })

  it('is not authentic when the token is shortened, lengthened or empty', async () => {
    const token = parts['export.json'].toString()
    const spoilt = [
      '',
      'gAAA',
      token.slice(0, -4),
      token.slice(4),
      `${token}AAAA`,
      `${token}\n`,
      `${token.slice(0, 100)} ${token.slice(100)}`,
    ]
    for (const content of spoilt) {
      const { records, error } = await readAll(await writeTar(entries({ 'export.json': content })), { keys })
      expect([content.length, error?.code, records]).toEqual([content.length, 'archive-not-authentic', []])
    }
  })

  it('is not authentic when data.key is damaged or holds something else', async () => {
    const damaged = Buffer.from(parts['data.key'])
    damaged[100]! ^= 1
    const owner = parsePublicKey(keys.publicKey)
    for (const dataKey of [
      damaged,
      damaged.subarray(1),
      sealFor(owner, 'no key'),
      sealFor(owner, createFernetKey().text),
    ]) {
      const { records, error } = await readAll(await writeTar(entries({ 'data.key': dataKey })), { keys })
      expect([error?.code, records]).toEqual(['archive-not-authentic', []])
    }
  })

  it('is refused when the file changes between the check and the reading', async () => {
    const changed = Buffer.from(whole)
    changed[5 * tarBlock + 200]! ^= 1
    let reads = 0
    const shifty = {
      name: 'shifty.tar',
      read: () => inChunks(++reads > 4 ? changed : whole, 1000).read(),
    }
    const { error } = await readAll(shifty, { keys })
    expect(reads).toBe(5)
    expect(error?.code).toBe('archive-not-authentic')
  })
})

describe('an archive for somebody else', () => {
  it('tells a foreign key from a foreign key.pub', async () => {
    expect((await readAll(whole, { keys: strangers })).error?.code).toBe('archive-wrong-key')
    const foreign = await writeTar(entries({ 'key.pub': strangers.publicKey }))
    expect((await readAll(foreign, { keys })).error?.code).toBe('archive-key-mismatch')
  })

  it('wants key.pub to be equal byte for byte', async () => {
    const respelt = keys.publicKey.replaceAll('\n', '\r\n')
    const { error } = await readAll(await writeTar(entries({ 'key.pub': respelt })), { keys })
    expect(error?.code).toBe('archive-key-mismatch')
  })
})

describe('a tar that wants more than to be read', () => {
  const tricks: Record<string, TarEntry> = {
    'an unknown entry': { name: 'notes.txt', content: 'hello' },
    'a path upwards': { name: '../escape', content: 'x' },
    'an absolute path': { name: '/etc/export.json', content: 'x' },
    'a path to a known name': { name: './key.pub', content: 'x' },
    'a folder': { name: 'export.json/', type: 'directory' },
    'a symbolic link': { name: 'key.pub', type: 'symlink', linkname: '/etc/passwd' },
    'a hard link': { name: 'data.key', type: 'link', linkname: 'export.json' },
    'a device': { name: 'key.pub', type: 'character-device' },
    'a pipe': { name: 'key.pub', type: 'fifo' },
    'a name given twice': { name: 'notes.txt', content: 'x', pax: { path: 'key.pub' } },
    'a name for the terminal': { name: '\u001b[2Jcleared', content: 'x' },
  }

  it.each(Object.entries(tricks))('%s is refused and named', async (_, entry) => {
    for (const all of [
      [entry, ...entries()],
      [...entries(), entry],
    ]) {
      const { records, error } = await readAll(await writeTar(all), { keys })
      expect([error?.code, records]).toEqual(['archive-entry-unknown', []])
      expect(error?.message).toContain(
        entry.pax?.['path'] ?? entry.name.replace('\u001b', String.raw`\u001b`).replace(/\/$/, ''),
      )
    }
  })

  it('the same file twice is refused', async () => {
    for (const entry of entries()) {
      const { error } = await readAll(await writeTar([...entries(), entry]), { keys })
      expect(error).toMatchObject({ code: 'archive-entry-unknown', message: expect.stringContaining('twice') })
    }
  })

  it('a key that is far too large is refused before it is read', async () => {
    for (const name of ['data.key', 'key.pub']) {
      const { error } = await readAll(await writeTar(entries({ [name]: Buffer.alloc(20_000) })), { keys })
      expect(error).toMatchObject({ code: 'archive-too-large', message: expect.stringContaining(`${name} in `) })
    }
  })

  it('a header that is far too large is refused', async () => {
    const huge = await writeTar([{ name: 'key.pub', content: 'x', pax: { comment: 'x'.repeat(5 * 2 ** 20) } }])
    expect((await readAll(huge, { keys })).error?.code).toBe('archive-unreadable')
  })

  it('the three files are found in any order', async () => {
    const [first, second, third] = entries()
    for (const order of [
      [third!, second!, first!],
      [second!, third!, first!],
      [first!, third!, second!],
    ]) {
      expect((await readAll(await writeTar(order), { keys })).records).toHaveLength(2)
    }
  })
})
