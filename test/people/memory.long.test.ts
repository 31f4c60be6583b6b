import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Runs a script in a process of its own, so that the peak is that of one piece of work. */
function probe<Report>(script: string, ...args: string[]): Report & { readonly peakMegabytes: number } {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { stdout, status } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' })
  expect(status).toBe(0)
  return JSON.parse(stdout) as Report & { readonly peakMegabytes: number }
}

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-memory-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('little memory is enough, however large the archive is,', () => {
  it('to seal and to open one', () => {
    const path = join(openFolder(), 'large.tar')
    const sealing = probe('memory-probe.ts', 'seal', path, '60')
    const opening = probe<{ readonly records: number }>('memory-probe.ts', 'open', path)
    expect(statSync(path).size).toBeGreaterThan(80e6)
    expect(opening.records).toBeGreaterThan(300_000)
    // Node itself takes about 90; the archive, its text and its rows together would take 500 more.
    expect(sealing.peakMegabytes).toBeLessThan(250)
    expect(opening.peakMegabytes).toBeLessThan(250)
  })

  it('to sanitize and to compare one', () => {
    const path = join(openFolder(), 'large.tar')
    probe('memory-probe.ts', 'seal', path, '12')
    const sanitizing = probe<{ readonly records: number }>('memory-probe.ts', 'sanitize', path)
    const comparing = probe<{ readonly records: number }>('memory-probe.ts', 'compare', path)
    expect(sanitizing.records).toBeGreaterThan(75_000)
    expect(comparing.records).toBe(sanitizing.records)
    expect(sanitizing.peakMegabytes).toBeLessThan(160)
    // About 110 here; the rows of both sides held as they are would take 100 more.
    expect(comparing.peakMegabytes).toBeLessThan(160)
  })

  it('to import one', () => {
    const folder = openFolder()
    const archive = join(folder, 'people.tar')
    const worker = '../../bench/import-worker.ts'
    probe(worker, 'make', archive, '40000')
    const { done, peakMegabytes } = probe<{ readonly done: number }>(
      worker,
      'import',
      archive,
      `sqlite:${join(folder, 'people.sqlite')}`,
    )
    expect(done).toBe(120_000)
    expect(peakMegabytes).toBeLessThan(200)
  })
})
