import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TakeLock } from './locks.ts'

/**
 * Locks between the processes that share one SQLite file.
 *
 * A row of a second file, `FILE-locks`, says who holds which key. Whether that holder still lives is for the
 * operating system to tell: each one keeps an exclusive lock on a file of its own, which the kernel takes away from
 * a process however it dies. So there are no leases to renew, and a killed process blocks nobody, not even for seconds.
 * The rows need not survive a power failure, since nobody holds a lock after it.
 */
export function createSqliteLocks(file: string): { take: TakeLock; close(): void } {
  const holder = randomUUID()
  const lifeOf = (id: string) => `${file}-holder-${id}`
  let opened: ReturnType<typeof open> | undefined

  function open() {
    const table = new DatabaseSync(`${file}-locks`, { timeout: 5_000 })
    table.exec('pragma journal_mode = wal; pragma synchronous = off; begin immediate')
    table.exec('create table if not exists locks (key text primary key, holder text not null) without rowid')
    // Within the transaction, or a life file that is there but not yet locked would pass for a dead one's.
    for (const name of readdirSync(dirname(file))) {
      if (name.startsWith(basename(lifeOf('')))) removeIfFree(join(dirname(file), name))
    }
    const life = new DatabaseSync(lifeOf(holder))
    life.exec('begin exclusive')
    table.exec('commit')
    return {
      life,
      table,
      insert: table.prepare('insert into locks (key, holder) values (?, ?) on conflict (key) do nothing'),
      find: table.prepare('select holder from locks where key = ?'),
      remove: table.prepare('delete from locks where key = ? and holder = ?'),
      removeAll: table.prepare('delete from locks where holder = ?'),
    }
  }

  function buryIfDead(id: string): void {
    if (removeIfFree(lifeOf(id))) opened?.removeAll.run(id)
  }

  return {
    async take(key) {
      const { find, insert, remove } = (opened ??= open())
      for (let wait = 5; insert.run(key, holder).changes === 0; wait = Math.min(wait * 2, 250)) {
        const other = find.get(key)
        if (other !== undefined) buryIfDead(String(other['holder']))
        await sleep(wait * Math.random())
      }
      return async () => void remove.run(key, holder)
    },
    close() {
      if (opened === undefined) return
      opened.removeAll.run(holder)
      opened.table.close()
      opened.life.close()
      rmSync(lifeOf(holder), { force: true })
      opened = undefined
    },
  }
}

function removeIfFree(life: string): boolean {
  if (!existsSync(life)) return true
  const database = new DatabaseSync(life, { timeout: 0 })
  try {
    database.exec('begin exclusive')
    rmSync(life, { force: true })
    return true
  } catch {
    return false
  } finally {
    database.close()
  }
}
