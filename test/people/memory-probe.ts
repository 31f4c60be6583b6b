import { readPeakMegabytes } from '../../bench/peak.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { openArchive } from '../../src/people/archive.ts'
import { compareArchives } from '../../src/people/compare.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { sanitizeArchive } from '../../src/people/sanitize.ts'
import { writeSealedArchive } from '../../src/people/seal.ts'
import { keepHeapSmall } from '../../src/people/small-heap.ts'
import { writeWholeFile } from '../../src/people/whole-file.ts'
import { createTestKeys, now, userEmail } from './archives.ts'

// Its own process, so that the peak is that of one task and of nothing else.
const [task, path = '', megabytes = '1'] = process.argv.slice(2)

async function seal(): Promise<void> {
  const keys = await createTestKeys()
  writeFileSync(`${path}.pem`, keys.privateKey)
  await writeSealedArchive({ name: 'rows', read: writeRows }, path, { publicKey: keys.publicKey, now })
}

async function* writeRows() {
  let pk = 0
  let length = 0
  for (let separator = '['; length < Number(megabytes) * 1e6; separator = ',') {
    const part = Array.from({ length: 100 }, () => JSON.stringify(userEmail(++pk, 1, `person.${pk}@example.com`)))
    const text = separator + part.join(',')
    length += text.length
    yield Buffer.from(text)
  }
  yield Buffer.from(']')
}

const openSealed = () => openArchive(path, { decryptor: createKeyDecryptor(readFileSync(`${path}.pem`)) })

async function open(): Promise<number> {
  const archive = await openSealed()
  let records = 0
  for await (const record of archive.records()) if (record.kind === 'person-address') records++
  return records
}

async function sanitize(): Promise<number> {
  keepHeapSmall()
  const { json, countRows } = sanitizeArchive(await openSealed())
  await writeWholeFile(`${path}.json`, json.read())
  return countRows()
}

async function compare(): Promise<number> {
  keepHeapSmall()
  const { pairs, total } = await compareArchives({ left: await openSealed(), right: await openSealed() })
  return total === 0 ? pairs : 0
}

const tasks: Readonly<Record<string, () => Promise<number | void>>> = { seal, open, sanitize, compare }
const records = await tasks[task ?? '']?.()
console.log(JSON.stringify({ records, peakMegabytes: readPeakMegabytes() }))
