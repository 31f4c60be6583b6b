import type { Person, PersonSource } from './people.ts'
import type { Account } from './ticket.ts'

/** What the store keeps of people: those that were imported, who was matched with whom, and what servers answered. */
export interface PeopleStore {
  findPerson(login: string): Promise<Person | undefined>
  /** Everybody who has the address, verified or not. */
  findByEmail(email: string): Promise<readonly Person[]>
  /** By login, from the one after `after`; `text` is a piece of a login, name or address. */
  list(filter: PersonFilter): Promise<readonly Person[]>
  count(): Promise<number>
  readonly matches: Matches
  readonly answers: Answers
  findImport(id: string): Promise<StoredImport | undefined>
  listImports(): Promise<readonly StoredImport[]>
  /** Runs `work` in one transaction, while no other import runs: all that it writes is kept, or nothing. */
  import<Result>(
    work: (writer: ImportWriter) => Promise<Result>,
    options?: { readonly dryRun?: boolean },
  ): Promise<Result>
}

export interface PersonFilter {
  readonly after?: string
  readonly limit: number
  readonly text?: string
}

/** Who was found to be whom, so that servers need not be asked again at once. */
export interface Matches {
  find(login: string, connection: string, project: string): Promise<StoredMatch | undefined>
  ofAccount(connection: string, accountId: string): Promise<StoredMatch | undefined>
  save(match: StoredMatch): Promise<void>
  remove(login: string, connection: string, project: string): Promise<void>
}

export interface StoredMatch {
  readonly login: string
  readonly connection: string
  readonly project: string
  readonly account: Account
  readonly email: string | null
  readonly source: PersonSource
  /** Fingerprint of the addresses and rules that the match rests on. */
  readonly basis: string
  readonly seenAt: string
}

/** Answers of servers, by whatever key their reader chose. */
export interface Answers {
  find(key: string): Promise<{ readonly value: unknown; readonly savedAt: string } | undefined>
  save(key: string, value: unknown): Promise<void>
}

export interface StoredImport {
  readonly id: string
  readonly archive: string
  readonly scope: string
  readonly actor: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly summary: unknown
  readonly chunks: readonly ImportChunk[]
}

/** A run of rows of one model that were written together. */
export interface ImportChunk {
  readonly model: string
  /** Among the rows of the model, counted from 1. */
  readonly firstOrdinal: number
  readonly lastOrdinal: number
  readonly firstPk: number
  readonly lastPk: number
  readonly firstId: number | null
  readonly lastId: number | null
  readonly outcomes: Readonly<Partial<Record<ImportOutcome, number>>>
}

/** What became of a row: `existing` was there already, `merged` stands for somebody who was, `renamed` got another name. */
export const importOutcomes = ['inserted', 'existing', 'merged', 'renamed', 'skipped'] as const
export type ImportOutcome = (typeof importOutcomes)[number]

/** The row of ours that stands for a row of the archive. */
export interface ImportTarget {
  readonly id: number
  readonly outcome: ImportOutcome
  readonly slug: string | null
}

export interface ImportedRow {
  /** Within the whole archive. */
  readonly ordinal: number
  readonly model: string
  readonly pk: number
  readonly id: number | null
  readonly outcome: ImportOutcome
  /** For the event stream. */
  readonly organization: string | null
  readonly slug: string | null
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Each method takes a batch and answers in its order. */
export interface ImportWriter {
  /** Answers the same import where it was done before; then nothing else may be asked of the writer. */
  begin(
    about: Pick<StoredImport, 'id' | 'archive' | 'scope' | 'actor' | 'startedAt'>,
  ): Promise<{ readonly summary: unknown } | undefined>
  /** What earlier rows of this archive became, by pk; skipped ones are not among them. */
  findTargets(model: string, pks: readonly number[]): Promise<ReadonlyMap<number, ImportTarget>>
  /** Ids of people by the form that logins are compared by. */
  findLogins(keys: readonly string[]): Promise<ReadonlyMap<string, number>>
  findSlugs(slugs: readonly string[]): Promise<ReadonlySet<string>>
  insertPeople(people: readonly NewPerson[]): Promise<readonly number[]>
  insertOrganizations(organizations: readonly NewOrganization[]): Promise<readonly number[]>
  /** A verified address stays verified. */
  savePersonAddresses(addresses: readonly NewPersonAddress[]): Promise<void>
  /** The other `insert…` say which of the rows were not there yet. */
  insertAddresses(emails: readonly string[]): Promise<readonly boolean[]>
  insertOptions(options: readonly NewOption[]): Promise<readonly boolean[]>
  insertMembers(members: readonly NewMember[]): Promise<readonly boolean[]>
  insertEnvironments(environments: readonly NewEnvironment[]): Promise<readonly boolean[]>
  insertReleases(releases: readonly NewRelease[]): Promise<readonly boolean[]>
  /** What became of the batch, with the chunk that tells about it. */
  remember(rows: readonly ImportedRow[], chunk: ImportChunk): Promise<void>
  /** Gives every organization of this import its slug, in one statement. */
  reserveSlugs(): Promise<void>
  /** How many people of this import have an address that they can be matched by. */
  countMatchable(rules: { readonly verifiedOnly: boolean; readonly domains: readonly string[] }): Promise<number>
  /** Puts every row into the event stream, and closes the import. */
  finish(finishedAt: string, summary: unknown): Promise<void>
}

export interface NewPerson {
  readonly login: string
  readonly name: string
  readonly active: boolean
  readonly human: boolean
  readonly joinedAt: string | null
}

export interface NewPersonAddress {
  readonly person: number
  readonly email: string
  readonly verified: boolean
  readonly main: boolean
}

export interface NewOption {
  readonly person: number
  readonly organization: number | null
  readonly key: string
  readonly value: unknown
}

export interface NewOrganization {
  readonly name: string
  readonly slug: string
  readonly createdAt: string | null
}

export interface NewMember {
  readonly organization: number
  readonly person: number | null
  /** Of somebody who is only invited. */
  readonly email: string | null
  readonly role: string
}

export interface NewEnvironment {
  readonly organization: number
  readonly name: string
}

export interface NewRelease {
  readonly organization: number
  readonly version: string
  readonly createdAt: string | null
  readonly releasedAt: string | null
}
