import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { email, jsonBytes, user, userEmail } from './archives.ts'
import { countRows, databases, dumpPeople, openPeople } from './import-stage.ts'

const script = fileURLToPath(new URL('import-child.ts', import.meta.url))
const USERS = 1_500
const ROUNDS = 6

let folder = ''
let archive = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-killed-'))
  archive = join(folder, 'people.json')
  const all = Array.from({ length: USERS }, (_, index) => index + 1)
  const rows = [
    { model: 'sentry.organization', pk: 1, fields: { name: 'Acme', slug: 'acme' } },
    // Every tenth has the login of the one before.
    ...all.map((pk) => user(pk, `person-${pk % 10 === 0 ? pk - 1 : pk}`)),
    ...all.map((pk) => email(pk, `person-${pk}@example.com`)),
    ...all.map((pk) => userEmail(pk, pk, `person-${pk}@example.com`)),
  ]
  await writeFile(archive, jsonBytes(rows))
})
afterAll(() => rm(folder, { recursive: true }))

/** Imports in another process, which may be killed after some time; answers whether it came to its end. */
async function importElsewhere(target: string, { killAfterMs }: { readonly killAfterMs?: number } = {}) {
  const child = spawn(process.execPath, [script, archive, target], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk) => (said += String(chunk)))
  const ended = new Promise((resolve) => child.on('close', resolve))
  const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await ended
  clearTimeout(killing)
  return said.includes('done')
}

/** Ids are drawn anew by each attempt, so rows are compared by what they say. */
const withoutIds = (dump: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(dump).map(([table, rows]) => [
      table,
      rows.map((row) => row.replaceAll(/\\?"(?:id|person|organization|first_id|last_id)\\?":\d+/g, '')).sort(),
    ]),
  )

describe.each(databases)('an import into %s that is killed', (_, create) => {
  it('leaves all or nothing behind, and the next one ends as if it had been the first', async () => {
    const undisturbed = await create()
    const started = performance.now()
    expect(await importElsewhere(undisturbed)).toBe(true)
    const durationMs = performance.now() - started
    const whole = withoutIds(await dumpPeople((await openPeople(undisturbed)).database))

    let cutShort = 0
    // At a random moment of each part of its life: while it starts, reads, writes, finishes.
    for (let round = 0; round < ROUNDS; round++) {
      const target = await create()
      const { database, store } = await openPeople(target)
      const killAfterMs = (durationMs * (round + Math.random())) / ROUNDS
      const finished = await importElsewhere(target, { killAfterMs })
      const left = await countRows(database)
      const kept = left['people'] !== 0
      if (!kept) expect(Object.values(left).every((count) => count === 0)).toBe(true)
      if (finished) expect(kept).toBe(true)
      cutShort += kept ? 0 : 1

      expect(await importElsewhere(target)).toBe(true)
      expect(withoutIds(await dumpPeople(database))).toEqual(whole)
      const [done, ...others] = await store.listImports()
      expect(others).toEqual([])
      expect(done?.chunks.filter(({ model }) => model === 'sentry.user').map(({ lastOrdinal }) => lastOrdinal)).toEqual(
        [250, 500, 750, 1000, 1250, 1500],
      )
    }
    // How long it takes varies, so the last ones may come too late.
    expect(cutShort).toBeGreaterThanOrEqual(2)
  })
})
