import type { Insertable, Selectable } from 'kysely'
import type { StoredEntry, StreamEntry } from '../core/events.ts'
import type { Claim, Link } from '../core/link.ts'
import { repositoryOf, searchTextOf } from './keys.ts'
import type { ClaimTable, EventTable, LinkTable } from './tables.ts'

export function linkToRow(link: Link): Insertable<LinkTable> {
  const { issue, ticket } = link
  return {
    repository: plain(repositoryOf(issue)),
    owner: plain(issue.owner),
    repo: plain(issue.repo),
    number: issue.number,
    connection: plain(ticket.connection),
    ticket: plain(ticket.key),
    ticket_id: plain(link.ticketId),
    base: JSON.stringify(link.base),
    comments: JSON.stringify(link.comments),
    conflicts: JSON.stringify(link.conflicts),
    said: JSON.stringify(link.said),
    notice: link.notice,
    state: link.state,
    outcome: link.outcome,
    created_at: link.createdAt,
    updated_at: link.updatedAt,
    text: plain(searchTextOf(link)),
  }
}

export function linkFromRow(row: Selectable<LinkTable>): Link {
  return {
    issue: { owner: row.owner, repo: row.repo, number: row.number },
    ticket: { connection: row.connection, key: row.ticket },
    ticketId: row.ticket_id,
    base: JSON.parse(row.base) as Link['base'],
    comments: JSON.parse(row.comments) as Link['comments'],
    conflicts: JSON.parse(row.conflicts) as Link['conflicts'],
    said: JSON.parse(row.said) as Link['said'],
    notice: row.notice,
    state: row.state as Link['state'],
    outcome: row.outcome,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export const claimToRow = ({ issue, connection, owner, claimedAt, until }: Claim): Insertable<ClaimTable> => ({
  repository: repositoryOf(issue),
  owner: issue.owner,
  repo: issue.repo,
  number: issue.number,
  connection,
  claimed_by: owner,
  claimed_at: claimedAt,
  until,
})

export const claimFromRow = (row: Selectable<ClaimTable>): Claim => ({
  issue: { owner: row.owner, repo: row.repo, number: row.number },
  connection: row.connection,
  owner: row.claimed_by,
  claimedAt: row.claimed_at,
  until: row.until,
})

export const entryToRow = (entry: StreamEntry): Insertable<EventTable> => ({
  at: entry.at,
  kind: entry.kind,
  organization: entry.organization,
  issue: entry.issue,
  ticket: entry.ticket && plain(entry.ticket),
  actor: entry.actor && plain(entry.actor),
  outcome: entry.outcome,
  code: entry.code,
  message: plain(entry.message),
  changes: JSON.stringify(entry.changes),
  request_ids: JSON.stringify(entry.requestIds),
  details: JSON.stringify(entry.details),
})

export const entryFromRow = (row: Selectable<EventTable>): StoredEntry => ({
  id: row.id,
  at: row.at,
  kind: row.kind,
  organization: row.organization,
  issue: row.issue,
  ticket: row.ticket,
  actor: row.actor,
  outcome: row.outcome,
  code: row.code,
  message: row.message,
  changes: JSON.parse(row.changes) as StoredEntry['changes'],
  requestIds: JSON.parse(row.request_ids) as StoredEntry['requestIds'],
  details: JSON.parse(row.details) as StoredEntry['details'],
})

/**
 * PostgreSQL takes no NUL in a text, and neither database half a surrogate pair: both become visible signs.
 * JSON needs none of this: it writes them as escapes.
 */
const plain = (text: string): string => text.replaceAll('\0', '\u2400').toWellFormed()
