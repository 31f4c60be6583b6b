import { z } from 'zod'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import { printRepo } from '../core/issue.ts'
import type { Clock } from '../core/ports.ts'
import type { Installations } from './installations.ts'
import type { Place, Repositories } from './repositories.ts'

const Installation = z.object({ id: z.int() })

const FRESH_MS = 10 * 60_000

export interface Places {
  /** `undefined` where the app is not installed. */
  find(repo: RepoRef): Promise<Place | undefined>
  /** The repositories of these organizations whose rules turn tickets of the connection into issues. */
  takersOf(connection: string, organizations: readonly string[]): Promise<readonly Place[]>
}

/** Where a repository is, for whoever knows no more than its name. Answers may be ten minutes old. */
export function createPlaces(installations: Installations, repositories: Repositories, clock: Clock): Places {
  const keep = createKeeper(clock)

  async function readPlace(repo: RepoRef): Promise<Place | undefined> {
    try {
      const { id } = await installations.app.read(Installation, 'GET /repos/{owner}/{repo}/installation', { ...repo })
      return { owner: repo.owner, repo: repo.repo, installation: id }
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'not-found') return undefined
      throw error
    }
  }

  async function readTakers(connection: string): Promise<readonly Place[]> {
    const takers: Place[] = []
    for await (const place of installations.list()) {
      // A repository with a broken file takes nothing; its people are told elsewhere.
      const wired = await repositories.open(place).catch(() => undefined)
      const takes = wired?.deps.routes.some(({ to, from, create }) => {
        return to === connection && from !== undefined && (create === 'both' || create === 'to-github')
      })
      if (takes === true) takers.push(place)
    }
    return takers
  }

  return {
    find: async ({ owner, repo }) =>
      await keep(`place:${printRepo({ owner, repo }).toLowerCase()}`, async () => await readPlace({ owner, repo })),
    async takersOf(connection, organizations) {
      const wanted = new Set(organizations.map((name) => name.toLowerCase()))
      const takers = await keep(`takers:${connection}`, async () => await readTakers(connection))
      return takers.filter(({ owner }) => wanted.has(owner.toLowerCase()))
    },
  }
}

const MOST_KEPT = 10_000

/** One question at a time, and its answer for a while. */
function createKeeper(clock: Clock) {
  const kept = new Map<string, { readonly answer: Promise<unknown>; readonly until: number }>()
  return async <Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> => {
    const now = clock.now().getTime()
    const known = kept.get(key)
    if (known !== undefined && known.until > now) return (await known.answer) as Answer
    const answer = read()
    answer.catch(() => kept.delete(key))
    kept.delete(key)
    kept.set(key, { answer, until: now + FRESH_MS })
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return await answer
  }
}
