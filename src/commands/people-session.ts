import { access, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readStatePlace } from '../config/environment.ts'
import { CONFIG_FILE, loadConfig, readConfigFile, requireConfig } from '../config/load.ts'
import { PeopleRule } from '../config/schema.ts'
import type { PeopleStore } from '../core/directory.ts'
import { LockstepError } from '../core/errors.ts'
import { createKmsDecryptor, parseKmsKey } from '../people/gcp-kms.ts'
import { createKeyDecryptor } from '../people/keys.ts'
import type { Decryptor } from '../people/keys.ts'
import { openPeople, systemClock } from '../wire.ts'
import type { CommandIO, CommandInput } from './command.ts'

export interface PeopleSession {
  readonly people: PeopleStore
  close(): Promise<void>
}

/** The people of the database alone: neither GitHub nor a tracker is needed for that. */
export async function openPeopleSession({ env, cwd }: CommandIO): Promise<PeopleSession> {
  const place = readStatePlace(env, 'cli')
  const state = place.kind === 'sqlite' ? { ...place, file: resolve(cwd, place.file) } : place
  if (state.kind === 'sqlite') await mkdir(dirname(state.file), { recursive: true })
  return openPeople({ state }, systemClock)
}

/** How people are recognised; the rules of an empty config where there is none at the usual place. */
export async function readPeopleRule(given: string | undefined, { env, cwd }: CommandIO): Promise<PeopleRule> {
  const file = given ?? env['LOCKSTEP_CONFIG'] ?? CONFIG_FILE
  const path = resolve(cwd, file)
  const usual = given === undefined && env['LOCKSTEP_CONFIG'] === undefined
  if (usual && !(await isReadable(path))) return PeopleRule.parse({})
  return requireConfig(loadConfig(await readConfigFile(path), file), file).people
}

const isReadable = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A file that the command line names; its content is another matter. */
export async function requireReadable(path: string, name: string): Promise<void> {
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (!isFolder && (await isReadable(path))) return
  throw new LockstepError('usage', isFolder ? `${name} is a folder.` : `${name} cannot be read.`, {
    remedy: isFolder ? 'Name the archive in it.' : 'Check the path, and who may read it.',
  })
}

/** A file that an option names; that it cannot be read is a mistake in the command line. */
export async function readGivenFile(path: string, { cwd }: CommandIO): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8')
  } catch (cause) {
    throw new LockstepError('usage', `${path} cannot be read.`, { remedy: 'Check the path.', cause })
  }
}

export const decryptOptions = {
  'decrypt-with': { type: 'string', value: 'KEY.pem', help: 'The private key that opens the archive.' },
  'decrypt-with-gcp-kms': { type: 'string', value: 'CONFIG.json', help: 'The key of Google Cloud KMS that opens it.' },
} as const

export type DecryptValues = CommandInput<typeof decryptOptions>['values']

/** What opens a sealed archive, where the command line names it. */
export async function readDecryptor(values: DecryptValues, io: CommandIO): Promise<Decryptor | undefined> {
  const { 'decrypt-with': key, 'decrypt-with-gcp-kms': kms } = values
  if (key !== undefined && kms !== undefined) throw exclusive('--decrypt-with', '--decrypt-with-gcp-kms')
  if (key !== undefined) return createKeyDecryptor(await readGivenFile(key, io), key)
  if (kms === undefined) return undefined
  return createKmsDecryptor(parseKmsKey(await readGivenFile(kms, io), kms), { env: io.env, now: systemClock.now() })
}

export const exclusive = (one: string, other: string) =>
  new LockstepError('usage', `${one} and ${other} exclude each other.`, { remedy: 'Give one of them.' })
