import type { GeneratedAlways } from 'kysely'

/** Times are ISO text; what is only ever read whole is JSON text, alike in both dialects. */
export interface StateTables {
  links: LinkTable
  claims: ClaimTable
  cursors: CursorTable
  events: EventTable
}

export interface LinkTable {
  /** `owner/repo` in lower case: what is compared and sorted by. */
  repository: string
  owner: string
  repo: string
  number: number
  connection: string
  /** The ticket's key. */
  ticket: string
  ticket_id: string
  base: string
  comments: string
  conflicts: string
  said: string
  notice: string | null
  state: string
  outcome: string | null
  created_at: string
  updated_at: string
  /** What a person may search for, in lower case. */
  text: string
}

export interface ClaimTable {
  repository: string
  owner: string
  repo: string
  number: number
  connection: string
  claimed_by: string
  claimed_at: string
  until: string
}

export interface CursorTable {
  name: string
  value: string
}

export interface EventTable {
  id: GeneratedAlways<number>
  at: string
  kind: string
  organization: string | null
  issue: string | null
  ticket: string | null
  actor: string | null
  outcome: string | null
  code: string | null
  message: string
  changes: string
  request_ids: string
  details: string
}
