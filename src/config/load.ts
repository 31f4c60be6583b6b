import { readFile } from 'node:fs/promises'
import { LockstepError } from '../core/errors.ts'
import { checkPeople } from './check-people.ts'
import { checkRoutes } from './check-routes.ts'
import { checkTrackers } from './check-trackers.ts'
import { diagnose } from './diagnose.ts'
import { createLocator } from './locate.ts'
import { dropConsequences, readParts } from './parts.ts'
import { printProblems, type Finding, type Path, type Problem } from './problem.ts'
import { Config, type Connection } from './schema.ts'
import { findKnownSecrets } from './secrets.ts'
import { configShape } from './shape.ts'
import { readYaml, type YamlFile } from './yaml.ts'

export const CONFIG_FILE = '.github/lockstep.yml'

export interface LoadOptions {
  /** Trackers that the operator offers besides those in the file, by name. */
  readonly connections?: Readonly<Record<string, Pick<Connection, 'kind'>>>
}

export type Loaded =
  | { readonly config: Config; readonly warnings: readonly Problem[]; readonly problems?: never }
  | { readonly problems: readonly Problem[]; readonly config?: never; readonly warnings?: never }

/** Reads a configuration and finds everything that is wrong with it at once; `file` only names it in the problems. */
export function loadConfig(text: string, file: string, options: LoadOptions = {}): Loaded {
  const plain = text.replace(/^\uFEFF/, '')
  const yaml = readYaml(plain)
  const parsed = yaml.broken ? undefined : Config.safeParse(yaml.data)
  const findings = [...findSecrets(plain, yaml), ...yaml.findings]
  if (parsed !== undefined) findings.push(...judge(yaml, plain, parsed.error?.issues ?? [], findings, options))

  const place = createLocator(file, plain, yaml)
  const problems = dropRepeated(findings.map(place)).sort((a, b) => a.line - b.line || a.column - b.column)
  const failed = problems.some(({ severity }) => severity === 'error')
  if (failed || parsed?.success !== true) return { problems }
  return { config: parsed.data, warnings: problems }
}

type Issues = Parameters<typeof diagnose>[0]

function judge(
  yaml: YamlFile,
  text: string,
  issues: Issues,
  before: readonly Finding[],
  { connections = {} }: LoadOptions,
): readonly Finding[] {
  const written = (path: Path) => text.slice(...(yaml.places.get(JSON.stringify(path))?.value ?? [0, 0]))
  const wrong = issues.length === 0 ? [] : diagnose(issues, { shape: configShape(), data: yaml.data, written })
  const told = dropConsequences(wrong, before)
  const { trackers, routes, people } = readParts(yaml.data)
  const kinds = new Map([
    ...Object.entries(connections).map(([name, { kind }]) => [name, kind] as const),
    ...[...trackers].map(([name, connection]) => [name, connection?.kind] as const),
  ])
  const crossed = [
    ...checkTrackers(trackers, routes),
    ...checkRoutes(routes, kinds),
    ...(people === undefined ? [] : checkPeople(people)),
  ]
  return [...told, ...dropConsequences(crossed, [...before, ...told])]
}

/** Secrets that give themselves away, wherever they stand, comments included. */
export function findSecrets(text: string, { places }: YamlFile): Finding[] {
  const holders = [...places].map(([json, { value }]) => [JSON.parse(json) as Path, value] as const)
  return findKnownSecrets(text).map((range) => ({
    severity: 'error',
    path: holders.findLast(([, [start, end]]) => start <= range[0] && range[1] <= end)?.[0] ?? [],
    range,
    message: 'this looks like a secret',
    remedy:
      'Write $NAME, and set the environment variable NAME. Revoke the secret: the history of the repository keeps it.',
  }))
}

export function dropRepeated(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ line, column, message }) => {
    const mark = `${line}:${column}:${message}`
    return !seen.has(mark) && seen.add(mark)
  })
}

/** Reads the bytes of a configuration file as text. */
export async function readConfigFile(path: string): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new LockstepError('config-missing', `The configuration ${path} cannot be read.`, {
      remedy: `Lockstep looks for ${CONFIG_FILE} in the repository; --config FILE names another.`,
      cause,
    })
  }
  return decodeConfig(bytes, path)
}

export function decodeConfig(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new LockstepError('config-invalid', `The configuration ${path} is not UTF-8.`, {
      remedy: 'Save the file as UTF-8.',
      cause,
    })
  }
}

/** The configuration, or the error that every door reports alike. */
export function requireConfig(loaded: Loaded, file: string): Config {
  if (loaded.config !== undefined) return loaded.config
  throw new LockstepError(
    'config-invalid',
    `The configuration ${file} has mistakes.\n\n${printProblems(loaded.problems)}`,
    {
      remedy: 'Correct the file; "lockstep check" tells when it is right.',
    },
  )
}
