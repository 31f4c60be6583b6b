import { randomBytes } from 'node:crypto'
import { appendFile, chmod, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { parse } from 'yaml'
import { z } from 'zod'
import { isLoopback } from '../config/check-trackers.ts'
import { printEnvironmentProblem } from '../config/environment.ts'
import { readServerEnvironment } from '../config/server-environment.ts'
import { LockstepError } from '../core/errors.ts'
import { listen } from './listen.ts'
import { notFound } from './refusal.ts'
import { checkHost, protectReplies } from './security.ts'

type Variables = Readonly<Record<string, string | undefined>>

interface Surroundings {
  readonly cwd: string
  /** Where the server will be reached; on this machine unless given. */
  readonly address: string | undefined
  readonly write: (line: string) => unknown
}

const Manifest = z.record(z.string(), z.unknown())
const Conversion = z.object({
  id: z.int(),
  client_id: z.string(),
  client_secret: z.string(),
  webhook_secret: z.string(),
  pem: z.string(),
  html_url: z.string(),
})

/** Creates the GitHub App from app.yml with one click, writes its credentials into .env, and answers them. */
export async function setUpApp(
  variables: Variables,
  { cwd, write, address }: Surroundings,
): Promise<Record<string, string>> {
  const web = variables['GITHUB_SERVER_URL'] ?? 'https://github.com'
  const api = variables['GITHUB_API_URL'] ?? 'https://api.github.com'
  const port = choosePort(variables)
  // Only somebody on this machine sees the page, and only with the link.
  const local = `http://127.0.0.1:${port}`
  const [key, state] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')]
  const manifest = await readManifest(address ?? local, local)

  const created = Promise.withResolvers<Record<string, string>>()
  const app = new Hono()
  app.use(protectReplies(false))
  app.use(checkHost(local, '127.0.0.1'))
  app.get('/set-up', (context) => {
    if (context.req.query('key') !== key) return notFound()
    const policy = `default-src 'none'; form-action ${new URL(web).origin}; frame-ancestors 'none'`
    return new Response(printPage(web, state, manifest), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    })
  })
  app.get('/set-up/done', async (context) => {
    const { code, state: given } = context.req.query()
    if (code === undefined || given !== state) return notFound()
    const app = await convert(api, code)
    const values = {
      APP_ID: String(app.id),
      PRIVATE_KEY: app.pem.replaceAll('\n', String.raw`\n`),
      WEBHOOK_SECRET: app.webhook_secret,
      GITHUB_CLIENT_ID: app.client_id,
      GITHUB_CLIENT_SECRET: app.client_secret,
    }
    await writeEnvironment(resolve(cwd, '.env'), values)
    created.resolve(values)
    return context.redirect(`${app.html_url}/installations/new`, 302)
  })

  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  await listen(server, { host: '127.0.0.1', port })
  write(`\nLockstep has no GitHub App yet. Create one here: ${local}/set-up?key=${key}\n\n`)
  const values = await created.promise
  write('The GitHub App is there; its credentials are in .env.\n')
  await new Promise<void>((done) => {
    server.close(() => done())
    // The browser that was just sent on may keep its connection.
    setTimeout(() => server.closeAllConnections(), 500)
  })
  return values
}

function choosePort(variables: Variables): number {
  const { environment, problems } = readServerEnvironment(variables)
  if (environment === undefined) {
    throw new LockstepError('environment-invalid', problems.map(printEnvironmentProblem).join('\n\n'))
  }
  const { HOST, PORT } = environment
  if (isLoopback(HOST) || HOST === '::1') return PORT
  throw new LockstepError(
    'environment-invalid',
    'There is no GitHub App yet, and the page that creates one is for this machine only.',
    {
      remedy:
        'Set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET to those of your App. To create one, start Lockstep once on your own machine without HOST; it writes them into .env.',
    },
  )
}

async function readManifest(address: string, local: string): Promise<string> {
  const file = fileURLToPath(new URL('../../app.yml', import.meta.url))
  const manifest = Manifest.parse(parse(await readFile(file, 'utf8')))
  return JSON.stringify({
    ...manifest,
    hook_attributes: { url: `${address}/api/github/webhooks`, active: true },
    redirect_url: `${local}/set-up/done`,
    callback_urls: [`${address}/sign-in/done`],
  })
}

async function convert(api: string, code: string): Promise<z.infer<typeof Conversion>> {
  const url = `${api}/app-manifests/${encodeURIComponent(code)}/conversions`
  const reply = await fetch(url, { method: 'POST', headers: { accept: 'application/vnd.github+json' } })
  const { data } = Conversion.safeParse(await reply.json().catch(() => undefined))
  if (data !== undefined) return data
  throw new LockstepError('github-refused', `GitHub did not hand out the new App (${reply.status}).`, {
    remedy: 'Start again; the link of GitHub works once, within an hour.',
  })
}

const printPage = (web: string, state: string, manifest: string): string =>
  String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>Set up Lockstep</title>
        </head>
        <body>
          <h1>Set up Lockstep</h1>
          <p>
            GitHub shows what the new App may do, and asks for its name. Its credentials are then written into .env.
          </p>
          <form method="post" action="${web}/settings/apps/new?state=${state}">
            <input type="hidden" name="manifest" value="${manifest}" />
            <button>Create the GitHub App</button>
          </form>
        </body>
      </html>`,
  )

/** Behind what stands there already: a later line wins, and nothing of the operator's is lost. */
async function writeEnvironment(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(values).map(([name, value]) => `${name}="${value}"\n`)
  await appendFile(file, `\n${lines.join('')}`, { mode: 0o600 })
  await chmod(file, 0o600)
}
