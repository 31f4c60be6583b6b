import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGitHub, type GitHubServer } from '../../sandbox/github/server.ts'
import { exitCodeOf } from '../../src/commands/command.ts'
import { asLockstepError } from '../../src/core/errors.ts'
import { startLockstep } from '../../src/main.ts'
import { setUpApp } from '../../src/web/setup.ts'
import { openOperator } from '../../src/wire-server.ts'

let github: GitHubServer
let cwd: string
const busy = createServer()
beforeAll(async () => {
  github = await startGitHub({ seed: 'empty' })
  cwd = mkdtempSync(join(tmpdir(), 'lockstep-'))
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await github.close()
  busy.close()
  rmSync(cwd, { recursive: true })
})

const busyPort = () => String((busy.address() as AddressInfo).port)
const lines: string[] = []
const write = (line: string) => lines.push(line)

/** How a start with these variables ends, as whoever reads the terminal sees it. */
async function start(more: Readonly<Record<string, string>>) {
  const { app } = github.world
  const variables = {
    PORT: '0',
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: 'sandbox-secret',
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    DATABASE_URL: 'memory:',
    ...more,
  }
  return await told(async () => {
    const running = await startLockstep(await openOperator({ variables, cwd, write, json: true }))
    await running.stop()
  })
}

async function told(work: () => Promise<unknown>): Promise<readonly [exitCode: number, ...said: string[]]> {
  try {
    await work()
    return [0]
  } catch (thrown) {
    const error = asLockstepError(thrown)
    return [exitCodeOf(error), error.message, error.remedy ?? '']
  }
}

const strange = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

describe('a start that cannot succeed says in a sentence why, and what helps', () => {
  it.each<readonly [string, () => Record<string, string>, number, RegExp, RegExp]>([
    ['a port that is in use', () => ({ PORT: busyPort() }), 3, /another process listens there/, /set PORT/],
    ['an address of another machine', () => ({ HOST: '127.0.0.1.invalid', PORT: '1' }), 3, /address/, /HOST/],
    ['no port', () => ({ PORT: '99999' }), 3, /^PORT has a value that cannot be used/, /^/],
    ['half of a key', () => ({ PRIVATE_KEY: github.world.app.privateKey.slice(0, 900) }), 3, /damaged|PEM/, /^/],
    [
      'the key of somebody else',
      () => ({ PRIVATE_KEY: strange() }),
      3,
      /does not know the App/,
      /APP_ID and PRIVATE_KEY/,
    ],
    ['the id of somebody else', () => ({ APP_ID: '999' }), 3, /does not know the App/, /APP_ID and PRIVATE_KEY/],
    [
      'a file of the key that is not there',
      () => ({ PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/nowhere/key.pem' }),
      3,
      /\/nowhere\/key\.pem/,
      /private key of the App/,
    ],
    [
      'nothing but an id',
      () => ({ PRIVATE_KEY: '', WEBHOOK_SECRET: '' }),
      3,
      /^PRIVATE_KEY is not set[^]*WEBHOOK_SECRET is not set/,
      /^/,
    ],
    [
      'a database that is away',
      () => ({ DATABASE_URL: 'postgres://lockstep:x@127.0.0.1:1/lockstep' }),
      1,
      /PostgreSQL database of the store cannot be used/,
      /DATABASE_URL/,
    ],
    [
      'a folder that nobody can make',
      () => ({ DATABASE_URL: 'sqlite:/dev/null/x/lockstep.sqlite' }),
      1,
      /no folder for the database/,
      /DATABASE_URL/,
    ],
  ])('with %s', async (_, more, code, message, remedy) => {
    const [exitCode, said, helps] = await start(more())
    expect(said).toMatch(message)
    expect(helps).toMatch(remedy)
    expect(exitCode).toBe(code)
  })

  it('with a file that has mistakes, each with its line', async () => {
    const file = join(cwd, 'wrong.yml')
    writeFileSync(file, 'version: 1\nconections: {}\n')
    const [exitCode, said] = await start({ LOCKSTEP_SERVER_CONFIG: file })
    expect([exitCode, said]).toEqual([3, expect.stringMatching(/wrong\.yml:2:1: error: conections[^]*"connections"/)])
  })
})

describe('a start without an operator’s file', () => {
  it('says that nobody is served', async () => {
    lines.length = 0
    expect(await start({})).toEqual([0])
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'nobody is served' }),
    )
  })
})

describe('the page that creates the GitHub App', () => {
  const setUp = async (variables: Readonly<Record<string, string>>) =>
    await told(async () => await setUpApp(variables, { cwd, write, address: undefined }))

  it('is not opened where others could see it, or nobody would', async () => {
    const [code, said, remedy] = await setUp({ HOST: '0.0.0.0' })
    expect([code, said]).toEqual([3, expect.stringContaining('for this machine only')])
    expect(remedy).toContain('APP_ID, PRIVATE_KEY and WEBHOOK_SECRET')
  })

  it('says when its port is in use, or none', async () => {
    expect(await setUp({ PORT: busyPort() })).toEqual([
      3,
      expect.stringContaining('another process'),
      expect.any(String),
    ])
    expect(await setUp({ PORT: 'abc' })).toEqual([3, expect.stringContaining('PORT has a value'), ''])
  })
})
