import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startAzure } from '../sandbox/azure/server.ts'
import { startGitHub } from '../sandbox/github/server.ts'
import { startJira } from '../sandbox/jira/server.ts'
import { setUpPremises, type Premises } from '../sandbox/operator.ts'
import { sleep } from '../src/wire.ts'
import { azureSide, jiraSide, mails } from '../test/flows/sides.ts'
import { kill } from './processes.ts'
import { createCrowd } from './storm-world.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const ISSUES_AT_FIRST = 100
// Leases of the killed, what GitHub is asked to deliver again, and a good deal more.
const PATIENCE_MS = 4 * 60_000

export interface StormOptions {
  readonly url: string
  readonly processes: number
  readonly events: number
}

/** Many events of GitHub while whole app processes are killed at random behind one door, and what is true at the end. */
export async function storm({ url, processes, events }: StormOptions): Promise<void> {
  const [github, azure, jira] = await Promise.all([
    startGitHub({ seed: 'empty' }),
    startAzure({ seed: 'empty' }),
    startJira({
      seed: {
        people: Object.entries(mails).map(([name, emailAddress]) => ({ name, displayName: name, emailAddress })),
        projects: [{ key: 'PLAT', name: 'Platform', workflow: 'simple' }],
      },
    }),
  ])
  const sides = [azureSide(azure), jiraSide(jira)]
  github.act.pushFile({
    as: 'ada',
    path: '.github/lockstep.yml',
    content: `version: 1
routes: [{ to: boards, type: { default: Task } }, { to: jira, type: { default: Task } }]
people: { map: ${JSON.stringify(mails)} }
`,
  })
  const premises = await setUpPremises({
    github,
    file: `connections:
  boards: { kind: azure, url: ${azure.collectionUrl}, project: Fabrikam, token: $ADO_TOKEN }
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  acme: { connections: { boards: any, jira: any } }
`,
    variables: {
      DATABASE_URL: url,
      ADO_TOKEN: 'ado_sandbox_pat',
      JIRA_TOKEN: 'jira_sandbox_pat',
      LOG_LEVEL: 'info',
    },
  })

  const apps = await Promise.all(Array.from({ length: processes }, () => start(premises)))
  const door = createServer((incoming, response) => forward(apps, incoming, response))
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  github.act.setWebhook({ url: `http://127.0.0.1:${(door.address() as AddressInfo).port}/api/github/webhooks` })
  github.deliveries.atOnce = 16
  const crowd = createCrowd(github)
  for (let nth = 1; nth <= ISSUES_AT_FIRST; nth++) crowd.open(`Issue ${nth}`)

  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 1_000)
  let [over, kills] = [false, 0]
  const killing = (async () => {
    while (!over) {
      await sleep(1_000 + Math.random() * 2_000)
      const [victim] = apps.splice(Math.floor(Math.random() * apps.length), 1)
      if (victim !== undefined) await kill(victim.child)
      kills += 1
      apps.push(await start(premises))
    }
  })()
  for (let event = 1; event <= events; event++) {
    crowd.happen(event)
    if (event % 100 !== 0) continue
    await github.deliveries.settle()
    // A day's worth of events in minutes: the hour's requests are filled up, since limits are not what this is about.
    github.limits.clear()
  }
  const happened = seconds()
  over = true
  await killing
  const patience = performance.now() + PATIENCE_MS
  while (crowd.findWrong(sides).length > 0 && performance.now() < patience) {
    github.limits.clear()
    await sleep(500)
  }
  const found = crowd.findWrong(sides)
  const made = sides.reduce((count, side) => count + side.keys().length, 0)
  console.log(
    `${processes} apps            ${events} events on ${crowd.count()} issues in ${happened} s, all of it done after ${seconds()} s, ${kills} kills: ${found.length} wrong, ${made - 2 * crowd.count()} tickets too many`,
  )
  for (const line of found.slice(0, 10)) console.log(`  ${line}`)

  door.close()
  door.closeAllConnections()
  for (const { child } of apps) await kill(child)
  await Promise.all([github.close(), azure.close(), jira.close()])
  premises.remove()
}

interface App {
  readonly child: ChildProcess
  readonly port: number
}

/** As `npm start` does, each on a port of its own. */
async function start({ cwd, variables }: Premises): Promise<App> {
  const env = {
    PATH: process.env['PATH'],
    // Half of the work of a start, which the many starts would take from those that run.
    NODE_COMPILE_CACHE: join(cwd, 'compiled'),
    ...variables,
    PORT: '0',
  }
  const child = spawn(process.execPath, [MAIN], { cwd, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  for (;;) {
    const up = /lockstep is up.*?127\.0\.0\.1:(\d+)/.exec(output)
    if (up?.[1] !== undefined) return { child, port: Number(up[1]) }
    if (child.exitCode !== null) throw new Error(`the app did not start: ${output}`)
    await sleep(20)
  }
}

/** What a load balancer does: any process, and a failed answer when it goes away in the middle. */
function forward(apps: readonly App[], incoming: IncomingMessage, response: ServerResponse): void {
  const app = apps[Math.floor(Math.random() * apps.length)]
  const { url: path, method, headers } = incoming
  const fail = () => void (response.headersSent ? response.destroy() : response.writeHead(502).end())
  if (app === undefined) return fail()
  const onward = request({ host: '127.0.0.1', port: app.port, path, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('error', fail).pipe(response)
  })
  incoming.pipe(onward.on('error', fail))
}
