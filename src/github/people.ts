import { z } from 'zod'
import type { Answers } from '../core/directory.ts'
import { LockstepError } from '../core/errors.ts'
import { normalizeEmail, normalizeLogin } from '../core/people.ts'
import type { Clock } from '../core/ports.ts'
import type { Client } from './client.ts'

export interface GitHubPeopleDeps {
  readonly client: Client
  readonly clock: Clock
  /** Owner of the repositories; the addresses on its verified domains are told to its members. */
  readonly organization: string
  readonly apiUrl: string
  /** Who asks: one token sees more than another. */
  readonly viewer: string
  readonly answers: Answers
}

export interface GitHubAddress {
  readonly email: string
  readonly verified: boolean
  readonly source: 'github'
  readonly seenAt: string
}

export interface GitHubPerson {
  readonly login: string
  readonly name: string | null
  /** The most trusted first. */
  readonly emails: readonly string[]
}

export interface GitHubPeople {
  readonly source: 'github'
  findAddresses(login: string): Promise<readonly GitHubAddress[]>
  findLogins(email: string): Promise<readonly string[]>
  /** The members of the organization, page by page. */
  list(): AsyncGenerator<readonly GitHubPerson[]>
}

const HOUR_MS = 60 * 60_000
const KNOWN_MS = 12 * HOUR_MS

const User = z.object({
  login: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  organizationVerifiedDomainEmails: z.array(z.string()).nullish(),
})
const Identity = z.object({
  user: z.object({ login: z.string() }).nullish(),
  samlIdentity: z
    .object({
      nameId: z.string().nullish(),
      emails: z.array(z.object({ value: z.string() })).nullish(),
    })
    .nullish(),
})
const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })
const Identities = z.object({ nodes: z.array(Identity.nullable()), pageInfo: PageInfo })
const Provider = z.object({ samlIdentityProvider: z.object({ externalIdentities: Identities }).nullish() })

// Parts that the token may not read are null, with an entry under "errors".
const PersonReply = z.object({ data: z.object({ user: User.nullish(), organization: Provider.nullish() }).nullish() })
const MembersReply = z.object({
  data: z
    .object({
      organization: z
        .object({ membersWithRole: z.object({ nodes: z.array(User.nullable()), pageInfo: PageInfo }) })
        .nullish(),
    })
    .nullish(),
})
const IdentitiesReply = z.object({ data: z.object({ organization: Provider.nullish() }).nullish() })

const USER = 'login name email organizationVerifiedDomainEmails(login: $organization)'
const SAML = 'nodes { user { login } samlIdentity { nameId emails { value } } } pageInfo { hasNextPage endCursor }'

const ONE_PERSON = `query($login: String!, $organization: String!) {
  user(login: $login) { ${USER} }
  organization(login: $organization) {
    samlIdentityProvider { externalIdentities(first: 1, login: $login) { ${SAML} } }
  }
}`
const MEMBERS = `query($organization: String!, $after: String) {
  organization(login: $organization) {
    membersWithRole(first: 100, after: $after) { nodes { ${USER} } pageInfo { hasNextPage endCursor } }
  }
}`
const IDENTITIES = `query($organization: String!, $after: String) {
  organization(login: $organization) {
    samlIdentityProvider { externalIdentities(first: 100, after: $after) { ${SAML} } }
  }
}`

const KeptPeople = z.array(z.object({ login: z.string(), name: z.string().nullable(), emails: z.array(z.string()) }))

