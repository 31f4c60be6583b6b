import { afterEach, describe, expect, it } from 'vitest'
import { createStore } from '../../src/store/store.ts'
import { openDatabase } from '../../src/store/database.ts'
import { CONTENT_POLICY } from '../../src/web/security.ts'
import { createPages } from '../../src/web/pages/index.ts'
import { link } from '../store/records.ts'
import { silentLog } from '../flows/stage.ts'
import { openWeb } from '../web/stage.ts'
import type { WebStage } from '../web/stage.ts'
import { systemClock } from './stage.ts'

describe('the pages behind the server', () => {
  let stage: WebStage
  afterEach(async () => await stage.close())

  async function openServed() {
    const store = createStore(await openDatabase('memory:'), { clock: systemClock })
    const asked: string[] = []
    const pages = createPages({
      store,
      clock: systemClock,
      log: silentLog,
      githubUrl: 'https://github.com',
      ticketUrl: () => null,
      open: async () => {
        throw new Error('No repository is open in this test.')
      },
      requestSync: async ({ number }, actor) => void asked.push(`${number} by ${actor}`),
    })
    stage = await openWeb({ routes: [pages] })
    await store.links.save({ ...link(7), issue: { owner: 'acme', repo: 'rocket', number: 7 } })
    return asked
  }

  it('are opened by the one-time link, keep the policy, and close with the sign-out', async () => {
    const asked = await openServed()
    const before = await stage.ask('/')
    expect(before.status).toBe(401)
    expect(await before.text()).toContain('/sign-in?to=%2F')

    const entered = await stage.ask('/sign-in/once?key=once-and-never-again')
    const cookie = entered.headers.getSetCookie().at(-1)!.split(';')[0]!
    const reply = await stage.ask('/pairs', { headers: { cookie } })
    expect(reply.headers.get('content-security-policy')).toBe(CONTENT_POLICY)
    const page = await reply.text()
    expect(page).toContain('acme/rocket#7')
    expect(page).not.toMatch(/\sstyle=|<style|<script>|\son\w+=/)

    for (const [, path] of page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) {
      const asset = await stage.ask(path!)
      expect(asset.status).toBe(200)
      expect(asset.headers.get('cache-control')).toContain('immutable')
    }

    const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page) ?? []
    const post = async (path: string, fields: Record<string, string>) =>
      await stage.ask(path, { method: 'POST', headers: { cookie }, body: new URLSearchParams(fields) })
    expect((await post('/pairs/acme/rocket/7/boards/sync', { _csrf: 'planted' })).status).toBe(403)
    expect((await post('/pairs/acme/rocket/7/boards/sync', { _csrf: csrf })).status).toBe(303)
    expect(asked).toEqual(['7 by local'])

    expect((await post('/sign-out', { _csrf: csrf })).status).toBe(303)
    expect((await stage.ask('/', { headers: { cookie } })).status).toBe(401)
  })
})
