import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { GitHubOptions, GitHubServer } from '../../../sandbox/github/server.ts'
import { asAda, asApp, asInstallation, startReceiver, withGitHub } from './caller.ts'

type Receiver = Awaited<ReturnType<typeof startReceiver>>

async function withReceiver(
  options: GitHubOptions,
  work: (server: GitHubServer, receiver: Receiver) => Promise<void>,
  status = 200,
): Promise<void> {
  const receiver = await startReceiver(status)
  try {
    await withGitHub(options, async (server) => {
      server.act.setWebhook({ url: receiver.url })
      await work(server, receiver)
    })
  } finally {
    await receiver.close()
  }
}

describe('webhooks of the GitHub sandbox', () => {
  it('are signed over the raw body and say where they come from', async () => {
    await withReceiver({ seed: 'empty' }, async (server, { received }) => {
      server.act.openIssue({ as: 'grace', title: 'Ünïcode' })
      await server.deliveries.settle()
      const [{ headers, text, payload }] = received as [(typeof received)[number]]
      const sign = (algorithm: string) =>
        `${algorithm}=${createHmac(algorithm, 'sandbox-secret').update(text).digest('hex')}`
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'x-github-event': 'issues',
        'x-github-hook-installation-target-id': '1',
        'x-github-hook-installation-target-type': 'integration',
        'x-hub-signature': sign('sha1'),
        'x-hub-signature-256': sign('sha256'),
      })
      expect(headers['user-agent']).toMatch(/^GitHub-Hookshot\//)
      expect(headers['x-github-delivery']).toMatch(/^[0-9a-f-]{36}$/)
      expect(payload).toMatchObject({
        action: 'opened',
        issue: { title: 'Ünïcode', url: `${server.url}/repos/acme/rocket/issues/1` },
        repository: { full_name: 'acme/rocket' },
        organization: { login: 'acme' },
        installation: { id: 7 },
        sender: { login: 'grace', type: 'User' },
      })
    })
  })

  it('tell of an opened issue and of each of its parts, first or last as the switch says', async () => {
    for (const openedEvent of ['first', 'last'] as const) {
      await withReceiver({ switches: { openedEvent } }, async (server, receiver) => {
        server.act.openIssue({
          title: 'x',
          labels: ['bug'],
          assignees: ['ada', 'grace'],
          milestone: 'v1.0',
          type: 'Bug',
        })
        await server.deliveries.settle()
        const parts = ['issues.labeled', 'issues.assigned', 'issues.assigned', 'issues.milestoned', 'issues.typed']
        expect(receiver.names()).toEqual(
          openedEvent === 'first' ? ['issues.opened', ...parts] : [...parts, 'issues.opened'],
        )
        expect(receiver.received.every(({ payload }) => payload.issue.labels.length === 1)).toBe(true)
      })
    }
  })

  it('name one person per assignment, beside all who are assigned by then', async () => {
    await withReceiver({}, async (server, { received }) => {
      server.act.assign({ number: 7, assignees: ['ada', 'grace'] })
      server.act.unassign({ number: 7, assignees: ['ada'] })
      await server.deliveries.settle()
      const seen = received.map(({ payload }) => [
        payload.action,
        payload.assignee.login,
        payload.issue.assignees.map(({ login }: { login: string }) => login),
      ])
      expect(seen).toEqual([
        ['assigned', 'ada', ['ada']],
        ['assigned', 'grace', ['ada', 'grace']],
        ['unassigned', 'ada', ['grace']],
      ])
    })
  })

  it('show what an edit replaced, and stay silent when nothing changed', async () => {
    await withReceiver({}, async (server, receiver) => {
      server.act.editIssue({ number: 3, title: 'Paint it' })
      server.act.editIssue({ number: 3, title: 'Paint it' })
      const { id } = server.act.comment({ number: 3, body: 'a' })
      server.act.editComment({ id, body: 'b' })
      server.act.deleteComment({ id })
      await server.deliveries.settle()
      expect(receiver.names()).toEqual([
        'issues.edited',
        'issue_comment.created',
        'issue_comment.edited',
        'issue_comment.deleted',
      ])
      expect(receiver.received[0]!.payload.changes).toEqual({ title: { from: 'Paint the nose cone' } })
      expect(receiver.received[2]!.payload.changes).toEqual({ body: { from: 'a' } })
    })
  })

  it('come back to an App from its own doing, with the bot as sender', async () => {
    await withReceiver({}, async (server, { received }) => {
      const bot = await asInstallation(server)
      await bot('POST', '/repos/acme/rocket/issues/1/comments', { body: 'by me' })
      await server.deliveries.settle()
      expect(received[0]!.payload).toMatchObject({
        sender: { login: 'lockstep-sandbox[bot]', type: 'Bot' },
        comment: { performed_via_github_app: { id: 1 } },
      })
    })
  })

  it('tell of a transfer on both sides, and of sub-issues from both ends', async () => {
    await withReceiver({}, async (server, receiver) => {
      server.act.addRepo({ name: 'moon' })
      server.act.addSubIssue({ number: 1, child: 2 })
      server.act.transferIssue({ number: 3, to: 'acme/moon' })
      await server.deliveries.settle()
      expect(receiver.names()).toEqual([
        'sub_issues.sub_issue_added',
        'sub_issues.parent_issue_added',
        'issues.transferred',
        'issues.opened',
      ])
      const [, , away, there] = receiver.received
      expect(away!.payload).toMatchObject({
        issue: { number: 3 },
        changes: { new_repository: { name: 'moon' }, new_issue: { number: 1 } },
      })
      expect(there!.payload).toMatchObject({
        issue: { number: 1 },
        repository: { name: 'moon' },
        changes: { old_issue: { number: 3 } },
      })
    })
  })

  it('carry addresses under /api/v3 where the server is an Enterprise one', async () => {
    await withReceiver({ switches: { payloadUrls: 'api-v3' } }, async (server, { received }) => {
      server.act.closeIssue({ number: 1 })
      await server.deliveries.settle()
      expect(received[0]!.payload.issue.url).toBe(`${server.url}/api/v3/repos/acme/rocket/issues/1`)
    })
  })

  it('are listed newest first by cursor and sent again under the same GUID', async () => {
    await withReceiver({}, async (server, { received }) => {
      for (const number of [1, 2, 3]) server.act.closeIssue({ number })
      await server.deliveries.settle()
      const app = asApp(server)
      const first = await app('GET', '/app/hook/deliveries?per_page=2')
      expect(first.body.map(({ status, event, action }: Record<string, string>) => [status, event, action])).toEqual([
        ['OK', 'issues', 'closed'],
        ['OK', 'issues', 'closed'],
      ])
      const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link')!)![1]!
      const second = await app('GET', next)
      expect(second.body).toHaveLength(1)
      expect(second.headers.get('link')).toBeNull()
      const [{ id, guid }] = second.body
      expect((await app('GET', `/app/hook/deliveries/${id}`)).body).toMatchObject({
        request: { payload: { action: 'closed', issue: { number: 1 } } },
        response: { payload: 'ok' },
      })
      expect((await app('POST', `/app/hook/deliveries/${id}/attempts`)).status).toBe(202)
      await server.deliveries.settle()
      expect(received).toHaveLength(4)
      expect([received[3]!.headers['x-github-delivery'], received[3]!.text]).toEqual([guid, received[0]!.text])
      expect((await app('GET', '/app/hook/deliveries?per_page=1')).body[0]).toMatchObject({ guid, redelivery: true })
      server.clock.advance(4 * 24 * 3600 * 1000)
      expect((await asApp(server)('GET', '/app/hook/deliveries')).body).toEqual([])
    })
  })

  it('are not tried again on their own when they fail, and say so', async () => {
    await withReceiver(
      {},
      async (server, { received }) => {
        server.act.closeIssue({ number: 1 })
        server.faults.add({ on: 'webhook', webhook: 'lose', times: 1 })
        server.act.reopenIssue({ number: 1 })
        await server.deliveries.settle()
        expect(received).toHaveLength(1)
        const { body } = await asApp(server)('GET', '/app/hook/deliveries')
        expect(body.map((each: Record<string, unknown>) => [each['status'], each['status_code']])).toEqual([
          ['failed to connect to host', 502],
          ['Invalid HTTP Response: 500', 500],
        ])
      },
      500,
    )
  })

  it("go to a repository's own hooks too, after a ping, without an installation", async () => {
    const receiver = await startReceiver()
    try {
      await withGitHub({}, async (server) => {
        const call = asAda(server)
        const made = await call('POST', '/repos/acme/rocket/hooks', {
          config: { url: receiver.url, content_type: 'json', secret: 'own' },
          events: ['issue_comment'],
        })
        server.act.comment({ number: 1, body: 'a' })
        server.act.closeIssue({ number: 1 })
        await server.deliveries.settle()
        expect(receiver.names()).toEqual(['ping', 'issue_comment.created'])
        const [, heard] = receiver.received
        expect(heard!.headers['x-github-hook-installation-target-type']).toBe('repository')
        expect(heard!.headers['x-hub-signature-256']).toBe(
          `sha256=${createHmac('sha256', 'own').update(heard!.text).digest('hex')}`,
        )
        expect(heard!.payload.installation).toBeUndefined()
        expect((await call('GET', `/repos/acme/rocket/hooks/${made.body.id}`)).body.last_response).toMatchObject({
          code: 200,
          status: 'active',
        })
        expect((await call('DELETE', `/repos/acme/rocket/hooks/${made.body.id}`)).status).toBe(204)
      })
    } finally {
      await receiver.close()
    }
  })

  it('tell the App of being installed and of pushes', async () => {
    await withReceiver({ seed: 'empty' }, async (server, receiver) => {
      server.act.uninstallApp({})
      server.act.closeIssue({ number: server.act.openIssue({ title: 'unheard' }).number })
      server.act.installApp({})
      const sha = server.act.pushFile({ path: '.github/lockstep.yml', content: 'version: 1\n' })
      await server.deliveries.settle()
      expect(receiver.names()).toEqual(['installation.deleted', 'installation.created', 'push'])
      expect(receiver.received[2]!.payload).toMatchObject({
        ref: 'refs/heads/main',
        after: sha,
        commits: [{ added: ['.github/lockstep.yml'], author: { username: 'ada' } }],
      })
    })
  })

  it('tell of a pull request and of pushes to its branch', async () => {
    await withReceiver({ seed: 'empty' }, async (server, receiver) => {
      server.act.pushFile({ path: 'a.yml', content: 'a', branch: 'topic' })
      const { number } = server.act.openPullRequest({ title: 'Change', head: 'topic' })
      const sha = server.act.pushFile({ path: 'a.yml', content: 'b', branch: 'topic' })
      server.act.comment({ number, body: 'Why?' })
      await server.deliveries.settle()
      expect(receiver.names()).toEqual([
        'push',
        'pull_request.opened',
        'push',
        'pull_request.synchronize',
        'issue_comment.created',
      ])
      expect(receiver.received[3]!.payload.pull_request.head.sha).toBe(sha)
      expect(receiver.received[4]!.payload.issue.pull_request).toBeDefined()
    })
  })
})
