import { readPeakMegabytes } from '../../bench/peak.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { openArchive } from '../../src/people/archive.ts'
import { createKeyDecryptor } from '../../src/people/keys.ts'
import { writeSealedArchive } from '../../src/people/seal.ts'
import { createTestKeys, now, userEmail } from './archives.ts'

// Its own process, so that the peak is that of sealing or of opening one archive and of nothing else.
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

async function open(): Promise<number> {
  const archive = await openArchive(path, { decryptor: createKeyDecryptor(readFileSync(`${path}.pem`)) })
  let records = 0
  for await (const record of archive.records()) if (record.kind === 'person-address') records++
  return records
}

const records = task === 'seal' ? await seal() : await open()
console.log(JSON.stringify({ records, peakMegabytes: readPeakMegabytes() }))
