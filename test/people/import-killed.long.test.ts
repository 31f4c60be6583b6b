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
const ROWS = 1 + 3 * USERS

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

interface Death {
  /** Having written so many rows. */
  readonly dieAt?: number
  /** As soon as this is said; nothing is said at the start. */
  readonly killWhen?: string
}

/** Imports in another process, which may be killed; answers whether it came to its end. */
async function importElsewhere(target: string, { dieAt, killWhen }: Death = {}) {
  const given = [script, archive, target, `${dieAt ?? ''}`]
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const look = () => {
    if (killWhen !== undefined && said.includes(killWhen)) child.kill('SIGKILL')
  }
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
    look()
  })
  look()
  await new Promise((resolve) => child.on('close', resolve))
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
    expect(await importElsewhere(undisturbed)).toBe(true)
    const whole = withoutIds(await dumpPeople((await openPeople(undisturbed)).database))

    const beforeItsEnd: readonly Death[] = [
      { killWhen: '' },
      ...[1, 1 + USERS / 2, 1 + 2 * USERS, ROWS].map((dieAt) => ({ dieAt })),
    ]
    for (const death of [...beforeItsEnd, { killWhen: `${ROWS}\n` }]) {
      const target = await create()
      const { database, store } = await openPeople(target)
      const finished = await importElsewhere(target, death)
      // While it finishes it may be either way.
      if (beforeItsEnd.includes(death)) {
        expect(finished).toBe(false)
        expect(Object.values(await countRows(database)).every((count) => count === 0)).toBe(true)
      }

      expect(await importElsewhere(target)).toBe(true)
      expect(withoutIds(await dumpPeople(database))).toEqual(whole)
      const [done, ...others] = await store.listImports()
      expect(others).toEqual([])
      expect(done?.chunks.filter(({ model }) => model === 'sentry.user').map(({ lastOrdinal }) => lastOrdinal)).toEqual(
        [250, 500, 750, 1000, 1250, 1500],
      )
    }
  }, 600_000)
})
