import type { AzureClient } from './client.ts'
import { QueryResult } from './schema.ts'

// WIQL knows one escape.
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

interface Query {
  readonly project: string
  /** Joined by AND. */
  readonly conditions: readonly string[]
  /** More than 20,000 hits are refused unless the number is bounded. */
  readonly top: number
}

/** Ids in ascending order. */
export async function runQuery(client: AzureClient, { project, conditions, top }: Query): Promise<readonly number[]> {
  const where = [`[System.TeamProject] = ${quote(project)}`, ...conditions].join(' AND ')
  const reply = await client.request({
    method: 'POST',
    api: 'wit/wiql',
    project,
    // Without timePrecision a time of day in a date is refused.
    query: { timePrecision: true, $top: top },
    body: { query: `SELECT [System.Id] FROM WorkItems WHERE ${where} ORDER BY [System.Id]` },
    idempotent: true,
  })
  return reply.read(QueryResult).workItems.map(({ id }) => id)
}

export const carriesLinks = '[System.HyperLinkCount] > 0'

export const isAbove = (id: number): string => `[System.Id] > ${id}`

export const isOneOf = (ids: readonly number[]): string => `[System.Id] IN (${ids.join(', ')})`

// How far the clock of a Server may be from ours.
const SKEW_MS = 15 * 60_000

/** The server dates its items itself. */
export const createdByUsSince = (since: string): string => {
  const moment = new Date(Date.parse(since) - SKEW_MS).toISOString()
  return `[System.CreatedBy] = @Me AND [System.CreatedDate] >= ${quote(moment)}`
}

/** On tags, CONTAINS means one whole tag. */
export const hasTag = (tag: string): string => `[System.Tags] CONTAINS ${quote(tag)}`

export const saysWords = (text: string): string => `[System.Title] CONTAINS WORDS ${quote(text)}`
