import { createHmac } from 'node:crypto'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import { setUpPremises } from '../../sandbox/operator.ts'
import { startLockstep } from '../../src/main.ts'
import { openOperator } from '../../src/wire-server.ts'
import { createBrowser } from './stage.ts'

export const SEARCH_TOKEN = 'a-token-of-some-length'

const rules = `version: 1
routes:
  - to: jira
    status: { open: To Do, closed: Done }
`

/** Everything as `npm start` has it, in this process: two organizations, of which only `acme` may use Jira. */
export async function openWhole({ signIn = true, tokenDays = 90 } = {}) {
  const files = { '.github/lockstep.yml': rules }
  const github = await startGitHub({
    seed: {
      repos: [
        { name: 'rocket', files, collaborators: { 'passer-by': 'read' } },
        { name: 'moon', private: true, files },
        { name: 'bare', private: true },
      ],
    },
  })
  const jira = await startJira({ version: '10', seed: 'empty' })
  jira.acts.addToken({ name: 'lockstep', secret: 'jira-token-of-the-test', days: tokenDays })
  const { app } = github.world
  const premises = await setUpPremises({
    github,
    file: `connections:
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  acme: { connections: { jira: [PLAT] } }
  globex: {}
`,
    variables: {
      JIRA_TOKEN: 'jira-token-of-the-test',
      DATABASE_URL: 'memory:',
      SEARCH_TOKEN,
      LOG_LEVEL: 'info',
      ...(signIn ? { GITHUB_CLIENT_ID: app.clientId, GITHUB_CLIENT_SECRET: app.clientSecret } : {}),
    },
  })
  const { cwd, address, variables } = premises
  app.callbackUrls.push(`${address}/sign-in/done`)
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  const running = await startLockstep(await openOperator({ variables, cwd, write, json: true }))
  const ask = async (path: string, init: RequestInit = {}) =>
    await fetch(new URL(path, address), { redirect: 'manual', ...init })

  return {
    github,
    jira,
    running,
    ask,
    browser: () => createBrowser(ask),
    /** What the log has said so far. */
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    signIn: async (login: string) => {
      const browser = createBrowser(ask)
      await browser.signIn(login)
      const csrf = () =>
        createHmac('sha256', browser.jar.get('lockstep') ?? '')
          .update('csrf')
          .digest('base64url')
      return {
        ...browser,
        csrf,
        /** As a script of our own pages sends it. */
        send: async (method: 'PUT' | 'POST', path: string, body: unknown, headers: Record<string, string> = {}) =>
          await browser.go(path, {
            method,
            headers: { 'content-type': 'application/json', 'x-csrf-token': csrf(), ...headers },
            body: JSON.stringify(body),
          }),
      }
    },
    async close() {
      await running.stop()
      await Promise.all([github.close(), jira.close()])
      premises.remove()
    },
  }
}

export type Whole = Awaited<ReturnType<typeof openWhole>>
