import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withArchive } from '../../src/app/fetch-archive.ts'
import { PeopleArchive } from '../../src/config/server.ts'
import type { KeyPair } from '../../src/people/key-pair.ts'
import { createTestKeys, email, sealRows, user, userEmail } from '../people/archives.ts'
import { freshPostgres } from '../postgres.ts'
import { configFile, openAppStage, type AppStage, type AppStageOptions } from './stage.ts'

const path = 'people/export.tar'
const people = PeopleArchive.parse({
  repository: 'rocket',
  archive: path,
  key: '$PEOPLE_KEY',
  domains: ['example.com'],
})
const rocket = { owner: 'acme', repo: 'rocket' }
const rows = [
  email(1, 'ada.byron@example.com'),
  user(1, 'ada', { email: 'ada.byron@example.com' }),
  userEmail(1, 1, 'ada.byron@example.com'),
]

let keys: KeyPair
let strange: KeyPair
beforeAll(async () => {
  ;[keys, strange] = await Promise.all([createTestKeys(), createTestKeys()])
})

// What is left behind can be told from what others have there.
const folders = process.env['TMPDIR']
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-test-'))
  process.env['TMPDIR'] = folder
})
afterAll(() => {
  expect(process.env['TMPDIR']).toBe(folders)
})

let stage: AppStage
afterEach(async () => {
  if (folders === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = folders
  await stage.close()
  const left = readdirSync(folder).filter((name) => name.startsWith('lockstep-archive-'))
  rmSync(folder, { recursive: true })
  expect(left).toEqual([])
})

async function open(options: AppStageOptions = {}): Promise<void> {
  stage = await openAppStage({ people, secrets: { PEOPLE_KEY: keys.privateKey }, ...options })
  stage.github.act.addToken({ value: 'token-of-ada', login: 'ada' })
}

/** A file that is no text, as a person commits it. */
async function push(content: Buffer, at = path): Promise<void> {
  const url = `${stage.github.url}/repos/acme/rocket/contents/${at}`
  const headers = { authorization: 'token token-of-ada', 'content-type': 'application/json' }
  const present = (await (await fetch(url, { headers })).json()) as { sha?: string }
  const body = JSON.stringify({ message: 'People', content: content.toString('base64'), sha: present.sha })
  const reply = await fetch(url, { method: 'PUT', headers, body })
  expect(reply.ok).toBe(true)
  await stage.settle()
}

const told = (message: string) => stage.logged.filter((line) => line.message === message)
const endings = async () =>
  (await stage.kept.store.events.list({ organization: 'acme', kind: 'import' })).filter(
    ({ details }) => 'scope' in details,
  )
const imports = () => stage.worked.filter(({ kind }) => kind === 'import')

describe('an archive of people that the operator names', () => {
  it.each([
    { name: 'SQLite', state: async () => ({ kind: 'memory' }) as const },
    { name: 'PostgreSQL', state: async () => ({ kind: 'postgres', url: await freshPostgres() }) as const },
  ])('is imported when it is pushed, and stands in the history, with $name', async ({ state }) => {
    await open({ state: await state() })
    await push(await sealRows(rows, keys))
    expect(await stage.kept.people.findPerson('ada')).toMatchObject({
      addresses: [{ email: 'ada.byron@example.com', verified: true }],
    })
    expect(await stage.kept.people.listImports()).toMatchObject([
      { archive: `acme/rocket/${path}`, scope: 'user', actor: 'ada' },
    ])
    expect(told('import ended')).toMatchObject([{ level: 'info', facts: { repository: 'acme/rocket', matchable: 1 } }])
    expect(await endings()).toMatchObject([{ outcome: 'imported', actor: 'ada', code: null }])
    expect(await stage.kept.queue.failed()).toEqual([])
  })

  it('is imported once: asked for again, nothing is written, and that is said', async () => {
    await open()
    await push(await sealRows(rows, keys))
    const before = await stage.kept.store.events.list({})
    await stage.app.importPeople(rocket, { scope: 'user', actor: 'grace' })
    await stage.settle()
    expect(imports()).toMatchObject([{ verdict: 'done' }, { verdict: 'done' }])
    expect(told('import done before, nothing written')).toMatchObject([{ facts: { actor: 'grace' } }])
    expect(await stage.kept.store.events.list({})).toEqual(before)
    expect(await stage.kept.people.listImports()).toHaveLength(1)
  })

  it('is imported anew when it is another one', async () => {
    await open()
    await push(await sealRows(rows, keys))
    await push(await sealRows([...rows, user(2, 'grace')], keys))
    expect(await stage.kept.people.listImports()).toHaveLength(2)
    expect(await stage.kept.people.findPerson('grace')).toBeDefined()
  })

  it('brings organizations only to those who ask for them', async () => {
    await open()
    const organization = { model: 'sentry.organization', pk: 1, fields: { name: 'Acme', slug: 'acme' } }
    await push(await sealRows([organization, ...rows], keys))
    await stage.app.importPeople(rocket, { scope: 'organization', actor: 'ada' })
    await stage.settle()
    const became = (await stage.kept.people.listImports()).map(({ scope, chunks }) => ({
      scope,
      outcomes: chunks.find(({ model }) => model === 'sentry.organization')?.outcomes,
    }))
    expect(became).toEqual(
      expect.arrayContaining([
        { scope: 'user', outcomes: { skipped: 1 } },
        { scope: 'organization', outcomes: { inserted: 1 } },
      ]),
    )
  })

  it('sealed for another key is given up at once with the reason, and leaves nothing', async () => {
    await open()
    await push(await sealRows(rows, strange))
    expect(await stage.kept.queue.failed()).toMatchObject([
      { kind: 'import', code: 'archive-wrong-key', attempts: 1, lane: 'acme' },
    ])
    expect(imports()).toMatchObject([{ verdict: 'dead' }])
    expect(await endings()).toMatchObject([{ outcome: 'failed', code: 'archive-wrong-key' }])
    expect(await stage.kept.people.listImports()).toEqual([])
    expect(await stage.kept.people.count()).toBe(0)
  })

  it('that is not sealed is refused, as the operator names a key', async () => {
    await open()
    await push(Buffer.from(JSON.stringify(rows)))
    expect(await stage.kept.queue.failed()).toMatchObject([{ kind: 'import', code: 'archive-unreadable' }])
    expect(await stage.kept.people.count()).toBe(0)
  })

  it('that is not there is given up with its name', async () => {
    await open()
    await stage.app.importPeople(rocket, { scope: 'user', actor: 'ada' })
    await stage.settle()
    expect(await stage.kept.queue.failed()).toMatchObject([
      { code: 'not-found', message: `There is no acme/rocket/${path}.` },
    ])
  })

  it('is tried again while GitHub is away', async () => {
    await open()
    stage.github.act.setWebhook({ url: '' })
    await push(await sealRows(rows, keys))
    stage.github.faults.add({ status: 502, times: 6 })
    await stage.app.importPeople(rocket, { scope: 'user', actor: 'ada' })
    await stage.settle()
    expect(await stage.kept.people.listImports()).toHaveLength(1)
    expect(await stage.kept.queue.failed()).toEqual([])
  })
})

describe('what is imported', () => {
  it('is no other file, and no archive of a repository that the operator does not name', async () => {
    await open()
    await push(await sealRows(rows, keys), 'people/other.tar')
    stage.github.act.pushFile({ as: 'ada', path, branch: 'draft', content: 'not yet' })
    await stage.settle()
    expect(imports()).toEqual([])
    const moon = { owner: 'acme', repo: 'moon' }
    await expect(stage.app.importPeople(moon, { scope: 'user', actor: 'ada' })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('is never named by a repository itself, not even where the operator names an archive', async () => {
    await open()
    const greedy = 'version: 1\nroutes: [{ to: boards }]\npeople: { archive: people/mine.tar, key: $ADO_TOKEN }\n'
    stage.github.act.pushFile({ as: 'ada', path: configFile, content: greedy })
    await push(await sealRows(rows, keys), 'people/mine.tar')
    expect(imports()).toEqual([])
    expect(await stage.kept.people.count()).toBe(0)
  })

  it('is no larger than GitHub hands out, and what was fetched so far is gone', async () => {
    await open()
    stage.github.act.setWebhook({ url: '' })
    await push(Buffer.alloc(5_000, 1))
    const client = await stage.app.installations.clientOf({ ...rocket, installation: null })
    const use = async () => 'used'
    await expect(withArchive(client, { ...rocket, path, mostBytes: 4_999 }, use)).rejects.toMatchObject({
      code: 'archive-too-large',
    })
    expect(await withArchive(client, { ...rocket, path, mostBytes: 5_000 }, use)).toBe('used')
  })
})
