import { LockstepError } from './errors.ts'
import type { Gone } from './issue.ts'
import type { Tracker } from './ports.ts'
import { isGone } from './issue.ts'
import type { Ticket } from './ticket.ts'

const HIDDEN: Gone = { gone: 'hidden', to: null }

/**
 * The same tracker, as far as these projects go. Several organizations may share one connection, and the account behind
 * it sees the tickets of all of them: a key in the text of an issue must not open a ticket of somebody else.
 */
export function stayWithin(tracker: Tracker, allows: (project: string) => boolean): Tracker {
  const require = (project: string): void => {
    if (allows(project)) return
    throw new LockstepError(
      'not-permitted',
      `${tracker.connection}: the project "${project}" is not open to this organization.`,
      {
        remedy: 'Name another project, or ask the operator of the server for this one.',
      },
    )
  }
  const within = ({ project }: Ticket): boolean => allows(project)
  return {
    ...tracker,
    async readTickets(keys, options) {
      const found = await tracker.readTickets(keys, options)
      return new Map(
        [...found].map(([key, ticket]) => [key, isGone(ticket) || within(ticket) ? ticket : HIDDEN] as const),
      )
    },
    changedSince(project, cursor, since) {
      require(project)
      return tracker.changedSince(project, cursor, since)
    },
    async filterTickets(keys, filter) {
      require(filter.project)
      return await tracker.filterTickets(keys, filter)
    },
    findByMark: async (url, scope) => (await tracker.findByMark(url, scope)).filter(within),
    readMarks(project) {
      require(project)
      return tracker.readMarks(project)
    },
    async create(draft) {
      require(draft.project)
      return await tracker.create(draft)
    },
    readProjects: async () => (await tracker.readProjects()).filter(({ key, name }) => allows(key) || allows(name)),
    async readTypes(project) {
      require(project)
      return await tracker.readTypes(project)
    },
    people: {
      ...tracker.people,
      async search(query, scope) {
        require(scope.project)
        return await tracker.people.search(query, scope)
      },
    },
  }
}
