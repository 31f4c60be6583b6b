import { z } from 'zod'
import type { TrackerFinder } from '../../core/finder.ts'
import type { Clock } from '../../core/ports.ts'
import type { JiraClient } from './client.ts'
import { keepBy } from './kept.ts'
import { quote, runQuery } from './query.ts'

const Found = z.object({ key: z.string(), fields: z.object({ summary: z.string() }) })
const Suggestions = z.object({ results: z.array(z.object({ value: z.string(), displayName: z.string() })) })

const SUGGESTIONS_KEPT_MS = 240_000
const MOST = 50

export function createFinder(client: JiraClient, clock: Clock): TrackerFinder {
  const suggest = keepBy(
    async (key) => {
      const [field = '', text = ''] = JSON.parse(key) as readonly string[]
      const reply = await client.request({
        method: 'GET',
        api: 'jql/autocompletedata/suggestions',
        query: { fieldName: field.replace(/^customfield_(\d+)$/, 'cf[$1]'), fieldValue: text },
      })
      // What was typed comes back in bold.
      return reply
        .read(Suggestions)
        .results.map(({ value, displayName }) => ({ value, label: displayName.replaceAll(/<[^>]*>/g, '') }))
    },
    { clock, ms: SUGGESTIONS_KEPT_MS },
  )

  return {
    async findTickets(query) {
      const jql = /^[A-Za-z][A-Za-z0-9_]*-\d+$/.test(query) ? `id = ${quote(query)}` : `text ~ ${quote(query)}`
      const { issues } = await runQuery(client, Found, { jql, fields: ['summary'], maxResults: MOST })
      return issues.map(({ key, fields }) => ({ value: key, label: `(${key}) ${fields.summary}` }))
    },
    suggest: (field, text) => suggest(JSON.stringify([field, text])),
  }
}
