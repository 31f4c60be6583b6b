import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createStore } from '../../src/store/store.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Clock } from '../../src/core/ports.ts'
import type { Store } from '../../src/core/store.ts'
import type { Visitor, WebEnv } from '../../src/web/context.ts'
import { createPages } from '../../src/web/pages/index.ts'
import type { PagesDeps } from '../../src/web/pages/index.ts'
import { checkForgery, protectReplies } from '../../src/web/security.ts'
import { silentLog } from '../flows/stage.ts'

export const CSRF = 'token-of-the-session'

export interface Rights {
  readonly organizations?: readonly string[]
  /** Repositories that the visitor may read; all of the organizations unless given. */
  readonly reads?: readonly string[]
  readonly writes?: boolean
}

export const visitor = ({ organizations = ['acme'], reads, writes = true }: Rights = {}): Visitor => ({
  login: 'ada',
  name: 'Ada Byron',
  local: false,
  organizations,
  sees: (organization) => organizations.includes(organization.toLowerCase()),
  administers: () => writes,
  worksIn: () => writes,
  repositories: [],
  may: (right, { owner, repo }) =>
    (reads === undefined || reads.includes(`${owner}/${repo}`.toLowerCase())) && (right === 'read' || writes),
})

export interface PagesStage {
  readonly url: string
  readonly store: Store
  /** Who is signed in from now on; nobody with `null`. */
  signIn(visitor: Visitor | null): void
  get(path: string): Promise<Response>
  post(path: string, fields: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

export const systemClock: Clock = { now: () => new Date() }

/** The pages as the server mounts them, with the sign-in left out: who looks is said by the test. */
export async function openPages(given: Partial<PagesDeps> & { readonly store?: Store } = {}): Promise<PagesStage> {
  const clock = given.clock ?? systemClock
  const store = given.store ?? createStore(await openDatabase('memory:'), { clock })
  let who: Visitor | null = visitor()
  const stopping = new AbortController()
  const app = new Hono<WebEnv>()
  app.use(protectReplies(false))
  app.use(async (context, next) => {
    context.set('visitor', who)
    context.set('csrf', who === null ? '' : CSRF)
    await next()
  })
  let url = ''
  app.use(async (context, next) => await checkForgery(url)(context, next))
  app.route(
    '/',
    createPages({
      clock,
      log: silentLog,
      githubUrl: 'https://github.com',
      ticketUrl: ({ key }) => `https://tracker.example.com/${key}`,
      open: async () => {
        throw new Error('No repository is open in this test.')
      },
      requestSync: async () => {},
      stopping: stopping.signal,
      ...given,
      store,
    }),
  )
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    store,
    signIn: (person) => {
      who = person
    },
    get: async (path) => await fetch(`${url}${path}`, { redirect: 'manual' }),
    post: async (path, fields) =>
      await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' }),
    async close() {
      stopping.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (given.store === undefined) await store.close()
    },
  }
}
