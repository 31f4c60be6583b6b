import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { WebEnv } from '../context.ts'
import type { Activity } from './activity.ts'
import type { PagesDeps } from './deps.ts'
import { entryLine, readTitles } from './entry-line.ts'
import { LONGEST_KEPT_MS } from './scope.ts'
import type { ReadScope } from './scope.ts'

const PACE_MS = 1_000
/** The browser comes back by itself, and is then asked anew who it is. */
const LIFE_MS = 2 * 60_000
const BEAT_MS = 20_000

/** What happens, as it happens. */
export function createLive(
  deps: Pick<PagesDeps, 'store' | 'clock' | 'stopping'>,
  activity: Activity,
  readScope: ReadScope,
): Hono<WebEnv> {
  const { clock, stopping } = deps
  const app = new Hono<WebEnv>()
  app.get('/live', (context) => {
    const visitor = context.get('visitor')
    if (visitor === null) return context.body(null, 401)
    const seen = Number(context.req.header('last-event-id'))
    return streamSSE(context, async (stream) => {
      const started = clock.now().getTime()
      let beat = started
      let counted = ''
      // Counts may be kept from before the last of what happened.
      let countUntil = 0
      let last = Number.isSafeInteger(seen) && seen > 0 ? seen : await activity.position()
      await stream.writeSSE({ event: 'open', data: '', id: String(last), retry: PACE_MS })
      while (!stream.aborted && stopping?.aborted !== true) {
        const now = clock.now()
        if (now.getTime() - started > LIFE_MS) break
        const entries = await activity.after(last, visitor)
        const titles = await readTitles(deps, entries)
        for (const entry of entries) {
          last = entry.id
          await stream.writeSSE({
            event: 'entry',
            data: String(await entryLine(entry, titles.get(entry), now)),
            id: String(last),
          })
        }
        if (entries.length > 0) countUntil = now.getTime() + LONGEST_KEPT_MS + PACE_MS
        if (now.getTime() <= countUntil) {
          const counts = JSON.stringify((await readScope(visitor)).counts)
          if (counts !== counted) await stream.writeSSE({ event: 'states', data: counts })
          counted = counts
        }
        if (entries.length > 0) beat = now.getTime()
        else if (now.getTime() - beat > BEAT_MS) {
          await stream.writeSSE({ event: 'beat', data: '' })
          beat = now.getTime()
        }
        await stream.sleep(PACE_MS)
      }
    })
  })
  return app
}
