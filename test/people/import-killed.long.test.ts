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

/** Imports in another process, which is killed when it has said so many lines; answers whether it came to its end. */
async function importElsewhere(target: string, { killAfter }: { readonly killAfter?: number } = {}): Promise<boolean> {
  const child = spawn(process.execPath, [script, archive, target], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
    if (killAfter !== undefined && said.split('\n').length > killAfter) child.kill('SIGKILL')
  })
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
  it('leaves nothing behind, and the next one ends as if it had been the first', async () => {
    const [target, calm] = [await create(), await create()]
    const opened = await openPeople(target)
    // Early, in the middle, late: at a random place of each.
    for (const from of [1, 6, 13]) {
      const finished = await importElsewhere(target, { killAfter: from + Math.floor(Math.random() * 5) })
      const { imports, people, events } = await countRows(opened.database)
      expect({ imports, people, events }).toEqual(
        finished ? { imports: 1, people: USERS, events: 3 * USERS + 1 } : { imports: 0, people: 0, events: 0 },
      )
    }
    expect(await importElsewhere(target)).toBe(true)
    expect(await importElsewhere(target)).toBe(true)
    expect(await importElsewhere(calm)).toBe(true)

    const undisturbed = await openPeople(calm)
    expect(withoutIds(await dumpPeople(opened.database))).toEqual(withoutIds(await dumpPeople(undisturbed.database)))
    const [done] = await opened.store.listImports()
    expect(done?.chunks.filter(({ model }) => model === 'sentry.user').map(({ lastOrdinal }) => lastOrdinal)).toEqual([
      250, 500, 750, 1000, 1250, 1500,
    ])
  })
})
