import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { build } from '../../scripts/build.ts'
import type { AzureServer } from '../../sandbox/azure/server.ts'
import type { Fields } from '../../sandbox/azure/world.ts'
import { startAzure } from '../../sandbox/azure/server.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import type { Repo } from '../../sandbox/github/world.ts'
import { startGitHub } from '../../sandbox/github/server.ts'
import { startJira } from '../../sandbox/jira/server.ts'
import type { JiraServer } from '../../sandbox/jira/server.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: { readonly using: string; readonly main: string }
}

export const readAction = (): ActionFile => parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionFile

/** What GitHub hands out: the bundle and action.yml, built once, in a folder without a single package. */
export async function unpackAction(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-action-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await build(join(folder, 'dist'))
  cpSync(join(root, 'action.yml'), join(folder, 'action.yml'))
  return folder
}

type Stop = (signal: NodeJS.Signals) => void

export interface RunOptions {
  readonly event?: string
  readonly payload?: unknown
  readonly with?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Kept in the file of the checked-out repository instead of the stage's own configuration. */
  readonly config?: string
  readonly runNumber?: number
  /** Hears what the step prints, while it runs. */
  onOutput?(text: string, stop: Stop): void
  onStart?(stop: Stop): void
}

export interface RunResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  readonly ms: number
  /** By the clock of `performance`. */
  readonly startedAt: number
}

export interface ActionStage {
  readonly github: GitHubServer
  readonly azure: AzureServer
  /** Started, and synced with in place of Azure DevOps, only where the stage was asked for it. */
  readonly jira: JiraServer | null
  /** The configuration of the repository. */
  readonly config: string
  run(options?: RunOptions): Promise<RunResult>
  /** The fields of every work item as they stand. */
  tickets(): readonly Fields[]
  repository(): Repo
  close(): Promise<void>
}

const people = { ada: 'ada.byron@example.com', grace: 'grace.murray@example.com' }

const jiraSeed = {
  people: Object.entries(people).map(([name, emailAddress]) => ({ name, displayName: name, emailAddress })),
  projects: [{ key: 'PLAT', name: 'Platform', workflow: 'simple' }],
} as const

/** A runner around the sandbox: each run is a process of its own, as a step of a workflow is. */
export async function openActionStage(action: string, tracker: 'azure' | 'jira' = 'azure'): Promise<ActionStage> {
  const [github, azure, jira] = await Promise.all([
    startGitHub({ seed: 'empty' }),
    startAzure({ seed: 'empty' }),
    tracker === 'jira' ? startJira({ seed: jiraSeed }) : null,
  ])
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-runner-'))
  const boards = { kind: 'azure', url: azure.collectionUrl, project: 'Fabrikam', token: '$ADO_TOKEN' }
  const plat = jira && { kind: 'jira', url: jira.baseUrl, project: 'PLAT', token: '$JIRA_TOKEN' }
  const config = stringify({
    version: 1,
    trackers: plat === null ? { boards } : { plat },
    routes: [{ to: plat === null ? 'boards' : 'plat', type: { default: 'Task' } }],
    people: { map: people },
  })
  let runs = 0

  return {
    github,
    azure,
    jira,
    config,
    async run({
      event = 'schedule',
      payload = {},
      with: given = {},
      env = {},
      runNumber,
      onOutput,
      onStart,
      ...rest
    } = {}) {
      const place = join(folder, String(++runs))
      const files = {
        payload: join(place, 'event.json'),
        output: join(place, 'output'),
        summary: join(place, 'summary.md'),
        config: join(place, 'workspace/.github/lockstep.yml'),
      }
      mkdirSync(dirname(files.config), { recursive: true })
      writeFileSync(files.payload, JSON.stringify(payload))
      writeFileSync(files.config, rest.config ?? config)
      writeFileSync(files.output, '')
      writeFileSync(files.summary, '')
      const inputs = Object.entries(readAction().inputs).map(([name, { default: fallback = '' }]) => [
        `INPUT_${name.toUpperCase()}`,
        fallback.replace('${{ github.token }}', 'ghs_sandbox_actions'),
      ])
      const chosen = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
      const startedAt = performance.now()
      const child = spawn(process.execPath, [join(action, readAction().runs.main)], {
        cwd: join(place, 'workspace'),
        env: {
          ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
          ...Object.fromEntries([...inputs, ...chosen]),
          GITHUB_ACTIONS: 'true',
          GITHUB_API_URL: github.url,
          GITHUB_SERVER_URL: github.url,
          GITHUB_REPOSITORY: 'acme/rocket',
          GITHUB_RUN_NUMBER: String(runNumber ?? runs),
          GITHUB_EVENT_NAME: event,
          GITHUB_EVENT_PATH: files.payload,
          GITHUB_OUTPUT: files.output,
          GITHUB_STEP_SUMMARY: files.summary,
          GITHUB_WORKSPACE: join(place, 'workspace'),
          RUNNER_TEMP: place,
          ADO_TOKEN: 'ado_sandbox_pat',
          JIRA_TOKEN: 'jira_sandbox_pat',
          ...env,
        },
      })
      const stop: Stop = (signal) => void child.kill(signal)
      onStart?.(stop)
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
        onOutput?.(text, stop)
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
      return {
        code,
        stdout,
        stderr,
        outputs: parseOutputs(readFileSync(files.output, 'utf8')),
        summary: existsSync(files.summary) ? readFileSync(files.summary, 'utf8') : '',
        ms: performance.now() - startedAt,
        startedAt,
      }
    },
    tickets: () => [...azure.world.items.values()].map(({ revisions }) => revisions.at(-1)!.fields),
    repository: () => [...github.world.repos.values()].find(({ name }) => name === 'rocket')!,
    async close() {
      await Promise.all([github.close(), azure.close(), jira?.close()])
      rmSync(folder, { recursive: true })
    },
  }
}

/** The runner's file of outputs: `name<<DELIMITER`, the value, `DELIMITER`. */
function parseOutputs(text: string): Record<string, string> {
  const found = text.matchAll(/^(.+)<<(.+)\r?\n([^]*?)\r?\n\2$/gm)
  return Object.fromEntries([...found].map(([, name, , value]) => [name!, value!]))
}

export const asked = ({ journal }: GitHubServer | AzureServer | JiraServer): readonly string[] =>
  journal.entries.map(({ method, path }) => `${method} ${path}`)
