import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { taps } from '../../../sandbox/kit/server.ts'
import type { Exchange } from '../../../sandbox/kit/server.ts'
import { startGitHub } from '../../../sandbox/github/server.ts'
import type { GitHubServer } from '../../../sandbox/github/server.ts'
import { payloadTaps } from '../../../sandbox/github/webhooks.ts'
import { describeWithData, readSharedJson } from '../../shared-data.ts'
import { asAda, asApp, asInstallation, callAs, withGitHub } from './caller.ts'
import type { Json } from './caller.ts'
import { LOOSENED, createGitHubValidator, forgiven, validateWebhook } from './validate.ts'

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

describeWithData('the GitHub sandbox against the official descriptions', () => {
  it('sends bodies and webhooks that fit them, for everything people and Apps do', async () => {
    const validate = createGitHubValidator()!
    const problems = new Set<string>()
    const answered = new Set<string>()
    const told = new Set<string>()
    const onExchange = (exchange: Exchange) => {
      answered.add(
        `${exchange.request.method} ${exchange.pattern?.replace('/repos/:owner/:repo', '')} ${exchange.reply.status}`,
      )
      for (const problem of validate(exchange)) problems.add(problem)
    }
    const onPayload = (event: string, payload: unknown) => {
      told.add(`${event}.${String((payload as Json)['action'])}`)
      // As it goes over the wire: what is undefined is not there.
      for (const problem of validateWebhook(event, JSON.parse(JSON.stringify(payload)))) problems.add(problem)
    }
    taps.add(onExchange)
    payloadTaps.add(onPayload)
    try {
      await withGitHub({ seed: 'small' }, doEverything)
    } finally {
      taps.delete(onExchange)
      payloadTaps.delete(onPayload)
    }
    expect([...problems]).toEqual([])
    expect(answered.size).toBeGreaterThan(50)
    // What no longer needs forgiving must not be forgiven.
    expect(LOOSENED.filter(({ message }) => !forgiven.has(message)).map(({ reason }) => reason)).toEqual([])
    const described = Object.keys(
      (readSharedJson('github/spec/webhooks.issues-subset.json') as { webhooks: Json }).webhooks,
    )
    const missing = described.filter((name) => ![...told].some((each) => each.replaceAll(/[._]/g, '-') === name))
    // Dependencies between issues, renamed accounts and consent to new permissions are not modelled.
    expect(missing).toEqual([
      'installation-new-permissions-accepted',
      'installation-repositories-added',
      'installation-repositories-removed',
      'installation-target-renamed',
      'issue-dependencies-blocked-by-added',
      'issue-dependencies-blocked-by-removed',
      'issue-dependencies-blocking-added',
      'issue-dependencies-blocking-removed',
    ])
  })

  it('is judged by a validator that can say no', async () => {
    await withGitHub({ seed: 'small' }, async (server) => {
      const validate = createGitHubValidator()!
      const seen: Exchange[] = []
      const tap = (exchange: Exchange) => void seen.push(exchange)
      taps.add(tap)
      await asAda(server)('GET', '/repos/acme/rocket/issues/1')
      await asAda(server)('GET', '/api/v3/repos/acme/rocket/issues')
      taps.delete(tap)
      for (const exchange of seen) expect(validate(exchange)).toEqual([])
      const spoilt = (from: RegExp, to: string) =>
        seen.map((exchange) =>
          validate({
            ...exchange,
            reply: { ...exchange.reply, body: String(exchange.reply.body).replaceAll(from, to) },
          }),
        )
      for (const found of spoilt(/"number":\d+/g, '"number":"one"'))
        expect(found.join()).toContain('number must be integer')
      for (const found of spoilt(/"labels_url":"[^"]+",/g, ''))
        expect(found.join()).toContain("must have required property 'labels_url'")
      expect(validateWebhook('issues', { action: 'assigned' }).join()).toContain("must have required property 'issue'")
    })
  })

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

async function doEverything(server: GitHubServer): Promise<void> {
  const { act } = server
  const { number } = act.openIssue({
    as: 'grace',
    title: 'One',
    body: 'x',
    labels: ['bug', 'shiny'],
    assignees: ['ada', 'hedy'],
    milestone: 'v1.0',
    type: 'Bug',
  })
  act.editIssue({ number, title: 'Two', body: 'y' })
  act.closeIssue({ number, reason: 'not_planned' })
  act.reopenIssue({ number })
  act.assign({ number, assignees: ['grace'] })
  act.unassign({ number, assignees: ['ada'] })
  act.label({ number, labels: ['new'] })
  act.unlabel({ number, labels: ['bug'] })
  act.setMilestone({ number, milestone: null })
  act.setType({ number, type: null })
  act.setType({ number, type: 'Task' })
  const comment = act.comment({ number, as: 'hedy', body: 'hello' })
  act.editComment({ id: comment.id, body: 'hi' })
  act.lockIssue({ number, reason: 'resolved' })
  act.unlockIssue({ number })
  act.pinIssue({ number })
  act.unpinIssue({ number })
  act.createLabel({ name: 'q' })
  act.editLabel({ name: 'q', newName: 'qq', color: '123456' })
  act.deleteLabel({ name: 'qq' })
  act.addSubIssue({ number: 1, child: number })
  act.addSubIssue({ number: 1, child: 2 })
  act.pushFile({ path: 'a/b.txt', content: 'hi' })
  act.react({ number, content: 'heart' })
  for (const call of [asAda(server), await asInstallation(server), callAs(server, 'token ghs_sandbox_actions')]) {
    const issues = '/repos/acme/rocket/issues'
    const { body: made } = await call('POST', issues, {
      title: 'Made',
      body: 'by call',
      labels: ['bug'],
      assignees: ['ada'],
    })
    const own = `${issues}/${made.number}`
    const { body: word } = await call('POST', `${own}/comments`, { body: 'A word' })
    for (const [method, path, body] of [
      [
        'PATCH',
        own,
        {
          title: 'Made again',
          state: 'closed',
          state_reason: 'duplicate',
          labels: ['a'],
          assignees: ['grace'],
          type: 'Bug',
          milestone: 1,
        },
      ],
      ['PATCH', `${issues}/comments/${word.id}`, { body: 'Another' }],
      ['POST', `${own}/assignees`, { assignees: ['hedy', 'nobody-at-all'] }],
      ['DELETE', `${own}/assignees`, { assignees: ['hedy'] }],
      ['POST', `${own}/labels`, { labels: ['b'] }],
      ['PUT', `${own}/labels`, { labels: ['c', 'd'] }],
      ['DELETE', `${own}/labels/c`],
      ['PUT', `${own}/lock`, { lock_reason: 'spam' }],
      ['DELETE', `${own}/lock`],
      ['POST', `${own}/reactions`, { content: 'eyes' }],
      ['POST', `${own}/sub_issues`, { sub_issue_id: server.act.findIssue({ number: 4 })!.id, replace_parent: true }],
      ['GET', '/repos/acme/rocket'],
      ['GET', '/rate_limit'],
      ['GET', '/users/ada'],
      ['GET', '/users/kcole'],
      ['GET', '/user'],
      ['GET', '/orgs/acme'],
      ['GET', '/orgs/acme/members'],
      ['GET', '/orgs/acme/issue-types'],
      ['GET', '/installation/repositories'],
      ['GET', '/repos/acme/rocket/issue-types'],
      ['GET', '/repos/acme/rocket/assignees'],
      ['GET', '/repos/acme/rocket/collaborators'],
      ['GET', '/repos/acme/rocket/labels'],
      ['GET', '/repos/acme/rocket/milestones?state=all'],
      ['GET', '/repos/acme/rocket/hooks'],
      ['GET', '/repos/acme/rocket/contents/README.md'],
      ['GET', '/repos/acme/rocket/contents/'],
      ['PUT', '/repos/acme/rocket/contents/notes.md', { message: 'm', content: 'YQ==' }],
      ['GET', `${issues}?state=all&per_page=100`],
      ['GET', `${issues}?milestone=nonsense`],
      ['GET', `${issues}/comments?sort=updated&direction=desc`],
      ['GET', `${issues}/comments/${word.id}`],
      ['GET', `${issues}/events`],
      ['GET', own],
      ['GET', `${own}/comments`],
      ['GET', `${own}/labels`],
      ['GET', `${own}/events`],
      ['GET', `${own}/timeline`],
      ['GET', `${issues}/${number}/timeline`],
      ['GET', `${issues}/1/sub_issues`],
      ['GET', `${issues}/${number}/parent`],
      ['GET', `${issues}/99999`],
      ['POST', issues, {}],
      ['POST', issues, { title: '' }],
      ['POST', `${own}/comments`, { body: '' }],
      ['POST', '/repos/acme/rocket/labels', { name: 'bug' }],
      ['DELETE', `${issues}/comments/${word.id}`],
    ] as const) {
      await call(method, path, body)
    }
  }
  const app = callAs(server, null)
  await app('GET', '/repos/acme/rocket/issues')
  act.removeSubIssue({ number: 1, child: number })
  act.deleteComment({ id: comment.id })
  act.addRepo({ name: 'moon' })
  act.transferIssue({ number, to: 'acme/moon' })
  act.deleteIssue({ number: 3 })
  await asAda(server)('GET', `/repos/acme/rocket/issues/${number}`)
  await asAda(server)('GET', '/repos/acme/rocket/issues/3')
  for (const [method, path] of [
    ['GET', '/app'],
    ['GET', '/app/hook/config'],
    ['GET', '/app/installations'],
    ['GET', '/app/installations/7'],
    ['GET', '/repos/acme/rocket/installation'],
    ['GET', '/orgs/acme/installation'],
    ['POST', '/app/installations/7/access_tokens'],
    ['PUT', '/app/installations/7/suspended'],
    ['DELETE', '/app/installations/7/suspended'],
    ['GET', '/app/hook/deliveries'],
    ['DELETE', '/app/installations/7'],
  ] as const) {
    await asApp(server)(method, path)
  }
  act.installApp({})
}
