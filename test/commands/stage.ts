import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGitHub } from '../../sandbox/github/server.ts'
import type { GitHubServer } from '../../sandbox/github/server.ts'
import { runCli } from '../../src/cli.ts'
import { gitHubSeed } from '../doctor/stage.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Desk {
  readonly github: GitHubServer
  /** A folder as somebody cloned it. */
  readonly folder: string
  run(...args: string[]): Promise<Ran>
  read(file: string): string
  close(): Promise<void>
}

interface DeskOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What a person at the terminal would answer, by a piece of the question. */
  readonly answers?: Readonly<Record<string, string>>
}

/** A command line before an empty folder, and GitHub on this machine. */
export async function openDesk({ env = {}, answers }: DeskOptions = {}): Promise<Desk> {
  const github = await startGitHub({ seed: gitHubSeed })
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'))
  const ask =
    answers === undefined
      ? undefined
      : async (question: string) => Object.entries(answers).find(([piece]) => question.includes(piece))?.[1] ?? ''
  return {
    github,
    folder,
    async run(...args) {
      let [stdout, stderr] = ['', '']
      const code = await runCli(args, {
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
        env: {
          GITHUB_TOKEN: 'ghp_sandbox',
          GITHUB_API_URL: github.url,
          GITHUB_SERVER_URL: github.url,
          GITHUB_REPOSITORY: 'acme/rocket',
          ADO_TOKEN: 'ado_sandbox_pat',
          JIRA_TOKEN: 'jira_sandbox_pat',
          LOG_LEVEL: 'error',
          ...env,
        },
        cwd: folder,
        isTTY: false,
        ask,
      })
      return { code, stdout, stderr }
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    async close() {
      await github.close()
      rmSync(folder, { recursive: true })
    },
  }
}
