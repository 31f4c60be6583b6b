import { afterEach, describe, expect, it } from 'vitest'
import { LockstepError } from '../../src/core/errors.ts'
import type { Backfill } from '../../src/web/pages/deps.ts'
import type { SyncDeps } from '../../src/sync/deps.ts'
import { CSRF, openPages, visitor } from './stage.ts'
import type { PagesStage, Rights } from './stage.ts'

const PATH = '/pairs/older'

describe('the page of older issues', () => {
  let stage: PagesStage
  afterEach(async () => await stage.close())

  const asked: string[] = []
  async function open(standing?: Partial<Backfill>, rights: Rights = {}): Promise<void> {
    asked.length = 0
    const known = { since: '2026-03-01T10:00:00.000Z', actor: 'grace', created: 0, updated: 0, failed: 0, reason: null }
    stage = await openPages({
      backfills: {
        request: async ({ owner, repo }, actor) => void asked.push(`${owner}/${repo} by ${actor}`),
        find: async () => (standing === undefined ? undefined : { state: 'queued', ...known, ...standing }),
      },
      open: async ({ repo }) => {
        if (repo === 'bare') throw new LockstepError('config-missing', 'acme/bare has no lockstep.yml.')
        // Only that it can be opened counts.
        return {} as SyncDeps
      },
    })
    stage.signIn({ ...visitor(rights), repositories: [{ owner: 'acme', repo: 'moon' }] })
  }
  const text = async (path = `${PATH}?repo=acme%2Frocket`) =>
    (await (await stage.get(path)).text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

  it.each<[string, Partial<Backfill>, RegExp]>([
    ['queued', {}, /Queued It begins when its turn has come\. Queued [^,]+, asked for by grace Look again/],
    ['under way', { state: 'running', created: 12, failed: 1 }, /Under way So far: 12 tickets made, 1 failed\./],
    [
      'waiting for a limit',
      { reason: 'The limit is used up.' },
      /Queued It goes on by itself\. The limit is used up\./,
    ],
    ['done', { state: 'done', created: 1, updated: 2 }, /Done 1 ticket made, 2 pairs brought in step\. .*To its pairs/],
    [
      'done in part',
      { state: 'done', created: 1, failed: 2 },
      /Done in part 1 ticket made, 2 failed\. .*To what failed/,
    ],
    ['done for nothing', { state: 'done' }, /Done Nothing was left to do\./],
    ['given up', { state: 'failed', reason: 'No.' }, /Given up It was given up\. No\. .*To what failed/],
  ])('tells that it is %s', async (_, standing, words) => {
    await open(standing)
    expect(await text()).toMatch(words)
  })

  it('tells nothing of a repository before it is named, and that nobody has asked', async () => {
    await open()
    expect(await text(PATH)).not.toContain('Nobody has asked')
    expect(await text()).toContain('Nobody has asked for the older issues of acme/rocket yet.')
  })

  it('asks in the name of the visitor, and leads back to how it stands', async () => {
    await open()
    const reply = await stage.post(PATH, { _csrf: CSRF, repo: ' acme/rocket ' })
    expect(reply.status).toBe(303)
    expect(reply.headers.get('location')).toBe(`${PATH}?repo=acme%2Frocket`)
    expect(asked).toEqual(['acme/rocket by ada'])
  })

  it('asks for nothing without the token, in a repository of others, or where only reading is allowed', async () => {
    await open(undefined, { reads: ['acme/rocket'] })
    const post = async (fields: Record<string, string>) => (await stage.post(PATH, fields)).status
    expect(await post({ repo: 'acme/rocket' })).toBe(403)
    expect(await post({ _csrf: CSRF, repo: 'globex/pump' })).toBe(404)
    expect(await post({ _csrf: CSRF, repo: 'acme/secret' })).toBe(404)
    expect(await post({ _csrf: CSRF, repo: 'nonsense' })).toBe(400)
    expect(await post({ _csrf: CSRF })).toBe(400)
    expect((await stage.get(`${PATH}?repo=acme%2Fsecret`)).status).toBe(404)
    stage.signIn(visitor({ writes: false }))
    expect(await post({ _csrf: CSRF, repo: 'acme/rocket' })).toBe(403)
    stage.signIn(null)
    expect(await post({ _csrf: CSRF, repo: 'acme/rocket' })).toBe(403)
    expect(asked).toEqual([])
  })

  it('asks for nothing where there is no configuration, and says so', async () => {
    await open()
    const reply = await stage.post(PATH, { _csrf: CSRF, repo: 'acme/bare' })
    expect(reply.status).toBe(404)
    expect(await reply.text()).toContain('acme/bare has no lockstep.yml.')
    expect(asked).toEqual([])
  })

  it('is named only to those who may ask, and offers the repositories that they may write in', async () => {
    await open()
    expect(await (await stage.get(PATH)).text()).toContain('<option value="acme/moon">')
    for (const path of ['/', '/pairs']) expect(await (await stage.get(path)).text()).toContain(`href="${PATH}"`)
    stage.signIn(visitor({ writes: false }))
    for (const path of ['/', '/pairs']) expect(await (await stage.get(path)).text()).not.toContain(PATH)
    const page = await (await stage.get(PATH)).text()
    expect(page).toContain('Whoever may write in a repository can ask')
    expect(page).not.toContain('name="repo"')
  })
})
