import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
    expect(text).toMatch(/<span class="name">jira<\/span>\s*<p class="facts">\s*Jira Data Center 10\.3 · project PLAT/)
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

  it('show nothing of this to people from elsewhere', async () => {
    for (const path of [`/people/mstein?${place}`, '/doctor?repo=acme/moon', `/options?${place}`])
      expect((await read('passer-by', path)).status).toBeGreaterThanOrEqual(403)
  })
})
