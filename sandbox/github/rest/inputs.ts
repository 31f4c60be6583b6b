import type { RepoCall } from '../call.ts'
import { roleOf } from '../auth.ts'
import { refuse, refuseInvalid } from '../reply.ts'
import { atLeast, findPerson, permissionOf } from '../world.ts'
import type { Issue, IssueType, Milestone, Person, Repo, World } from '../world.ts'

type Body = Record<string, unknown>

/** A text field: `undefined` when absent; what is no text is refused as GitHub's schema check does. */
export function textOf(body: Body, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  return refuse(422, `Invalid request.\n\nFor 'properties/${field}', ${JSON.stringify(value)} is not a string.`)
}

export function nullableTextOf(body: Body, field: string): string | null | undefined {
  return body[field] === null ? null : textOf(body, field)
}

export function requiredTextOf(body: Body, field: string): string {
  const value = textOf(body, field)
  return value ?? refuse(422, `Invalid request.\n\n"${field}" wasn't supplied.`)
}

export function numberOf(body: Body, field: string): number {
  const value = body[field]
  if (typeof value === 'number') return value
  if (value === undefined) return refuse(422, `Invalid request.\n\n"${field}" wasn't supplied.`)
  return refuse(422, `Invalid request.\n\nFor 'properties/${field}', ${JSON.stringify(value)} is not an integer.`)
}

/** Labels come as names or as objects with a name. */
export function labelNamesOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list = Array.isArray(value) ? value : [value]
  return list.map((each: unknown) => {
    const name = typeof each === 'object' && each !== null ? (each as Body)['name'] : each
    if (typeof name !== 'string')
      return refuse(422, `Invalid request.\n\nFor 'anyOf/1', ${JSON.stringify(each)} is not a string.`)
    checkLabelName(name)
    return name
  })
}

export function checkLabelName(name: string): void {
  if (name.trim() === '') refuseInvalid({ resource: 'Label', code: 'missing_field', field: 'name' })
  if (name.length > 50) {
    refuseInvalid({
      resource: 'Label',
      code: 'custom',
      field: 'name',
      message: 'name is too long (maximum is 50 characters)',
    })
  }
}

export function loginsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list = Array.isArray(value) ? value : [value]
  return list.filter((each) => each !== null).map(String)
}

/** Members and collaborators, and whoever wrote the issue or a comment on it; never an App. */
export function canBeAssigned(world: World, repo: Repo, person: Person, issue?: Issue): boolean {
  if (person.type !== 'User') return false
  if (permissionOf(world, repo, person) !== 'none') return true
  return issue !== undefined && (issue.author === person || issue.comments.some(({ author }) => author === person))
}

/** For the endpoints of assignees, which drop in silence whom they cannot assign. */
export function assignablePeople(call: RepoCall, logins: readonly string[], issue: Issue): Person[] {
  return logins.flatMap((login) => {
    const person = findPerson(call.world, login)
    return person !== undefined && canBeAssigned(call.world, call.repo, person, issue) ? [person] : []
  })
}

/** For `assignees` of an issue being made or patched. */
export function checkedAssignees(call: RepoCall, logins: readonly string[], issue?: Issue): Person[] {
  const { world, repo, host } = call
  return logins.flatMap((login) => {
    const person = findPerson(world, login)
    if (person !== undefined && canBeAssigned(world, repo, person, issue)) return [person]
    if (host.switches.unknownAssignees === 'drop') return []
    return refuseInvalid({ value: login, resource: 'Issue', field: 'assignees', code: 'invalid' })
  })
}

export function milestoneOf(call: RepoCall, value: unknown): Milestone | null | undefined {
  if (value === undefined) return undefined
  if (value === null || value === '') return null
  const milestone = call.repo.milestones.get(Number(value))
  return milestone ?? refuseInvalid({ value, resource: 'Issue', field: 'milestone', code: 'invalid' })
}

export function typeOf(call: RepoCall, value: unknown): IssueType | null | undefined {
  if (value === undefined) return undefined
  if (value === null || value === '') return null
  const name = String(typeof value === 'object' ? (value as Body)['value'] : value)
  const types = call.world.orgs.get(call.repo.owner.login.toLowerCase())?.issueTypes ?? []
  const type = types.find((each) => each.enabled && each.name.toLowerCase() === name.toLowerCase())
  return type ?? refuseInvalid({ value: name, resource: 'Issue', field: 'type', code: 'invalid' })
}

/** Without triage rights, labels, assignees, milestone and type of an own issue are ignored without a word. */
export const mayTriage = ({ world, who, repo }: RepoCall): boolean => atLeast(roleOf(world, who, repo), 'triage')

export const BODY_LIMIT = 65_536
const TITLE_LIMIT = 256

export function checkTitle(title: string): void {
  if (title.trim() === '') refuseInvalid({ resource: 'Issue', code: 'missing_field', field: 'title' })
  if ([...title].length > TITLE_LIMIT) {
    refuseInvalid({
      resource: 'Issue',
      code: 'custom',
      field: 'title',
      message: `title is too long (maximum is ${TITLE_LIMIT} characters)`,
    })
  }
}

export function checkBodyLength(body: string | null | undefined, resource: string): void {
  if ([...(body ?? '')].length > BODY_LIMIT) {
    refuseInvalid({
      resource,
      code: 'custom',
      field: 'body',
      message: `body is too long (maximum is ${BODY_LIMIT} characters)`,
    })
  }
}

/** Dates of filters; nonsense is refused. */
export function sinceOf({ query }: RepoCall): string | null {
  const since = query.get('since')
  if (since === null || since === '') return null
  const time = Date.parse(since)
  if (Number.isNaN(time)) return refuseInvalid({ resource: 'Issue', field: 'since', code: 'invalid', value: since })
  return new Date(time).toISOString()
}

/** `since` takes in what changed in that very second; a fraction counts. */
export const isSince = (timestamp: string, since: string | null): boolean =>
  since === null || Date.parse(timestamp) >= Date.parse(since)
