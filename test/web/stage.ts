import type { Hono } from 'hono'
import { startGitHub, type GitHubOptions } from '../../sandbox/github/server.ts'
import { loadServerConfig } from '../../src/config/load-server.ts'
import { createLink } from '../../src/core/link.ts'
import { createAccountHost } from '../../src/github/accounts.ts'
import { createLog } from '../../src/log.ts'
import { openInbox } from '../../src/queue/inbox.ts'
import { createRedactor } from '../../src/redact.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createHookRegistrations } from '../../src/store/hooks.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { createStore } from '../../src/store/store.ts'
import { hookReaders } from '../../src/trackers/index.ts'
import { acceptedSecrets } from '../../src/web/hook-secrets.ts'
import { createMetrics } from '../../src/web/metrics.ts'
import { openProbot, startServer, type ServerOptions } from '../../src/web/server.ts'
import type { WebEnv } from '../../src/web/context.ts'

export const MASTER = 'sandbox-secret'

const FILE = `version: 1
connections:
  boards: { kind: azure, url: https://dev.azure.com/fabrikam, project: Fabrikam, token: $BOARDS_TOKEN }
  jira: { kind: jira, url: https://jira.example.com, project: PLAT, token: $JIRA_TOKEN }
organizations:
  acme: { connections: { boards: [FabrikamFiber, Fabrikam], jira: any } }
  globex: { connections: { jira: [GLOB] }, features: [people-search] }
`

export interface WebStageOptions {
  readonly github?: GitHubOptions
  readonly server?: Partial<ServerOptions>
  readonly routes?: readonly Hono<WebEnv>[]
}

/** The whole server over HTTP, with a GitHub beside it and its store in memory. */
export async function openWeb(options: WebStageOptions = {}) {
  const github = await startGitHub({ seed: 'empty', ...options.github })
  const { server: config } = loadServerConfig(FILE, 'lockstep.server.yml')
  if (config === undefined) throw new Error('the file of the stage has mistakes')
  const clock = { now: () => github.clock.now() }
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const log = createLog({ level: 'debug', json: true, write, redactor: createRedactor(), clock })
  const database = await openDatabase('memory:')
  const store = createStore(database, { clock })
  const registrations = createHookRegistrations(database)
  const queue = openInbox({ database, clock, log, settleMs: 0 })
  const put = (what: string, { comments, delivery, ...facts }: { comments: boolean; delivery: string }) =>
    queue.add([{ key: what, lane: 'test', kind: 'look', facts, comments }], delivery)
  const address = 'http://127.0.0.1:3999'
  const app = github.world.app
  app.callbackUrls.push(address)
  const deliveries: string[] = []
  const metrics = createMetrics()
  const web = await startServer({
    host: '127.0.0.1',
    port: 0,
    address,
    server: config,
    readers: hookReaders,
    registrations,
    master: MASTER,
    store,
    sessions: createSessions(database),
    accounts: createAccountHost({
      apiUrl: github.url,
      serverUrl: github.url,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      clock,
      sleep: async () => {},
      log,
      userAgent: 'lockstep/test',
    }),
    oneTimeKey: 'once-and-never-again',
    probot: openProbot({ appId: 1, privateKey: app.privateKey, secret: MASTER, baseUrl: github.url }),
    app: (probot) => {
      probot.onAny(async ({ id, name }) => {
        if (await put(`issue:${name}`, { comments: false, delivery: id })) deliveries.push(`${name} ${id}`)
      })
    },
    hints: {
      issue: ({ owner, repo, number }, hint) => put(`${owner}/${repo}#${number}`, hint),
      ticket: ({ connection, key }, hint) => put(`${connection}:${key}`, hint),
    },
    checks: [{ name: 'database', vital: true, check: () => store.cursors.find('any') }],
    metrics,
    metricsToken: 'read-the-counts',
    clock,
    log,
    ...(options.routes === undefined ? {} : { routes: options.routes }),
    ...options.server,
  })

  const ask = async (path: string, init: RequestInit = {}) =>
    await fetch(web.url + path, { redirect: 'manual', ...init })
  return {
    github,
    web,
    ask,
    address,
    store,
    lines,
    /** What waits in the queue, which is empty afterwards. */
    async takeQueued() {
      const rows = await database.kysely.deleteFrom('queue').returning(['key', 'comments', 'facts']).execute()
      return rows.map(({ key, comments, facts }) => {
        const { organizations } = JSON.parse(facts) as { readonly organizations?: readonly string[] }
        return { what: key, comments: comments === 1, ...(organizations === undefined ? {} : { organizations }) }
      })
    },
    deliveries,
    metrics,
    registrations,
    config,
    dumpSessions: async () => await database.kysely.selectFrom('sessions').selectAll().execute(),
    /** The secret that the deliveries of this connection carry. */
    secretOf: (connection: string) => acceptedSecrets(MASTER, connection, [])[0] ?? '',
    /** Remembers a pair. */
    link: async (issue: string, ticket: { readonly connection: string; readonly key: string; readonly id: string }) => {
      const [, owner = '', repo = '', number = ''] = /^(.+)\/(.+)#(\d+)$/.exec(issue) ?? []
      const ref = { owner, repo, number: Number(number) }
      const { connection, key, id } = ticket
      await store.links.save(createLink({ ref }, { ref: { connection, key }, id }, clock.now()))
    },
    post: async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      await ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    /** A browser that keeps its cookies, signed in as this person. */
    signIn: async (login: string, to = '/') => {
      const browser = createBrowser(ask)
      await browser.signIn(login, to)
      return browser
    },
    browser: () => createBrowser(ask),
    async close() {
      await web.close()
      await store.close()
      await github.close()
    },
  }
}

export type WebStage = Awaited<ReturnType<typeof openWeb>>

/** A browser that keeps its cookies. */
export function createBrowser(ask: (path: string, init?: RequestInit) => Promise<Response>) {
  const jar = new Map<string, string>()
  const go = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await ask(path, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } })
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return reply
  }
  return {
    jar,
    go,
    /** Through GitHub's own page, and back to where that page leads. */
    async signIn(login: string, to = '/'): Promise<Response> {
      const begun = await go(`/sign-in?to=${encodeURIComponent(to)}`)
      const page = await fetch(`${begun.headers.get('location')}&login=${login}`, { redirect: 'manual' })
      const back = new URL(page.headers.get('location') ?? '')
      return await go(`${back.pathname}${back.search}`)
    },
  }
}
