import type { Queue } from '../core/queue.ts'
import type { Hints } from '../web/hooks.ts'
import type { Places } from './places.ts'
import { issueTask, scanTask } from './tasks.ts'

/** What the trackers' deliveries point at, as entries of the queue. */
export const createHints = (queue: Pick<Queue, 'add'>, places: Places): Hints => ({
  async issue(ref, { actor, comments, delivery }) {
    const place = await places.find(ref)
    return place !== undefined && (await queue.add([issueTask(place.installation, ref, { actor, comments })], delivery))
  },
  /** Going on from the last scan finds the ticket, and whatever else was missed. */
  async ticket({ connection }, { organizations, delivery }) {
    const takers = await places.takersOf(connection, organizations)
    return await queue.add(
      takers.map((place) => scanTask(place.installation, place, null)),
      delivery,
    )
  },
})
