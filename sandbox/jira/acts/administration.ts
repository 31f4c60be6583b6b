import { approveToken } from '../auth/oauth1.ts'
import { approveOAuth2 } from '../auth/oauth2.ts'
import { addToken } from '../auth/sign-in.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { hookEvents } from '../routes/hooks.ts'
import { namedPerson } from '../seeds.ts'
import type { Switches } from '../switches.ts'
import { nextId } from '../world.ts'
import type { Hook } from '../world.ts'
import { actorOf } from './lookups.ts'
import type { ByWhom } from './lookups.ts'

/** Webhooks, tokens, clients and the switches of the server. */
export function administrationActs(jira: Jira) {
  const { world } = jira

  return {
    addHook({
      url,
      events = [...hookEvents],
      jql = '',
      secret = null,
      name = 'hook',
    }: {
      readonly url: string
      readonly events?: readonly string[]
      readonly jql?: string
      readonly secret?: string | null
      readonly name?: string
    }) {
      const hook: Hook = {
        id: nextId(world),
        name,
        url,
        events: [...events],
        jql,
        excludeBody: false,
        enabled: true,
        secret,
        configuration: secret === null ? {} : { SECRET: secret },
        lastUpdated: now(jira),
        lastUpdatedBy: 'lockstep',
      }
      world.hooks.set(hook.id, hook)
      return { id: hook.id }
    },
    removeHook({ id }: { readonly id: number }) {
      world.hooks.delete(id)
      return {}
    },
    addToken({
      name,
      secret,
      days = null,
    }: {
      readonly name: string
      readonly secret: string
      readonly days?: number | null
    }) {
      addToken(jira, { person: namedPerson(jira, name), name: 'token', secret, days })
      return {}
    },
    revokeToken({ secret }: { readonly secret: string }) {
      world.tokens.delete(secret)
      return {}
    },
    addOAuthConsumer({
      key,
      publicKey,
      name = key,
    }: {
      readonly key: string
      readonly publicKey: string
      readonly name?: string
    }) {
      world.consumers.set(key, { key, name, publicKey })
      return {}
    },
    approveOAuth: ({ token, ...by }: ByWhom & { readonly token: string }) => ({
      verifier: approveToken(jira, token, actorOf(jira, by)).verifier,
    }),
    addOAuth2Client({
      clientId,
      clientSecret,
      redirectUri,
      scope = 'WRITE',
    }: {
      readonly clientId: string
      readonly clientSecret: string
      readonly redirectUri: string
      readonly scope?: string
    }) {
      world.oauth2Clients.set(clientId, { clientId, clientSecret, redirectUri, scope })
      return {}
    },
    approveOAuth2({ clientId, ...by }: ByWhom & { readonly clientId: string }) {
      const client = world.oauth2Clients.get(clientId)
      if (client === undefined) throw new Error(`no OAuth 2 client ${clientId}`)
      return { code: approveOAuth2(jira, { client, person: actorOf(jira, by), challenge: null }) }
    },
    /** The context path alone cannot change while the server runs. */
    set(change: Partial<Omit<Switches, 'contextPath'>>) {
      Object.assign(jira.switches, change)
      return jira.switches
    },
    /** The search index catches up at once. */
    reindex() {
      world.lagging.clear()
      return {}
    },
  }
}
