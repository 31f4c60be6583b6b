import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../src/cli.ts'
import { WEBHOOK_SECRET } from './github/seed.ts'
import type { GitHubServer } from './github/server.ts'
import { findFreePort } from './kit/free-port.ts'

export interface Premises {
  /** A folder with the operator's file and nothing else. */
  readonly cwd: string
  readonly address: string
  readonly variables: Readonly<Record<string, string>>
  remove(): void
}

export interface PremisesOptions {
  readonly github: Pick<GitHubServer, 'url' | 'world'>
  /** The operator's file below `version: 1`. */
  readonly file: string
  /** Besides those that name GitHub and the App. */
  readonly variables: Readonly<Record<string, string>>
}

/** What an operator sets up before the app is started: a folder with one file, an address, and a few variables. */
export async function setUpPremises({ github, file, variables }: PremisesOptions): Promise<Premises> {
  const cwd = mkdtempSync(join(tmpdir(), 'lockstep-'))
  writeFileSync(join(cwd, 'lockstep.server.yml'), `version: 1\n${file}`)
  const port = await findFreePort()
  return {
    cwd,
    address: `http://127.0.0.1:${port}`,
    variables: {
      PORT: String(port),
      APP_ID: String(github.world.app.id),
      PRIVATE_KEY: github.world.app.privateKey,
      WEBHOOK_SECRET,
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: github.url,
      ...variables,
    },
    remove: () => rmSync(cwd, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** `lockstep hooks install`, as the operator would run it there. */
export async function installHooks({ cwd, variables: env }: Premises): Promise<void> {
  const said: string[] = []
  const out = { write: (text: string) => said.push(text) }
  const code = await runCli(['hooks', 'install'], { stdout: out, stderr: out, env, cwd, isTTY: false })
  if (code !== 0) throw new Error(said.join(''))
}
