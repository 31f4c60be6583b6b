import { z } from 'zod'
import { LockstepError } from '../../core/errors.ts'
import type { AccountSearch, Clock, TrackerPeople } from '../../core/ports.ts'
import type { Account } from '../../core/ticket.ts'
import type { TrackerCache } from '../deps.ts'
import type { AzureClient } from './client.ts'
import { accountId, isEmail, isHuman } from './convert.ts'
import { GraphUserPage, IdentityList, ResourceAreaList } from './schema.ts'
import type { GraphUser, Identity } from './schema.ts'

export interface AzurePeople extends TrackerPeople {
  /** Adds the addresses that a listing told; costs no request. */
  complete(account: Account): Account
}

interface Listing {
  readonly accounts: readonly Account[]
  readonly at: number
}

/** A listing of an organization is long: at most one in this time, whoever asks. */
const LISTING_MS = 60 * 60_000
const MISS_MS = 10 * 60_000

const KeptListing = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      handle: z.string(),
      name: z.string(),
      emails: z.array(z.string()),
      emailHidden: z.boolean(),
      active: z.boolean(),
      human: z.boolean(),
    }),
  ),
})

export function createPeople(
  client: AzureClient,
  { clock, cache }: { readonly clock: Clock; readonly cache?: TrackerCache | undefined },
): AzurePeople {
  let listing: Listing | null = null
  let fetching: Promise<Listing> | null = null
  let graphBase: Promise<string> | null = null
  const misses = new Map<string, number>()
  /** Addresses of accounts that were asked for one by one. */
  const addresses = new Map<string, { readonly emails: readonly string[]; readonly at: number }>()

  /** Who lists belongs into the key: one account may see more people than another. */
  const cacheKey = async (): Promise<string> => `azure people ${client.base} ${(await client.self()).id}`

  function findGraphBase(): Promise<string> {
    graphBase ??= locateGraph(client).catch((error: unknown) => {
      graphBase = null
      throw error
    })
    return graphBase
  }

  async function* graphPages(): AsyncIterable<readonly Account[]> {
    const base = await findGraphBase()
    for (let token: string | undefined; ;) {
      const reply = await client.request({
        method: 'GET',
        base,
        api: 'graph/users',
        preview: '-preview.1',
        query: { continuationToken: token },
      })
      yield reply.read(GraphUserPage).value.map(fromGraph)
      token = reply.headers.get('x-ms-continuationtoken') ?? undefined
      if (token === undefined || token === '') return
    }
  }

  async function fetchListing(): Promise<Listing> {
    const accounts: Account[] = []
    for await (const page of graphPages()) accounts.push(...page)
    listing = { accounts, at: clock.now().getTime() }
    await cache?.save(await cacheKey(), { accounts })
    return listing
  }

  function refresh(): Promise<Listing> {
    fetching ??= fetchListing().finally(() => (fetching = null))
    return fetching
  }

  const isFresh = ({ at }: Listing): boolean => clock.now().getTime() - at < LISTING_MS

  async function recall(): Promise<Listing | null> {
    if (listing !== null && isFresh(listing)) return listing
    const kept = await cache?.find(await cacheKey())
    const accounts = KeptListing.safeParse(kept?.value).data?.accounts
    if (kept === undefined || accounts === undefined) return null
    const recalled = { accounts, at: Date.parse(kept.savedAt) }
    if (!isFresh(recalled)) return null
    listing = recalled
    return recalled
  }

  /** Somebody may have come since the listing: a look at the one address costs little, and is not repeated at once. */
  async function findNewcomers(emails: readonly string[]): Promise<readonly Account[]> {
    const now = clock.now().getTime()
    const asked = emails.filter((email) => now - (misses.get(email) ?? Number.NEGATIVE_INFINITY) > MISS_MS)
    if (asked.length === 0) return []
    const base = await findGraphBase()
    const found = await Promise.all(asked.map((email) => findIdentities('MailAddress', email, base)))
    for (const email of asked) misses.set(email, now)
    return found.flat()
  }

  async function findInGraph(wanted: ReadonlySet<string>): Promise<AccountSearch> {
    const recalled = await recall()
    let known = recalled ?? (await refresh())
    const told = new Set(known.accounts.flatMap(({ emails }) => emails.map((email) => email.toLowerCase())))
    const newcomers = recalled === null ? [] : await findNewcomers([...wanted].filter((email) => !told.has(email)))
    if (newcomers.length > 0) {
      known = { ...known, accounts: [...known.accounts, ...newcomers] }
      listing = known
    }
    const exact = known.accounts.filter((account) => isWanted(account, wanted))
    return { exact, hidden: [], ageMs: clock.now().getTime() - known.at }
  }

  const findIdentities = (searchFilter: string, filterValue: string, base?: string): Promise<readonly Account[]> =>
    readIdentities({ searchFilter, filterValue }, base)

  async function readIdentities(query: Readonly<Record<string, string>>, base?: string): Promise<readonly Account[]> {
    const reply = await client.request({ method: 'GET', api: 'identities', base, query })
    return reply
      .read(IdentityList)
      .value.filter((identity) => identity !== null)
      .filter(({ isContainer }) => !isContainer)
      .map((identity) => fromIdentity(identity, base !== undefined))
  }

  async function findOnServer(wanted: ReadonlySet<string>): Promise<AccountSearch> {
    const found = await Promise.all([...wanted].map((email) => findIdentities('MailAddress', email)))
    const exact = new Map(found.flat().map((account) => [account.id, account]))
    return { exact: [...exact.values()].filter((account) => isWanted(account, wanted)), hidden: [], ageMs: 0 }
  }

  /** That it may not be asked is no reason to leave the rest of a ticket alone. */
  async function readEmails({ id }: Account): Promise<readonly string[]> {
    try {
      const { hosted } = await client.session()
      const found = hosted
        ? await readIdentities({ subjectDescriptors: id }, await findGraphBase())
        : await readIdentities({ identityIds: id })
      return found.flatMap(({ emails }) => emails)
    } catch (error) {
      if (!(error instanceof LockstepError) || error.retryable) throw error
      return []
    }
  }

  function complete(account: Account): Account {
    const listed = listing?.accounts.find(({ id }) => id === account.id)?.emails ?? []
    const told = addresses.get(account.id)?.emails ?? []
    if (listed.length + told.length === 0) return account
    return { ...account, emails: [...new Set([...listed, ...told, ...account.emails])] }
  }

  return {
    complete,

    async readAccount(account) {
      const now = clock.now().getTime()
      const told = addresses.get(account.id)
      if (told === undefined || now - told.at >= LISTING_MS) {
        addresses.set(account.id, { emails: await readEmails(account), at: now })
      }
      return complete(account)
    },

    async findByEmail(emails) {
      const wanted = new Set(emails.map((email) => email.trim().toLowerCase()).filter((email) => email !== ''))
      if (wanted.size === 0) return { exact: [], hidden: [], ageMs: 0 }
      return (await client.session()).hosted ? findInGraph(wanted) : findOnServer(wanted)
    },

    async search(query) {
      const text = query.trim().toLowerCase()
      if (text === '') return []
      if (!(await client.session()).hosted) {
        return (await findIdentities('General', query.trim())).filter(({ human }) => human)
      }
      const { accounts } = (await recall()) ?? (await refresh())
      return accounts.filter(
        ({ human, name, handle, emails }) =>
          human && [name, handle, ...emails].some((each) => each.toLowerCase().includes(text)),
      )
    },

    async *list() {
      if ((await client.session()).hosted) {
        yield* graphPages()
        return
      }
      throw new LockstepError('tracker-refused', `${client.connection}: a Server does not list its people.`, {
        remedy: 'Look people up by their address instead.',
      })
    },
  }
}

