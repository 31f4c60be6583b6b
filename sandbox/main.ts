import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startAzure } from './azure/server.ts'
import type { Version as AzureVersion } from './azure/server.ts'
import { startGitHub } from './github/server.ts'
import { startJira } from './jira/server.ts'
import type { RunningServer } from './kit/server.ts'

const USAGE = `Usage: npm run sandbox -- [--github PORT] [--azure PORT] [--jira PORT]
                          [--seed small|empty|large|FILE] [--jira-version 8|9|10] [--azure-version services|2022|2019]

Starts the servers that are named, or all three on free ports.
`

const { values } = parseArgs({
  options: {
    github: { type: 'string' },
    azure: { type: 'string' },
    jira: { type: 'string' },
    seed: { type: 'string', default: 'small' },
    'jira-version': { type: 'string', default: '10' },
    'azure-version': { type: 'string', default: 'services' },
    help: { type: 'boolean', short: 'h' },
  },
})

const azureVersions: readonly string[] = ['services', '2022', '2019'] satisfies AzureVersion[]
const isAzureVersion = (text: string): text is AzureVersion => azureVersions.includes(text)
const isJiraVersion = (text: string): text is '8' | '9' | '10' => ['8', '9', '10'].includes(text)

function stop(message: string, code: number): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

if (values.help === true) stop(USAGE, 0)
const azureVersion = values['azure-version']
const jiraVersion = values['jira-version']
if (!isAzureVersion(azureVersion))
  stop(`There is no Azure version "${azureVersion}"; use ${azureVersions.join(', ')}.`, 2)
if (!isJiraVersion(jiraVersion)) stop(`There is no Jira version "${jiraVersion}"; use 8, 9 or 10.`, 2)

/** A seed by its name, or each server's part of a JSON file. */
function seedOf(server: string): never {
  const { seed } = values
  const named = ['small', 'empty', 'large'].includes(seed)
  return (
    named ? seed : ((JSON.parse(readFileSync(seed, 'utf8')) as Record<string, unknown>)[server] ?? 'empty')
  ) as never
}

const named = [values.github, values.azure, values.jira].some((port) => port !== undefined)
const running: RunningServer[] = []
const wants = (port: string | undefined) => !named || port !== undefined

if (wants(values.github)) {
  const github = await startGitHub({ port: Number(values.github ?? 0), seed: seedOf('github') })
  running.push(github)
  console.log(`GitHub        ${github.url}   token ghp_sandbox, repository acme/rocket`)
}
if (wants(values.azure)) {
  const azure = await startAzure({ port: Number(values.azure ?? 0), seed: seedOf('azure'), version: azureVersion })
  running.push(azure)
  console.log(`Azure DevOps  ${azure.collectionUrl}   token ado_sandbox_pat, project Fabrikam`)
}
if (wants(values.jira)) {
  const jira = await startJira({ port: Number(values.jira ?? 0), seed: seedOf('jira'), version: jiraVersion })
  running.push(jira)
  console.log(`Jira          ${jira.baseUrl}   token jira_sandbox_pat, project PLAT`)
}
console.log('Each has its levers under /_sandbox/ (state, act, journal, faults, clock). Ctrl-C ends them.')

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all(running.map((server) => server.close())).then(() => process.exit(0))
  })
}
