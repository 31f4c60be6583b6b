import { Octokit } from '@octokit/rest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubOptions } from '../../sandbox/github/server.ts'
import { createClient, createGitHubPeople } from '../../src/github/index.ts'
import { createMemoryAnswers } from '../../src/people/memory.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function open({
  token = 'ghp_sandbox',
  path = '',
  ...options
}: GitHubOptions & { token?: string; path?: string } = {}) {
  const github = await startGitHub({ seed: 'empty', ...options })
  onTestFinished(() => github.close())
  const octokit = new Octokit({ baseUrl: `${github.url}${path}`, auth: token, log: silent })
  const client = createClient({
    request: async (route, parameters) => octokit.request(route, parameters),
    clock: github.clock,
    sleep: async () => {},
    log: silent,
  })
  const answers = createMemoryAnswers(github.clock)
  const people = (organization = 'acme') =>
    createGitHubPeople({
      client,
      clock: github.clock,
      organization,
      apiUrl: `${github.url}${path}`,
      viewer: token,
      answers,
    })
  return { github, people, asked: () => github.journal.entries.filter(({ path }) => path.endsWith('graphql')).length }
}

const emails = (found: readonly { readonly email: string }[]) => found.map(({ email }) => email)

describe('addresses from GitHub', () => {
  it('are those on verified domains, of single sign-on, and the public one, each once', async () => {
    const { github, people } = await open()
    expect(emails(await people().findAddresses('Emmy-Dev'))).toEqual(['emmy.dev@example.com', 'emmy@example.org'])
    expect(emails(await people().findAddresses('hedy'))).toEqual([
      'hedy.kiesler@example.com',
      'hkiesler@corp.example.com',
    ])
    github.world.orgs.get('acme')!.samlSsoUrl = 'https://sso.example.com'
    expect(emails(await people().findAddresses('mstein'))).toEqual(['margaret.stein@example.com'])
  })

  it('say that they are verified, where they come from, and how old they are', async () => {
    const { github, people } = await open()
    const now = github.clock.now().getTime()
    const [first] = await people().findAddresses('ada')
    expect(first).toMatchObject({ email: 'ada.byron@example.com', verified: true, source: 'github' })
    expect(Math.abs(Date.parse(first!.seenAt) - now)).toBeLessThan(60_000)
  })

  it('never are the ones that GitHub makes up', async () => {
    const { github, people } = await open()
    github.world.people.get('linus-h')!.publicEmail = '7+linus-h@users.noreply.github.com'
    expect(await people().findAddresses('linus-h')).toEqual([])
  })

  it('of a stranger, of nobody, and of an owner who is no organization are what anybody sees', async () => {
    const { people } = await open()
    expect(emails(await people().findAddresses('passer-by'))).toEqual(['pat@example.org'])
    expect(await people().findAddresses('nobody-at-all')).toEqual([])
    expect(emails(await people('ada').findAddresses('linus-h'))).toEqual(['linus.holm@example.com'])
  })

  it('that a token may not see are missing, and that is no failure', async () => {
    const { people } = await open({ token: 'ghs_sandbox_actions' })
    expect(await people().findAddresses('grace')).toEqual([])
    expect(emails(await people().findAddresses('linus-h'))).toEqual(['linus.holm@example.com'])
    expect(await people().findLogins('grace.murray@example.com')).toEqual([])
  })

  it('are kept for half a day, also that there are none', async () => {
    const { github, people, asked } = await open()
    for (const login of ['ada', 'ADA', 'kcole', 'kcole']) await people().findAddresses(login)
    expect(asked()).toBe(2)
    github.clock.advance(13 * 60 * 60_000)
    await people().findAddresses('ada')
    expect(asked()).toBe(3)
  })

  it('are asked of an Enterprise Server beside its REST API', async () => {
    const { github, people } = await open({ path: '/api/v3' })
    expect(emails(await people().findAddresses('ada'))).toEqual(['ada.byron@example.com'])
    expect(github.journal.entries.at(-1)?.path).toBe('/api/graphql')
  })
})

describe('a login for an address', () => {
  it('is found among the members, listed once an hour', async () => {
    const { github, people, asked } = await open()
    expect(await people().findLogins('EMMY@example.org')).toEqual(['Emmy-Dev'])
    const once = asked()
    expect(await people().findLogins('nobody@example.com')).toEqual([])
    expect(asked()).toBe(once)
    github.clock.advance(61 * 60_000)
    await people().findLogins('nobody@example.com')
    expect(asked()).toBe(2 * once)
  })

  it('is found on any page', async () => {
    const crowd = Array.from({ length: 130 }, (_, index) => ({
      login: `person-${index}`,
      name: `Person ${index}`,
      publicEmail: `person.${index}@example.com`,
    }))
    const { people } = await open({
      seed: { people: [{ login: 'ada', name: 'Ada', role: 'admin' }, ...crowd] },
    })
    expect(await people().findLogins('person.129@example.com')).toEqual(['person-129'])
  })
})
