import type { PeopleRule } from '../config/schema.ts'
import type { AssignablePerson } from '../core/inspection.ts'
import type { People } from '../core/ports.ts'
import { listNames, sameName } from './check.ts'
import type { Notes } from './check.ts'

export interface PeopleScene {
  readonly people: People
  readonly rule: PeopleRule
  /** Where assignees travel to. */
  readonly places: readonly { readonly connection: string; readonly project: string }[]
  readonly assignable: readonly AssignablePerson[]
}

/** Who of those that issues are assigned to is found on the other side. */
export async function examinePeople({ people, rule, places, assignable }: PeopleScene, notes: Notes): Promise<void> {
  const mapped = Object.keys(rule.map)
  const others = assignable.map(({ login }) => login).filter((login) => !mapped.some((one) => sameName(one, login)))
  for (const { connection, project } of places) {
    const scope = { project, ticket: null }
    const find = async (login: string) => ({ login, match: await people.findAccount(login, connection, scope) })
    const found = await notes.attempt(connection, () => Promise.all([...mapped, ...others].map(find)))
    if (found === undefined) continue
    const missed = found.filter(({ match }) => match.kind !== 'matched')
    for (const { login, match } of missed.filter((one) => mapped.includes(one.login))) {
      const reason = match.kind === 'matched' ? '' : match.reason
      notes.warn(connection, `${login} is not found in ${connection}: ${reason}`, `Correct the address under "people.map", or let an administrator of ${connection} show it.`)
    }
    const unknown = missed.map(({ login }) => login).filter((login) => !mapped.includes(login))
    if (missed.length === found.length) {
      notes.fail(connection, `Nobody is found in ${connection}: no assignee can travel.`, 'Name people and their addresses under "people.map", or set "sync: { assignee: off }".')
    } else if (unknown.length > 0) {
      notes.warn(connection, `Not found in ${connection}: ${listNames(unknown)}.`, 'Name their addresses under "people.map".')
    }
    const good = found.length - missed.length
    if (good > 0) notes.ok(connection, `${good} of ${found.length} people are found in ${connection}.`)
    await examineStandIn({ people, rule, connection, project }, notes)
  }
}

interface StandInScene {
  readonly people: People
  readonly rule: PeopleRule
  readonly connection: string
  readonly project: string
}

async function examineStandIn({ people, rule, connection, project }: StandInScene, notes: Notes): Promise<void> {
  if (typeof rule.unmatched !== 'object') return
  const email = rule.unmatched.default
  const match = await notes.attempt('people.unmatched', () =>
    people.findAccountByEmail(email, connection, { project, ticket: null }),
  )
  if (match === undefined || match.kind === 'matched') return
  notes.fail('people.unmatched', `The stand-in ${email} is not found in ${connection}: ${match.reason}`, 'Name the address of somebody who can be assigned there.')
}
