import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import { CONFIG_FILE } from './load.ts'
import { findNearest } from './nearest.ts'
import { findReferences, type Reference } from './references.ts'
import type { Config } from './schema.ts'

export type Door = 'action' | 'app' | 'cli'

export interface Environment {
  readonly github: {
    readonly apiUrl: string
    readonly serverUrl: string
    readonly token: string | null
    readonly app: GitHubApp | null
  }
  readonly state: StatePlace
  /** Path of the configuration within the repository. */
  readonly configFile: string
  readonly logLevel: LogLevel
  readonly proxy: Proxy
  /** The values behind the `$NAME`s of the configuration, by NAME. */
  readonly secrets: Readonly<Record<string, string>>
}

export interface GitHubApp {
  readonly id: string
  /** The key itself in PEM form, or the file that holds it. */
  readonly privateKey: { readonly pem: string } | { readonly file: string }
  /** Only the app needs it; deliveries are signed with it. */
  readonly webhookSecret: string | null
}

export type StatePlace =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'memory' }
  | { readonly kind: 'ref' }

export interface Proxy {
  readonly https: string | null
  readonly http: string | null
  /** Hosts that are reached directly, separated by commas. */
  readonly except: string | null
}

export interface EnvironmentProblem {
  readonly name: string
  readonly message: string
  readonly remedy: string
  /** Where the configuration refers to it. */
  readonly usedAt: readonly string[]
}

export type Variables = Readonly<Record<string, string | undefined>>

export type EnvironmentRead =
  | { readonly environment: Environment; readonly problems?: never }
  | { readonly problems: readonly EnvironmentProblem[]; readonly environment?: never }

const LogLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
export type LogLevel = z.infer<typeof LogLevel>

const SQLITE_FILE = '.lockstep/lockstep.sqlite'

const httpUrl = (expected: string) => z.url({ protocol: /^https?$/, error: expected })
const address = (value: string): string => value.replace(/\/+$/, '')

/** Every variable that Lockstep knows, but for those that the configuration names. */
export const environmentSchema = z.object({
  GITHUB_TOKEN: z.string().optional().describe('A token for GitHub; the Action gets it from the workflow.'),
  APP_ID: z
    .string()
    .regex(/^\d+$/, 'the number that GitHub shows on the page of the app')
    .optional()
    .describe('The id of the GitHub App, in place of GITHUB_TOKEN.'),
  PRIVATE_KEY: z
    .string()
    .transform(readPem)
    .pipe(z.string().regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key in PEM form (or that in base64)'))
    .optional()
    .describe('The private key of the GitHub App in PEM form; \\n for line breaks and base64 are understood.'),
  PRIVATE_KEY_PATH: z.string().optional().describe('A file with the private key, in place of PRIVATE_KEY.'),
  WEBHOOK_SECRET: z.string().optional().describe('The secret that GitHub signs its deliveries with; the app needs it.'),
  GITHUB_API_URL: httpUrl('an address such as https://github.example.com/api/v3')
    .default('https://api.github.com')
    .describe('The API of a GitHub Enterprise Server.'),
  GITHUB_SERVER_URL: httpUrl('an address such as https://github.example.com')
    .default('https://github.com')
    .describe('The web address of a GitHub Enterprise Server.'),
  DATABASE_URL: z
    .string()
    .regex(/^(?:postgres(?:ql)?:\/\/[^\s/]+\/\S+|sqlite:.+|memory:|ref)$/, {
      error: 'postgres://…/DATABASE, sqlite:FILE, memory: or (not for the app) ref',
    })
    .optional()
    .describe(
      `Where the links are kept: postgres://…, sqlite:FILE, memory: (gone when the process ends) or ref (a hidden git ref of the repository; not for the app). Unless given, the Action keeps them in a git ref, and the app and the CLI in sqlite:${SQLITE_FILE}.`,
    ),
  LOCKSTEP_CONFIG: z.string().default(CONFIG_FILE).describe('The path of the configuration within the repository.'),
  LOG_LEVEL: z.string().toLowerCase().pipe(LogLevel).default('info').describe('How much is logged.'),
  HTTPS_PROXY: httpUrl('an address such as http://proxy.example.com:3128')
    .optional()
    .describe('The proxy for https:// addresses; also read in small letters, like the next two.'),
  HTTP_PROXY: httpUrl('an address such as http://proxy.example.com:3128')
    .optional()
    .describe('The proxy for http:// addresses.'),
  NO_PROXY: z.string().optional().describe('Hosts that are reached without the proxy, separated by commas.'),
})

type Known = z.infer<typeof environmentSchema>

/** Reads the environment of a process for a door, and finds everything that is wrong with it at once. Values are never quoted. */
export function readEnvironment(
  variables: Variables,
  {
    config,
    references = config === undefined ? [] : findReferences(config),
    door = 'cli',
  }: {
    readonly config?: Config | undefined
    /** The variables that are named elsewhere than in a config, as in the operator's file. */
    readonly references?: readonly Reference[]
    readonly door?: Door
  } = {},
): EnvironmentRead {
  const parsed = environmentSchema.safeParse(pickKnown(variables))
  const problems = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const expected = path[0] === 'LOG_LEVEL' ? `one of ${LogLevel.options.join(', ')}` : message
    return problem(String(path[0]), 'has a value that cannot be used', `Expected ${expected}.`)
  })
  const failed = new Set(problems.map(({ name }) => name))
  const about = (given: EnvironmentProblem[]) => given.filter(({ name }) => !failed.has(name))
  problems.push(...about(checkSignIn(pickKnown(variables), door)), ...about(checkState(pickKnown(variables), door)))

  const { secrets, missing } = readSecrets(variables, references)
  problems.push(...missing)
  if (problems.length > 0 || !parsed.success) return { problems }
  return { environment: assemble(parsed.data, door, secrets) }
}

