import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Link } from '../../src/core/link.ts'
import { entry, fullLink, link } from '../store/records.ts'
import { CSRF, openPages, visitor } from './stage.ts'
import type { PagesStage } from './stage.ts'

const pairOf = (owner: string, repo: string, number: number, changes: Partial<Link> = {}): Link => ({
  ...link(number),
  issue: { owner, repo, number },
  ticket: { connection: 'boards', key: `${repo}-${number}` },
  ticketId: `${owner}/${repo}/${number}`,
  base: { ...fullLink(number).base!, issue: { title: `Title of ${owner}/${repo} ${number}` } },
  ...changes,
})

describe('who may see what', () => {
  let stage: PagesStage
  const asked: string[] = []

  beforeEach(async () => {
    asked.length = 0
    stage = await openPages({
      requestSync: async ({ owner, repo, number }) => void asked.push(`${owner}/${repo}#${number}`),
    })
    const conflicts = [{ field: 'title', issue: 'a', ticket: 'b', since: '2026-03-01T10:00:00.000Z' }]
    await stage.store.links.save(pairOf('acme', 'rocket', 1), [
      entry('said about rocket', { organization: 'acme', issue: 'acme/rocket#1', ticket: 'boards:rocket-1' }),
    ])
    await stage.store.links.save(pairOf('acme', 'secret', 2, { outcome: 'conflicted', conflicts }), [
      entry('said about secret', { organization: 'acme', issue: 'acme/secret#2', ticket: 'boards:secret-2' }),
    ])
    await stage.store.links.save(pairOf('globex', 'pump', 3, { outcome: 'failed' }), [
      entry('said about pump', { organization: 'globex', issue: 'globex/pump#3', ticket: 'boards:pump-3' }),
    ])
  })
  afterEach(async () => await stage.close())

  const text = async (path: string) => await (await stage.get(path)).text()

  it.each(['/', '/pairs', '/attention'])('shows on %s only the visitor’s organizations', async (path) => {
    expect(await text(path)).not.toMatch(/globex|pump/)
    stage.signIn(visitor({ organizations: ['globex'] }))
    expect(await text(path)).toMatch(/globex/)
    expect(await text(path)).not.toMatch(/acme|rocket/)
  })

  it.each(['/', '/pairs', '/attention'])(
    'shows and counts on %s nothing of a repository that the visitor may not read',
    async (path) => {
      expect(await text(path)).toContain('secret')
      stage.signIn(visitor({ reads: ['acme/rocket'] }))
      expect(await text(path)).not.toMatch(/secret|class="count"/)
    },
  )

  it('answers 404 for a pair of others, as for one that is not there', async () => {
    stage.signIn(visitor({ reads: ['acme/rocket'] }))
    const bodies = []
    for (const path of ['/pairs/globex/pump/3/boards', '/pairs/acme/secret/2/boards', '/pairs/acme/rocket/99/boards']) {
      const reply = await stage.get(path)
      expect(reply.status).toBe(404)
      bodies.push((await reply.text()).replaceAll(path, ''))
    }
    expect(new Set(bodies).size).toBe(1)
    expect((await stage.get('/pairs/acme/rocket/1/boards')).status).toBe(200)
  })

  it('does nothing to pairs of others', async () => {
    for (const act of ['sync', 'part', 'resolve']) {
      const reply = await stage.post(`/pairs/globex/pump/3/boards/${act}`, { _csrf: CSRF })
      expect(reply.status).toBe(404)
    }
    expect(asked).toEqual([])
  })

  it('lets whoever only reads do nothing, and offers no buttons', async () => {
    stage.signIn(visitor({ writes: false }))
    expect(await text('/pairs/acme/rocket/1/boards')).not.toMatch(/Sync now|Part…/)
    expect(await text('/attention')).not.toContain('Keep GitHub’s')
    const reply = await stage.post('/pairs/acme/rocket/1/boards/sync', { _csrf: CSRF })
    expect(reply.status).toBe(403)
    expect(asked).toEqual([])
  })

  it('takes a form only with the token of the session', async () => {
    const path = '/pairs/acme/rocket/1/boards/sync'
    expect((await stage.post(path, {})).status).toBe(403)
    expect((await stage.post(path, { _csrf: 'other' })).status).toBe(403)
    expect(asked).toEqual([])
    const reply = await stage.post(path, { _csrf: CSRF })
    expect(reply.status).toBe(303)
    expect(reply.headers.get('location')).toBe('/pairs/acme/rocket/1/boards?told=asked')
    expect(asked).toEqual(['acme/rocket#1'])
  })

  it('shows nobody anything before the sign-in, and leads back afterwards', async () => {
    stage.signIn(null)
    for (const path of ['/', '/pairs?state=failed', '/attention', '/people', '/pairs/acme/rocket/1/boards']) {
      const reply = await stage.get(path)
      expect(reply.status).toBe(401)
      const page = await reply.text()
      expect(page).toContain(`/sign-in?to=${encodeURIComponent(path)}`)
      expect(page).not.toMatch(/rocket<|Title of|<nav/)
    }
    expect((await stage.get('/live')).status).toBe(401)
  })

  it('names no page in the menu whose source is not there', async () => {
    const page = await text('/')
    expect(page).not.toMatch(/href="\/(?:options|imports|doctor)"/)
    expect((await stage.get('/doctor')).status).toBe(404)
  })

  it('puts no words of an address on the page', async () => {
    expect(await text('/?told=asked')).toContain('A sync was asked for.')
    expect(await text('/?told=constructor')).not.toContain('role="status"')
    expect(await text('/?told=You+have+won')).not.toContain('You have won')
  })
})