const isWanted = ({ human, active, emails }: Account, wanted: ReadonlySet<string>): boolean =>
  human && active && emails.some((email) => wanted.has(email.toLowerCase()))

/** The graph has a host of its own; it follows from the usual address, and is asked for where it does not. */
async function locateGraph(client: AzureClient): Promise<string> {
  const { host, pathname } = new URL(client.base)
  if (host === 'dev.azure.com') return `https://vssps.dev.azure.com${pathname}`
  const organization = /^([^.]+)\.visualstudio\.com$/.exec(host)?.[1]
  if (organization !== undefined) return `https://${organization}.vssps.visualstudio.com`
  const reply = await client.request({ method: 'GET', api: 'resourceAreas', preview: '-preview' })
  const graph = reply.read(ResourceAreaList).value.find(({ name }) => name.toLowerCase() === 'graph')
  if (graph === undefined) {
    throw new LockstepError('not-found', `${client.connection}: the server does not say where its people are listed.`)
  }
  return graph.locationUrl.replace(/\/+$/, '')
}

function fromGraph({ descriptor, displayName, principalName, mailAddress, isDeletedInOrigin }: GraphUser): Account {
  const mail = mailAddress ?? ''
  return {
    id: descriptor,
    handle: mail === '' ? principalName : mail,
    name: displayName,
    emails: [...new Set([mail, principalName].filter(isEmail))],
    emailHidden: false,
    active: isDeletedInOrigin !== true,
    // Build services have no address, nobody to assign to.
    human: isHuman(descriptor) && (mail !== '' || isEmail(principalName)),
  }
}

function fromIdentity(identity: Identity, hosted: boolean): Account {
  const { id, subjectDescriptor, providerDisplayName, customDisplayName, isActive, properties } = identity
  const text = (name: string): string => {
    const value = properties[name]?.$value
    return typeof value === 'string' ? value : ''
  }
  const [domain, account, mail] = [text('Domain'), text('Account'), text('Mail')]
  const emails = [...new Set([mail, account].filter(isEmail))]
  return {
    id: accountId({ id, descriptor: hosted ? subjectDescriptor : undefined }),
    handle: hosted ? (emails[0] ?? account) : `${domain}\\${account}`,
    name: customDisplayName ?? providerDisplayName,
    emails,
    emailHidden: false,
    // Absent, not false, once the access was taken away.
    active: isActive === true,
    human: isHuman(subjectDescriptor ?? '') && text('SchemaClassName') !== 'Group',
  }
}
