import type { Clock } from '../core/ports.ts'
import type { Queue } from '../core/queue.ts'
import type { Hints } from '../web/hooks.ts'
import type { Installations } from './installations.ts'
import type { Place, Repositories } from './repositories.ts'
import { issueTask, scanTask } from './tasks.ts'

interface HintDeps {
  readonly queue: Pick<Queue, 'add'>
  readonly installations: Pick<Installations, 'list'>
  readonly repositories: Pick<Repositories, 'open'>
  readonly clock: Clock
}

// Most tickets of a busy tracker belong to no issue: their deliveries must not ask GitHub each time.
const FRESH_MS = 10 * 60_000

/** What the trackers' deliveries point at, as entries of the queue. */
export function createHints({ queue, installations, repositories, clock }: HintDeps): Hints {
  const kept = new Map<string, { readonly takers: Promise<readonly Place[]>; readonly until: number }>()

  /** The repositories whose rules turn tickets of the connection into issues. */
  async function readTakers(connection: string): Promise<readonly Place[]> {
    const takers: Place[] = []
    for await (const place of installations.list()) {
      // A repository with a broken file takes nothing; its people are told elsewhere.
      const wired = await repositories.open(place).catch(() => undefined)
      const takes = wired?.deps.routes.some(
        ({ to, from, create }) => to === connection && from !== undefined && ['both', 'to-github'].includes(create),
      )
      if (takes === true) takers.push(place)
    }
    return takers
  }

  async function findTakers(connection: string): Promise<readonly Place[]> {
    const now = clock.now().getTime()
    const known = kept.get(connection)
    if (known !== undefined && known.until > now) return await known.takers
    const takers = readTakers(connection)
    kept.set(connection, { takers, until: now + FRESH_MS })
    takers.catch(() => kept.delete(connection))
    return await takers
  }

  return {
    issue: async (ref, { actor, comments, delivery }) =>
      await queue.add([issueTask(ref, { actor, comments })], delivery),
    /** Going on from the last scan finds the ticket, and whatever else was missed. */
    async ticket({ connection }, { organizations, delivery }) {
      const wanted = new Set(organizations.map((name) => name.toLowerCase()))
      const takers = (await findTakers(connection)).filter(({ owner }) => wanted.has(owner.toLowerCase()))
      return await queue.add(
        takers.map((place) => scanTask(place, { installation: place.installation })),
        delivery,
      )
    },
  }
}
