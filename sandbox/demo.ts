import { parseArgs } from 'node:util'
import { loadConfig, requireConfig } from '../src/config/load.ts'
import type { Environment } from '../src/config/environment.ts'
import type { Log } from '../src/core/ports.ts'
import type { Outcome } from '../src/core/outcome.ts'
import { countOutcomes } from '../src/core/outcome.ts'
import { isWorthALine, printOutcome, printTally } from '../src/commands/report.ts'
import { scan } from '../src/sync/scan.ts'
import { wire } from '../src/wire.ts'
import { startAzure } from './azure/server.ts'
import { startGitHub } from './github/server.ts'
import { startJira } from './jira/server.ts'
import { createTeam } from './demo/team.ts'

const { values } = parseArgs({
  options: {
    once: { type: 'boolean' },
    pause: { type: 'string', default: '4' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  console.log('Usage: npm run demo -- [--once] [--pause SECONDS]\n\n--once runs a fixed script to its end.')
  process.exit(0)
}

const repo = { owner: 'acme', repo: 'rocket' }
const github = await startGitHub({ seed: 'small' })
const azure = await startAzure({ seed: 'empty' })
const jira = await startJira({ seed: 'empty' })

const yaml = `version: 1
trackers:
  boards:
    kind: azure
    url: ${azure.collectionUrl}
    project: Fabrikam
    token: $ADO_TOKEN
  jira:
    kind: jira
    url: ${jira.baseUrl}
    project: PLAT
    token: $JIRA_TOKEN
routes:
  - to: boards
    when: { labels: [bug] }
    type: { default: Issue }
  - to: jira
    when: { without: [bug] }
    type: { default: Task }
    status: { open: To Do, closed: Done }
people:
  map:
    ada: [ada.byron@example.com, ada@example.com]
    grace: [grace.murray@example.com, ben@example.com]
    hedy: hedy.kiesler@example.com
`
const config = requireConfig(loadConfig(yaml, 'lockstep.yml'), 'lockstep.yml')
const environment: Environment = {
  github: { apiUrl: github.url, serverUrl: github.url, token: 'ghs_sandbox_actions', app: null },
  state: { kind: 'memory' },
  configFile: '.github/lockstep.yml',
  logLevel: 'error',
  proxy: { https: null, http: null, except: null },
  secrets: { ADO_TOKEN: 'ado_sandbox_pat', JIRA_TOKEN: 'jira_sandbox_pat' },
}
const say = (text: string) => process.stdout.write(text)
const log: Log = {
  debug() {},
  info() {},
  warn: (message, facts) => say(`  ! ${message} ${JSON.stringify(facts ?? {})}\n`),
  error: (message, facts) => say(`  ✗ ${message} ${JSON.stringify(facts ?? {})}\n`),
}
const wired = await wire({ config, environment, repo, log })
const all: Outcome[] = []

async function sync(): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for await (const outcome of scan(wired.deps, repo)) {
    outcomes.push(outcome)
    if (isWorthALine(outcome)) say(printOutcome(outcome).replaceAll(/^/gm, '  ').trimEnd() + '\n')
  }
  all.push(...outcomes)
  return outcomes
}

async function end(code: number): Promise<never> {
  await wired.close()
  await Promise.all([github.close(), azure.close(), jira.close()])
  process.exit(code)
}

say(`Three servers on this machine, as the real ones answer:
  GitHub        ${github.url}
  Azure DevOps  ${azure.collectionUrl}
  Jira          ${jira.baseUrl}

This is all that Lockstep is told:

${yaml.replaceAll(/^/gm, '  ').trimEnd()}

The first sync finds forty issues and gives each its ticket.
`)
const started = performance.now()
const first = await sync()
say(
  `\n${printTally(countOutcomes(first))} That took ${((performance.now() - started) / 1000).toFixed(1)} s and ${JSON.stringify(wired.requests)} requests.\n`,
)

const team = createTeam({ github, azure, jira, links: wired.store.links, repo })
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopping = true
    say('\nGood bye.\n')
    void end(0)
  })
}

if (values.once === true) {
  for (const act of team.script) {
    const told = await act()
    if (told === null) continue
    say(`\n${told}\n`)
    await sync()
  }
  const quiet = await sync()
  const failed = all.filter(({ outcome }) => outcome === 'failed')
  say(`\nOne more sync: ${printTally(countOutcomes(quiet))}\nAltogether: ${printTally(countOutcomes(all))}\n`)
  await end(failed.length === 0 ? 0 : 1)
}

say('\nNow a small team works on both sides. Ctrl-C ends it.\n')
while (!stopping) {
  await new Promise((resolve) => setTimeout(resolve, Number(values.pause) * 1000))
  const told = await team.next()
  if (told === null) continue
  say(`\n${told}\n`)
  await sync()
}
