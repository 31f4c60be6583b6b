import { LockstepError } from './errors.ts'
import type { Choice } from './finder.ts'
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
  const readTickets: Tracker['readTickets'] = async (keys, options) => {
    const found = await tracker.readTickets(keys, options)
    return new Map(
      [...found].map(([key, ticket]) => [key, isGone(ticket) || within(ticket) ? ticket : HIDDEN] as const),
    )
  }
  const { finder, createAll, ...rest } = tracker
  return {
    ...rest,
    ...(finder === undefined ? {} : { finder: { findTickets } }),
    readTickets,
    changedSince(project, cursor, start) {
      require(project)
      return tracker.changedSince(project, cursor, start)
    },
    async filterTickets(keys, filter) {
      require(filter.project)
      return await tracker.filterTickets(keys, filter)
    },
    findByMark: async (url, scope) => (await tracker.findByMark(url, scope)).filter(within),
    readMarks(project, since) {
      require(project)
      return tracker.readMarks(project, since)
    },
    async create(draft) {
      require(draft.project)
      return await tracker.create(draft)
    },
    ...(createAll === undefined
      ? {}
      : {
          async createAll(drafts) {
            for (const { project } of drafts) require(project)
            return await createAll(drafts)
          },
        }),
    readProjects: async () => (await tracker.readProjects()).filter(({ key, name }) => allows(key) || allows(name)),
    async readTypes(project, options) {
      require(project)
      return await tracker.readTypes(project, options)
    },
    people: {
      ...tracker.people,
      async search(query, scope) {
        require(scope.project)
        return await tracker.people.search(query, scope)
      },
    },
  }

  // A search may go through all projects of the account. There are no suggestions: they do not say whose values they are.
  async function findTickets(query: string, project: string): Promise<readonly Choice[]> {
    require(project)
    const found = (await finder?.findTickets(query, project)) ?? []
    const tickets = await readTickets(
      found.map(({ value }) => value),
      { marks: false },
    )
    return found.filter(({ value }) => {
      const ticket = tickets.get(value)
      return ticket !== undefined && !isGone(ticket)
    })
  }
}