const problem = (
  name: string,
  message: string,
  remedy: string,
  usedAt: readonly string[] = [],
): EnvironmentProblem => ({
  name,
  message,
  remedy,
  usedAt,
})

/** GitHub hands out a missing secret as an empty variable, so empty is unset. */
function pickKnown(variables: Variables): Readonly<Record<string, string>> {
  const names = Object.keys(environmentSchema.shape)
  return Object.fromEntries(
    names.flatMap((name) => {
      const small = name.endsWith('_PROXY') ? variables[name.toLowerCase()] : undefined
      const value = (variables[name] || small)?.trim()
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}

function checkSignIn(known: Readonly<Record<string, string>>, door: Door): EnvironmentProblem[] {
  const has = (name: string) => known[name] !== undefined
  const app = has('APP_ID') || has('PRIVATE_KEY') || has('PRIVATE_KEY_PATH')
  if (!app && door !== 'app') {
    if (has('GITHUB_TOKEN')) return []
    return [
      problem(
        'GITHUB_TOKEN',
        'is not set',
        'Set it to a token for GitHub, or set APP_ID and PRIVATE_KEY of a GitHub App.',
      ),
    ]
  }
  const problems: EnvironmentProblem[] = []
  if (!has('APP_ID')) problems.push(problem('APP_ID', 'is not set', 'Set it to the id of the GitHub App.'))
  if (!has('PRIVATE_KEY') && !has('PRIVATE_KEY_PATH')) {
    problems.push(
      problem(
        'PRIVATE_KEY',
        'is not set',
        'Set it to the private key of the GitHub App, or PRIVATE_KEY_PATH to a file with it.',
      ),
    )
  }
  if (has('PRIVATE_KEY') && has('PRIVATE_KEY_PATH')) {
    problems.push(problem('PRIVATE_KEY_PATH', 'is set, and PRIVATE_KEY too', 'Keep one of the two.'))
  }
  if (door === 'app' && !has('WEBHOOK_SECRET')) {
    problems.push(
      problem(
        'WEBHOOK_SECRET',
        'is not set',
        'Set it to the webhook secret of the GitHub App: unsigned deliveries are refused.',
      ),
    )
  }
  return problems
}

function checkState(known: Readonly<Record<string, string>>, door: Door): EnvironmentProblem[] {
  if (known['DATABASE_URL'] !== 'ref' || door !== 'app') return []
  return [problem('DATABASE_URL', 'is ref, which the app cannot use', `Use postgres://… or sqlite:${SQLITE_FILE}.`)]
}

function assemble(known: Known, door: Door, secrets: Readonly<Record<string, string>>): Environment {
  return {
    github: {
      apiUrl: address(known.GITHUB_API_URL),
      serverUrl: address(known.GITHUB_SERVER_URL),
      token: known.GITHUB_TOKEN ?? null,
      app: readApp(known),
    },
    state: readState(known.DATABASE_URL, door),
    configFile: known.LOCKSTEP_CONFIG,
    logLevel: known.LOG_LEVEL,
    proxy: { https: known.HTTPS_PROXY ?? null, http: known.HTTP_PROXY ?? null, except: known.NO_PROXY ?? null },
    secrets,
  }
}

function readApp({ APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, WEBHOOK_SECRET }: Known): GitHubApp | null {
  if (APP_ID === undefined) return null
  const webhookSecret = WEBHOOK_SECRET ?? null
  if (PRIVATE_KEY !== undefined) return { id: APP_ID, privateKey: { pem: PRIVATE_KEY }, webhookSecret }
  return PRIVATE_KEY_PATH === undefined ? null : { id: APP_ID, privateKey: { file: PRIVATE_KEY_PATH }, webhookSecret }
}

/** Where the state lies, for work that needs nothing else of the environment. */
export function readStatePlace(variables: Variables, door: Door): StatePlace {
  const { DATABASE_URL: url } = pickKnown({ DATABASE_URL: variables['DATABASE_URL'] })
  const problems = checkState(url === undefined ? {} : { DATABASE_URL: url }, door)
  const parsed = environmentSchema.shape.DATABASE_URL.safeParse(url)
  if (parsed.success && problems.length === 0) return readState(parsed.data, door)
  const message = parsed.error?.issues[0]?.message
  const told = problem('DATABASE_URL', 'has a value that cannot be used', `Expected ${message ?? 'a database'}.`)
  return requireEnvironment({ problems: problems.length > 0 ? problems : [told] }).state
}

function readState(url: string | undefined, door: Door): StatePlace {
  if (url === undefined) return door === 'action' ? { kind: 'ref' } : { kind: 'sqlite', file: SQLITE_FILE }
  if (url === 'ref') return { kind: 'ref' }
  if (url === 'memory:') return { kind: 'memory' }
  return url.startsWith('sqlite:') ? { kind: 'sqlite', file: url.slice('sqlite:'.length) } : { kind: 'postgres', url }
}

function readPem(value: string): string {
  if (value.startsWith('-----BEGIN')) return value.replaceAll('\\n', '\n')
  return Buffer.from(value, 'base64').toString('utf8').trim()
}

function readSecrets(variables: Variables, references: readonly Reference[]) {
  const secrets: Record<string, string> = {}
  const missing: EnvironmentProblem[] = []
  for (const { name, usedAt } of references) {
    const value = variables[name]?.trim()
    if (value !== undefined && value !== '') {
      secrets[name] = value
      continue
    }
    const nearest = findNearest(name, Object.keys(variables))
    const hint = nearest === undefined ? '' : ` Did you mean $${nearest} there?`
    const message = value === undefined ? 'is not set' : 'is empty'
    missing.push(problem(name, message, `Set it, for example from a secret of the repository.${hint}`, usedAt))
  }
  return { secrets, missing }
}

export function printEnvironmentProblem({ name, message, remedy, usedAt }: EnvironmentProblem): string {
  const used = usedAt.length === 0 ? '' : ` (used by ${usedAt.join(', ')})`
  return `${name} ${message}${used}.\n  ${remedy}`
}

/** The environment, or the error that every door reports alike. */
export function requireEnvironment(read: EnvironmentRead): Environment {
  if (read.environment !== undefined) return read.environment
  throw new LockstepError('environment-invalid', read.problems.map(printEnvironmentProblem).join('\n\n'), {
    details: { variables: read.problems.map(({ name }) => name) },
  })
}
