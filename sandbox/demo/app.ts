import { startLockstep } from '../../src/main.ts'
import type { Running } from '../../src/main.ts'
import { openKept, systemClock } from '../../src/wire.ts'
import type { Kept } from '../../src/wire.ts'
import { openOperator } from '../../src/wire-server.ts'
import { installHooks, setUpPremises } from '../operator.ts'
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
  const premises = await setUpPremises({
    github,
    file: `connections:
  boards: { kind: azure, url: ${azure.collectionUrl}, project: Fabrikam, token: $ADO_TOKEN }
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  ${repo.owner}: { connections: { boards: [Fabrikam], jira: [PLAT] } }
`,
    variables: { ADO_TOKEN: 'ado_sandbox_pat', JIRA_TOKEN: 'jira_sandbox_pat', LOG_LEVEL: 'error' },
  })
  const { cwd, address, variables } = premises
  // Also when the process is ended in the middle of something.
  process.once('exit', premises.remove)
  github.act.setWebhook({ url: `${address}/api/github/webhooks` })
  await installHooks(premises)

  const operator = await openOperator({ variables, cwd, write, json: false })
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
      process.off('exit', premises.remove)
      premises.remove()
    },
  }
}
