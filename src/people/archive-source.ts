import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Person } from '../core/people.ts'
import { openArchive } from './archive.ts'
import type { Decryptor } from './keys.ts'
import { domainOf } from './match.ts'
import type { ArchiveRecord } from './records.ts'
import { createPersonSource } from './sources.ts'
import type { AddressSource } from './sources.ts'
import type { ArchiveSource } from './source.ts'

interface ArchiveSourceOptions {
  readonly decryptor?: Decryptor | undefined
  /** Domains whose addresses stay verified if the archive says so. */
  readonly domains?: readonly string[]
}

/** The people of an archive, without any database: read when somebody is first asked for, and held in memory alone. */
export function createArchiveSource(source: ArchiveSource, options: ArchiveSourceOptions = {}): AddressSource {
  let reading: Promise<PeopleIndex> | undefined
  async function read(): Promise<PeopleIndex> {
    const { decryptor, domains = [] } = options
    const archive = await openArchive(source, decryptor === undefined ? {} : { decryptor })
    return indexPeople(archive.records({ scope: 'user' }), domains)
  }
  return createIndexSource(() => (reading ??= read()))
}

/** The people that were read from an archive. */
export const createIndexSource = (index: () => Promise<PeopleIndex>): AddressSource =>
  createPersonSource(
    async (login) => (await index()).byLogin.get(normalizeLogin(login)),
    async (email) => (await index()).byEmail.get(normalizeEmail(email)) ?? [],
  )

export interface PeopleIndex {
  readonly byLogin: ReadonlyMap<string, Person>
  readonly byEmail: ReadonlyMap<string, readonly Person[]>
}

type Mutable = Person & { readonly addresses: Person['addresses'][number][] }

/** The first one who has a login keeps it, as in an import that merges. */
export async function indexPeople(
  records: AsyncIterable<ArchiveRecord>,
  domains: readonly string[],
): Promise<PeopleIndex> {
  const trusted = new Set(domains.map((domain) => domain.toLowerCase()))
  const byPk = new Map<number, Mutable>()
  const byLogin = new Map<string, Mutable>()
  const add = (person: Mutable, email: string, about: { readonly verified: boolean; readonly primary: boolean }) => {
    const same = person.addresses.findIndex((one) => normalizeEmail(one.email) === normalizeEmail(email))
    const known = person.addresses[same]
    if (known === undefined) person.addresses.push({ email, ...about, source: 'archive', seenAt: '' })
    else person.addresses[same] = { ...known, verified: known.verified || about.verified }
  }
  for await (const record of records) {
    if (record.kind === 'person' && !byLogin.has(normalizeLogin(record.username))) {
      const { pk, username, name, active, human } = record
      const person = { id: String(pk), logins: [username], name, addresses: [], accounts: [], active, human }
      byPk.set(pk, person)
      byLogin.set(normalizeLogin(username), person)
      if (record.email !== null) add(person, record.email, { verified: false, primary: true })
    }
    if (record.kind === 'person-address') {
      const person = byPk.get(record.user)
      const verified = record.verified && trusted.has(domainOf(record.email))
      if (person !== undefined) add(person, record.email, { verified, primary: false })
    }
  }
  const all = [...byLogin.values()].flatMap((person) => person.addresses.map(({ email }) => ({ email, person })))
  const grouped = Map.groupBy(all, ({ email }) => normalizeEmail(email))
  return {
    byLogin,
    byEmail: new Map([...grouped].map(([email, owners]) => [email, owners.map(({ person }) => person)])),
  }
}
