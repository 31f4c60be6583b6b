import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readEnvironment } from '../config/environment.ts'
import type { Environment } from '../config/environment.ts'
import { CONFIG_FILE, loadConfig, readConfigFile, requireConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { LockstepError } from '../core/errors.ts'
import type { IssueRef, RepoRef } from '../core/issue.ts'
import { parseIssueRef } from '../core/issue.ts'
import type { Log } from '../core/ports.ts'
import { createLog } from '../log.ts'
import { createArchiveSource } from '../people/archive-source.ts'
import { createDecryptor } from '../people/decryptor.ts'
import type { AddressSource } from '../people/directory.ts'
import { createRedactor } from '../redact.ts'
import { systemClock, wire } from '../wire.ts'
import type { Wired } from '../wire.ts'
import type { CommandIO } from './command.ts'

/** Options that every command about pairs takes. */
export const sessionOptions = {
  repo: { type: 'string', value: 'OWNER/NAME', help: 'The repository; that of this folder unless given.' },
  config: { type: 'string', short: 'c', value: 'FILE', help: `The configuration; ${CONFIG_FILE} unless given.` },
} as const

export interface SessionValues {
  readonly repo?: string | undefined
  readonly config?: string | undefined
}

export interface Session {
  readonly wired: Wired
  readonly config: Config
  readonly environment: Environment
  readonly repo: RepoRef
  readonly log: Log
  close(): Promise<void>
}

/** Config, environment and repository of one command line, wired together. */
export async function openSession(values: SessionValues, io: CommandIO, needs: SessionNeeds = {}): Promise<Session> {
  const file = values.config ?? io.env['LOCKSTEP_CONFIG'] ?? CONFIG_FILE
  const config = requireConfig(loadConfig(await readConfigFile(resolve(io.cwd, file)), file), file)
  return await openSessionOf(config, { values, io, needs })
}

interface SessionNeeds {
  /** For whoever only asks the servers: nothing is read or kept of the pairs. */
  readonly stateless?: boolean
}

/** The same for a configuration that stands in no file yet. */
export async function openSessionOf(
  config: Config,
  { values, io, needs }: { readonly values: SessionValues; readonly io: CommandIO; readonly needs: SessionNeeds },
): Promise<Session> {
  const environment = placeState(requireEnvironment(io, config), io, needs)
  const repo = await findRepo(values.repo, io)
  const redactor = createRedactor()
  for (const secret of [...Object.values(environment.secrets), environment.github.token ?? '']) redactor.add(secret)
  const write = (line: string) => io.stderr.write(line)
  const log = createLog({ level: environment.logLevel, json: false, write, redactor, clock: systemClock })
  if (environment.state.kind === 'sqlite') await mkdir(dirname(environment.state.file), { recursive: true })
  const wired = await wire({ config, environment, repo, log, sources: findSources(config, environment, io) })
  return { wired, config, environment, repo, log, close: wired.close }
}

/** The archive that the config names, opened in memory when somebody is first looked for. */
function findSources({ people }: Config, { secrets }: Environment, { cwd, env }: CommandIO): readonly AddressSource[] {
  const { archive, key, domains } = people
  if (archive === undefined) return []
  const text = key === undefined ? undefined : secrets[key.slice(1)]
  const options = { env, now: systemClock.now() }
  const decryptor = text === undefined ? undefined : createDecryptor(text, key ?? '', options)
  return [createArchiveSource(resolve(cwd, archive), { decryptor, domains })]
}

/** A file is named from the folder of the command line, which need not be that of the process. */
function placeState(environment: Environment, { cwd }: CommandIO, { stateless = false }: SessionNeeds): Environment {
  const { state } = environment
  if (stateless) return { ...environment, state: { kind: 'memory' } }
  return state.kind === 'sqlite' ? { ...environment, state: { ...state, file: resolve(cwd, state.file) } } : environment
}

function requireEnvironment(io: CommandIO, config: Config): Environment {
  const read = readEnvironment(io.env, { config, door: 'cli' })
  if (read.environment !== undefined) return read.environment
  const lines = read.problems.map(({ name, message, remedy, usedAt }) => {
    const where = usedAt.length === 0 ? '' : ` (used at ${usedAt.join(', ')})`
    return `${name} ${message}${where}. ${remedy}`
  })
  throw new LockstepError(
    'environment-invalid',
    `The environment is not complete:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      remedy: 'Set these variables and start again.',
    },
  )
}

async function findRepo(given: string | undefined, { env, cwd }: CommandIO): Promise<RepoRef> {
  const text = given ?? env['GITHUB_REPOSITORY'] ?? (await readOrigin(cwd))
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(text ?? '') ?? []
  if (owner !== undefined && repo !== undefined) return { owner, repo }
  throw new LockstepError('usage', text === undefined ? 'Which repository?' : `"${text}" names no repository.`, {
    remedy: 'Name it with --repo OWNER/NAME, or set GITHUB_REPOSITORY.',
  })
}

/** The repository that this folder was cloned from. */
async function readOrigin(cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['remote', 'get-url', 'origin'], { cwd })
    const [, name] = /[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\s*$/.exec(stdout) ?? []
    return name
  } catch {
    // No git, no clone or no origin: then the repository must be named.
    return undefined
  }
}

/** `owner/repo#12`, `#12` or `12`. */
export function requireIssue(text: string, repo: RepoRef): IssueRef {
  const [, number] = /^#?([1-9]\d*)$/.exec(text.trim()) ?? []
  const ref = number === undefined ? parseIssueRef(text) : { ...repo, number: Number(number) }
  if (ref !== undefined) return ref
  throw new LockstepError('usage', `"${text}" names no issue.`, { remedy: 'Write 12, #12 or owner/name#12.' })
}
