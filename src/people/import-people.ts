import type { ImportTarget } from '../core/directory.ts'
import { normalizeLogin } from '../core/people.ts'
import { domainOf } from './match.ts'
import type { AddressRecord, OptionRecord, PersonAddressRecord, PersonRecord } from './records.ts'
import { areFirst, findTargets, skipped } from './row-result.ts'
import type { RowResult, Write } from './row-result.ts'
import { findUniqueNames } from './unique-names.ts'

const LOGIN_MAX = 128

export const writePeople: Write<PersonRecord> = async (rows, { writer, importId, merge }) => {
  const keys = rows.map(({ username }) => normalizeLogin(username))
  const owners = new Map(await writer.findLogins([...new Set(keys)]))
  const isFirst = areFirst(keys).map((first, index) => first && !owners.has(keys[index] ?? ''))

  const insert = async (people: readonly PersonRecord[], logins: readonly string[]): Promise<readonly number[]> => {
    const ids = await writer.insertPeople(
      people.map(({ name, active, human, createdAt }, index) => ({
        login: logins[index] ?? '',
        name,
        active,
        human,
        joinedAt: createdAt,
      })),
    )
    const main = people.flatMap(({ email }, index) =>
      email === null ? [] : [{ person: ids[index] ?? 0, email, verified: false, main: true }],
    )
    await writer.savePersonAddresses(main)
    return ids
  }

  const fresh = rows.filter((_, index) => isFirst[index])
  const freshNames = fresh.map(({ username }) => username)
  const freshIds = await insert(fresh, freshNames)
  for (const [index, name] of freshNames.entries()) owners.set(normalizeLogin(name), freshIds[index] ?? 0)

  const late = merge ? [] : rows.filter((_, index) => !isFirst[index])
  const lateNames = await findUniqueNames(
    late.map(({ username, pk }) => ({ name: username, seed: `${importId} person ${pk}` })),
    {
      maxLength: LOGIN_MAX,
      keyOf: normalizeLogin,
      findTaken: async (wanted) => new Set((await writer.findLogins(wanted)).keys()),
    },
  )
  const lateIds = await insert(late, lateNames)
  const places = new Map(late.map((row, index) => [row, index]))

  return rows.map((row, index): RowResult => {
    const id = owners.get(keys[index] ?? '') ?? 0
    if (isFirst[index] === true) return { outcome: 'inserted', id, name: row.username }
    const place = places.get(row)
    if (place === undefined) return { outcome: 'merged', id, name: row.username }
    return { outcome: 'renamed', id: lateIds[place] ?? 0, name: lateNames[place] ?? '' }
  })
}

export const writeAddresses: Write<AddressRecord> = async (rows, { writer }) => {
  const added = await writer.insertAddresses(rows.map(({ email }) => email))
  return added.map((isNew) => ({ outcome: isNew ? 'inserted' : 'existing', id: null }))
}

export const writePersonAddresses: Write<PersonAddressRecord> = async (rows, { writer, domains }) => {
  const owners = await writer.findTargets(
    'sentry.user',
    rows.map(({ user }) => user),
  )
  const results = rows.map(({ user }) => judgeOwner(owners.get(user)))
  await writer.savePersonAddresses(
    rows.flatMap(({ user, email, verified }, index) => {
      const owner = owners.get(user)
      if (owner === undefined || results[index]?.outcome === 'skipped') return []
      return [{ person: owner.id, email, verified: verified && domains.has(domainOf(email)), main: false }]
    }),
  )
  return results
}

function judgeOwner(owner: ImportTarget | undefined): RowResult {
  if (owner === undefined) return skipped('reference-missing')
  return owner.outcome === 'merged' ? skipped('owner-merged') : { outcome: 'inserted', id: null }
}

export const writeOptions: Write<OptionRecord> = async (rows, { writer }) => {
  const [owners, organizations] = await findTargets(writer, rows)
  const results = rows.map((row) => {
    const elsewhere = row.organization !== null && !organizations.has(row.organization)
    // Projects are never imported.
    return row.project !== null || elsewhere ? skipped('reference-missing') : judgeOwner(owners.get(row.user))
  })
  const kept = rows.filter((_, index) => results[index]?.outcome !== 'skipped')
  const added = await writer.insertOptions(
    kept.map(({ user, organization, key, value }) => ({
      person: owners.get(user)?.id ?? 0,
      organization: organization === null ? null : (organizations.get(organization)?.id ?? null),
      key,
      value,
    })),
  )
  const isNew = new Map(kept.map((row, index) => [row, added[index]]))
  return rows.map((row, index) =>
    isNew.get(row) === false ? skipped('duplicate') : (results[index] ?? skipped('duplicate')),
  )
}
