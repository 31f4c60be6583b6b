import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Environment } from '../config/environment.ts'
import { decodeConfig, requireConfig, type Loaded } from '../config/load.ts'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import { printRepo } from '../core/issue.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { Client } from '../github/index.ts'
import { wire, type Kept, type Shared, type Wired } from '../wire.ts'
import type { Installations } from './installations.ts'

/** Where the worker meets a repository. */
export interface Place extends RepoRef {
  /** `null` where it is not known yet. */
  readonly installation: number | null
}

export type ProjectRule = (
  organization: string,
  place: { readonly connection: string; readonly project: string },
) => boolean

export interface RepositoriesDeps {
  readonly installations: Installations
  readonly environment: Environment
  readonly kept: Pick<Kept, 'store' | 'people'>
  readonly shared: Shared
  /** What the operator lets an organization say and use; the only way in for a repository's file. */
  readonly readRules: (text: string, file: string, organization: string) => Loaded
  /** Which projects of a connection are open to an organization; all of them unless given. */
  readonly allowsProject?: ProjectRule | undefined
  readonly clock: Clock
  readonly log: Log
}

export interface Repositories {
  /** Everything wired by the file on the default branch; `undefined` where there is none. */
  open(place: Place): Promise<Wired | undefined>
  /** The file at a commit, judged; `undefined` where there is none. */
  read(place: Place, sha: string): Promise<Loaded | undefined>
  /** Wired by a file that is only proposed: nothing is kept. */
  tryOut(place: Place, loaded: Loaded): Promise<Wired>
  /** The file changed, as a push said. */
  forget(repo: RepoRef): void
}

// Over a megabyte there is no content.
const Content = z.object({ content: z.string(), encoding: z.enum(['base64', 'none']) })
type Content = z.infer<typeof Content>

// A burst of events asks GitHub once; a push makes this process look at once, and others after this time.
const FRESH_MS = 5_000
const KEPT_REPOSITORIES = 2_000

interface Known {
  readonly etag: string | null
  /** Fingerprint of the file: the same file is not wired again. */
  readonly version: string | null
  readonly wired: Promise<Wired> | undefined
  readonly readAt: number
}

/** The repositories of all installations, each wired by its own file. */
export function createRepositories(deps: RepositoriesDeps): Repositories {
  const { installations, environment, kept, shared, allowsProject, clock, log } = deps
  const known = new Map<string, Promise<Known>>()
  const file = environment.configFile
  const keyOf = (repo: RepoRef) => printRepo(repo).toLowerCase()

  async function wireUp(place: Place, loaded: Loaded, keep: boolean): Promise<Wired> {
    return await wire({
      config: requireConfig(loaded, file),
      environment,
      repo: place,
      store: kept.store,
      peopleStore: kept.people,
      github: { client: await installations.clientOf(place) },
      shared,
      clock,
      log,
      keep,
      ...(allowsProject === undefined
        ? {}
        : { allowsProject: (connection, project) => allowsProject(place.owner, { connection, project }) }),
    })
  }

  const contentOf = (place: Place, more: Record<string, unknown> = {}) => ({
    owner: place.owner,
    repo: place.repo,
    path: file,
    ...more,
  })

  function judge(content: Content, { owner }: RepoRef): Loaded {
    try {
      return deps.readRules(readText(content, file), file, owner)
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'config-invalid') throw error
      const { message, remedy } = error
      return { problems: [{ severity: 'error', file, line: 1, column: 1, path: '', message, remedy: remedy ?? '' }] }
    }
  }

  async function refresh(place: Place, before: Known | undefined): Promise<Known> {
    const readAt = clock.now().getTime()
    if (before !== undefined && readAt - before.readAt < FRESH_MS) return before
    const client = await installations.clientOf(place)
    const answer = await readContent(client, contentOf(place), before?.etag ?? null)
    if (answer === 'unchanged' && before !== undefined) return { ...before, readAt }
    if (answer === undefined || answer === 'unchanged') return { etag: null, version: null, wired: undefined, readAt }
    const version = createHash('sha256').update(answer.data.content).digest('hex')
    const etag = answer.headers['etag'] ?? null
    if (before?.version === version) return { ...before, etag, readAt }
    const wired = wireUp(place, judge(answer.data, place), true)
    // Whoever opens it hears of the failure.
    wired.catch(() => undefined)
    return { etag, version, wired, readAt }
  }

  return {
    async open(place) {
      const key = keyOf(place)
      const before = known.get(key)
      const next = Promise.resolve(before?.catch(() => undefined)).then((last) => refresh(place, last))
      known.delete(key)
      known.set(key, next)
      const [oldest] = known.keys()
      if (known.size > KEPT_REPOSITORIES && oldest !== undefined) known.delete(oldest)
      return await (
        await next
      ).wired
    },
    async read(place, sha) {
      const client = await installations.clientOf(place)
      const answer = await readContent(client, contentOf(place, { ref: sha }), null)
      return answer === undefined || answer === 'unchanged' ? undefined : judge(answer.data, place)
    },
    tryOut: (place, loaded) => wireUp(place, loaded, false),
    forget(repo) {
      known.delete(keyOf(repo))
    },
  }
}

function readText({ content, encoding }: Content, file: string): string {
  if (encoding === 'base64') return decodeConfig(Buffer.from(content, 'base64'), file)
  throw new LockstepError('config-invalid', `The configuration ${file} is larger than 1 MiB.`, {
    remedy: 'Split the work over several repositories, or shorten the file.',
  })
}

async function readContent(client: Client, parameters: Record<string, unknown>, etag: string | null) {
  try {
    const answer = await client.readChanged(Content, 'GET /repos/{owner}/{repo}/contents/{path}', parameters, etag)
    return answer ?? ('unchanged' as const)
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'not-found') return undefined
    throw error
  }
}
