import type { Account } from './ticket.ts'

/** A human or bot known by logins, e-mails and tracker accounts. */
export interface Person {
  readonly id: string
  /** GitHub logins, compared without letter case. */
  readonly logins: readonly string[]
  readonly name: string | null
  readonly addresses: readonly Address[]
  readonly accounts: readonly { readonly connection: string; readonly id: string }[]
  readonly active: boolean
  readonly human: boolean
}

export interface Address {
  readonly email: string
  readonly verified: boolean
  readonly primary: boolean
  readonly source: PersonSource
  readonly seenAt: string
}

/**
 * What addresses are compared by: Unicode's composed form (NFC) in small letters, by the rules that hold in every
 * language. Compatibility forms stay apart, and dots and plus signs count: what they mean is the mail host's business,
 * and two people must never become one by a guess.
 */
export const normalizeEmail = (email: string): string => email.normalize('NFC').trim().toLowerCase()

/** What logins are compared by: GitHub knows no letter case in them. */
export const normalizeLogin = (login: string): string => login.normalize('NFC').trim().toLowerCase()

/** Where a fact about a person came from, the most trusted first. */
export type PersonSource = 'config' | 'archive' | 'github' | 'tracker'

/** How the search for somebody's counterpart ended. */
export type Match<Found> =
  | { readonly kind: 'matched'; readonly found: Found; readonly email: string | null; readonly source: PersonSource }
  | { readonly kind: 'unmatched'; readonly reason: string; readonly tried: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly reason: string; readonly candidates: readonly string[] }

/** The matches a plan needs, looked up beforehand. */
export interface PeopleView {
  /** The tracker account of a login. */
  account(login: string): Match<Account>
  /** The login of a tracker account. */
  login(account: Account): Match<string>
  /** The account that stands in for people who are not found, where the config names one. */
  readonly standIn: Match<Account> | null
}
