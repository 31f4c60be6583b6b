import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type QueryResult } from 'pg'
import { LockstepError } from '../core/errors.ts'
import type { TakeLock } from './locks.ts'
import { reach } from './postgres-errors.ts'

interface Session {
  readonly client: Client
  lost: boolean
  /** One after the other, as a connection answers them. */
  ask(sql: string, number: string): Promise<QueryResult<{ readonly held?: boolean }>>
}

/**
 * Session locks of PostgreSQL. One connection beside the pool holds all of them, as many as there are: it only ever
 * tries, so a lock that somebody else holds keeps no other waiting, and there is no pool to run dry. The server frees
 * them when the connection ends, however the process died. (A pooler in transaction mode would break this.)
 */
export function createPostgresLocks(url: string): { take: TakeLock; close(): Promise<void> } {
  let current: Promise<Session> | undefined

  async function connect(): Promise<Session> {
    const client = new Client({ connectionString: url, application_name: 'lockstep locks', keepAlive: true })
    let last: Promise<unknown> = Promise.resolve()
    const session: Session = {
      client,
      lost: false,
      ask(sql, number) {
        const answer = last.then(() => reach(() => client.query(sql, [number])))
        last = answer.catch(() => undefined)
        return answer
      },
    }
    const forget = () => {
      if (!session.lost) current = undefined
      session.lost = true
    }
    client.on('error', forget).on('end', forget)
    await reach(() => client.connect())
    // A machine that vanished without a word is noticed after about a minute, in seconds.
    await client.query(
      "select set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)",
    )
    return session
  }

  function openSession(): Promise<Session> {
    current ??= connect().catch((error: unknown) => {
      current = undefined
      throw error
    })
    return current
  }

  return {
    async take(key) {
      const number = numberOf(key)
      for (let wait = 5; ; wait = Math.min(wait * 2, 250)) {
        const session = await openSession()
        const { rows } = await session.ask('select pg_try_advisory_lock($1) as held', number)
        if (rows[0]?.held === true) return () => release(session, key, number)
        await sleep(wait * Math.random())
      }
    },
    async close() {
      const session = await current?.catch(() => undefined)
      await session?.client.end()
    },
  }
}

async function release(session: Session, key: string, number: string): Promise<void> {
  if (!session.lost) {
    await session.ask('select pg_advisory_unlock($1)', number)
    return
  }
  throw new LockstepError(
    'store-unavailable',
    `The lock on ${key} was lost together with its connection to PostgreSQL.`,
    {
      remedy: 'Somebody else may have worked on it at the same time; it is looked at again.',
      retryable: true,
    },
  )
}

const numberOf = (key: string): string => createHash('sha256').update(key).digest().readBigInt64BE().toString()
