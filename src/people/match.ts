import { normalizeEmail } from '../core/people.ts'
import type { Match, PersonSource } from '../core/people.ts'
import type { AccountSearch } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'

export { normalizeEmail }

export interface KnownAddress {
  readonly email: string
  readonly verified: boolean
  readonly source: PersonSource
  /** When the source learned it, in ISO time; absent where it holds until somebody changes it. */
  readonly seenAt?: string
}

export const domainOf = (email: string): string => normalizeEmail(email).split('@').at(-1) ?? ''

interface MatchRules {
  readonly match: 'verified' | 'any'
  readonly domains: readonly string[]
}

/** Whether an address may be matched by, and why. */
export function judgeAddress(
  { email, verified }: Pick<KnownAddress, 'email' | 'verified'>,
  { match, domains }: MatchRules,
): { readonly usable: boolean; readonly why: string } {
  if (!isAddress(email)) return { usable: false, why: 'it is no address' }
  if (isNoReply(email)) return { usable: false, why: 'nobody reads it: GitHub made it up' }
  if (verified) return { usable: true, why: 'it is verified' }
  if (domains.some((domain) => domain.toLowerCase() === domainOf(email))) {
    return { usable: true, why: 'people.domains trusts its domain' }
  }
  if (match === 'any') return { usable: true, why: 'people.match takes unverified ones too' }
  return { usable: false, why: 'it is not verified, and people.match asks for that' }
}

/** Which of somebody's addresses may be matched by. */
export const chooseAddresses = (addresses: readonly KnownAddress[], rules: MatchRules): readonly KnownAddress[] =>
  addresses.filter((address) => judgeAddress(address, rules).usable)

const isAddress = (email: string): boolean => /^[^@]+@[^@]+$/.test(email.trim())

/** `12345+login@users.noreply.github.com`, also of an Enterprise Server. */
export const isNoReply = (email: string): boolean => /(^|\.)noreply\./.test(domainOf(email))

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
