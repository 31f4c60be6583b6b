import { Client } from 'pg'
import type { Log } from '../core/ports.ts'

const CHANNEL = 'lockstep_queue'
const RECONNECT_MS = 2_000

export interface Bell {
  /** Calls the workers of all processes; a call that gets lost costs them one poll. */
  ring(): void
  close(): Promise<void>
}

/** LISTEN and NOTIFY on a connection of its own. A connection that breaks is made anew; until then the workers poll. */
export function createBell(url: string, { log, onRing }: { readonly log: Log; readonly onRing: () => void }): Bell {
  let client: Client | undefined
  let closed = false
  let waiting: NodeJS.Timeout | undefined
  let ringing = false

  async function connect(): Promise<void> {
    const next = new Client({ connectionString: url, application_name: 'lockstep queue', keepAlive: true })
    const again = () => {
      if (client === next) client = undefined
      if (closed || waiting !== undefined) return
      waiting = setTimeout(() => {
        waiting = undefined
        opening = connect()
      }, RECONNECT_MS)
    }
    next.on('error', again).on('end', again).on('notification', onRing)
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
      client = next
      onRing()
    } catch (cause) {
      log.warn('queue bell not connected', { cause })
      again()
      await next.end().catch(() => undefined)
    }
  }

  let opening = connect()
  return {
    ring() {
      if (client === undefined || ringing) return
      ringing = true
      const done = () => {
        ringing = false
      }
      client
        .query(`notify ${CHANNEL}`)
        .finally(done)
        .catch(() => log.debug('queue bell not rung'))
    },
    async close() {
      closed = true
      clearTimeout(waiting)
      await opening
      await client?.end()
    },
  }
}
