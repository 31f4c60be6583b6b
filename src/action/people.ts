import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openArchive } from '../people/archive.ts'
import type { Archive } from '../people/archive.ts'
import type { AddressSource } from '../people/directory.ts'
import { chooseByUsername, parseUsernames, readChosen } from '../people/filter.ts'
import { createKmsDecryptor, parseKmsKey } from '../people/gcp-kms.ts'
import { createKeyDecryptor } from '../people/keys.ts'
import type { Decryptor } from '../people/keys.ts'
import { normalizeEmail } from '../core/people.ts'
import type { ArchiveRecord } from '../people/records.ts'
import type { ActionContext } from './context.ts'

/** The archive of the step, found whole and authentic. */
export async function openArchiveOf(context: ActionContext, path: string): Promise<Archive> {
  const decryptor = await readDecryptor(context)
  const { cwd, runner, mask } = context
  const archive = await openArchive(resolve(cwd, path), decryptor === null ? {} : { decryptor })
  mask([context.inputs['people-key']])
  runner.info(`${archive.name} is ${archive.sealed ? 'sealed, and authentic' : 'not sealed'}.`)
  return archive
}

async function readDecryptor({ inputs, cwd, runner, clock, mask }: ActionContext): Promise<Decryptor | null> {
  const given = inputs['people-key']
  if (given === null) return null
  const inline = given.includes('-----BEGIN') || given.startsWith('{')
  const text = inline ? given : await readFile(resolve(cwd, given), 'utf8')
  mask([text])
  if (!text.trimStart().startsWith('{')) return createKeyDecryptor(text, 'The input people-key')
  return createKmsDecryptor(parseKmsKey(text, 'The input people-key'), { env: runner.env, now: clock.now() })
}

/** The rows that the inputs choose. */
export async function* readRecords({ inputs, runner }: ActionContext, archive: Archive): AsyncGenerator<ArchiveRecord> {
  const usernames = parseUsernames(inputs['filter-usernames'])
  if (usernames.size === 0) {
    yield* archive.records({ scope: inputs.scope })
    return
  }
  const choice = await chooseByUsername(archive, usernames)
  if (choice.unknown.length > 0)
    runner.annotate('warning', `The archive has nobody called ${choice.unknown.join(', ')}.`)
  yield* readChosen(archive, { scope: inputs.scope, choice })
}

/** Who is who, for the length of this run: the state in a git ref keeps no personal data. */
export async function readAddresses(records: AsyncIterable<ArchiveRecord>): Promise<AddressSource & { size: number }> {
  const names = new Map<number, string>()
  const addresses = new Map<string, Set<string>>()
  const logins = new Map<string, Set<string>>()
  const known: (readonly [user: number, email: string])[] = []
  for await (const record of records) {
    if (record.kind === 'person' && record.human && record.active) {
      names.set(record.pk, record.username)
      if (record.email !== null) known.push([record.pk, record.email])
    }
    if (record.kind === 'person-address') known.push([record.user, record.email])
  }
  for (const [user, email] of known) {
    const login = names.get(user)
    if (login === undefined) continue
    addTo(addresses, login.toLowerCase(), email)
    addTo(logins, normalizeEmail(email), login)
  }
  return {
    size: names.size,
    findAddresses: async (login) =>
      [...(addresses.get(login.toLowerCase()) ?? [])].map((email) => ({ email, verified: false, source: 'archive' })),
    findLogins: async (email) => [...(logins.get(normalizeEmail(email)) ?? [])],
  }
}

const addTo = (map: Map<string, Set<string>>, key: string, value: string): unknown =>
  map.set(key, (map.get(key) ?? new Set()).add(value))
