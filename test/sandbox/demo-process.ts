import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const DEMO = fileURLToPath(new URL('../../sandbox/demo.ts', import.meta.url))

/** The demo as a process of its own, with a folder where it could leave something behind. */
export function startDemo(...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'))
  const child = spawn(process.execPath, [DEMO, ...args], { env: { ...process.env, TMPDIR: folder } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  // Not at its exit, after which there may be output to read.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return { child, ended, output: () => output, leftBehind: () => readdirSync(folder) }
}
