import { readFileSync, writeFileSync } from 'node:fs'
import { openArchive } from '../src/people/archive.ts'
import { readEntries } from '../src/people/entries.ts'
import { decryptToken, parseFernetKey, verifyToken } from '../src/people/fernet.ts'
import { importPeople } from '../src/people/import.ts'
import { createKeyPair } from '../src/people/key-pair.ts'
import { createKeyDecryptor } from '../src/people/keys.ts'
import { writeSealedArchive } from '../src/people/seal.ts'
import { keepHeapSmall } from '../src/people/small-heap.ts'
import { openSource } from '../src/people/source.ts'
import { openDatabase } from '../src/store/database.ts'
import { createPeopleStore } from '../src/store/people.ts'
import { readPeakMegabytes } from './peak.ts'

keepHeapSmall()
const clock = { now: () => new Date() }
const [task, path = '', argument = ''] = process.argv.slice(2)
const key = () => createKeyDecryptor(readFileSync(`${path}.pem`))

async function make(users: number): Promise<number> {
  const keys = await createKeyPair(2048)
  writeFileSync(`${path}.pem`, keys.privateKey)
  await writeSealedArchive({ name: 'people', read: () => writeRows(users) }, path, {
    publicKey: keys.publicKey,
    now: clock.now(),
  })
  return users
}

const PART = 500

/** One person with one address each, in the fields that an export has. */
async function* writeRows(users: number) {
  let separator = '['
  for (const print of [printUser, printEmail, printUserEmail]) {
    for (let from = 1; from <= users; from += PART) {
      const count = Math.min(PART, users - from + 1)
      const rows = Array.from({ length: count }, (_, index) => JSON.stringify(print(from + index)))
      yield Buffer.from(`${separator}${rows.join(',')}`)
      separator = ','
    }
  }
  yield Buffer.from(`${users === 0 ? '[' : ''}]`)
}

const AT = '2024-01-02T03:04:05.678Z'

const printUser = (pk: number) => ({
  model: 'sentry.user',
  pk,
  fields: {
    password: 'not-a-password-'.padEnd(88, '0'),
    last_login: AT,
    username: `person-${pk}`,
    name: `Person ${pk}`,
    email: `person.${pk}@example.com`,
    is_staff: false,
    is_active: true,
    is_unclaimed: false,
    is_superuser: false,
    is_managed: false,
    is_sentry_app: null,
    is_password_expired: false,
    last_password_change: AT,
    flags: '0',
    session_nonce: 'not-a-nonce',
    date_joined: AT,
    last_active: AT,
    avatar_type: 0,
    avatar_url: null,
  },
})

const printEmail = (pk: number) => ({
  model: 'sentry.email',
  pk,
  fields: { email: `person.${pk}@example.com`, date_added: AT },
})

const printUserEmail = (pk: number) => ({
  model: 'sentry.useremail',
  pk,
  fields: {
    user: pk,
    email: `person.${pk}@example.com`,
    validation_hash: 'not-a-hash-'.padEnd(32, '0'),
    date_hash_added: AT,
    is_verified: true,
  },
})

/** Answers with the bytes of the text, none of which is looked at. */
async function decrypt(): Promise<number> {
  const archive = await openSource(path)
  const { content, ...sealedKey } = await readEntries(archive, archive.read())
  const fernet = parseFernetKey(await key().unseal(sealedKey))
  if (fernet === null) throw new Error('The archive holds no key.')
  startWatch()
  await verifyToken(archive.read(content), fernet)
  let bytes = 0
  for await (const part of decryptToken(archive.read(content), fernet)) bytes += part.length
  return bytes
}

async function read(): Promise<number> {
  const archive = await openArchive(path, { decryptor: key() })
  let rows = 0
  for await (const _ of archive.records({ scope: 'user' })) rows++
  return rows
}

async function importAll(target: string): Promise<number> {
  const archive = await openArchive(path, { decryptor: key() })
  const database = await openDatabase(target)
  const store = createPeopleStore(database, { clock })
  const { models } = await importPeople({
    archive,
    store,
    clock,
    scope: 'user',
    domains: ['example.com'],
    actor: 'benchmark',
  })
  await database.close()
  return Object.values(models).reduce((sum, { inserted }) => sum + inserted, 0)
}

const tasks: Readonly<Record<string, () => Promise<number>>> = {
  make: () => make(Number(argument)),
  decrypt,
  read,
  import: () => importAll(argument),
}

let started = 0
function startWatch(): void {
  started = performance.now()
}

startWatch()
const done = (await tasks[task ?? '']?.()) ?? 0
const seconds = (performance.now() - started) / 1000
console.log(JSON.stringify({ seconds, done, peakMegabytes: readPeakMegabytes() }))
