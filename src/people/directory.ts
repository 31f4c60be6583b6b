import type { PeopleRule } from '../config/schema.ts'
import type { Match } from '../core/people.ts'
import type { Clock, People, Tracker } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'
import { chooseAccount, chooseAddresses, normalizeEmail } from './match.ts'
import type { KnownAddress } from './match.ts'

/** Somewhere that knows people's addresses. Asked in order; what an earlier one knows comes first. */
export interface AddressSource {
  findAddresses(login: string): Promise<readonly KnownAddress[]>
  findLogins(email: string): Promise<readonly string[]>
}

export interface DirectoryDeps {
  readonly rule: PeopleRule
  readonly sources: readonly AddressSource[]
  readonly trackers: ReadonlyMap<string, Tracker>
  readonly clock: Clock
}

interface Remembered<Found> {
  readonly match: Match<Found>
  readonly until: number
}

const MATCHED_MS = 60 * 60_000
// Somebody who was just added to the tracker should not wait for an hour.
const UNMATCHED_MS = 5 * 60_000

/** Who is who on the other side: by address, and by what was found before. */
export function createDirectory({ rule, sources, trackers, clock }: DirectoryDeps): People {
  const accounts = new Map<string, Remembered<Account>>()
  const logins = new Map<string, string>()

  async function readAddresses(login: string): Promise<readonly KnownAddress[]> {
    const all = (await Promise.all(sources.map((source) => source.findAddresses(login)))).flat()
    const usable = chooseAddresses(all, rule)
    return [...new Map(usable.toReversed().map((one) => [normalizeEmail(one.email), one])).values()].toReversed()
  }

  const trackerOf = (connection: string): Tracker | undefined => trackers.get(connection)

  async function match(
    addresses: readonly KnownAddress[],
    connection: string,
    scope: Parameters<People['findAccount']>[2],
  ) {
    const tracker = trackerOf(connection)
    if (tracker === undefined) return unmatched(`There is no tracker named ${connection}.`)
    const search = await tracker.people.findByEmail(
      addresses.map(({ email }) => email),
      scope,
    )
    return chooseAccount(search, addresses, rule.hidden)
  }

  return {
    async findAccount(login, connection, scope) {
      const key = JSON.stringify([login.toLowerCase(), connection, scope.project])
      const now = clock.now().getTime()
      const known = accounts.get(key)
      if (known !== undefined && known.until > now) return known.match
      const addresses = await readAddresses(login)
      const found =
        addresses.length === 0
          ? unmatched(`No ${rule.match === 'verified' ? 'verified ' : ''}address of ${login} is known.`)
          : await match(addresses, connection, scope)
      accounts.set(key, { match: found, until: now + (found.kind === 'matched' ? MATCHED_MS : UNMATCHED_MS) })
      if (found.kind === 'matched') logins.set(JSON.stringify([connection, found.found.id]), login)
      return found
    },

    async findLogin(account, connection) {
      const emails = account.emails.filter((email) => email.includes('@'))
      const found = (
        await Promise.all(emails.flatMap((email) => sources.map((source) => source.findLogins(email))))
      ).flat()
      const distinct = [...new Map(found.map((login) => [login.toLowerCase(), login])).values()]
      const [only] = distinct
      if (only !== undefined && distinct.length === 1) {
        return { kind: 'matched', found: only, email: emails[0] ?? null, source: 'config' }
      }
      if (distinct.length > 1) {
        return { kind: 'ambiguous', reason: 'Several logins have the address.', candidates: distinct }
      }
      const remembered = logins.get(JSON.stringify([connection, account.id]))
      if (remembered !== undefined) return { kind: 'matched', found: remembered, email: null, source: 'tracker' }
      const reason =
        emails.length === 0 ? 'The tracker shows no address of theirs.' : 'No login is known for their address.'
      return { kind: 'unmatched', reason, tried: emails }
    },

    async findAccountByEmail(email, connection, scope) {
      return await match([{ email, verified: true, source: 'config' }], connection, scope)
    },
  }
}

const unmatched = (reason: string): Match<never> => ({ kind: 'unmatched', reason, tried: [] })

/** The people of the config itself. */
export function createMapSource(map: PeopleRule['map']): AddressSource {
  return {
    async findAddresses(login) {
      const own = Object.entries(map).find(([name]) => name.toLowerCase() === login.toLowerCase())
      return (own?.[1] ?? []).map((email) => ({ email, verified: true, source: 'config' }))
    },
    async findLogins(email) {
      const wanted = normalizeEmail(email)
      return Object.entries(map).flatMap(([login, mails]) =>
        mails.some((one) => normalizeEmail(one) === wanted) ? [login] : [],
      )
    },
  }
}
