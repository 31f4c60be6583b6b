import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../contract/queue.ts'
import { openWhole, type Whole } from './whole.ts'

let whole: Whole
beforeAll(async () => {
  whole = await openWhole()
})
afterAll(() => whole.close())

const read = async (login: string, path: string) => {
  const reply = await (await whole.signIn(login)).go(path)
  return { status: reply.status, text: await reply.text() }
}

const place = 'repo=acme/rocket&connection=jira'

describe('the pages of the whole server', () => {
  it('show how long work takes, and how each connection is', async () => {
    const { status, text } = await read('ada', '/')
    expect(status).toBe(200)
    expect(text).toContain('<h2>Latency</h2>')
    expect(text).toMatch(
      /<span class="name">GitHub<\/span>\s*<p class="facts number">127\.0\.0\.1:\d+ · [\d,]+ requests left for acme · full again at \d\d:\d\d UTC<\/p>/,
    )
    expect(text).toMatch(
      /<span class="name">jira<\/span>\s*<p class="facts number">Jira Data Center 10\.3 · project PLAT/,
    )
  })

  it('tell why somebody matches nobody, from the sources that a sync asks', async () => {
    const { status, text } = await read('ada', `/people/mstein?${place}`)
    expect(status).toBe(200)
    expect(text).toContain('Nobody in jira')
    expect(text).toMatch(/1\. The configuration[^]*2\. The archive[^]*3\. GitHub/)
  })

  it('examine a repository on the live servers', async () => {
    const { status, text } = await read('ada', '/doctor?repo=acme/rocket')
    expect(status).toBe(200)
    expect(text).toContain('Signed in as lockstep.')
    expect(text).toContain('No hook leads to')
  })

  it('suggest accounts while somebody types', async () => {
    const { status, text } = await read('ada', `/people/accounts?${place}&q=ben&part=list`)
    expect(status).toBe(200)
    expect(text).toContain('Ben Ruiz - ben@example.com (ben)')
  })

  it('describe the options with the states of the live server', async () => {
    const { status, text } = await read('ada', `/options?${place}`)
    expect(status).toBe(200)
    expect(text).toContain('In Progress')
  })

  it('bring older issues in when somebody asks, and tell what became of them', async () => {
    whole.github.act.openIssue({ as: 'ada', title: 'Older than the app' })
    const hedy = await whole.signIn('hedy')
    const form = await (await hedy.go('/pairs/older')).text()
    // Both are hedy's to write in, although neither may have a pair yet.
    expect(form).toMatch(/<option value="acme\/moon">[^]*<option value="acme\/rocket">/)
    const ask = async (repo: string) =>
      await hedy.go('/pairs/older', { method: 'POST', body: new URLSearchParams({ _csrf: hedy.csrf(), repo }) })
    const asked = await ask('acme/rocket')
    expect(asked.status).toBe(303)
    const read = async () => await (await hedy.go(asked.headers.get('location') ?? '')).text()
    await until(async () => /<\/svg\s*>Done/.test(await read()))
    expect(await read()).toMatch(/asked for by hedy/)
    expect([...whole.jira.world.issues.values()].map(({ summary }) => summary)).toContain('Older than the app')
  })

  it('say at once where older issues would lead nowhere', async () => {
    const ada = await whole.signIn('ada')
    const body = new URLSearchParams({ _csrf: ada.csrf(), repo: 'acme/bare' })
    const reply = await ada.go('/pairs/older', { method: 'POST', body })
    expect(reply.status).toBe(404)
    expect(await reply.text()).toMatch(/acme\/bare has no \.github\/lockstep\.yml\.[^]*lockstep init/)
  })

  it('show nothing of this to people from elsewhere', async () => {
    for (const path of [`/people/mstein?${place}`, '/doctor?repo=acme/moon', `/options?${place}`])
      expect((await read('passer-by', path)).status).toBeGreaterThanOrEqual(403)
  })
})