/** Addresses as GitHub tells them: on verified domains, from single sign-on, and the public one. */
export function createGitHubPeople(deps: GitHubPeopleDeps): GitHubPeople {
  const { client, clock, organization, answers } = deps
  // An Enterprise Server has GraphQL beside its REST API, not below it.
  const baseUrl = deps.apiUrl.replace(/\/api\/v3\/?$/, '/api')
  const keyOf = (what: string) => `github people ${baseUrl} ${normalizeLogin(organization)} ${deps.viewer} ${what}`

  async function ask<Shape extends z.ZodType>(
    shape: Shape,
    query: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<z.infer<Shape>> {
    return client.read(shape, 'POST /graphql', { baseUrl, query, variables: { organization, ...variables } })
  }

  async function recall(key: string, ms: number) {
    const kept = await answers.find(key)
    const people = KeptPeople.safeParse(kept?.value).data
    if (kept === undefined || people === undefined) return undefined
    const fresh = clock.now().getTime() - Date.parse(kept.savedAt) < ms
    return fresh ? { people, seenAt: kept.savedAt } : undefined
  }

  async function keep(key: string, people: readonly GitHubPerson[]) {
    await answers.save(key, people)
    return { people, seenAt: clock.now().toISOString() }
  }

  async function readPerson(login: string): Promise<readonly GitHubPerson[]> {
    const { data } = await ask(PersonReply, ONE_PERSON, { login })
    if (data?.user === null || data?.user === undefined) return []
    const identities = data.organization?.samlIdentityProvider?.externalIdentities.nodes ?? []
    return [toPerson(data.user, identities.flatMap(emailsOf))]
  }

  async function* list(): AsyncGenerator<readonly GitHubPerson[]> {
    const identities = await readIdentities()
    let after: string | null = null
    do {
      const reply: z.infer<typeof MembersReply> = await ask(MembersReply, MEMBERS, { after })
      const page = reply.data?.organization?.membersWithRole
      if (page === undefined) return
      yield page.nodes
        .filter((user) => user !== null)
        .map((user) => toPerson(user, identities.get(normalizeLogin(user.login)) ?? []))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
  }

  async function readIdentities(): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>()
    let after: string | null = null
    do {
      const reply: z.infer<typeof IdentitiesReply> = await ask(IdentitiesReply, IDENTITIES, { after })
      const page = reply.data?.organization?.samlIdentityProvider?.externalIdentities
      for (const identity of page?.nodes ?? []) {
        if (identity?.user) found.set(normalizeLogin(identity.user.login), emailsOf(identity))
      }
      after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null
    } while (after !== null)
    return found
  }

  async function readAll(): Promise<readonly GitHubPerson[]> {
    const people: GitHubPerson[] = []
    for await (const page of list()) people.push(...page)
    return people
  }

  let listing: Promise<readonly GitHubPerson[]> | undefined
  async function readMembers(): Promise<readonly GitHubPerson[]> {
    const known = await recall(keyOf('members'), HOUR_MS)
    if (known !== undefined) return known.people
    listing ??= unlessForbidden(readAll).finally(() => (listing = undefined))
    const people = await listing
    await keep(keyOf('members'), people)
    return people
  }

  return {
    source: 'github',
    list,
    async findAddresses(login) {
      const key = keyOf(`person ${normalizeLogin(login)}`)
      const { people, seenAt } =
        (await recall(key, KNOWN_MS)) ?? (await keep(key, await unlessForbidden(() => readPerson(login))))
      // GitHub shows an address in public, or to the organization, only when its owner has verified it.
      return people.flatMap(({ emails }) =>
        emails.map((email) => ({ email, verified: true, source: 'github' as const, seenAt })),
      )
    },
    async findLogins(email) {
      const wanted = normalizeEmail(email)
      const members = await readMembers()
      return members.flatMap(({ login, emails }) =>
        emails.some((one) => normalizeEmail(one) === wanted) ? [login] : [],
      )
    },
  }
}

/** A token that may not look at people finds nobody; the sync goes on without them. */
async function unlessForbidden<Found>(read: () => Promise<readonly Found[]>): Promise<readonly Found[]> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof LockstepError && ['not-permitted', 'not-found'].includes(error.code)) return []
    throw error
  }
}

const emailsOf = (identity: z.infer<typeof Identity> | null): readonly string[] => {
  const { nameId, emails } = identity?.samlIdentity ?? {}
  return [...(emails ?? []).map(({ value }) => value), nameId ?? ''].filter((email) => email.includes('@'))
}

function toPerson(
  { login, name, email, organizationVerifiedDomainEmails: verified }: z.infer<typeof User>,
  identities: readonly string[],
): GitHubPerson {
  const all = [...(verified ?? []), ...identities, email ?? ''].filter((one) => one.includes('@') && !isNoReply(one))
  const distinct = new Map(all.toReversed().map((one) => [normalizeEmail(one), one]))
  return { login, name: name ?? null, emails: [...distinct.values()].toReversed() }
}

const isNoReply = (email: string): boolean => /@(?:[\w.-]+\.)?noreply\./i.test(email)
