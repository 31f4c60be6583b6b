import type { EnvironmentRecord, MemberRecord, OrganizationRecord, ReleaseRecord } from './records.ts'
import { areFirst, findTargets, skipped } from './row-result.ts'
import type { RowResult, Targets, Write } from './row-result.ts'
import { findUniqueNames } from './unique-names.ts'

const SLUG_MAX = 50

export const writeOrganizations: Write<OrganizationRecord> = async (rows, { writer, importId }) => {
  const wanted = rows.map(({ slug }) => toSlug(slug))
  const taken = await writer.findSlugs([...new Set(wanted)])
  const keeps = areFirst(wanted).map((first, index) => {
    const slug = wanted[index] ?? ''
    return first && isGoodSlug(slug) && !taken.has(slug)
  })
  const own = new Set(wanted.filter((_, index) => keeps[index]))
  const others = rows.flatMap(({ pk }, index) =>
    keeps[index] === true ? [] : [{ name: wanted[index] || 'organization', seed: `${importId} organization ${pk}` }],
  )
  const free = await findUniqueNames(others, {
    maxLength: SLUG_MAX,
    keyOf: (slug) => slug,
    findTaken: async (slugs) => new Set([...(await writer.findSlugs(slugs)), ...own]),
  })
  const left = [...free]
  const slugs = wanted.map((slug, index) => (keeps[index] === true ? slug : (left.shift() ?? slug)))
  const ids = await writer.insertOrganizations(
    rows.map(({ name, createdAt }, index) => ({ name, slug: slugs[index] ?? '', createdAt })),
  )
  return rows.map((row, index) => {
    const slug = slugs[index] ?? ''
    return { outcome: slug === row.slug ? 'inserted' : 'renamed', id: ids[index] ?? 0, slug, name: slug }
  })
}

export const toSlug = (slug: string): string =>
  slug
    .toLowerCase()
    .replaceAll('_', '-')
    .replaceAll(/^-+|-+$/g, '')

// All digits would be taken for an id.
const isGoodSlug = (slug: string): boolean => slug !== '' && !/^\d+$/.test(slug)

export const writeMembers: Write<MemberRecord> = async (rows, { writer }) => {
  const [people, organizations] = await findTargets(writer, rows)
  return insertOwned(rows, organizations, {
    isSound: ({ user, email }) => (user === null ? email !== null : people.has(user)),
    insert: (kept) =>
      writer.insertMembers(
        kept.map(([{ user, email, role }, organization]) => ({
          organization,
          person: user === null ? null : (people.get(user)?.id ?? null),
          email: user === null ? email : null,
          role,
        })),
      ),
  })
}

export const writeEnvironments: Write<EnvironmentRecord> = async (rows, { writer }) =>
  insertOwned(rows, (await findTargets(writer, rows))[1], {
    insert: (kept) => writer.insertEnvironments(kept.map(([{ name }, organization]) => ({ organization, name }))),
    nameOf: ({ name }) => name,
  })

export const writeReleases: Write<ReleaseRecord> = async (rows, { writer }) =>
  insertOwned(rows, (await findTargets(writer, rows))[1], {
    insert: (kept) =>
      writer.insertReleases(
        kept.map(([{ version, createdAt, releasedAt }, organization]) => ({
          organization,
          version,
          createdAt,
          releasedAt,
        })),
      ),
    nameOf: ({ version }) => version,
  })

interface Owned<Row> {
  isSound?(row: Row): boolean
  insert(rows: readonly (readonly [Row, organization: number])[]): Promise<readonly boolean[]>
  nameOf?(row: Row): string
}

/** What belongs to an organization: inserted where it is new, and skipped where the organization was not imported. */
async function insertOwned<Row extends { readonly organization: number }>(
  rows: readonly Row[],
  organizations: Targets,
  { isSound = () => true, insert, nameOf }: Owned<Row>,
): Promise<readonly RowResult[]> {
  const kept = rows.flatMap((row) => {
    const owner = organizations.get(row.organization)
    return owner === undefined || !isSound(row) ? [] : [[row, owner.id] as const]
  })
  const added = await insert(kept)
  const isNew = new Map(kept.map(([row], index) => [row, added[index]]))
  return rows.map((row) => {
    const isAdded = isNew.get(row)
    if (isAdded === undefined) return skipped('reference-missing')
    const slug = organizations.get(row.organization)?.slug ?? undefined
    const name = nameOf === undefined ? {} : { name: nameOf(row) }
    return { outcome: isAdded ? 'inserted' : 'existing', id: null, slug, ...name }
  })
}
