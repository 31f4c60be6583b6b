import { createHash, randomBytes } from 'node:crypto'
import type { SandboxReply } from '../../kit/router.ts'
import type { Call, JiraRoute } from '../call.ts'
import { ok } from '../call.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { refuseWith } from '../refusal.ts'
import type { OAuth2Client, OAuth2Grant, Person } from '../world.ts'

const EXPIRES_IN_S = 7200

export function oauth2Caller(
  jira: Jira,
  token: string,
): { readonly person: Person | null; readonly scope: string } | null {
  const grant = jira.world.oauth2Grants.find(({ accessToken }) => accessToken === token)
  if (grant === undefined || grant.expiresAt <= now(jira)) return null
  return { person: jira.world.people.get(grant.personKey) ?? null, scope: grant.scope }
}

const failed = (error: string, description: string, status = 400) =>
  refuseWith({ status, body: { error, error_description: description } })

function issueTokens(jira: Jira, grant: OAuth2Grant): SandboxReply {
  grant.code = null
  grant.accessToken = randomBytes(32).toString('hex')
  // Each refresh token works once: the next one comes with the answer.
  grant.refreshToken = randomBytes(32).toString('hex')
  grant.expiresAt = now(jira) + EXPIRES_IN_S * 1000
  return ok({
    access_token: grant.accessToken,
    token_type: 'Bearer',
    expires_in: EXPIRES_IN_S,
    refresh_token: grant.refreshToken,
    scope: grant.scope,
    created_at: Math.floor(now(jira) / 1000),
  })
}

export function approveOAuth2(
  jira: Jira,
  {
    client,
    person,
    challenge,
  }: { readonly client: OAuth2Client; readonly person: Person; readonly challenge: OAuth2Grant['challenge'] },
): string {
  const code = randomBytes(16).toString('hex')
  jira.world.oauth2Grants.push({
    clientId: client.clientId,
    personKey: person.key,
    scope: client.scope,
    challenge,
    code,
    accessToken: null,
    refreshToken: null,
    expiresAt: 0,
  })
  return code
}

const answers = (challenge: OAuth2Grant['challenge'], verifier: string): boolean => {
  if (challenge === null) return true
  const value = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  return value === challenge.value
}

export function oauth2Routes(jira: Jira): readonly JiraRoute[] {
  const authorize = ({ request, person }: Call): SandboxReply => {
    const { query } = request
    const client = jira.world.oauth2Clients.get(query.get('client_id') ?? '')
    if (client === undefined) throw failed('invalid_client', 'Client ID is not valid')
    if (query.get('redirect_uri') !== client.redirectUri) throw failed('invalid_request', 'Redirect URI does not match')
    if (person === null)
      return { status: 302, headers: { Location: `${jira.switches.contextPath}/login.jsp` }, body: '' }
    const value = query.get('code_challenge')
    const challenge = value === null ? null : { method: query.get('code_challenge_method') ?? 'plain', value }
    const location = new URL(client.redirectUri)
    location.searchParams.set('code', approveOAuth2(jira, { client, person, challenge }))
    if (query.has('state')) location.searchParams.set('state', query.get('state')!)
    return { status: 302, headers: { Location: location.href }, body: '' }
  }
  const token = ({ request }: Call): SandboxReply => {
    const asked = new URLSearchParams(request.body.length > 0 ? request.body.toString('utf8') : request.search)
    const client = jira.world.oauth2Clients.get(asked.get('client_id') ?? '')
    if (client === undefined || client.clientSecret !== asked.get('client_secret')) {
      throw failed('invalid_client', 'Client authentication failed', 401)
    }
    const own = jira.world.oauth2Grants.filter(({ clientId }) => clientId === client.clientId)
    switch (asked.get('grant_type')) {
      case 'authorization_code': {
        const grant = own.find(({ code }) => code !== null && code === asked.get('code'))
        if (grant === undefined) throw failed('invalid_grant', 'The authorization code is not valid')
        if (!answers(grant.challenge, asked.get('code_verifier') ?? ''))
          throw failed('invalid_grant', 'Code verifier does not match')
        return issueTokens(jira, grant)
      }
      case 'refresh_token': {
        const grant = own.find(
          ({ refreshToken }) => refreshToken !== null && refreshToken === asked.get('refresh_token'),
        )
        if (grant === undefined) throw failed('invalid_grant', 'The refresh token is not valid')
        return issueTokens(jira, grant)
      }
      default:
        throw failed('unsupported_grant_type', 'Grant type is not supported')
    }
  }
  return [
    ['GET', '/rest/oauth2/latest/authorize', authorize],
    ['POST', '/rest/oauth2/latest/token', token],
  ]
}
