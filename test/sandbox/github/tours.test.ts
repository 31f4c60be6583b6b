import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { Probot, createNodeMiddleware } from 'probot'
import { describe, expect, it } from 'vitest'
import type { GitHubServer } from '../../../sandbox/github/server.ts'
import { withGitHub } from './caller.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const target = { owner: 'acme', repo: 'rocket' }

const octokitFor = (server: GitHubServer, options: object) =>
  new Octokit({ baseUrl: server.url, log: quiet, ...options })

/** Lists, pages, creates, changes, comments, and fails, as any client would. */
async function tour(octokit: Octokit): Promise<void> {
  const all = await octokit.paginate(octokit.rest.issues.listForRepo, {
    ...target,
    state: 'all',
    per_page: 7,
    sort: 'updated',
    direction: 'asc',
  })
  expect(new Set(all.map(({ number }) => number)).size).toBe(40)
  const { data: issue } = await octokit.rest.issues.create({
    ...target,
    title: 'From a client',
    labels: ['bug'],
    assignees: ['grace'],
  })
  const { data: changed } = await octokit.rest.issues.update({
    ...target,
    issue_number: issue.number,
    title: 'Changed',
    state: 'closed',
    state_reason: 'not_planned',
  })
  expect([changed.title, changed.state_reason]).toEqual(['Changed', 'not_planned'])
  const { data: comment } = await octokit.rest.issues.createComment({
    ...target,
    issue_number: issue.number,
    body: 'A word',
  })
  await octokit.rest.issues.updateComment({ ...target, comment_id: comment.id, body: 'Another' })
  const comments = await octokit.paginate(octokit.rest.issues.listCommentsForRepo, {
    ...target,
    sort: 'updated',
    direction: 'desc',
    per_page: 2,
  })
  expect(comments[0]!.body).toBe('Another')
  const { data: file } = await octokit.rest.repos.getContent({
    ...target,
    path: 'README.md',
    mediaType: { format: 'raw' },
  })
  expect(file).toBe('# rocket\n')
  const missing = octokit.rest.issues.get({ ...target, issue_number: 9999 })
  await expect(missing).rejects.toMatchObject({ status: 404, message: expect.stringContaining('Not Found') })
  await expect(octokit.rest.issues.create({ ...target, title: '' })).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('Validation Failed'),
  })
  const cached = octokit.request('GET /repos/{owner}/{repo}', target)
  const etag = (await cached).headers.etag!
  await expect(
    octokit.request('GET /repos/{owner}/{repo}', { ...target, headers: { 'if-none-match': etag } }),
  ).rejects.toMatchObject({ status: 304 })
}

describe('clients in the GitHub sandbox', () => {
  it('Octokit with a token finds its way, at the root and under /api/v3', async () => {
    await withGitHub({}, async (server) => {
      await tour(octokitFor(server, { auth: 'ghp_sandbox' }))
    })
    await withGitHub({}, async (server) => {
      await tour(octokitFor(server, { auth: 'ghs_sandbox_actions', baseUrl: `${server.url}/api/v3` }))
    })
  })

  it('Octokit follows a transferred issue on its own', async () => {
    await withGitHub({}, async (server) => {
      server.act.addRepo({ name: 'moon' })
      server.act.transferIssue({ number: 1, to: 'acme/moon' })
      const { data, url } = await octokitFor(server, { auth: 'ghp_sandbox' }).rest.issues.get({
        ...target,
        issue_number: 1,
      })
      expect([data.repository_url.endsWith('/acme/moon'), url.includes('/repositories/')]).toEqual([true, true])
    })
  })

  it('an App signs in with its key, as itself and as its installation', async () => {
    await withGitHub({}, async (server) => {
      const { app } = server.world
      const asApp = octokitFor(server, {
        authStrategy: createAppAuth,
        auth: { appId: app.id, privateKey: app.privateKey },
      })
      expect((await asApp.rest.apps.getAuthenticated()).data?.slug).toBe('lockstep-sandbox')
      const { data: installation } = await asApp.rest.apps.getRepoInstallation(target)
      const asInstallation = octokitFor(server, {
        authStrategy: createAppAuth,
        auth: { appId: app.id, privateKey: app.privateKey, installationId: installation.id },
      })
      await tour(asInstallation)
      const repos = await asInstallation.paginate(asInstallation.rest.apps.listReposAccessibleToInstallation)
      expect(repos.map(({ full_name }) => full_name)).toEqual(['acme/rocket'])
    })
  })

  it('Probot takes deliveries over HTTP and answers through its installation', async () => {
    await withGitHub({}, async (server) => {
      const { app } = server.world
      const probot = new Probot({
        appId: app.id,
        privateKey: app.privateKey,
        secret: 'sandbox-secret',
        baseUrl: server.url,
        logLevel: 'fatal',
      })
      const heard: string[] = []
      const middleware = await createNodeMiddleware(
        (bot) => {
          bot.on('issues.assigned', async (context) => {
            heard.push(`${context.name}.${context.payload.action} ${context.payload.assignee?.login}`)
            await context.octokit.rest.issues.createComment(
              context.issue({ body: `Hello @${context.payload.assignee?.login}` }),
            )
          })
          bot.on('issue_comment.created', (context) => {
            heard.push(`comment by ${context.payload.sender.login}, bot: ${context.isBot}`)
          })
        },
        { probot },
      )
      const door = createServer((request, response) => void middleware(request, response))
      await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
      try {
        server.act.setWebhook({ url: `http://127.0.0.1:${(door.address() as AddressInfo).port}/api/github/webhooks` })
        server.act.assign({ number: 7, assignees: ['grace'] })
        await server.deliveries.settle()
        await server.deliveries.settle()
        expect(heard).toEqual(['issues.assigned grace', 'comment by lockstep-sandbox[bot], bot: true'])
        expect(server.act.findIssue({ number: 7 })!.comments.map(({ body }) => body)).toEqual(['Hello @grace'])
        expect(server.world.deliveries.map(({ statusCode }) => statusCode)).toEqual([200, 200])
        server.act.setWebhook({ url: server.world.app.webhookUrl, secret: 'wrong' })
        server.act.unassign({ number: 7, assignees: ['grace'] })
        await server.deliveries.settle()
        expect(server.world.deliveries.at(-1)!.statusCode).toBe(400)
      } finally {
        door.closeAllConnections()
        await new Promise<void>((resolve) => door.close(() => resolve()))
      }
    })
  })
})
