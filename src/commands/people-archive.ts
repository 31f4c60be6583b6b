import { resolve } from 'node:path'
import { LockstepError } from '../core/errors.ts'
import { isSealed, openArchive } from '../people/archive.ts'
import { exportPeople } from '../people/export.ts'
import { createKeyPair, writeKeyPair } from '../people/key-pair.ts'
import { sanitizeArchive } from '../people/sanitize.ts'
import { writeSealedArchive } from '../people/seal.ts'
import { keepHeapSmall } from '../people/small-heap.ts'
import { writeWholeFile } from '../people/whole-file.ts'
import { systemClock } from '../wire.ts'
import type { CommandIO } from './command.ts'
import { exitCodes } from './command.ts'
import { readDecryptor, readGivenFile, requireReadable } from './people-session.ts'
import type { DecryptValues } from './people-session.ts'
import { openSession } from './session.ts'
import type { SessionValues } from './session.ts'

interface Values extends SessionValues, DecryptValues {
  readonly 'encrypt-with'?: string
  readonly org?: string
  readonly json?: boolean
}

/** A new key pair: NAME.pem and NAME.pub.pem. */
export async function runKeygen(name: string, { cwd, stdout }: CommandIO): Promise<number> {
  const base = name.replace(/\.pem$/, '')
  const paths = { privateKey: resolve(cwd, `${base}.pem`), publicKey: resolve(cwd, `${base}.pub.pem`) }
  await writeKeyPair(await createKeyPair(), paths)
  stdout.write(`${base}.pem opens archives: keep it secret. ${base}.pub.pem seals them.\n`)
  return exitCodes.ok
}

interface Paths {
  readonly source: string
  readonly target: string
}

export async function runSeal(values: Values, { source, target }: Paths, io: CommandIO): Promise<number> {
  const publicKey = await readPublicKey(values, io)
  const path = resolve(io.cwd, source)
  await requireReadable(path, source)
  const rows = await countRows(path, source)
  await writeSealedArchive(path, resolve(io.cwd, target), { publicKey, now: systemClock.now() })
  io.stdout.write(`${target} is sealed, with ${rows} rows.\n`)
  return exitCodes.ok
}

/** Reads the whole text as an import would: what is wrong with it should be known before it is sealed. */
async function countRows(path: string, name: string): Promise<number> {
  if (await isSealed(path)) {
    throw new LockstepError('usage', `${name} is sealed already.`, {
      remedy: 'Give the JSON of which the archive shall be made.',
    })
  }
  let rows = 0
  const archive = await openArchive(path)
  for await (const _ of archive.records()) rows++
  return rows
}

/** A copy that may be shown around: plain, or sealed where a public key is given. */
export async function runSanitize(values: Values, { source, target }: Paths, io: CommandIO): Promise<number> {
  const publicKey = values['encrypt-with'] === undefined ? null : await readPublicKey(values, io)
  const path = resolve(io.cwd, source)
  const copy = resolve(io.cwd, target)
  await requireReadable(path, source)
  if (path === copy) {
    throw new LockstepError('usage', `${target} would be written over itself.`, { remedy: 'Name another file.' })
  }
  const decryptor = await readDecryptor(values, io)
  keepHeapSmall()
  const { json, countRows } = sanitizeArchive(await openArchive(path, decryptor === undefined ? {} : { decryptor }))
  if (publicKey === null) await writeWholeFile(copy, json.read())
  else await writeSealedArchive(json, copy, { publicKey, now: systemClock.now() })
  io.stdout.write(`${target}: ${countRows()} rows without names, addresses and secrets.\n`)
  return exitCodes.ok
}

/** The members of an organization, with the addresses that GitHub and the trackers know. */
export async function runExport(values: Values, target: string, io: CommandIO): Promise<number> {
  const publicKey = await readPublicKey(values, io)
  const session = await openSession(values, io)
  try {
    const { wired, repo } = session
    const organization = values.org ?? repo.owner
    const members = wired.gitHubPeople(organization).list()
    const now = systemClock.now()
    const { json, people, addresses, unlisted } = await exportPeople({ members, trackers: wired.trackers, now })
    await writeSealedArchive(json, resolve(io.cwd, target), { publicKey, now })
    const rest = unlisted.map((name) => `${name} does not list its people: what it knows is not in it.\n`).join('')
    io.stdout.write(`${target}: ${people} people of ${organization}, ${addresses} addresses.\n${rest}`)
    return exitCodes.ok
  } finally {
    await session.close()
  }
}

async function readPublicKey({ 'encrypt-with': key }: Values, io: CommandIO): Promise<string> {
  if (key !== undefined) return readGivenFile(key, io)
  throw new LockstepError('usage', 'Whom is the archive for?', {
    remedy: 'Name their public key with --encrypt-with PUB.pem; `lockstep people keygen NAME` makes a pair.',
  })
}
