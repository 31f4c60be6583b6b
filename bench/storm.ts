import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startAzure } from '../sandbox/azure/server.ts'
import { startGitHub, type GitHubServer } from '../sandbox/github/server.ts'
import type { Issue } from '../sandbox/github/world.ts'
import { startJira } from '../sandbox/jira/server.ts'
import { sleep } from '../src/wire.ts'
import { azureSide, jiraSide, mails } from '../test/flows/sides.ts'
import type { Side } from '../test/flows/sides.ts'
import { kill } from './processes.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const ISSUES = 100
const persons = ['ada', 'grace', 'hedy'] as const

export interface StormOptions {
  readonly url: string
  readonly processes: number
  readonly events: number
}

/** Many events of GitHub while whole app processes are killed at random behind one door, and what is true at the end. */
export async function storm({ url, processes, events }: StormOptions): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'lockstep-storm-'))
  const [github, azure, jira] = await Promise.all([
    startGitHub({ seed: 'empty' }),
    startAzure({ seed: 'empty' }),
    startJira({
      seed: {
        people: persons.map((name) => ({ name, displayName: name, emailAddress: mails[name] })),
        projects: [{ key: 'PLAT', name: 'Platform', workflow: 'simple' }],
      },
    }),
  ])
  await writeFile(
    join(cwd, 'lockstep.server.yml'),
    `version: 1
connections:
  boards: { kind: azure, url: ${azure.collectionUrl}, project: Fabrikam, token: $ADO_TOKEN }
  jira: { kind: jira, url: ${jira.baseUrl}, project: PLAT, token: $JIRA_TOKEN }
organizations:
  acme: { connections: { boards: any, jira: any } }
`,
  )
  github.act.pushFile({
    as: 'ada',
    path: '.github/lockstep.yml',
    content: `version: 1
routes: [{ to: boards, type: { default: Task } }, { to: jira, type: { default: Task } }]
people: { map: ${JSON.stringify(mails)} }
`,
  })
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    PORT: '0',
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    DATABASE_URL: url,
    ADO_TOKEN: 'ado_sandbox_pat',
    JIRA_TOKEN: 'jira_sandbox_pat',
    LOG_LEVEL: 'info',
    APP_ID: '1',
    PRIVATE_KEY: github.world.app.privateKey,
    WEBHOOK_SECRET: 'sandbox-secret',
  }
  const start = async (): Promise<Running> => {
    const child = spawn(process.execPath, [MAIN], { cwd, env: environment as NodeJS.ProcessEnv })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
    for (;;) {
      const up = /lockstep is up.*?127\.0\.0\.1:(\d+)/.exec(output)
      if (up?.[1] !== undefined) return { child, port: Number(up[1]) }
      if (child.exitCode !== null) throw new Error(`the app did not start: ${output}`)
      await sleep(20)
    }
  }
  const apps = await Promise.all(Array.from({ length: processes }, start))
  const door = createServer((incoming, response) => forward(apps, incoming, response))
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  github.act.setWebhook({ url: `${doorUrl}/api/github/webhooks` })

  const numbers = Array.from(
    { length: ISSUES },
    (_, nth) => github.act.openIssue({ as: 'ada', title: `Issue ${nth}`, body: 'As it began.' }).number,
  )
  const started = performance.now()
  let [over, kills] = [false, 0]
  const killing = (async () => {
    while (!over) {
      await sleep(1_000 + Math.random() * 2_000)
      const [victim] = apps.splice(Math.floor(Math.random() * apps.length), 1)
      if (victim !== undefined) await kill(victim.child)
      kills += 1
      apps.push(await start())
    }
  })()
  for (let event = 0; event < events; event++) {
    happen(github, numbers[Math.floor(Math.random() * ISSUES)]!, event)
    if (event % 100 !== 99) continue
    await github.deliveries.settle()
    // A day's worth of events in minutes: the hour's requests are filled up, since limits are not what this is about.
    github.limits.clear()
  }
  over = true
  await killing
  const [repo] = [...github.world.repos.values()].filter(({ name }) => name === 'rocket')
  const wrong = () =>
    numbers.flatMap((number) => {
      const issue = repo!.issues.get(number)!
      return [azureSide(azure), jiraSide(jira)].flatMap((side) => judge(issue, side))
    })
  // The claim of a dead process is honoured until its lease is over.
  const patience = performance.now() + 900_000
  while (wrong().length > 0 && performance.now() < patience) {
    github.limits.clear()
    await sleep(500)
  }
  const seconds = (performance.now() - started) / 1_000
  const found = wrong()
  const made = azureSide(azure).keys().length + jiraSide(jira).keys().length
  console.log(
    `${processes} apps            ${events} events on ${ISSUES} issues in ${seconds.toFixed(0)} s, ${kills} kills: ${found.length} wrong, ${made - 2 * ISSUES} tickets too many`,
  )
  for (const line of found.slice(0, 10)) console.log(`  ${line}`)

  door.close()
  door.closeAllConnections()
  for (const { child } of apps) await kill(child)
  await Promise.all([github.close(), azure.close(), jira.close()])
  await rm(cwd, { recursive: true })
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

/** What a load balancer does: any process, and a failed answer when it goes away in the middle. */
function forward(apps: readonly Running[], incoming: IncomingMessage, response: ServerResponse): void {
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

function happen({ act, world }: GitHubServer, number: number, event: number): void {
  const any = <One>(list: readonly One[]): One => list[Math.floor(Math.random() * list.length)]!
  const issue = [...world.repos.values()].find(({ name }) => name === 'rocket')?.issues.get(number)
  const chance = Math.random()
  if (chance < 0.3) act.editIssue({ as: 'ada', number, title: `Title of event ${event}` })
  else if (chance < 0.65) {
    const present = issue?.assignees.map(({ login }) => login) ?? []
    if (present.length > 0) act.unassign({ as: 'ada', number, assignees: present })
    else act.assign({ as: 'ada', number, assignees: [any(persons)] })
  } else if (chance < 0.95) {
    const label = any(['bug', 'ui', 'later'])
    const has = issue?.labels.some(({ name }) => name === label) === true
    if (has) act.unlabel({ as: 'ada', number, labels: [label] })
    else act.label({ as: 'ada', number, labels: [label] })
  } else act.comment({ as: 'hedy', number, body: `Said at event ${event}.` })
}

function judge(issue: Issue, side: Side): readonly string[] {
  const tickets = side.keys().filter((key) => side.seen(key).title === issue.title)
  const name = `#${issue.number} in ${side.name}`
  if (tickets.length !== 1) return [`${name}: ${tickets.length} tickets are called "${issue.title}"`]
  const seen = side.seen(tickets[0]!)
  const problems: string[] = []
  const [labels, tags] = [issue.labels.map((label) => label.name).toSorted(), seen.labels.toSorted()]
  if (labels.join() !== tags.join()) problems.push(`${name}: has ${tags.join()}, not ${labels.join()}`)
  const [login = null] = issue.assignees.map((person) => person.login)
  const assignee = seen.assignee?.toLowerCase() ?? null
  if (login === null ? assignee !== null : assignee?.includes(login) !== true)
    problems.push(`${name}: is with ${assignee}, not ${login}`)
  for (const { body } of issue.comments)
    if (seen.comments.filter((text) => text.includes(body)).length !== 1)
      problems.push(`${name}: "${body}" is there ${seen.comments.filter((text) => text.includes(body)).length} times`)
  return problems
}
