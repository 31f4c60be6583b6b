import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const worker = fileURLToPath(new URL('../../bench/import-worker.ts', import.meta.url))

it('an import stays in little memory, however large the archive is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-memory-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const run = (...args: string[]) => {
    const { stdout, status } = spawnSync(process.execPath, [worker, ...args], { encoding: 'utf8' })
    expect(status).toBe(0)
    return JSON.parse(stdout) as { readonly rows: number; readonly peakMegabytes: number }
  }
  const archive = join(folder, 'people.tar')
  run('make', archive, '8000')
  const { rows, peakMegabytes } = run('import', archive, `sqlite:${join(folder, 'people.sqlite')}`)
  expect(rows).toBe(24_000)
  expect(peakMegabytes).toBeLessThan(250)
})
