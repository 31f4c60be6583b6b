import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { startGitHub } from '../../../sandbox/github/server.ts'
import type { GitHubServer } from '../../../sandbox/github/server.ts'
import { payloadTaps } from '../../../sandbox/github/webhooks.ts'
import { describeWithData, readSharedJson } from '../../shared-data.ts'
import { callAs, withGitHub } from './caller.ts'
import type { Json } from './caller.ts'

interface Recorded {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly status: number
  readonly response: unknown
  readonly reqheaders: Record<string, string>
  readonly headers: Record<string, string>
}

// Two more were recorded: marking notifications as read and rendering Markdown, which are not modelled.
const RECORDINGS = ['add-labels-to-issue', 'get-repository', 'labels', 'lock-issue', 'paginate-issues']
const SECRET = '0000000000000000000000000000000000000001'

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** Every key the real server sent stands in ours, with the same kind of value; null stands for any. */
function differences(real: unknown, ours: unknown, at: string): string[] {
  if (real === null || ours === null) return []
  if (kindOf(real) !== kindOf(ours)) return [`${at}: ${kindOf(real)} here is ${kindOf(ours)}`]
  if (Array.isArray(real) && Array.isArray(ours)) {
    if (real.length === 0) return []
    return ours.length === 0 ? [`${at}: empty`] : differences(real[0], ours[0], `${at}[]`)
  }
  if (typeof real !== 'object') return []
  const mine = ours as Json
  return Object.entries(real).flatMap(([key, value]) =>
    key in mine ? differences(value, mine[key], `${at}.${key}`) : [`${at}.${key} is missing`],
  )
}

/** Values that differ by nature: hosts, hashes, counters, moments. */
const normalise = (name: string, value: string | null): string | null => {
  if (value === null) return null
  if (name === 'link' || name === 'location')
    return value.replaceAll(/https?:\/\/[^/]+/g, '').replaceAll(/\/repositories\/\d+/g, '/repositories/N')
  if (/etag|last-modified|request-id|ratelimit-(remaining|reset|used)/.test(name)) return 'present'
  return value
}

const HEADERS = [
  'access-control-allow-origin',
  'access-control-expose-headers',
  'cache-control',
  'content-security-policy',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'location',
  'referrer-policy',
  'x-accepted-oauth-scopes',
  'x-content-type-options',
  'x-frame-options',
  'x-github-media-type',
  'x-github-request-id',
  'x-oauth-scopes',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-ratelimit-resource',
  'x-ratelimit-used',
  'x-xss-protection',
]

/** Headers that the recording of 2022 has and today's answers do not, or the other way round. */
const headersToday = (name: string, status: number): boolean => !(name === 'last-modified' && status !== 200)

async function startAsRecorded(name: string, first: Recorded): Promise<GitHubServer> {
  const [, , owner = '', repo = ''] = first.path.split('/')
  const user = 'octokit-fixture-user-a'
  const issues = name === 'paginate-issues' ? 13 : name === 'lock-issue' ? 1 : 0
  const server = await startGitHub({
    seed: {
      org: owner,
      people: [{ login: user, role: 'admin' }],
      repos: [{ name: repo, topics: ['fixtures'] }],
      issues: Array.from({ length: issues }, (_, index) => ({ title: `Test issue ${index + 1}` })),
    },
  })
  const { world } = server
  const person = world.people.get(user)!
  const scopes = first.headers['x-oauth-scopes']!.split(', ')
  world.tokens.set(SECRET, { ...world.tokens.get('ghp_sandbox')!, value: SECRET, person, scopes })
  return server
}

describeWithData('the GitHub sandbox against recorded traffic of api.github.com', () => {
  for (const name of RECORDINGS) {
    it(`answers ${name} as recorded: status, headers, keys and kinds of values`, async () => {
      const exchanges = readSharedJson(`github/recordings/${name}.json`) as readonly Recorded[]
      const server = await startAsRecorded(name, exchanges[0]!)
      try {
        for (const { method, path, body, status, response, reqheaders, headers } of exchanges) {
          const own = path.replace(/\/repositories\/\d+/, `/repositories/${server.world.repo.id}`)
          const answer = await callAs(server, reqheaders['authorization']!)(
            method.toUpperCase(),
            own,
            body === '' ? undefined : body,
            { accept: reqheaders['accept']! },
          )
          expect(answer.status, `${method} ${path}`).toBe(status)
          if (response !== '') expect(differences(response, answer.body, `${method} ${path}`)).toEqual([])
          for (const header of HEADERS.filter((each) => headersToday(each, status))) {
            const ours = normalise(header, answer.headers.get(header))
            const real = header in headers ? normalise(header, String(headers[header])) : null
            expect([header, ours], `${method} ${path}`).toEqual([header, real])
          }
        }
      } finally {
        await server.close()
      }
    })
  }
})

describeWithData('the GitHub sandbox against the official examples', () => {
  it('sends what the official examples have where no schema is at hand: milestones, pushes, pings', async () => {
    const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
      name: string
      examples: readonly Json[]
    }[]
    const payloads = new Map<string, Json>()
    const tap = (event: string, payload: unknown) =>
      void payloads.set(`${event}.${String((payload as Json)['action'] ?? '')}`, payload as Json)
    payloadTaps.add(tap)
    await withGitHub({ seed: 'small' }, async ({ act, ...server }) => {
      act.createMilestone({ title: 'v2', description: 'later', dueOn: '2026-12-01T08:00:00Z' })
      act.pushFile({ path: 'a.txt', content: 'a' })
      await callAs(server, 'token ghp_sandbox')('POST', '/repos/acme/rocket/hooks', {
        config: { url: 'http://127.0.0.1:9/', content_type: 'json' },
        events: ['issues'],
      })
    })
    payloadTaps.delete(tap)
    for (const [name, action] of [
      ['milestone', 'created'],
      ['push', ''],
      ['ping', ''],
    ] as const) {
      const real = examples
        .find((each) => each.name === name)!
        .examples.find((each) => (each['action'] ?? '') === action)!
      const ours = payloads.get(`${name}.${action}`)!
      const { repository: _, installation: __, organization: ___, ...own } = real
      expect(differences(own, ours, name)).toEqual([])
    }
  })
})
