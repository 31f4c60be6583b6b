import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCli } from '../src/cli.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

async function lockstep(...args: string[]) {
  let stdout = ''
  let stderr = ''
  const code = await runCli(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    cwd: root,
    isTTY: false,
  })
  return { code, stdout, stderr }
}

const broken = (): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'lockstep-')), 'lockstep.yml')
  writeFileSync(file, 'version: 1\nroutes:\n  - too: jira\n')
  return file
}

describe('lockstep', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await lockstep('--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}check +Check the configuration/m)
  })

  it('alone shows the list and counts as a mistake', async () => {
    expect(await lockstep()).toMatchObject({ code: 2, stdout: expect.stringContaining('Usage: lockstep COMMAND') })
  })

  it.each([
    ['check', '--help'],
    ['help', 'check'],
    ['check', '-h'],
  ])('%s %s explains the command', async (...args) => {
    const { code, stdout } = await lockstep(...args)
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: lockstep check [--config FILE] [--json]')
    expect(stdout).toMatch(/-c, --config FILE +The configuration/)
  })

  it.each([
    [['chek'], 'Did you mean "lockstep check"?'],
    [['constructor'], 'There is no command "constructor".'],
    [['check', '--jsn'], 'Did you mean "--json"?'],
    [['check', 'that'], 'There are too many arguments.'],
    [['check', '--config'], 'argument missing'],
  ])('%j ends with code 2 and says why', async (args, message) => {
    const { code, stdout, stderr } = await lockstep(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
  })
})

describe('lockstep check', () => {
  it('reads a good file back', async () => {
    const { code, stdout, stderr } = await lockstep('check', '--config', 'examples/minimal.yml')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^examples\/minimal\.yml: ok\n\nAll open issues get a ticket in jira/)
  })

  it('tells what is wrong with a broken one', async () => {
    const file = broken()
    const { code, stdout, stderr } = await lockstep('check', '-c', file)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${file}:3:5: error: routes[0].too: there is no such key`)
    expect(stderr).toContain('Did you mean "to"?')
  })

  it('answers in JSON for other programs', async () => {
    const { stdout } = await lockstep('check', '--json', '-c', broken())
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      meaning: null,
      problems: [{ line: 3, column: 5, severity: 'error' }],
    })
    const good = await lockstep('check', '--json', '-c', 'examples/minimal.yml')
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      problems: [],
      meaning: expect.stringContaining('issues'),
    })
  })

  it('says where it looked when there is no file', async () => {
    const { code, stderr } = await lockstep('check', '--config', 'none.yml')
    expect(code).toBe(3)
    expect(stderr).toContain('none.yml cannot be read')
  })
})

describe('the command itself', () => {
  const bin = join(root, 'bin/lockstep.js')

  it('runs from any folder', () => {
    const file = join(root, 'examples/minimal.yml')
    const stdout = execFileSync(process.execPath, [bin, 'check', '--config', file], { cwd: tmpdir(), encoding: 'utf8' })
    expect(stdout).toContain('minimal.yml: ok')
  })

  it.each(['bin/lockstep.js', 'scripts/need-node.js'])(
    '%s tells an old Node in one sentence what it needs',
    (script) => {
      const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})`
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', pretend, join(root, script), 'check'],
        { encoding: 'utf8' },
      )
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^Lockstep needs Node 24 or newer, and this is Node 20\.1\.0: [^\n]+\n$/)
    },
  )
})
