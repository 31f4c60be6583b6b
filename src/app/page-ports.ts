import { connectionsOf, hasFeature, type ServerConfig } from '../config/server.ts'
import { LockstepError } from '../core/errors.ts'
import { printRepo, type RepoRef } from '../core/issue.ts'
import type { Clock } from '../core/ports.ts'
import type { Queue } from '../core/queue.ts'
import { examine, type DoctorDeps } from '../doctor/doctor.ts'
import { createOptionsReader, type OptionsReader } from '../sync/options.ts'
import type { PagesDeps } from '../web/pages/index.ts'
import type { Wired } from '../wire.ts'
import type { Repositories } from './repositories.ts'
import { issueTask } from './tasks.ts'

export interface PagePortsDeps {
  readonly repositories: Pick<Repositories, 'open'>
  readonly queue: Pick<Queue, 'add'>
  readonly server: ServerConfig
  /** Where trackers reach the server. */
  readonly address: string
  /** Path of the configuration within a repository. */
  readonly configFile: string
  readonly clock: Clock
}

type Ports = Required<Pick<PagesDeps, 'open' | 'explain' | 'examine' | 'openOptions' | 'requestSync'>>

const NOT_GRANTED = 'Your organization does not have access to this feature'

/** What the pages and the API ask about a repository, answered by its own configuration. */
export function createPagePorts(deps: PagePortsDeps): Ports {
  const { repositories, queue, server, configFile } = deps
  // What a reader learned of the trackers counts until the configuration is another one.
  const readers = new WeakMap<Wired, OptionsReader>()

  async function open({ owner, repo }: RepoRef): Promise<Wired> {
    const wired = await repositories.open({ owner, repo, installation: null })
    if (wired !== undefined) return wired
    throw new LockstepError('config-missing', `${printRepo({ owner, repo })} has no ${configFile}.`, {
      remedy: 'Commit one to its default branch: "lockstep init" writes it.',
    })
  }

  function readerOf(wired: Wired): OptionsReader {
    const reader = readers.get(wired) ?? createOptionsReader(wired.deps)
    readers.set(wired, reader)
    return reader
  }

  return {
    open: async (repo) => (await open(repo)).deps,
    async explain(repo, login, connection) {
      const { people, deps: sync } = await open(repo)
      return await people.explain(login, connection, {
        project: sync.trackers.get(connection)?.project ?? '',
        ticket: null,
      })
    },
    examine: async (repo) => await examine(doctorDepsOf(await open(repo), repo, deps)),
    async openOptions(repo) {
      const wired = await open(repo)
      return {
        organization: { slug: repo.owner, barred: hasFeature(server, repo.owner, 'issue-sync') ? null : NOT_GRANTED },
        routes: wired.deps.routes,
        describe: readerOf(wired),
        file: wired.configFile,
        load: { connections: connectionsOf(server, repo.owner) },
      }
    },
    async requestSync(ref, actor) {
      await queue.add([issueTask(ref, { actor, comments: true })])
    },
  }
}

export const doctorDepsOf = (
  { config, deps, host, people }: Wired,
  repo: RepoRef,
  { address, clock }: Pick<PagePortsDeps, 'address' | 'clock'>,
): DoctorDeps => ({
  config,
  repo,
  host,
  people,
  trackers: deps.trackers,
  clock,
  appUrl: address,
})
