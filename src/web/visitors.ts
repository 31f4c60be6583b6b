import type { ServerConfig } from '../config/server.ts'
import { LockstepError } from '../core/errors.ts'
import { printRepo } from '../core/issue.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { AccountHost, AccountRights } from '../core/visitors.ts'
import { rights, type Right, type Visitor } from './context.ts'
import type { OpenSession } from './session.ts'

const FRESH_MS = 60_000
const MOST_KEPT = 1_000

interface VisitorDeps {
  readonly server: ServerConfig
  /** `null` where nobody can sign in with GitHub. */
  readonly host: AccountHost | null
  readonly clock: Clock
  readonly log: Log
}

/** What a signed-in person may see: what GitHub lets them see, asked afresh every minute. */
export function createVisitors({ server, host, clock, log }: VisitorDeps) {
  const kept = new Map<string, { readonly rights: Promise<AccountRights>; readonly until: number }>()

  function readRights(host: AccountHost, { idHash }: OpenSession, token: string): Promise<AccountRights> {
    const now = clock.now().getTime()
    const known = kept.get(idHash)
    if (known !== undefined && known.until > now) return known.rights
    const rights = host.readRights(token)
    rights.catch(() => kept.delete(idHash))
    kept.delete(idHash)
    kept.set(idHash, { rights, until: now + FRESH_MS })
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
    return rights
  }

  /** `null` when GitHub no longer knows the person's token. */
  return async (session: OpenSession): Promise<Visitor | null> => {
    if (session.local) return createLocalVisitor(session, Object.keys(server.organizations))
    if (host === null || session.token === null) return null
    try {
      return createVisitor(session, await readRights(host, session, session.token), server)
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'not-signed-in') throw error
      log.info('session ended', { login: session.login, reason: 'GitHub no longer accepts the sign-in' })
      return null
    }
  }
}

function createVisitor(
  { login, name }: OpenSession,
  { organizations, repositories }: AccountRights,
  server: ServerConfig,
): Visitor {
  const served = new Set(Object.keys(server.organizations).map((organization) => organization.toLowerCase()))
  const seen = new Map(
    organizations
      .filter((organization) => served.has(organization.login.toLowerCase()))
      .map((organization) => [organization.login.toLowerCase(), organization] as const),
  )
  const given = new Map(repositories.map((each) => [printRepo(each).toLowerCase(), each.right]))
  const writable = repositories.filter(({ owner, right }) => seen.has(owner.toLowerCase()) && isEnough(right, 'write'))
  const working = new Set(writable.map(({ owner }) => owner.toLowerCase()))
  return {
    login,
    name,
    local: false,
    organizations: [...seen.values()].map((each) => each.login).sort(),
    sees: (organization) => seen.has(organization.toLowerCase()),
    administers: (organization) => seen.get(organization.toLowerCase())?.admin === true,
    worksIn: (organization) => working.has(organization.toLowerCase()),
    repositories: writable.map(({ owner, repo }) => ({ owner, repo })),
    may(wanted, repo) {
      const right = given.get(printRepo(repo).toLowerCase())
      return seen.has(repo.owner.toLowerCase()) && right !== undefined && isEnough(right, wanted)
    },
  }
}

const isEnough = (given: Right, wanted: Right): boolean => rights.indexOf(given) >= rights.indexOf(wanted)

const createLocalVisitor = ({ login, name }: OpenSession, organizations: readonly string[]): Visitor => ({
  login,
  name,
  local: true,
  organizations: organizations.toSorted(),
  sees: () => true,
  administers: () => true,
  worksIn: () => true,
  repositories: [],
  may: () => true,
})
