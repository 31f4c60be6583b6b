import type { PeopleRule } from '../config/schema.ts'
import type { PeopleStore } from '../core/directory.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Person, PersonSource } from '../core/people.ts'
import type { KnownAddress } from './match.ts'

/** Somewhere that knows people's addresses. Asked in order, until one leads to an account. */
export interface AddressSource {
  findAddresses(login: string): Promise<readonly KnownAddress[]>
  findLogins(email: string): Promise<readonly string[]>
  /** Whether somebody it knows works here, and is a person. */
  findStanding?(login: string): Promise<Standing | undefined>
  readonly source?: PersonSource
  /** Asking costs no request. */
  readonly local?: boolean
}

export interface Standing {
  readonly active: boolean
  readonly human: boolean
}

/** The people of the config itself. */
export function createMapSource(map: PeopleRule['map']): AddressSource {
  return {
    source: 'config',
    local: true,
    async findAddresses(login) {
      const own = Object.entries(map).find(([name]) => normalizeLogin(name) === normalizeLogin(login))
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

/** The people of the store, as they were imported. */
export function createStoreSource(store: Pick<PeopleStore, 'findPerson' | 'findByEmail'>): AddressSource {
  return createPersonSource(
    (login) => store.findPerson(login),
    (email) => store.findByEmail(email),
  )
}

export const createPersonSource = (
  findPerson: (login: string) => Promise<Person | undefined>,
  findByEmail: (email: string) => Promise<readonly Person[]>,
): AddressSource => ({
  source: 'archive',
  local: true,
  findAddresses: async (login) => (await findPerson(login))?.addresses ?? [],
  findLogins: async (email) => (await findByEmail(email)).flatMap(({ logins }) => logins),
  async findStanding(login) {
    const person = await findPerson(login)
    return person === undefined ? undefined : { active: person.active, human: person.human }
  },
})
