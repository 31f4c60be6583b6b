import type { Match, PersonSource } from '../core/people.ts'
import type { AccountSearch } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'

export interface KnownAddress {
  readonly email: string
  readonly verified: boolean
  readonly source: PersonSource
}

/**
 * Addresses are compared in Unicode's composed form and without letter case. Dots and plus signs count: what they mean
 * is the mail host's business, and two people must never become one by a guess.
 */
export const normalizeEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export const domainOf = (email: string): string => normalizeEmail(email).split('@').at(-1) ?? ''

interface MatchRules {
  readonly match: 'verified' | 'any'
  readonly domains: readonly string[]
}

/** Which of somebody's addresses may be matched by. */
export function chooseAddresses(addresses: readonly KnownAddress[], rules: MatchRules): readonly KnownAddress[] {
  const trusted = rules.domains.map((domain) => domain.toLowerCase())
  return addresses.filter(
    ({ email, verified }) =>
      email.includes('@') && (rules.match === 'any' || verified || trusted.includes(domainOf(email))),
  )
}

/** One account, or why none. Services and people who left are never assigned. */
export function chooseAccount(
  search: AccountSearch,
  addresses: readonly KnownAddress[],
  hidden: 'refuse' | 'accept-single',
): Match<Account> {
  const tried = addresses.map(({ email }) => email)
  const usable = (accounts: readonly Account[]) => [
    ...new Map(accounts.filter(({ active, human }) => active && human).map((one) => [one.id, one])).values(),
  ]
  const exact = usable(search.exact)
  const [only] = exact
  if (only !== undefined && exact.length === 1) {
    const known = addresses.find(({ email }) =>
      only.emails.some((own) => normalizeEmail(own) === normalizeEmail(email)),
    )
    return { kind: 'matched', found: only, email: known?.email ?? null, source: known?.source ?? 'tracker' }
  }
  if (exact.length > 1) {
    const candidates = exact.map(({ name, handle }) => `${name} (${handle})`)
    return { kind: 'ambiguous', reason: 'Several accounts have one of the addresses.', candidates }
  }
  const veiled = usable(search.hidden)
  const [single] = veiled
  if (single !== undefined && veiled.length === 1 && hidden === 'accept-single') {
    return { kind: 'matched', found: single, email: null, source: 'tracker' }
  }
  if (veiled.length > 0) {
    const reason =
      'The tracker found accounts for the address but hides their own: people.hidden decides whether a single one is accepted.'
    return { kind: 'unmatched', reason, tried }
  }
  const left =
    search.exact.length > 0
      ? 'The only account with the address is inactive or belongs to no person.'
      : 'No account has one of the addresses.'
  return { kind: 'unmatched', reason: left, tried }
}
