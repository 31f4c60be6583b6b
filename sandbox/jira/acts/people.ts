import type { Jira } from '../jira.ts'
import { addPerson, namedPerson } from '../seeds.ts'
import type { PersonSeed } from '../seeds.ts'
import { nextId } from '../world.ts'

/** Comings and goings in the directory. */
export function peopleActs(jira: Jira) {
  const { world } = jira

  return {
    addPerson: (seed: PersonSeed) => ({ key: addPerson(jira, seed).key }),
    /** The key stays what it was: from then on it is not the name any more. */
    renameUser({ name, to }: { readonly name: string; readonly to: string }) {
      const person = namedPerson(jira, name)
      person.name = to
      return { key: person.key, name: to }
    },
    changeUser({
      name,
      ...change
    }: { readonly name: string } & Partial<
      Pick<PersonSeed, 'displayName' | 'emailAddress' | 'timeZone' | 'emailShown'>
    >) {
      Object.assign(namedPerson(jira, name), change)
      return {}
    },
    deactivateUser({ name }: { readonly name: string }) {
      namedPerson(jira, name).active = false
      return {}
    },
    activateUser({ name }: { readonly name: string }) {
      namedPerson(jira, name).active = true
      return {}
    },
    deleteUser({ name }: { readonly name: string }) {
      Object.assign(namedPerson(jira, name), { active: false, deleted: true })
      return {}
    },
    anonymizeUser({ name }: { readonly name: string }) {
      const person = namedPerson(jira, name)
      const alias = `jirauser${nextId(world)}`
      Object.assign(person, {
        name: alias,
        displayName: `user-${alias.slice(-5)}`,
        emailAddress: `${alias}@jira.invalid`,
        active: false,
      })
      return { key: person.key, name: alias }
    },
    solveCaptcha({ name }: { readonly name: string }) {
      namedPerson(jira, name).failedLogins = 0
      return {}
    },
  }
}
