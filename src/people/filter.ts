import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Archive, ReadOptions } from './archive.ts'
import type { ArchiveRecord } from './records.ts'

/** Who was chosen, with every address these people have. */
export interface Choice {
  /** Row numbers of `sentry.organization`; `null` where all come. */
  readonly organizations: ReadonlySet<number> | null
  /** Row numbers of `sentry.user`. */
  readonly people: ReadonlySet<number>
  /** In the form they are compared by. */
  readonly addresses: ReadonlySet<string>
  /** Names that were asked for and that nobody in the archive has. */
  readonly unknown: readonly string[]
}

/** Usernames or slugs, separated by commas or line ends. Letter case and blanks do not matter; no name chooses nobody. */
export function parseNames(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(/[,\r\n]/)
      .map(normalizeLogin)
      .filter((name) => name !== ''),
  )
}

/** Reads the archive once ahead of the import: its addresses come before the rows that say whose they are. */
export async function chooseByUsername(archive: Archive, usernames: ReadonlySet<string>): Promise<Choice> {
  const people = new Set<number>()
  const addresses = new Set<string>()
  const unknown = new Set(usernames)
  for await (const record of archive.records({ scope: 'user' })) {
    if (record.kind === 'person' && usernames.has(normalizeLogin(record.username))) {
      people.add(record.pk)
      unknown.delete(normalizeLogin(record.username))
    }
    addAddress(addresses, record, people)
  }
  return { organizations: null, people, addresses, unknown: [...unknown] }
}

/** The members of the chosen organizations. Reads the archive twice: who they are is said after their main addresses. */
export async function chooseBySlug(archive: Archive, slugs: ReadonlySet<string>): Promise<Choice> {
  const organizations = new Set<number>()
  const people = new Set<number>()
  const unknown = new Set(slugs)
  for await (const record of archive.records({ scope: 'organization' })) {
    if (record.kind === 'organization' && slugs.has(normalizeLogin(record.slug))) {
      organizations.add(record.pk)
      unknown.delete(normalizeLogin(record.slug))
    }
    if (record.kind === 'member' && record.user !== null && organizations.has(record.organization)) {
      people.add(record.user)
    }
  }
  const addresses = new Set<string>()
  for await (const record of archive.records({ scope: 'user' })) addAddress(addresses, record, people)
  return { organizations, people, addresses, unknown: [...unknown] }
}

function addAddress(addresses: Set<string>, record: ArchiveRecord, people: ReadonlySet<number>): void {
  const isTheirs =
    (record.kind === 'person' && people.has(record.pk)) || (record.kind === 'person-address' && people.has(record.user))
  if (isTheirs && record.email !== null) addresses.add(normalizeEmail(record.email))
}

export interface ChosenOptions extends ReadOptions {
  readonly choice: Choice
}

/** The rows again, those of other people marked as skipped. */
export async function* readChosen(
  archive: Archive,
  { choice, ...options }: ChosenOptions,
): AsyncGenerator<ArchiveRecord> {
  for await (const record of archive.records(options)) {
    if (isChosen(record, choice)) yield record
    else yield { kind: 'skipped', model: record.model, pk: record.pk, reason: 'not-chosen' }
  }
}

function isChosen(record: ArchiveRecord, { organizations, people, addresses }: Choice): boolean {
  const isIn = (organization: number) => organizations === null || organizations.has(organization)
  switch (record.kind) {
    case 'person':
      return people.has(record.pk)
    case 'address':
      return addresses.has(normalizeEmail(record.email))
    case 'person-address':
      return people.has(record.user)
    case 'option':
      return people.has(record.user) && (record.organization === null || isIn(record.organization))
    case 'organization':
      return isIn(record.pk)
    case 'member':
      // An invitation belongs to its organization, not to a person of the archive.
      return isIn(record.organization) && (record.user === null || people.has(record.user))
    case 'environment':
    case 'release':
      return isIn(record.organization)
    default:
      return true
  }
}
