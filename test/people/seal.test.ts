import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { extract } from 'tar-stream'
import { afterAll, describe, expect, it } from 'vitest'
import { createFernetKey, decryptToken, encryptToken, tokenLength } from '../../src/people/fernet.ts'
import { sealArchive, writeSealedArchive } from '../../src/people/seal.ts'
import { createTestKeys, failureOf, inChunks, jsonBytes, now, readAll, sealRows, user, userEmail } from './archives.ts'

const folder = await mkdtemp(join(tmpdir(), 'lockstep-seal-'))
afterAll(() => rm(folder, { recursive: true }))

const keys = await createTestKeys()
const rows = [user(1, 'mona-castell', { name: 'Møna 🦊' }), userEmail(1, 1, 'mona@example.com')]

describe('a Fernet token', () => {
  const key = createFernetKey()

  it('gives back what was sealed, however both are cut, and is as long as foretold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 40 }), async (plain, size) => {
        const token = await buffer(encryptToken(inChunks(plain, size).read(), { key, now }))
        expect(token.length).toBe(tokenLength(plain.length))
        expect(token.toString('latin1')).toMatch(/^gAAAA[\w-]+=*$/)
        const opened = await buffer(decryptToken(inChunks(token, size).read(), key))
        expect(opened.equals(plain)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('says when it was made, and is another every time', async () => {
    const seal = () => buffer(encryptToken(inChunks(Buffer.from('text'), 9).read(), { key, now }))
    const token = await seal()
    expect(Buffer.from(token.toString(), 'base64url').readBigUInt64BE(1)).toBe(BigInt(now.getTime() / 1000))
    expect(await seal()).not.toEqual(token)
  })
})

describe('sealing an archive', () => {
  it('gives what opening reads back', async () => {
    const plain = await readAll(jsonBytes(rows))
    expect(plain.records).toHaveLength(2)
    expect(await readAll(await sealRows(rows, keys), { keys })).toEqual(plain)
  })

  it('gives exactly the three files', async () => {
    const names: string[] = []
    const tar = extract()
    tar.end(await sealRows(rows, keys))
    for await (const entry of tar) {
      names.push(entry.header.name)
      entry.resume()
    }
    expect(names.toSorted()).toEqual(['data.key', 'export.json', 'key.pub'])
  })

  it('reads a stream once more, to count it, where its size is unknown', async () => {
    const text = jsonBytes(rows)
    for (const [size, reads] of [
      [undefined, 3],
      [text.length, 2],
    ] as const) {
      let begun = 0
      const source = {
        name: 'people.json',
        ...(size === undefined ? {} : { size }),
        read() {
          begun++
          return inChunks(text, 10).read()
        },
      }
      const sealed = await buffer(await sealArchive(source, { publicKey: keys.publicKey, now }))
      expect((await readAll(sealed, { keys })).records).toHaveLength(2)
      expect(begun).toBe(reads)
    }
  })

  it('writes a file for its owner alone, and leaves none behind when it fails', async () => {
    const [json, path] = [join(folder, 'people.json'), join(folder, 'people.tar')]
    await writeFile(json, jsonBytes(rows))
    await writeSealedArchive(json, path, { publicKey: keys.publicKey, now })
    expect((await readAll(path, { keys })).records).toHaveLength(2)
    expect((await stat(path)).mode & 0o777).toBe(0o600)

    const growing = { name: 'growing.json', size: 5, read: () => inChunks(jsonBytes(rows), 50).read() }
    const options = { publicKey: keys.publicKey, now }
    const error = await failureOf(writeSealedArchive(growing, join(folder, 'growing.tar'), options))
    expect(error).toMatchObject({ code: 'archive-unreadable', message: 'growing.json changed while it was sealed.' })
    const shrinking = { ...growing, size: 5000 }
    expect((await failureOf(writeSealedArchive(shrinking, join(folder, 'growing.tar'), options))).message).toContain(
      'changed',
    )
    expect((await readdir(folder)).toSorted()).toEqual(['people.json', 'people.tar'])
  })
})

const pythonWorks = (() => {
  try {
    execFileSync('python3', ['-c', 'import cryptography'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const describeWithPython = pythonWorks ? describe : describe.skip
const pythonSuite = pythonWorks ? "Python's cryptography" : "Python's cryptography (skipped: it is not installed)"

describeWithPython(pythonSuite, () => {
  const python = (script: string, ...files: string[]) =>
    execFileSync('python3', ['-c', `${imports}\n${script}`, ...files], { encoding: 'utf8' })

  const imports = `
import hashlib, io, sys, tarfile
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
oaep = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
read = lambda path: open(path, 'rb').read()`

  const text = Buffer.concat([jsonBytes(rows), Buffer.alloc(300_000, ' ')])

  it('opens what is sealed here', async () => {
    const [key, path] = [join(folder, 'python.pem'), join(folder, 'for-python.tar')]
    await writeFile(key, keys.privateKey)
    await writeSealedArchive(text, path, { publicKey: keys.publicKey, now })
    const opened = python(
      `
tar = tarfile.open(sys.argv[1])
key = load_pem_private_key(read(sys.argv[2]), password=None)
dek = key.decrypt(tar.extractfile('data.key').read(), oaep)
print(hashlib.sha256(Fernet(dek).decrypt(tar.extractfile('export.json').read())).hexdigest())`,
      path,
      key,
    )
    expect(opened.trim()).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('seals what is opened here', async () => {
    const [json, key, path] = ['by-python.json', 'python.pub.pem', 'by-python.tar'].map((name) => join(folder, name))
    await writeFile(json!, text)
    await writeFile(key!, keys.publicKey)
    python(
      `
json, pem, path = sys.argv[1:]
dek = Fernet.generate_key()
with tarfile.open(path, 'w') as tar:
    for name, content in [
        ('export.json', Fernet(dek).encrypt(read(json))),
        ('data.key', load_pem_public_key(read(pem)).encrypt(dek, oaep)),
        ('key.pub', read(pem)),
    ]:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))`,
      json!,
      key!,
      path!,
    )
    expect(await readAll(path!, { keys })).toEqual(await readAll(jsonBytes(rows)))
    expect(await readAll(await readFile(path!), { keys })).toEqual(await readAll(jsonBytes(rows)))
  })
})
