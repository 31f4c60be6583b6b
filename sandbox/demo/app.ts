import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli.ts'
import { startLockstep } from '../../src/main.ts'
import type { Running } from '../../src/main.ts'
import { openKept, systemClock } from '../../src/wire.ts'
import type { Kept } from '../../src/wire.ts'
import { openOperator } from '../../src/wire-server.ts'
import { WEBHOOK_SECRET } from '../github/seed.ts'
import { repo } from './servers.ts'
import type { Servers } from './servers.ts'

export interface DemoApp extends Running {
  /** The app's own database, opened beside it as the CLI would. */
  readonly kept: Kept
  /** Everything that was on its way has arrived, and the app has nothing to do. */
  settle(): Promise<void>
}

/** The app as an operator would set it up beside these servers: a folder with one file, and a few variables. */
export async function startDemoApp(servers: Servers, write: (line: string) => void): Promise<DemoApp> {
  const { github, azure, jira } = servers
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-demo-'))
  // Also when the process is ended in the middle of something.
  const clean = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', clean)
  writeFileSync(
    join(folder, 'lockstep.server.yml'),
    `version: 1
connections:
  boards: { kind: azure, url: ${azure.collectionUrl}, project: Fabrikam, token: $ADO_TOKEN }
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  ${repo.owner}: { connections: { boards: [Fabrikam], jira: [PLAT] } }
`,
  )
  const port = await findFreePort()
  const variables = {
    PORT: String(port),
    APP_ID: String(github.world.app.id),
    PRIVATE_KEY: github.world.app.privateKey,
    WEBHOOK_SECRET,
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    ADO_TOKEN: 'ado_sandbox_pat',
    JIRA_TOKEN: 'jira_sandbox_pat',
    LOG_LEVEL: 'error',
  }
  github.act.setWebhook({ url: `http://127.0.0.1:${port}/api/github/webhooks` })
  const said: string[] = []
  const out = { write: (text: string) => said.push(text) }
  const installed = await runCli(['hooks', 'install'], {
    stdout: out,
    stderr: out,
    env: variables,
    cwd: folder,
    isTTY: false,
  })
  if (installed !== 0) throw new Error(said.join(''))

  const operator = await openOperator({ variables, cwd: folder, write, json: false })
  const running = await startLockstep(operator)
  const kept = await openKept(operator.environment, { clock: systemClock, log: operator.log })
  return {
    ...running,
    kept,
    async settle() {
      for (let quiet = 0; quiet < 2;) {
        await Promise.all([github, azure, jira].map(({ deliveries }) => deliveries.settle()))
        const { waiting, running: inHand } = await kept.queue.depth()
        quiet = waiting + inHand === 0 ? quiet + 1 : 0
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async stop() {
      await kept.close()
      await running.stop()
      process.off('exit', clean)
      clean()
    },
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
