import { z } from 'zod'
import type { AccountSearch, Clock, PeopleScope, TrackerPeople } from '../../core/ports.ts'
import type { Account } from '../../core/ticket.ts'
import type { TrackerCache } from '../deps.ts'
import type { JiraClient } from './client.ts'
import { mayBe, toAccount } from './convert.ts'
import { HOUR_MS, keepBy } from './kept.ts'
import { UserList, UserStream } from './schema.ts'
import type { User } from './schema.ts'
import type { Types } from './types.ts'

interface PeopleDeps {
  readonly client: JiraClient
  readonly types: Types
  readonly clock: Clock
  /** Where answers outlive this process. */
  readonly cache?: TrackerCache | undefined
}

/** Who was found for one address, and when. */
interface Answer {
  readonly users: readonly User[]
  readonly at: number
}

const KeptUsers = z.object({ users: UserList })

/** Nobody was found: somebody may be added any time, but is not looked for on each occasion. */
const MISS_MS = 10 * 60_000
const SEARCH_KEPT_MS = 240_000
const PER_PAGE = 1000
// From version 9 on, the search for people who can be assigned gives no more and knows no pages.
const ASSIGNABLE_LIMIT = 100

export function createPeople({ client, types, clock, cache }: PeopleDeps): TrackerPeople {
  const answers = new Map<string, Answer>()
  const now = () => clock.now().getTime()

  async function searchAssignable(query: string, scope: PeopleScope): Promise<readonly User[]> {
    const { version } = await client.session()
    const paged = version[0] < 9
    const where = scope.ticket === null ? { project: scope.project } : { issueKey: scope.ticket }
    const found: User[] = []
    for (;;) {
      const maxResults = paged ? PER_PAGE : ASSIGNABLE_LIMIT
      const reply = await client.request({
        method: 'GET',
        api: 'user/assignable/search',
        query: { ...where, username: query, maxResults, ...(paged ? { startAt: found.length } : {}) },
      })
      const users = readUsers(reply.read(UserList))
      found.push(...users)
      if (!paged || users.length < maxResults) return found
    }
  }

  /** Who asks belongs into the key: not everybody is shown every address. */
  const cacheKey = async (key: string): Promise<string> =>
    `jira people ${client.base} ${(await client.session()).self.key} ${key}`

  async function recall(key: string): Promise<Answer | null> {
    const known = answers.get(key)
    if (known !== undefined && now() - known.at < (known.users.length === 0 ? MISS_MS : HOUR_MS)) return known
    const kept = await cache?.find(await cacheKey(key))
    const users = KeptUsers.safeParse(kept?.value).data?.users
    if (kept === undefined || users === undefined) return null
    const answer = { users: readUsers(users), at: Date.parse(kept.savedAt) }
    if (now() - answer.at >= HOUR_MS) return null
    answers.set(key, answer)
    return answer
  }

  async function ask(email: string, scope: PeopleScope): Promise<Answer> {
    // Kept by project: what a single ticket would allow besides is for the write to find out.
    const key = `${scope.project} ${email}`
    const recalled = await recall(key)
    if (recalled !== null) return recalled
    const users = (await searchAssignable(email, scope)).filter(({ emailAddress }) => mayBe(emailAddress, email))
    const answer = { users, at: now() }
    answers.set(key, answer)
    if (users.length > 0) await cache?.save(await cacheKey(key), { users })
    return answer
  }

  async function findByEmail(emails: readonly string[], scope: PeopleScope): Promise<AccountSearch> {
    const wanted = [...new Set(emails.map((email) => email.trim().toLowerCase()))].filter((email) => email !== '')
    const found = await Promise.all(wanted.map((email) => ask(email, scope)))
    const accounts = unique(found.flatMap(({ users }) => users.map(toAccount))).filter(({ active }) => active)
    return {
      exact: accounts.filter(({ emailHidden }) => !emailHidden),
      hidden: accounts.filter(({ emailHidden }) => emailHidden),
      ageMs: Math.max(0, ...found.map(({ at }) => now() - at)),
    }
  }

  const search = keepBy(
    async (key) => {
      const [query, scope] = JSON.parse(key) as readonly [string, PeopleScope]
      return unique((await searchAssignable(query, scope)).map(toAccount))
    },
    { clock, ms: SEARCH_KEPT_MS },
  )

  /** Pickers know a project by its id; the search wants the key. */
  async function findProjectKey(project: string): Promise<string | undefined> {
    if (!/^\d+$/.test(project)) return project
    return (await types.readProjects()).find(({ id }) => id === project)?.key
  }

  return {
    findByEmail,
    async search(query, scope) {
      const text = query.trim()
      const project = await findProjectKey(scope.project)
      if (text === '' || project === undefined) return []
      return search(JSON.stringify([text, { ...scope, project }]))
    },
    async *list() {
      const { version } = await client.session()
      yield* version[0] >= 10 ? streamUsers(client) : pageUsers(client)
    },
  }
}

async function* streamUsers(client: JiraClient): AsyncIterable<readonly Account[]> {
  for (let cursor: string | undefined; ;) {
    const reply = await client.request({ method: 'GET', api: 'user/list', query: { cursor, maxResults: PER_PAGE } })
    const { values, isLast, nextCursor } = reply.read(UserStream)
    yield readUsers(values).map(toAccount)
    if (isLast || nextCursor === undefined || nextCursor === null) return
    cursor = nextCursor
  }
}

async function* pageUsers(client: JiraClient): AsyncIterable<readonly Account[]> {
  for (let startAt = 0; ;) {
    const reply = await client.request({
      method: 'GET',
      api: 'user/search',
      // A dot stands for everybody.
      query: { username: '.', startAt, maxResults: PER_PAGE, includeInactive: true },
    })
    const page = reply.read(UserList)
    if (page.length === 0) return
    yield readUsers(page).map(toAccount)
    startAt += page.length
  }
}

// Without a name nobody can be assigned.
const readUsers = (users: z.infer<typeof UserList>): readonly User[] => users.filter((user) => user !== null)

const unique = (accounts: readonly Account[]): readonly Account[] => [
  ...new Map(accounts.map((account) => [account.id, account])).values(),
]
