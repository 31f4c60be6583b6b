import { Octokit } from '@octokit/rest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHubServer, startGitHub } from '../../sandbox/github/server.ts'
import { createClient, type GitHubRequest } from '../../src/github/client.ts'
import { createStateRef } from '../../src/github/state-ref.ts'
import { openRefStore } from '../../src/store/ref.ts'
import { asApp } from '../sandbox/github/caller.ts'
import { claim, fullLink, issue, link, START } from '../store/records.ts'

const repo = { owner: 'acme', repo: 'rocket' }
const clock = { now: () => new Date(START) }
const log = { debug() {}, info() {}, warn() {}, error() {} }

let server: GitHubServer
let routes: string[] = []

beforeEach(async () => {
  routes = []
  server = await startGitHub({ seed: 'empty' })
})
afterEach(() => server.close())

interface Way {
  /** The host that serves archives is out of reach. */
  readonly noArchives?: boolean
  readonly token?: string
}

function createRef({ noArchives = false, token = 'ghp_sandbox' }: Way = {}) {
  if (noArchives) server.faults.add({ path: '/tarball/', status: 404, body: { message: 'Not Found' } })
  const octokit = new Octokit({ baseUrl: server.url, auth: token, log })
  const request: GitHubRequest = async (route, parameters) => {
    routes.push(route.replace('/repos/{owner}/{repo}/', ''))
    const { status, headers, data, url } = await octokit.request(route, parameters)
    return { status, headers, data, url }
  }
  const client = createClient({ request, clock, log, sleep: async () => {} })
  return createStateRef({ client, repo })
}

const gitOf = () => [...server.world.repos.values()].find(({ name }) => name === repo.repo)!.git

const open = (way?: Way) => openRefStore({ git: createRef(way), clock })

describe('the state in a git ref on GitHub', () => {
  it('starts with nothing, and is there for the next run', async () => {
    const store = await open()
    expect(await store.links.list({})).toEqual([])
    await store.links.save(fullLink(1))
    await store.cursors.save('scan', 'c1')
    await store.close()
    const again = await open()
    expect(await again.links.list({})).toEqual([fullLink(1)])
    expect(await again.cursors.find('scan')).toBe('c1')
  })

  it('is read file by file when the archive is none', async () => {
    const store = await open()
    await store.links.save(fullLink(1))
    await store.close()
    server.faults.add({ path: '/tarball/', malformed: true, times: 1 })
    const again = await open()
    expect(server.journal.entries.some(({ path, fault }) => path.includes('/tarball/') && fault !== null)).toBe(true)
    expect(await again.links.list({})).toEqual([fullLink(1)])
  })

  it('stands beside the branches, each write on top of the one before, and names nobody', async () => {
    for (const number of [1, 2]) {
      const store = await open()
      await store.links.save(link(number))
      await store.close()
    }
    const git = gitOf()
    expect([...git.refs.keys()].sort()).toEqual(['refs/heads/main', 'refs/lockstep/state'])
    const head = git.commit(git.refs.get('refs/lockstep/state')!)!
    expect(head).toMatchObject({ author: { name: 'Lockstep' }, committer: { email: 'lockstep@noreply.invalid' } })
    expect(head.message).toBe('Lockstep: write 2\n\n1 links saved\n')
    expect(git.commit(head.parents[0]!)?.parents).toEqual([])
    expect(git.files(head.tree).has('README.md')).toBe(false)
  })

  it('is written by many runs at once without losing any of it', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open()))
    await Promise.all(
      stores.map(async (store, index) => {
        await store.links.save(link(index + 1))
        await store.links.claim([claim(index + 11, `run ${index}`), claim(20, `run ${index}`)])
        await store.close()
      }),
    )
    const again = await open()
    expect(await again.links.count({})).toBe(4)
    const claims = await again.links.claims(issue(1))
    expect(claims.map((each) => each.issue.number)).toEqual([11, 12, 13, 14, 20])
  })

  it('is merged after the ref was pushed elsewhere by force', async () => {
    const first = await open()
    await first.links.save(link(1))
    await first.close()
    const store = await open()
    await store.links.save(link(2))
    const git = gitOf()
    const tree = git.writeFiles(new Map([['notes.txt', { mode: '100644', sha: git.writeBlob(Buffer.from('hi')) }]]))
    const who = { name: 'x', email: 'x@example.com', date: new Date(START).toISOString() }
    git.refs.set(
      'refs/lockstep/state',
      git.writeCommit({ tree, parents: [], author: who, committer: who, message: '' }),
    )
    await store.flush()
    expect(await (await open()).links.count({})).toBe(2)
  })

  it('is read in two requests and written in four, ten thousand links or none', async () => {
    const store = await open()
    for (let number = 1; number <= 10_000; number += 1) {
      await store.links.save(
        link(number, { ticket: { connection: 'boards', key: `${number}` }, ticketId: `${number}` }),
      )
    }
    routes = []
    await store.flush()
    expect(routes.length).toBeLessThanOrEqual(5)

    routes = []
    const again = await open()
    expect(routes).toEqual(['GET ref', 'GET tarball'].map(expectRoute))
    expect(await again.links.count({})).toBe(10_000)

    routes = []
    await again.links.save(
      link(77, { ticket: { connection: 'boards', key: '77' }, ticketId: '77', outcome: 'updated' }),
    )
    await again.flush()
    expect(routes).toEqual(['GET commit', 'POST trees', 'POST commit', 'PATCH ref'].map(expectRoute))
  })

  it('is read file by file where archives do not come through', async () => {
    const store = await open()
    for (const number of [1, 100, 200, 300, 400, 500]) await store.links.save(link(number))
    await store.close()
    routes = []
    expect(await (await open({ noArchives: true })).links.count({})).toBe(6)
    expect(routes.filter((route) => route.includes('blobs')).length).toBeGreaterThanOrEqual(6)
  })

  it('says which permission is missing when the token may only read', async () => {
    const wish = { permissions: { contents: 'read', metadata: 'read' } }
    const { body } = await asApp(server)('POST', '/app/installations/7/access_tokens', wish)
    const store = await open({ token: body.token as string })
    await store.links.save(link(1))
    await expect(store.flush()).rejects.toMatchObject({
      code: 'not-permitted',
      remedy: expect.stringContaining('contents: write'),
    })
  })
})

const expectRoute = (words: string) => {
  const [method, what] = words.split(' ')
  return expect.stringMatching(new RegExp(`^${method} (git/)?${what}`)) as string
}
