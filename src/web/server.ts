import { createServer as createNodeServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createNodeMiddleware, Probot, type ApplicationFunction, type Options } from 'probot'
import { LockstepError } from '../core/errors.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import type { Sessions } from '../core/sessions.ts'
import type { AccountHost } from '../core/visitors.ts'
import { createApi } from './api.ts'
import { limitBody } from './body.ts'
import type { WebEnv } from './context.ts'
import { createGitHubWebhooks, GITHUB_PATH } from './github-webhooks.ts'
import { createHealthRoutes, type HealthCheck } from './health.ts'
import { createHookRoutes, type HookDeps } from './hooks.ts'
import { listen } from './listen.ts'
import { notFound, refuseError } from './refusal.ts'
import { checkForgery, checkHost, protectReplies } from './security.ts'
import { createSessionKeeper, recognise } from './session.ts'
import { createSignInRoutes } from './sign-in.ts'
import { createVisitors } from './visitors.ts'

export interface ServerOptions extends Omit<HookDeps, 'links'> {
  readonly host: string
  readonly port: number
  /** Where people and trackers reach the server; never guessed from what a request says. */
  readonly address: string
  readonly store: Pick<Store, 'links' | 'events'>
  readonly sessions: Sessions
  readonly accounts: AccountHost | null
  readonly oneTimeKey: string | null
  /** As `openProbot` made it. */
  readonly probot: Probot
  /** What happens with the deliveries of GitHub. */
  readonly app: ApplicationFunction
  /** Routes that see to it themselves who may ask: a program with its token, or somebody with a session. */
  readonly programs?: readonly Hono<WebEnv>[]
  /** Further routes, each under its full path; all find the visitor on their context. */
  readonly routes?: readonly Hono<WebEnv>[]
  readonly pages?: Hono<WebEnv>
  readonly checks: readonly HealthCheck[]
  readonly metricsToken: string | null
  readonly clock: Clock
  readonly log: Log
  /** How long a request may take to arrive, in milliseconds. */
  readonly patienceMs?: number
}

export interface WebServer {
  /** Where it listens. */
  readonly url: string
  /** Takes nothing new, and resolves when what is under way is done. */
  close(): Promise<void>
}

const PAGE_BODY_LIMIT = 1024 * 1024
const PATIENCE_MS = 20_000
const SWEEP_MS = 50

/** Everything that is reached over HTTP, on one port. */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  const patience = options.patienceMs ?? PATIENCE_MS
  const pages = getRequestListener(createRoutes(options).fetch, { overrideGlobalObjects: false })
  const webhooks = createGitHubWebhooks(await createProbotMiddleware(options), options.metrics)

  const server = createNodeServer(
    {
      headersTimeout: patience,
      requestTimeout: patience,
      connectionsCheckingInterval: Math.min(1_000, patience),
      // Longer than the usual idle time of a proxy, which would else send on a connection that just closed.
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      const isDelivery = request.url?.split('?')[0] === GITHUB_PATH
      void (isDelivery ? webhooks(request, response) : pages(request, response)).catch((error: unknown) =>
        endBroken(response, error, options.log),
      )
    },
  )
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Also those that become idle only now, as that of a live page does.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      await closed
      clearInterval(sweep)
    },
  }
}

/** Whom GitHub's deliveries go to, and who signs in to its installations. */
export function openProbot(options: Options): Probot {
  // Probot takes an empty secret for "development" and accepts what is signed with that.
  if ((options.secret ?? '') === '') {
    throw new LockstepError('environment-invalid', 'There is no webhook secret.', {
      remedy: 'Set WEBHOOK_SECRET to the webhook secret of the GitHub App: unsigned deliveries are refused.',
    })
  }
  // Its log would print whole deliveries; what is worth knowing stands in ours.
  return new Probot({ ...options, logLevel: 'fatal' })
}

async function createProbotMiddleware({ app, probot }: ServerOptions) {
  const middleware = await createNodeMiddleware(app, { probot, webhooksPath: GITHUB_PATH })
  return middleware as (request: IncomingMessage, response: ServerResponse) => Promise<unknown>
}

function createRoutes(options: ServerOptions): Hono<WebEnv> {
  const { address, host, store, clock, log, accounts } = options
  const secure = address.startsWith('https:')
  const keeper = createSessionKeeper({ sessions: options.sessions, clock, secure })
  const readVisitor = createVisitors({ server: options.server, host: accounts, clock, log })
  const app = new Hono<WebEnv>()

  app.onError((error, context) => {
    const { status, refusal } = refuseError(error)
    const facts = { method: context.req.method, path: printPath(context.req.path), code: refusal.error.code }
    if (context.req.raw.signal.aborted) log.debug('request broken off', facts)
    else if (status >= 500) log.error('request failed', { ...facts, cause: error })
    return context.json(refusal, status)
  })
  app.notFound(() => notFound())
  app.use(protectReplies(secure))

  app.route('/', createHealthRoutes(options))
  // Before the sessions: a tracker has none, and may reach the server under another name than people do.
  app.route('/hooks', createHookRoutes({ ...options, links: store.links }))
  app.all('/hooks/*', () => notFound())

  app.use(checkHost(address, host))
  app.use(limitBody(PAGE_BODY_LIMIT))
  app.use(recognise(keeper, readVisitor))
  app.use(checkForgery(address))
  for (const routes of options.programs ?? []) app.route('/', routes)
  app.route('/', createSignInRoutes({ ...options, keeper, host: accounts, secure }))
  app.route('/', createApi(store))
  for (const routes of options.routes ?? []) app.route('/', routes)
  if (options.pages !== undefined) app.route('/', options.pages)
  return app
}

// What follows the name of a connection may be its secret.
const printPath = (path: string): string => path.replace(/^(\/hooks(?:\/[^/]*){2})\/.*$/s, '$1/***')

function endBroken(response: ServerResponse, error: unknown, log: Log): void {
  // Whoever sent it hung up, or was too slow.
  if (response.req.destroyed) log.debug('request broken off')
  else log.error('request failed', { cause: error })
  if (!response.headersSent) response.writeHead(500)
  response.end()
}
