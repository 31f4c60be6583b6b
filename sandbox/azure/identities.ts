import { createHash } from 'node:crypto'
import { refuse } from './errors.ts'
import { collectionUrl, identityUrl, isPerson } from './world.ts'
import type { FieldValue, Person, World } from './world.ts'

/** A GUID that is the same in every run, so that journals and snapshots can be compared. */
export function stableGuid(seed: string): string {
  const hex = createHash('sha1').update(seed).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export interface NewPerson {
  readonly displayName: string
  readonly mail?: string
  readonly principalName?: string
  readonly account?: string
  readonly origin?: Person['origin']
  readonly service?: boolean
  readonly license?: Person['license']
  readonly member?: boolean
  readonly active?: boolean
}

const TENANT = stableGuid('tenant')

export function createPerson(world: World, input: NewPerson): Person {
  const principalName = input.principalName ?? input.mail ?? input.displayName
  const origin = input.origin ?? (world.version === 'services' ? 'aad' : 'ad')
  const id = stableGuid(`person ${principalName.toLowerCase()}`)
  const user = principalName.split('@')[0]!.toLowerCase().replaceAll(/\s+/g, '.')
  const prefix = input.service === true ? 'svc' : origin === 'ad' ? 'win' : origin
  const person: Person = {
    id,
    displayName: input.displayName,
    mail: input.mail ?? '',
    principalName,
    account: input.account ?? `FABRIKAM\\${user}`,
    origin: input.service === true ? 'vsts' : origin,
    originId: stableGuid(`origin ${principalName.toLowerCase()}`),
    descriptor: `${prefix}.${Buffer.from(id).toString('base64').replaceAll('=', '')}`,
    domain: input.service === true ? 'Build' : origin === 'ad' ? 'FABRIKAM' : TENANT,
    service: input.service ?? false,
    license: input.license ?? 'express',
    member: input.member ?? true,
    active: input.active ?? true,
  }
  world.people.set(person.id, person)
  return person
}

export const uniqueName = (world: World, person: Person): string =>
  world.version === 'services' ? person.principalName : person.account

/** `Name <unique name>`: how reporting, service hooks and old clients see a person. */
export const printPerson = (world: World, person: Person): string =>
  `${person.displayName} <${uniqueName(world, person)}>`

export function identityRef(world: World, person: Person) {
  const avatar = `${collectionUrl(world)}/_apis/GraphProfile/MemberAvatars/${person.descriptor}`
  return {
    displayName: person.displayName,
    url: `${identityUrl(world)}/_apis/Identities/${person.id}`,
    _links: { avatar: { href: avatar } },
    id: person.id,
    uniqueName: uniqueName(world, person),
    imageUrl: avatar,
    descriptor: person.descriptor,
  }
}

function names(person: Person): string[] {
  return [person.principalName, person.account, person.mail].filter((name) => name !== '').map((n) => n.toLowerCase())
}

/** Whoever a caller may mean by a word, also people who may not be assigned. */
export function findPeople(world: World, text: string): Person[] {
  const wanted = text.trim().toLowerCase()
  const bracketed = /<([^<>]+)>\s*$/.exec(wanted)?.[1]
  const people = [...world.people.values()]
  const exact = people.filter((person) => names(person).includes(bracketed ?? wanted))
  if (exact.length > 0 || bracketed !== undefined) return exact
  return people.filter((person) => person.displayName.toLowerCase() === wanted)
}

export const findPerson = (world: World, text: string): Person | undefined => {
  const found = findPeople(world, text)
  return found.find((person) => person.member && person.active) ?? found[0]
}

/** The person a written field value names, or the server's refusal. A bare GUID is no name. */
export function resolveIdentity(
  world: World,
  value: unknown,
  field: { referenceName: string; name: string },
): FieldValue {
  const text = textOf(value)
  const found = findPeople(world, text).filter(
    (person) => person.member && (person.active || !world.switches.removedAreUnknown),
  )
  if (found.length === 1) return found[0]!
  const message =
    found.length > 1
      ? `Multiple identities found matching '${text}'. Please specify one of the following identities: ${found.map((person) => printPerson(world, person)).join(', ')}`
      : `The identity value '${text}' for field '${field.name}' is an unknown identity.`
  refuse({
    status: 400,
    typeKey: 'WorkItemFieldInvalidException',
    message,
    customProperties: { ReferenceName: field.referenceName },
  })
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  const { uniqueName, displayName } = value as { uniqueName?: unknown; displayName?: unknown }
  return String(uniqueName ?? displayName ?? '')
}

/** A field value as it travels: people as objects or, in reporting and hooks, as text. */
export function printValue(world: World, value: FieldValue, identities: 'refs' | 'text'): unknown {
  if (!isPerson(value)) return value
  return identities === 'refs' ? identityRef(world, value) : printPerson(world, value)
}
