import type { GeneratedAlways } from 'kysely'

/** Yes and no are 1 and 0, alike in both dialects. */
export interface PeopleTables {
  people: PersonTable
  person_addresses: PersonAddressTable
  person_options: PersonOptionTable
  addresses: { email_key: string; email: string }
  organizations: OrganizationTable
  organization_slugs: { slug: string; organization: number }
  members: MemberTable
  environments: { organization: number; name: string }
  releases: ReleaseTable
  imports: ImportTable
  import_chunks: ImportChunkTable
  import_rows: ImportRowTable
  matches: MatchTable
  answers: { key: string; value: string; saved_at: string }
}

export interface PersonTable {
  id: GeneratedAlways<number>
  login: string
  /** What logins are compared by. */
  login_key: string
  name: string
  active: number
  human: number
  joined_at: string | null
  import: string
  seen_at: string
}

export interface PersonAddressTable {
  person: number
  email: string
  /** What addresses are compared by. */
  email_key: string
  verified: number
  /** The one that the person is written to. */
  main: number
  seen_at: string
}

export interface PersonOptionTable {
  person: number
  organization: number
  key: string
  value: string
}

export interface OrganizationTable {
  id: GeneratedAlways<number>
  name: string
  slug: string
  created_at: string | null
  import: string
}

export interface MemberTable {
  organization: number
  member: string
  person: number | null
  email: string | null
  role: string
}

export interface ReleaseTable {
  organization: number
  version: string
  created_at: string | null
  released_at: string | null
}

export interface ImportTable {
  id: string
  archive: string
  scope: string
  actor: string
  started_at: string
  finished_at: string
  summary: string
}

export interface ImportChunkTable {
  import: string
  model: string
  first_ordinal: number
  last_ordinal: number
  first_pk: number
  last_pk: number
  first_id: number | null
  last_id: number | null
  outcomes: string
}

/** Exists only within the transaction of an import: what became of each row of the archive, in their order. */
export interface ImportRowTable {
  ordinal: number
  model: string
  pk: number
  /** The row of ours that stands for it. */
  id: number | null
  outcome: string
  organization: string | null
  slug: string | null
  message: string
  details: string
}

export interface MatchTable {
  connection: string
  project: string
  login_key: string
  login: string
  account_id: string
  account: string
  email: string | null
  source: string
  basis: string
  seen_at: string
}
