import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import { openArchive } from '../people/archive.ts'
import type { Archive } from '../people/archive.ts'
import type { AddressSource } from '../people/directory.ts'
import { chooseByUsername, parseUsernames, readChosen } from '../people/filter.ts'
import { createKmsDecryptor, parseKmsKey } from '../people/gcp-kms.ts'
import { createKeyDecryptor } from '../people/keys.ts'
import type { Decryptor } from '../people/keys.ts'
import type { ArchiveRecord, PersonRecord } from '../people/records.ts'
import type { ActionContext } from './context.ts'

/** Which archive is meant, and what opens it. */
export interface ArchivePlace {
  readonly path: string
  /** A key, the configuration of a key service, or the path of either. */
  readonly key: string | null
}

/** The inputs come first, and the configuration may name both as well. */
export function findArchive(
  { inputs }: ActionContext,
  { people }: Config,
  { secrets }: Pick<Environment, 'secrets'>,
): ArchivePlace | null {
  const path = inputs['people-archive'] ?? people.archive ?? null
  const named = people.key === undefined ? null : (secrets[people.key.slice(1)] ?? null)
  return path === null ? null : { path, key: inputs['people-key'] ?? named }
}

/** The archive, found whole and authentic. */
export async function openPeopleArchive(context: ActionContext, { path, key }: ArchivePlace): Promise<Archive> {
  const { cwd, runner } = context
  const decryptor = key === null ? null : await readDecryptor(context, key)
  const archive = await openArchive(resolve(cwd, path), decryptor === null ? {} : { decryptor })
  runner.info(`${archive.name} is ${archive.sealed ? 'sealed, and authentic' : 'not sealed'}.`)
  return archive
}

async function readDecryptor({ cwd, runner, clock, mask }: ActionContext, key: string): Promise<Decryptor> {
  const inline = key.includes('-----BEGIN') || key.trimStart().startsWith('{')
  const text = inline ? key : await readFile(resolve(cwd, key), 'utf8')
  mask([text])
  if (!text.trimStart().startsWith('{')) return createKeyDecryptor(text)
  return createKmsDecryptor(parseKmsKey(text, 'people-key'), { env: runner.env, now: clock.now() })
}

/** The rows that the inputs choose. */
export async function* readRecords({ inputs, runner }: ActionContext, archive: Archive): AsyncGenerator<ArchiveRecord> {
  const usernames = parseUsernames(inputs['filter-usernames'])
  if (usernames.size === 0) {
    yield* archive.records({ scope: 'user' })
    return
  }
  const choice = await chooseByUsername(archive, usernames)
  if (choice.unknown.length > 0)
    runner.annotate('warning', `The archive has nobody called ${choice.unknown.join(', ')}.`)
  yield* readChosen(archive, { scope: 'user', choice })
}

/** Who is who, for the length of this run: the state in a git ref keeps no personal data. */
export async function readAddresses(records: AsyncIterable<ArchiveRecord>): Promise<AddressSource & { size: number }> {
  const people = new Map<number, PersonRecord>()
  const known: (readonly [user: number, email: string])[] = []
  for await (const record of records) {
    if (record.kind === 'person') {
      people.set(record.pk, record)
      if (record.email !== null) known.push([record.pk, record.email])
    }
    if (record.kind === 'person-address') known.push([record.user, record.email])
  }
  const addresses = new Map<string, Set<string>>()
  const logins = new Map<string, Set<string>>()
  for (const [user, email] of known) {
    const login = people.get(user)?.username
    if (login === undefined) continue
    addTo(addresses, normalizeLogin(login), email)
    addTo(logins, normalizeEmail(email), login)
  }
  const byLogin = new Map([...people.values()].map((person) => [normalizeLogin(person.username), person]))
  return {
    size: people.size,
    source: 'archive',
    local: true,
    // Whether an address was verified does not travel: an import proves nothing.
    findAddresses: async (login) =>
      [...(addresses.get(normalizeLogin(login)) ?? [])].map((email) => ({ email, verified: false, source: 'archive' })),
    findLogins: async (email) => [...(logins.get(normalizeEmail(email)) ?? [])],
    findStanding: async (login) => byLogin.get(normalizeLogin(login)),
  }
}

const addTo = (map: Map<string, Set<string>>, key: string, value: string): unknown =>
  map.set(key, (map.get(key) ?? new Set()).add(value))
