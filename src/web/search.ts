import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import type { Choice } from '../core/finder.ts'
import type { Tracker } from '../core/ports.ts'
import { LockstepError } from '../core/errors.ts'
import { toChoice } from '../people/search.ts'
import type { WebEnv } from './context.ts'

export interface SearchDeps {
  /** For programs, which have no session; without one only people are let in. */
  readonly token: string | null
  findConnection(organization: string, connection: string): Promise<SearchConnection | undefined>
}

export interface SearchConnection {
  readonly tracker: Tracker
  /** The project that is meant where none is named. */
  readonly project: string
  /** For people: "Jira". */
  readonly name: string
}

// Addresses and accounts are for those who work here.
const NOT_HERE = 'You do not have permission to perform this action.'

interface Question {
  readonly field: string
  readonly query: string
  readonly project: string
}

/** What the pickers of a form ask for: people, tickets, values of other fields. */
export function createSearchRoutes({ token, findConnection }: SearchDeps): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.get('/api/organizations/:organization/connections/:connection/search', async (context) => {
    const { organization, connection } = context.req.param()
    const authorization = context.req.header('authorization') ?? ''
    const visitor = context.get('visitor') ?? null
    const isProgram = /^Bearer /i.test(authorization)
    if (isProgram ? !isRight(authorization, token) : visitor === null) {
      return context.json({ detail: 'Authentication credentials were not provided.' }, 401, {
        'www-authenticate': 'Bearer',
      })
    }
    if (!isProgram && visitor?.sees(organization) !== true) return context.body(null, 404)
    if (!isProgram && visitor?.worksIn(organization) !== true) return context.json({ detail: NOT_HERE }, 403)
    const found = await findConnection(organization, connection)
    if (found === undefined) return context.body(null, 404)
    const { field, query, project } = context.req.query()
    if (!field) return context.json({ detail: 'field is a required parameter' }, 400)
    if (!query) return context.json({ detail: 'query is a required parameter' }, 400)
    const answer = await search(found, { field, query, project: project || found.project })
    return 'detail' in answer ? context.json(answer, 400) : context.json(answer.choices)
  })
  return routes
}

type Answer = { readonly choices: readonly Choice[] } | { readonly detail: string }

async function search(connection: SearchConnection, { field, query, project }: Question): Promise<Answer> {
  const { people, finder } = connection.tracker
  const { name } = connection
  if (field === 'assignee' || field === 'reporter') {
    return attempt(`Unable to fetch users from ${name}`, async () =>
      (await people.search(query, { project, ticket: null })).filter(({ handle }) => handle !== '').map(toChoice),
    )
  }
  if (field === 'externalIssue' || field === 'parent') {
    if (finder === undefined) return { detail: `${name} has no search for tickets` }
    return attempt(null, () => finder.findTickets(query, project))
  }
  if (finder?.suggest === undefined) return { detail: `${name} has no suggestions for ${field}` }
  return attempt(`Unable to fetch autocomplete for ${field} from ${name}`, () => finder.suggest?.(field, query) ?? [])
}

/** A tracker that fails is the asker's to see; anything else is a bug. */
async function attempt(
  detail: string | null,
  work: () => Promise<readonly Choice[]> | readonly Choice[],
): Promise<Answer> {
  try {
    return { choices: await work() }
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error
    return { detail: detail ?? error.message }
  }
}

function isRight(header: string, token: string | null): boolean {
  const [, given] = /^Bearer (\S+)$/i.exec(header) ?? []
  if (given === undefined || token === null || token === '') return false
  // Digests have one length, which the comparison needs.
  return timingSafeEqual(digest(given), digest(token))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
