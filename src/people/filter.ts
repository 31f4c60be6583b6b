import type { Archive, ReadOptions } from './archive.ts'
import type { ArchiveRecord } from './records.ts'

/** Who was chosen by username, with every address these people have. */
export interface Choice {
  /** Row numbers of `sentry.user`. */
  readonly people: ReadonlySet<number>
  /** Lower case. */
  readonly addresses: ReadonlySet<string>
  /** Names that were asked for and that nobody in the archive has. */
  readonly unknown: readonly string[]
}

/** Names separated by commas or line ends. Letter case and blanks do not matter; no name chooses nobody. */
export function parseUsernames(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(/[,\r\n]/)
      .map(fold)
      .filter((name) => name !== ''),
  )
}

/** Reads the archive once ahead of the import: its addresses come before the rows that say whose they are. */
export async function chooseByUsername(archive: Archive, usernames: ReadonlySet<string>): Promise<Choice> {
  const people = new Set<number>()
  const addresses = new Set<string>()
  const unknown = new Set(usernames)
  for await (const record of archive.records({ scope: 'user' })) {
    if (record.kind === 'person' && usernames.has(fold(record.username))) {
      people.add(record.pk)
      unknown.delete(fold(record.username))
      if (record.email !== null) addresses.add(fold(record.email))
    }
    if (record.kind === 'person-address' && people.has(record.user)) addresses.add(fold(record.email))
  }
  return { people, addresses, unknown: [...unknown] }
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

function isChosen(record: ArchiveRecord, choice: Choice): boolean {
  switch (record.kind) {
    case 'person':
      return choice.people.has(record.pk)
    case 'address':
      return choice.addresses.has(fold(record.email))
    case 'person-address':
    case 'option':
      return choice.people.has(record.user)
    case 'member':
      // An invitation belongs to its organization, not to a person of the archive.
      return record.user === null || choice.people.has(record.user)
    default:
      return true
  }
}

const fold = (name: string): string => name.trim().toLowerCase()
