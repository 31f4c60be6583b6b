import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import { checkTrackers } from './check-trackers.ts'
import { diagnose } from './diagnose.ts'
import { decodeConfig, dropRepeated, findSecrets } from './load.ts'
import { createLocator } from './locate.ts'
import { suggest } from './nearest.ts'
import { dropConsequences, readParts } from './parts.ts'
import { printProblems, type Finding, type Path, type Problem } from './problem.ts'
import { findReferences, referredName, type Reference } from './references.ts'
import { PeopleRule, RouteRule, type Connection } from './schema.ts'
import { SERVER_FILE, ServerConfig } from './server.ts'
import { valueAt, type Shape } from './shape.ts'
import { readYaml, type YamlFile } from './yaml.ts'

export type LoadedServer =
  | { readonly server: ServerConfig; readonly warnings: readonly Problem[]; readonly problems?: never }
  | { readonly problems: readonly Problem[]; readonly server?: never; readonly warnings?: never }

/** Reads the operator's file and finds everything that is wrong with it at once. */
export function loadServerConfig(text: string, file: string): LoadedServer {
  const plain = text.replace(/^\uFEFF/, '')
  const yaml = readYaml(plain)
  const parsed = yaml.broken ? undefined : ServerConfig.safeParse(yaml.data)
  const findings = [...findSecrets(plain, yaml), ...yaml.findings]
  if (parsed !== undefined) findings.push(...judge(yaml, plain, parsed, findings))

  const place = createLocator(file, plain, yaml)
  const problems = dropRepeated(findings.map(place)).sort((a, b) => a.line - b.line || a.column - b.column)
  const failed = problems.some(({ severity }) => severity === 'error')
  if (failed || parsed?.success !== true) return { problems }
  return { server: parsed.data, warnings: problems }
}

const serverShape = (): Shape => z.toJSONSchema(ServerConfig, { io: 'input', target: 'draft-07' }) as Shape

function judge(
  { data, places }: YamlFile,
  text: string,
  { error }: z.ZodSafeParseResult<ServerConfig>,
  before: readonly Finding[],
): readonly Finding[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [notAMapping]
  const written = (path: Path) => text.slice(...(places.get(JSON.stringify(path))?.value ?? [0, 0]))
  const wrong = error === undefined ? [] : diagnose(error.issues, { shape: serverShape(), data, written })
  const told = dropConsequences(wrong, before)
  const { trackers: connections } = readParts({ trackers: valueAt(data, ['connections']) })
  const granted = readGrants(data)
  const crossed = [
    ...checkConnections(connections),
    ...checkGrants(granted, [...connections.keys()]),
    ...checkUse([...connections.keys()], granted),
  ]
  return [...told, ...dropConsequences(crossed, [...before, ...told])]
}

const notAMapping: Finding = {
  severity: 'error',
  path: [],
  message: 'the file must be a mapping ("name: value")',
  remedy: 'Start with "version: 1", then connections and organizations.',
}

/** What stands about a tracker in a repository's file holds for the operator's as well. */
function checkConnections(connections: ReadonlyMap<string, Connection | undefined>): Finding[] {
  const moved = (path: Path): Path => (path[0] === 'trackers' ? ['connections', ...path.slice(1)] : path)
  // The routes are those of the repositories; here only the connection itself is judged.
  const everyone = [...connections.keys()].map((to) => ({ rule: RouteRule.parse({ to }), written: {} }))
  const shared = checkTrackers(connections, everyone)
  return [
    ...shared.map(({ path, judged, ...rest }) => ({
      ...rest,
      path: moved(path),
      ...(judged === undefined ? {} : { judged: judged.map(moved) }),
    })),
    ...[...connections].flatMap(([name, connection]) =>
      connection?.kind === 'azure' && connection.entra !== undefined && connection.entra.secret === undefined
        ? [withoutWorkflow(name)]
        : [],
    ),
  ]
}

const withoutWorkflow = (name: string): Finding => ({
  severity: 'error',
  path: ['connections', name, 'entra'],
  at: 'key',
  message: 'there is no client secret',
  remedy: 'Add "secret: $NAME": only a workflow of GitHub Actions has a token to exchange instead.',
})

interface Grant {
  readonly organization: string
  readonly connection: string
}

function readGrants(data: unknown): readonly Grant[] {
  const organizations = Object.keys(valueAt(data, ['organizations']) ?? {})
  return organizations.flatMap((organization) =>
    Object.keys(valueAt(data, ['organizations', organization, 'connections']) ?? {}).map((connection) => ({
      organization,
      connection,
    })),
  )
}

const checkGrants = (grants: readonly Grant[], known: readonly string[]): Finding[] =>
  grants
    .filter(({ connection }) => !known.includes(connection))
    .map(({ organization, connection }) => ({
      severity: 'error',
      path: ['organizations', organization, 'connections', connection],
      at: 'key',
      message: `there is no connection "${connection}"`,
      remedy: `${suggest(connection, known)}${known.length === 0 ? 'Describe it under "connections".' : `Known: ${known.join(', ')}.`}`,
      judged: [['connections', connection]],
    }))

const checkUse = (known: readonly string[], grants: readonly Grant[]): Finding[] =>
  known
    .filter((name) => !grants.some(({ connection }) => connection === name))
    .map((name) => ({
      severity: 'warning',
      path: ['connections', name],
      at: 'key',
      message: 'no organization may use this connection',
      remedy: `Name it under organizations, in the "connections" of one of them, or remove it.`,
      judged: [['organizations']],
    }))

/** The environment variables that the operator's file names, and where. */
export const findServerReferences = ({ connections, organizations }: ServerConfig): readonly Reference[] => [
  ...findReferences({ trackers: connections, people: PeopleRule.parse({}) }).map(({ name, usedAt }) => ({
    name,
    usedAt: usedAt.map((path) => path.replace(/^trackers/, 'connections')),
  })),
  ...Object.entries(organizations).flatMap(([name, { people }]) =>
    people === undefined ? [] : [{ name: referredName(people.key), usedAt: [`organizations.${name}.people.key`] }],
  ),
]

/** The operator's file, or the error that names everything wrong with it; without a file the server has no connections. */
export async function readServerConfig(path: string, required: boolean): Promise<ServerConfig> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return ServerConfig.parse({ version: 1 })
    throw new LockstepError('config-missing', `The operator's file ${path} cannot be read.`, {
      remedy: `Lockstep looks for ${SERVER_FILE} in the current folder; LOCKSTEP_SERVER_CONFIG names another.`,
      cause,
    })
  }
  const loaded = loadServerConfig(decodeConfig(bytes, path), path)
  if (loaded.server !== undefined) return loaded.server
  throw new LockstepError(
    'config-invalid',
    `The operator's file ${path} has mistakes.\n\n${printProblems(loaded.problems)}`,
    { remedy: 'Correct the file and start again.' },
  )
}
