import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runCli } from '../../src/cli.ts'
import { email, user, userEmail } from '../people/archives.ts'

/** A folder of its own to run `lockstep people` in. */
export async function open(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-cli-people-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return {
    folder,
    async run(...args: string[]) {
      let stdout = ''
      let stderr = ''
      const code = await runCli(['people', ...args], {
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
        env: { DATABASE_URL: `sqlite:${folder}/people.sqlite`, ...env },
        cwd: folder,
        isTTY: false,
      })
      return { code, stdout, stderr }
    },
    write: (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  }
}

export const rows = [
  user(1, 'mona-castell', { email: 'mona@example.com' }),
  user(2, 'idris-falk', { email: 'idris@example.org' }),
  email(1, ''),
  userEmail(1, 1, 'mona@example.com'),
]
