import type { PeopleRule } from '../config/schema.ts'
import type { Matches } from '../core/directory.ts'
import { fingerprint } from '../core/fingerprint.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Match } from '../core/people.ts'
import type { Clock, People, PeopleScope, Tracker } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'
import { investigate } from './investigate.ts'
import type { Investigation } from './investigate.ts'
import { chooseAccount, chooseAddresses } from './match.ts'
import { createMemoryMatches } from './memory.ts'
import type { AddressSource } from './sources.ts'

export { createMapSource } from './sources.ts'
export type { AddressSource } from './sources.ts'

export interface DirectoryDeps {
  readonly rule: PeopleRule
  readonly sources: readonly AddressSource[]
  readonly trackers: ReadonlyMap<string, Tracker>
  readonly clock: Clock
  /** Where matches outlive this process. */
  readonly matches?: Matches | undefined
}

export interface Directory extends People {
  /** How the account of a login is found, asked anew. */
  explain(login: string, connection: string, scope: PeopleScope): Promise<Investigation>
  /** When the match that is used was found. */
  findMatchAge(login: string, connection: string, scope: PeopleScope): Promise<string | undefined>
}

export const MATCHED_MS = 60 * 60_000
// Somebody who was just added to the tracker should not wait for an hour.
const UNMATCHED_MS = 5 * 60_000

/** Who is who on the other side: by address, and by what was found before. */
export function createDirectory({
  rule,
  sources,
  trackers,
  clock,
  matches = createMemoryMatches(),
}: DirectoryDeps): Directory {
  const misses = new Map<string, { readonly match: Match<Account>; readonly until: number }>()
  const now = () => clock.now().getTime()

  /** What a match rests on, as far as it costs no request to know. */
  async function readBasis(login: string): Promise<string> {
    const local = sources.filter((source) => source.local === true)
    const known = await Promise.all(
      local.map(async (source) => [
        (await source.findAddresses(login)).map(({ email, verified }) => [normalizeEmail(email), verified]),
        (await source.findStanding?.(login)) ?? null,
      ]),
    )
    return fingerprint(JSON.stringify([known, rule.match, rule.hidden, rule.domains]))
  }

  async function findKnown(login: string, connection: string, { project }: PeopleScope) {
    const known = await matches.find(login, connection, project)
    if (known === undefined || now() - Date.parse(known.seenAt) >= MATCHED_MS) return undefined
    return known.basis === (await readBasis(login)) ? known : undefined
  }

  async function findOwners(source: AddressSource, emails: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const owners = new Map<string, string>()
    for (const email of emails) {
      for (const login of await source.findLogins(email)) {
        const own = chooseAddresses(await source.findAddresses(login), rule)
        if (!own.some((one) => normalizeEmail(one.email) === normalizeEmail(email))) continue
        const standing = await source.findStanding?.(login)
        if (standing !== undefined && (!standing.active || !standing.human)) continue
        if (!owners.has(normalizeLogin(login))) owners.set(normalizeLogin(login), login)
      }
    }
    return owners
  }

  const explain: Directory['explain'] = async (login, connection, scope) => {
    const tracker = trackers.get(connection)
    if (tracker !== undefined) return investigate({ login, tracker, scope, rule, sources })
    return { steps: [], match: unmatched(`There is no tracker named ${connection}.`) }
  }

  async function matchLogin(account: Account, connection: string): Promise<Match<string>> {
    const emails = account.emails.filter((email) => email.includes('@'))
    if (!account.human) return unmatched(`${account.name} is no person.`)
    for (const source of sources) {
      const owners = [...(await findOwners(source, emails)).values()]
      const [only] = owners
      if (owners.length > 1) {
        return { kind: 'ambiguous', reason: 'Several logins have the address.', candidates: owners }
      }
      if (only !== undefined) {
        return { kind: 'matched', found: only, email: emails[0] ?? null, source: source.source ?? 'tracker' }
      }
    }
    // Where the tracker shows no address, who was found for a login before is known by the account.
    const before = await matches.ofAccount(connection, account.id)
    if (before !== undefined && before.basis === (await readBasis(before.login))) {
      return { kind: 'matched', found: before.login, email: before.email, source: 'tracker' }
    }
    const reason =
      emails.length === 0 ? 'The tracker shows no address of theirs.' : 'No login is known for their address.'
    return { kind: 'unmatched', reason, tried: emails }
  }

  return {
    explain,

    async findMatchAge(login, connection, scope) {
      return (await findKnown(login, connection, scope))?.seenAt
    },

    async findAccount(login, connection, scope) {
      const known = await findKnown(login, connection, scope)
      if (known !== undefined) {
        return { kind: 'matched', found: known.account, email: known.email, source: known.source }
      }
      const basis = await readBasis(login)
      const key = JSON.stringify([normalizeLogin(login), connection, scope.project, basis])
      const miss = misses.get(key)
      if (miss !== undefined && miss.until > now()) return miss.match
      const { match } = await explain(login, connection, scope)
      if (match.kind !== 'matched') {
        misses.set(key, { match, until: now() + UNMATCHED_MS })
        await matches.remove(login, connection, scope.project)
        return match
      }
      const { found: account, email, source } = match
      const seenAt = clock.now().toISOString()
      await matches.save({ login, connection, project: scope.project, account, email, source, basis, seenAt })
      return match
    },

    async findLogin(account, connection) {
      const match = await matchLogin(account, connection)
      const people = trackers.get(connection)?.people
      if (match.kind !== 'unmatched' || !account.human || people?.readAccount === undefined) return match
      // Who is not known by what came with the ticket may be by all that the tracker tells.
      const whole = await people.readAccount(account)
      return whole.emails.length > account.emails.length ? await matchLogin(whole, connection) : match
    },

    async findAccountByEmail(email, connection, scope) {
      const tracker = trackers.get(connection)
      if (tracker === undefined) return unmatched(`There is no tracker named ${connection}.`)
      const search = await tracker.people.findByEmail([email], scope)
      return chooseAccount(search, [{ email, verified: true, source: 'config' }], rule.hidden)
    },
  }
}

const unmatched = (reason: string): Match<never> => ({ kind: 'unmatched', reason, tried: [] })
