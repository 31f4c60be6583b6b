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

  it('has loaded little when it asks for the first thing: no text, no tracker, no database and no fetch', async () => {
    const { loaded, builtins } = await watchStart()
    const read = (file: string) => readFileSync(join(action, 'dist', file), 'utf8')
    expect(loaded).toContain('action.js')
    expect(loaded.map(read).join('').length).toBeLessThan(500 * 1024)
    const all = filesOf(join(action, 'dist')).map((file) => readFileSync(file, 'utf8'))
    // Texts as Markdown trees, Azure DevOps, Kysely, pg, Octokit.
    for (const part of [/listItem/, /workitemrevisions/, /SelectQueryNode/, /pg_catalog/, /octokit-/]) {
      expect(all.some((text) => part.test(text))).toBe(true)
      expect(loaded.filter((file) => part.test(read(file)))).toEqual([])
    }
    expect(builtins).not.toContain('NativeModule internal/deps/undici/undici')
  })

  it('needs no database driver for a state in the ref, to the end', async () => {
    const { loadedInAll } = await watchStart()
    expect(loadedInAll).toContain('chunks/wire.js')
    expect(loadedInAll.filter((file) => /kysely|pg|postgres|sqlite|octokit|app-sign-in/.test(file))).toEqual([])
  })

  it('does at most eight times the work of an empty Node before its first request', async () => {
    // What else runs on the machine slows the clock and the processor alike: an empty Node is the measure.
    const empty = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'
    const ratios: number[] = []
    for (let n = 0; n < 5; n++) {
      const start = Number(execFileSync(process.execPath, ['-e', empty], { encoding: 'utf8' }))
      ratios.push((await watchStart()).busyMs / start)
    }
    expect(Math.min(...ratios)).toBeLessThan(8)
  })
})

interface Start {
  readonly busyMs: number
  /** Files of the bundle before the first request, and in all. */
  readonly loaded: readonly string[]
  readonly loadedInAll: readonly string[]
  readonly builtins: readonly string[]
}

/** A run that tells what it did until it opened its first connection. */
async function watchStart(): Promise<Start> {
  const watch = `import { registerHooks } from 'node:module'
    import { Socket } from 'node:net'
    const files = []
    registerHooks({ load(url, context, next) { files.push(url); return next(url, context) } })
    const { connect } = Socket.prototype
    let before = null
    Socket.prototype.connect = function (...given) {
      const { user, system } = process.cpuUsage()
      before ??= { busyMs: (user + system) / 1000, loaded: [...files], builtins: [...process.moduleLoadList] }
      return connect.apply(this, given)
    }
    process.once('exit', () => console.log('start ' + JSON.stringify({ ...before, loadedInAll: files })))`
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(watch)}` }
  const { stdout } = await stage.run({ env })
  const start = JSON.parse(/^start (.*)$/m.exec(stdout)?.[1] ?? '{}') as Start
  const inBundle = (urls: readonly string[]) =>
    urls.filter((url) => url.includes('/dist/')).map((url) => url.slice(url.indexOf('/dist/') + '/dist/'.length))
  return { ...start, loaded: inBundle(start.loaded), loadedInAll: inBundle(start.loadedInAll) }
}
