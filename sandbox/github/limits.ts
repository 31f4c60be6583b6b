import type { Clock } from '../kit/clock.ts'
import type { SandboxRequest } from '../kit/router.ts'
import { whoHolds } from './auth.ts'
import type { Who } from './auth.ts'
import { refuse } from './reply.ts'
import type { Switches } from './switches.ts'
import type { World } from './world.ts'

export interface Limits {
  /** Refuses when a quota is used up; counts the request otherwise. */
  take(request: SandboxRequest, who: Who): void
  /** Gives a request back: a 304 is free. */
  giveBack(request: SandboxRequest, who: Who): void
  headers(request: SandboxRequest, who: Who): Record<string, string>
  overview(who: Who): Record<string, Quota>
  /** As if so many requests were left to the owner of this token. */
  setRemaining(left: { readonly token: string; readonly remaining: number; readonly resource?: Resource }): void
  clear(): void
}

export type Resource = 'core' | 'search' | 'graphql' | 'integration_manifest'

export interface Quota {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  readonly reset: number
}

interface Window {
  used: number
  /** Seconds. */
  reset: number
}

const HOUR_S = 3600
/** Content-creating writes: 80 in a minute, 500 in an hour. */
const WRITES = [
  { within: 60, most: 80 },
  { within: HOUR_S, most: 500 },
]

const RATE_DOCS = 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api'
const SECONDARY_DOCS = `${RATE_DOCS}#about-secondary-rate-limits`

export function createLimits(clock: Clock, switches: Switches, host: { readonly world: World }): Limits {
  const windows = new Map<string, Window>()
  const writes = new Map<string, number[]>()
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000)

  function windowOf(who: Who, resource: Resource): Window {
    const key = `${resource} ${keyOf(who)}`
    const known = windows.get(key)
    if (known !== undefined && known.reset > nowS()) return known
    const fresh = { used: 0, reset: nowS() + HOUR_S }
    windows.set(key, fresh)
    return fresh
  }

  function quotaOf(who: Who, resource: Resource): Quota {
    const { used, reset } = windowOf(who, resource)
    const limit = limitOf(host.world, who, resource)
    return { limit, used: Math.min(used, limit), remaining: Math.max(limit - used, 0), reset }
  }

  function headersFor(who: Who, resource: Resource): Record<string, string> {
    if (switches.primaryLimits === 'off') return {}
    const { limit, used, remaining, reset } = quotaOf(who, resource)
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': resource,
      'x-ratelimit-used': String(used),
    }
  }

  function takeSecondary(request: SandboxRequest, who: Who): void {
    if (switches.secondaryLimits === 'off' || !isContentWrite(request)) return
    const key = keyOf(who)
    const times = (writes.get(key) ?? []).filter((time) => time > nowS() - HOUR_S)
    const over = WRITES.some(({ within, most }) => times.filter((time) => time > nowS() - within).length >= most)
    if (over) {
      refuse(
        switches.secondaryStatus,
        'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later. If you reach out to GitHub Support for help, please include the request ID.',
        {
          docs: SECONDARY_DOCS,
          headers: switches.retryAfter === null ? {} : { 'retry-after': String(switches.retryAfter) },
        },
      )
    }
    times.push(nowS())
    writes.set(key, times)
  }

  return {
    take(request, who) {
      const resource = resourceOf(request)
      if (switches.primaryLimits === 'on' && !isFree(request)) {
        if (quotaOf(who, resource).remaining === 0) {
          refuse(403, exhausted(who), { docs: RATE_DOCS })
        }
        windowOf(who, resource).used++
      }
      takeSecondary(request, who)
    },
    giveBack(request, who) {
      if (switches.primaryLimits === 'on' && !isFree(request)) windowOf(who, resourceOf(request)).used--
    },
    headers: (request, who) => headersFor(who, resourceOf(request)),
    overview: (who) => ({
      core: quotaOf(who, 'core'),
      search: quotaOf(who, 'search'),
      graphql: quotaOf(who, 'graphql'),
      integration_manifest: quotaOf(who, 'integration_manifest'),
    }),
    setRemaining({ token: value, remaining, resource = 'core' }) {
      const token = host.world.tokens.get(value)
      if (token === undefined) throw new Error(`there is no token ${value}`)
      const who = whoHolds(token)
      windowOf(who, resource).used = limitOf(host.world, who, resource) - remaining
    },
    clear() {
      windows.clear()
      writes.clear()
    },
  }
}

/** People share one quota over all their tokens; installations and Apps have their own. */
function keyOf(who: Who): string {
  if (who.kind === 'installation') return `installation:${who.installation?.id}`
  if (who.kind === 'app') return `app:${who.app?.id}`
  if (who.kind === 'actions') return `actions:${who.token?.repoIds?.join(',')}`
  return who.person === null ? 'anonymous' : `person:${who.person.login}`
}

function limitOf(world: World, who: Who, resource: Resource): number {
  if (resource === 'search') return who.kind === 'anonymous' ? 10 : 30
  if (who.kind === 'anonymous') return 60
  if (who.kind === 'actions') return 1000
  if (who.kind !== 'installation' || who.installation === null) return 5000
  // 50 more for each repository and each member beyond twenty, up to 12,500.
  const { account } = who.installation
  const repos = [...world.repos.values()].filter(({ owner }) => owner === account).length
  const members = world.orgs.get(account.login.toLowerCase())?.members.size ?? 0
  return Math.min(5000 + 50 * (Math.max(repos - 20, 0) + Math.max(members - 20, 0)), 12_500)
}

const pathOf = (request: SandboxRequest): string => request.path.replace(/^\/api(\/v3)?/, '')

function resourceOf(request: SandboxRequest): Resource {
  const path = pathOf(request)
  if (path === '/graphql') return 'graphql'
  if (path.startsWith('/app-manifests/')) return 'integration_manifest'
  return path.startsWith('/search/') ? 'search' : 'core'
}

// Asking for the quota is free, and the pages of github.com have none.
const isFree = (request: SandboxRequest): boolean => {
  const path = pathOf(request)
  return (
    path === '/rate_limit' || path.startsWith('/login/') || path.startsWith('/settings/') || path.startsWith('/apps/')
  )
}

function isContentWrite(request: SandboxRequest): boolean {
  return ['POST', 'PATCH', 'PUT', 'DELETE'].includes(request.method) && pathOf(request).startsWith('/repos')
}

function exhausted(who: Who): string {
  if (who.kind === 'anonymous') {
    return "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
  }
  if (who.kind === 'installation' || who.kind === 'actions')
    return `API rate limit exceeded for installation ID ${who.installation?.id ?? 41_898}.`
  return `API rate limit exceeded for user ID ${who.person?.id ?? 0}.`
}
