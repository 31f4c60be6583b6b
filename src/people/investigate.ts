import type { PeopleRule } from '../config/schema.ts'
import { normalizeEmail } from '../core/people.ts'
import type { Match, PersonSource } from '../core/people.ts'
import type { PeopleScope, Tracker } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'
import { chooseAccount, judgeAddress } from './match.ts'
import type { KnownAddress } from './match.ts'
import type { AddressSource, Standing } from './sources.ts'

/** How somebody's account was looked for: each source that was asked, in order, and what came of it. */
export interface Investigation {
  readonly steps: readonly Step[]
  readonly match: Match<Account>
}

export interface Step {
  readonly source: PersonSource | 'unknown'
  readonly standing: Standing | null
  readonly addresses: readonly (KnownAddress & { readonly usable: boolean; readonly why: string })[]
  /** `null` where nobody was asked: there was no address to ask with. */
  readonly search: { readonly ageMs: number; readonly candidates: readonly Candidate[] } | null
  readonly match: Match<Account>
}

export interface Candidate {
  readonly name: string
  readonly handle: string
  readonly usable: boolean
  readonly why: string
}

interface Question {
  readonly login: string
  readonly tracker: Tracker
  readonly scope: PeopleScope
  readonly rule: PeopleRule
  readonly sources: readonly AddressSource[]
}

/** Asks the sources in order until one leads to an account, to several, or to somebody who is not to be assigned. */
export async function investigate({ login, tracker, scope, rule, sources }: Question): Promise<Investigation> {
  const steps: Step[] = []
  const tried = new Set<string>()
  for (const source of sources) {
    const step = await ask(source, { login, tracker, scope, rule, tried })
    steps.push(step)
    if (step.match.kind !== 'unmatched') return { steps, match: step.match }
    if (step.standing !== null && (!step.standing.active || !step.standing.human)) return { steps, match: step.match }
  }
  const last = steps.findLast(({ search }) => search !== null)
  const reason =
    last?.match.kind === 'unmatched'
      ? last.match.reason
      : `No ${rule.match === 'verified' ? 'verified ' : ''}address of ${login} is known.`
  return { steps, match: { kind: 'unmatched', reason, tried: [...tried] } }
}

async function ask(
  source: AddressSource,
  { login, tracker, scope, rule, tried }: Omit<Question, 'sources'> & { readonly tried: Set<string> },
): Promise<Step> {
  const known = await source.findAddresses(login)
  const standing = (await source.findStanding?.(login)) ?? null
  const addresses = known.map((address) => ({ ...address, ...judgeAddress(address, rule) }))
  const about = { source: source.source ?? known[0]?.source ?? ('unknown' as const), standing, addresses }
  const refused = refuse(login, standing)
  if (refused !== null) return { ...about, search: null, match: unmatched(refused) }

  const usable = addresses.filter(({ usable, email }) => usable && !tried.has(normalizeEmail(email)))
  const distinct = [...new Map(usable.toReversed().map((one) => [normalizeEmail(one.email), one])).values()].reverse()
  if (distinct.length === 0) {
    return { ...about, search: null, match: unmatched('It knows no further address that counts.') }
  }
  for (const { email } of distinct) tried.add(normalizeEmail(email))
  const search = await tracker.people.findByEmail(
    distinct.map(({ email }) => email),
    scope,
  )
  const candidates = [
    ...search.exact.map((account) => toCandidate(account, false)),
    ...search.hidden.map((account) => toCandidate(account, true)),
  ]
  const match = chooseAccount(search, distinct, rule.hidden)
  return { ...about, search: { ageMs: search.ageMs, candidates }, match }
}

function refuse(login: string, standing: Standing | null): string | null {
  if (standing === null) return null
  if (!standing.human) return `${login} is a service account.`
  return standing.active ? null : `${login} is not active any more.`
}

function toCandidate({ name, handle, active, human }: Account, hidden: boolean): Candidate {
  const why = !human
    ? 'a service or a group'
    : !active
      ? 'not active'
      : hidden
        ? 'found for the address, but its own address is hidden'
        : 'has the address'
  return { name, handle, usable: human && active && !hidden, why }
}

const unmatched = (reason: string): Match<never> => ({ kind: 'unmatched', reason, tried: [] })
