import { appendFileSync } from 'node:fs'
import { openInbox } from '../../src/queue/inbox.ts'
import { openDatabase } from '../../src/store/database.ts'

// A worker process: writes down each entry when it begins and when it is done, until it is killed. It ends so many
// entries at most; what it has begun after that stays in its hands.
const [target, journal, concurrency, leaseMs, most] = process.argv.slice(2)
const clock = { now: () => new Date() }
const log = { debug() {}, info() {}, warn: console.error, error: console.error }
const database = await openDatabase(target!)
const url = target!.startsWith('postgres') ? target : undefined
const work = { concurrency: Number(concurrency), perLane: Number(concurrency), leaseMs: Number(leaseMs), pollMs: 100 }
const queue = openInbox({ database, url, clock, log, settleMs: 0, work })
let begun = 0
queue.work(async ({ key, facts }) => {
  appendFileSync(journal!, `begin ${key} ${process.pid}\n`)
  if (++begun > Number(most)) await new Promise(() => {})
  await new Promise((resolve) => setTimeout(resolve, Number(facts['ms'] ?? 0)))
  appendFileSync(journal!, `end ${key} ${process.pid}\n`)
  return { kind: 'done' }
})
process.stdout.write('ready\n')
