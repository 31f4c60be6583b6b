import type { StreamEntry } from '../../src/core/events.ts'
import type { Claim, Link } from '../../src/core/link.ts'

export function issue(number: number, repo = 'hello') {
  return { owner: 'octo', repo, number }
}

export const link = (number: number, changes: Partial<Link> = {}): Link => ({
  issue: issue(number),
  ticket: { connection: 'boards', key: String(1000 + number) },
  ticketId: String(1000 + number),
  base: null,
  comments: [],
  conflicts: [],
  said: [],
  notice: null,
  state: 'active',
  outcome: 'created',
  createdAt: '2026-03-01T10:00:00.000Z',
  updatedAt: '2026-03-01T10:00:00.000Z',
  ...changes,
})

/** A link with something in every place. */
export const fullLink = (number: number): Link =>
  link(number, {
    base: {
      issue: { title: 'Printer on fire', labels: ['bug', 'hardware'], open: true, estimate: 3 },
      ticket: { title: 'Printer on fire', status: 'Active', assignee: null },
      body: null,
      placed: { issue: ['bug'], ticket: [] },
      lead: 'octocat',
      commentCount: { issue: 2, ticket: null },
      revision: '3',
      images: {},
    },
    comments: [{ origin: 'github', issueComment: '7', ticketComment: '8', seen: 'f00d', ended: false }],
    conflicts: [{ field: 'title', issue: 'a', ticket: 'b', since: '2026-03-01T11:00:00.000Z' }],
    said: ['not-assignable:octocat'],
    notice: '99',
  })

export const entry = (message: string, changes: Partial<StreamEntry> = {}): StreamEntry => ({
  at: '2026-03-01T10:00:00.000Z',
  kind: 'reconcile',
  organization: 'octo',
  issue: 'octo/hello#1',
  ticket: 'boards:1001',
  actor: 'octocat',
  outcome: 'updated',
  message,
  code: null,
  changes: [],
  requestIds: ['A1:B2'],
  details: {},
  ...changes,
})

export const START = Date.parse('2026-03-01T10:00:00.000Z')

export const claim = (number: number, owner: string, minutes = 10): Claim => ({
  issue: issue(number),
  connection: 'boards',
  owner,
  claimedAt: new Date(START).toISOString(),
  until: new Date(START + minutes * 60_000).toISOString(),
})
