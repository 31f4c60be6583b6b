import type { PeopleRule } from '../config/schema.ts'
import type { AssignablePerson } from '../core/inspection.ts'
import type { Match } from '../core/people.ts'
import type { People } from '../core/ports.ts'
import type { Account } from '../core/ticket.ts'
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
    for (const one of found) judgeMapped(one, { connection, addresses: rule.map[one.login] }, notes)
    judgeAll(found, { connection, mapped }, notes)
    await examineStandIn({ people, rule, connection, project }, notes)
  }
}

interface Found {
  readonly login: string
  readonly match: Match<Account>
}

/** Somebody whom the configuration names is meant to be found by the address that stands there. */
function judgeMapped(
  { login, match }: Found,
  { connection, addresses }: { readonly connection: string; readonly addresses: readonly string[] | undefined },
  notes: Notes,
): void {
  if (addresses === undefined) return
  const remedy = `Correct the address under "people.map", or let an administrator of ${connection} show it.`
  if (match.kind !== 'matched')
    notes.warn(connection, `${login} is not found in ${connection}: ${match.reason}`, remedy)
  else if (match.email !== null && !addresses.some((one) => sameName(one, match.email ?? ''))) {
    notes.warn(connection, `${connection} knows ${login}, but by no address of the map.`, remedy)
  }
}

function judgeAll(
  found: readonly Found[],
  { connection, mapped }: { readonly connection: string; readonly mapped: readonly string[] },
  notes: Notes,
): void {
  const missed = found.flatMap(({ login, match }) => (match.kind === 'matched' ? [] : login))
  const good = found.length - missed.length
  if (good === 0) {
    const remedy = 'Name people and their addresses under "people.map", or set "sync: { assignee: off }".'
    notes.fail(connection, `Nobody is found in ${connection}: no assignee can travel.`, remedy)
    return
  }
  notes.ok(connection, `${good} of ${found.length} people are found in ${connection}.`)
  const unknown = missed.filter((login) => !mapped.includes(login))
  if (unknown.length === 0) return
  notes.warn(
    connection,
    `Not found in ${connection}: ${listNames(unknown)}.`,
    'Name their addresses under "people.map".',
  )
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
  notes.fail(
    'people.unmatched',
    `The stand-in ${email} is not found in ${connection}: ${match.reason}`,
    'Name the address of somebody who can be assigned there.',
  )
}
