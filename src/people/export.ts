import { LockstepError } from '../core/errors.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Tracker } from '../core/ports.ts'
import { printRows } from './print-rows.ts'
import type { StreamSource } from './source.ts'

/** Somebody as GitHub shows them; it tells verified addresses only. */
export interface Member {
  readonly login: string
  readonly name: string | null
  readonly emails: readonly string[]
}

interface ExportInput {
  readonly members: AsyncIterable<readonly Member[]>
  readonly trackers: ReadonlyMap<string, Tracker>
  readonly now: Date
}

export interface Export {
  /** The text of an archive. */
  readonly json: StreamSource
  readonly people: number
  readonly addresses: number
  /** Trackers that cannot list their people. */
  readonly unlisted: readonly string[]
}

interface Exported {
  readonly member: Member
  /** By the form they are compared by. */
  readonly addresses: Map<string, { readonly email: string; readonly verified: boolean }>
}

/** An archive of an organization's members, with the further addresses that the accounts of the same people show. */
export async function exportPeople({ members, trackers, now }: ExportInput): Promise<Export> {
  const people = new Map<string, Exported>()
  for await (const page of members) {
    for (const member of page) {
      const addresses = new Map(member.emails.map((email) => [normalizeEmail(email), { email, verified: true }]))
      people.set(normalizeLogin(member.login), { member, addresses })
    }
  }
  const owners = new Map<string, Exported>()
  for (const person of people.values()) for (const key of person.addresses.keys()) owners.set(key, person)

  const unlisted: string[] = []
  for (const [name, tracker] of trackers) if (!(await addAccounts(tracker, owners))) unlisted.push(name)

  const all = [...people.values()]
  return {
    json: { name: 'people', read: () => printRows(toRows(all, now.toISOString())) },
    people: all.length,
    addresses: all.reduce((sum, { addresses }) => sum + addresses.size, 0),
    unlisted,
  }
}

async function addAccounts(tracker: Tracker, owners: ReadonlyMap<string, Exported>): Promise<boolean> {
  try {
    for await (const accounts of tracker.people.list()) {
      for (const { emails, active, human } of accounts) {
        const person = emails.map((email) => owners.get(normalizeEmail(email))).find((owner) => owner !== undefined)
        if (person === undefined || !active || !human) continue
        for (const email of emails) {
          const key = normalizeEmail(email)
          if (!person.addresses.has(key)) person.addresses.set(key, { email, verified: false })
        }
      }
    }
    return true
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'tracker-refused') return false
    throw error
  }
}

type Row = Readonly<{ model: string; pk: number; fields: Readonly<Record<string, unknown>> }>

/** What is pointed at comes before what points at it. */
function* toRows(people: readonly Exported[], at: string): Generator<Row> {
  for (const [index, { member, addresses }] of people.entries()) {
    const [main] = addresses.values()
    const fields = { username: member.login, name: member.name ?? '', email: main?.email ?? '', is_active: true }
    yield { model: 'sentry.user', pk: index + 1, fields: { ...fields, date_joined: at } }
  }
  const distinct = new Map(people.flatMap(({ addresses }) => [...addresses].map(([key, { email }]) => [key, email])))
  for (const [index, email] of [...distinct.values()].entries()) {
    yield { model: 'sentry.email', pk: index + 1, fields: { email, date_added: at } }
  }
  let pk = 0
  for (const [index, { addresses }] of people.entries()) {
    for (const { email, verified } of addresses.values()) {
      yield { model: 'sentry.useremail', pk: ++pk, fields: { user: index + 1, email, is_verified: verified } }
    }
  }
}
