import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openActionStage, readAction, unpackAction } from './stage.ts'
import type { ActionStage } from './stage.ts'

let action: string
let stage: ActionStage
beforeAll(async () => {
  action = await unpackAction()
  stage = await openActionStage(action)
})
afterAll(async () => await stage.close())

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

describe('the bundle', () => {
  it('is small enough to be committed with every release', () => {
    const bytes = filesOf(join(action, 'dist')).reduce((sum, file) => sum + statSync(file).size, 0)
    expect(bytes).toBeLessThan(2 * 1024 * 1024)
  })

  it('runs on the Node that action.yml names, from the file it names', () => {
    expect(readAction().runs).toEqual({ using: 'node24', main: 'dist/action.js' })
  })

  it('names no path of the machine that built it', () => {
    const texts = filesOf(join(action, 'dist')).map((file) => readFileSync(file, 'utf8'))
    expect(texts.filter((text) => text.includes(process.cwd()))).toEqual([])
  })

  it('loads no database driver for a state in the ref', () => {
    const text = readFileSync(join(action, 'dist/action.js'), 'utf8')
    expect(text).not.toMatch(/PgBoss|class \w+ extends \w+\{.{0,200}pg_catalog/)
    expect(text).not.toMatch(/^import[^;]*from"\.\/chunks\/(?:postgres|sqlite|store|database)/m)
  })

  it('does at most a dozen times the work of an empty Node before its first request', async () => {
    // What else runs on the machine slows the clock and the processor alike: an empty Node is the measure.
    const watch = `const { fetch } = globalThis; globalThis.fetch = (...given) => {
      const { user, system } = process.cpuUsage()
      console.log('busy ' + (user + system) / 1000)
      return fetch(...given)
    }`
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(watch)}` }
    const empty = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'
    const ratios: number[] = []
    for (let n = 0; n < 5; n++) {
      const start = Number(execFileSync(process.execPath, ['-e', empty], { encoding: 'utf8' }))
      const busy = Number(/^busy ([\d.]+)/m.exec((await stage.run({ env })).stdout)?.[1])
      ratios.push(busy / start)
    }
    expect(Math.min(...ratios)).toBeLessThan(12)
  })
})
