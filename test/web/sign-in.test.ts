import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWeb, type WebStage } from './stage.ts'

let web: WebStage
beforeAll(async () => {
  web = await openWeb({ github: { seed: { repos: [{ name: 'rocket' }, { name: 'moon', private: true }] } } })
})
afterAll(() => web.close())

const organizations = async (reply: Response) => ((await reply.json()) as { organizations: string[] }).organizations

describe('signing in with GitHub', () => {
  it('leads through GitHub and back to where one came from', async () => {
    const browser = web.browser()
    const back = await browser.signIn('ada', '/links?q=1')
    expect([back.status, back.headers.get('location')]).toEqual([303, '/links?q=1'])
    expect(await organizations(await browser.go('/api/organizations'))).toEqual(['acme'])
  })

  it('keeps a cookie that no script and no other site gets', async () => {
    const browser = web.browser()
    const back = await browser.signIn('ada')
    const [cookie = ''] = back.headers.getSetCookie().filter((line) => /^lockstep=[\w-]{43};/.test(line))
    expect(cookie).toMatch(/; Path=\/(?:;|$)/)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
  })

  it('binds the cookie to the host and to https where the server is reached so', async () => {
    const secure = await openWeb({ server: { address: 'https://lockstep.example.com' } })
    try {
      const reply = await secure.ask('/sign-in/once?key=once-and-never-again', {
        headers: { host: 'lockstep.example.com' },
      })
      const line = reply.headers.getSetCookie().find((each) => each.startsWith('__Host-lockstep=')) ?? ''
      expect(line).toContain('Secure')
      expect(line).not.toContain('Domain')
      expect(reply.headers.get('strict-transport-security')).toBe('max-age=31536000')
    } finally {
      await secure.close()
    }
  })

  it('shows nobody more than GitHub does', async () => {
    const ada = await web.signIn('ada')
    await web.link('acme/moon#1', { connection: 'boards', key: '1', id: '1' })
    const links = '/api/organizations/acme/repositories/moon/links'
    expect((await ada.go(links)).status).toBe(200)
    const passer = await web.signIn('passer-by')
    expect((await passer.go(links)).status).toBe(404)
    expect((await web.ask(links)).status).toBe(401)
  })

  it('ends with the session', async () => {
    const ada = await web.signIn('ada')
    const stolen = new Map(ada.jar)
    web.github.clock.advance(9 * 3_600_000)
    expect((await ada.go('/api/organizations')).status).toBe(401)
    expect(stolen.size).toBeGreaterThan(0)
  })

  it('ends when GitHub takes the sign-in back', async () => {
    const ada = await web.signIn('ada')
    expect((await ada.go('/api/organizations')).status).toBe(200)
    for (const [value, token] of web.github.world.tokens)
      if (token.kind === 'user') web.github.world.tokens.delete(value)
    web.github.clock.advance(120_000)
    expect((await ada.go('/api/organizations')).status).toBe(401)
  })
})

describe('the one-time link of a local start', () => {
  it('works once', async () => {
    const browser = web.browser()
    const link = '/sign-in/once?key=once-and-never-again'
    expect((await browser.go(link)).status).toBe(303)
    expect((await browser.go('/api/organizations')).status).toBe(200)
    expect((await web.browser().go(link)).status).toBe(404)
  })
})
