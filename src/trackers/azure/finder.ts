import type { TrackerFinder } from '../../core/finder.ts'
import { isGone } from '../../core/issue.ts'
import type { AzureClient } from './client.ts'
import { runQuery, saysWords } from './query.ts'
import type { Tickets } from './tickets.ts'

const MOST = 50

/** By a query, which every server knows; the search service is an extension that a Server need not have. */
export function createFinder(client: AzureClient, tickets: Tickets): TrackerFinder {
  return {
    async findTickets(query, project) {
      const id = /^(?:AB)?#?([1-9]\d{0,9})$/i.exec(query)?.[1]
      const ids = id ?? (await runQuery(client, { project, conditions: [saysWords(query)], top: MOST })).map(String)
      const found = await tickets.read(typeof ids === 'string' ? [ids] : ids)
      return [...found].flatMap(([key, ticket]) =>
        isGone(ticket) ? [] : [{ value: key, label: `(${key}) ${ticket.title}` }],
      )
    },
  }
}
