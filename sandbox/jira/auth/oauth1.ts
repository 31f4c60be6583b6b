import { createVerify, randomBytes } from 'node:crypto'
import type { SandboxReply, SandboxRequest } from '../../kit/router.ts'
import type { Call, JiraRoute } from '../call.ts'
import { now } from '../jira.ts'
import type { Jira } from '../jira.ts'
import { refuseWith } from '../refusal.ts'
import type { OAuthConsumer, OAuthToken, Person } from '../world.ts'

const TIMESTAMP_TOLERANCE_S = 300

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.codePointAt(0)!.toString(16).toUpperCase()}`)

const problem = (name: string) =>
  refuseWith({
    status: 401,
    headers: {
      'Content-Type': 'text/plain;charset=UTF-8',
      'WWW-Authenticate': `OAuth realm="", oauth_problem="${name}"`,
      'X-Seraph-LoginReason': 'AUTHENTICATED_FAILED',
    },
    body: `oauth_problem=${name}`,
  })

function readParameters(request: SandboxRequest): Record<string, string> {
  const header = /^OAuth\s+(.*)$/is.exec(request.headers['authorization'] ?? '')?.[1] ?? ''
  const parameters: Record<string, string> = {}
  for (const [, name, value] of header.matchAll(/(\w+)="([^"]*)"/g)) parameters[name!] = decodeURIComponent(value!)
  delete parameters['realm']
  return parameters
}

function baseString(request: SandboxRequest, oauth: Readonly<Record<string, string>>): string {
  const pairs: [string, string][] = Object.entries(oauth).filter(([name]) => name !== 'oauth_signature')
  pairs.push(...request.query)
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    pairs.push(...new URLSearchParams(request.body.toString('utf8')))
  }
  const sorted = pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  return [request.method, encode(request.origin.toLowerCase() + request.path), encode(sorted)].join('&')
}

/** The consumer and the parameters of a request whose signature holds. */
function checkSignature(
  jira: Jira,
  request: SandboxRequest,
): { readonly consumer: OAuthConsumer; readonly oauth: Readonly<Record<string, string>> } {
  const oauth = readParameters(request)
  const { oauth_consumer_key: key, oauth_signature: signature, oauth_nonce: nonce, oauth_timestamp: timestamp } = oauth
  if (key === undefined || signature === undefined || nonce === undefined || timestamp === undefined)
    throw problem('parameter_absent')
  const consumer = jira.world.consumers.get(key)
  if (consumer === undefined) throw problem('consumer_key_unknown')
  if (oauth['oauth_signature_method'] !== 'RSA-SHA1') throw problem('signature_method_rejected')
  if (Math.abs(now(jira) / 1000 - Number(timestamp)) > TIMESTAMP_TOLERANCE_S) throw problem('timestamp_refused')
  const used = `${key} ${timestamp} ${nonce} ${oauth['oauth_token'] ?? ''}`
  if (jira.world.nonces.has(used)) throw problem('nonce_used')
  jira.world.nonces.add(used)
  const verifier = createVerify('RSA-SHA1').update(baseString(request, oauth))
  if (!verifier.verify(consumer.publicKey, signature, 'base64')) throw problem('signature_invalid')
  return { consumer, oauth }
}

export function oauth1Person(jira: Jira, request: SandboxRequest): Person | null {
  // These endpoints check the signature themselves: no access token stands behind them yet.
  if (request.path.includes('/plugins/servlet/oauth/')) return null
  const { consumer, oauth } = checkSignature(jira, request)
  const token = jira.world.oauthTokens.get(oauth['oauth_token'] ?? '')
  if (token === undefined || token.kind !== 'access' || token.consumerKey !== consumer.key)
    throw problem('token_rejected')
  return jira.world.people.get(token.personKey ?? '') ?? null
}

const form = (values: Readonly<Record<string, string>>): SandboxReply => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
  body: new URLSearchParams(values).toString(),
})

/** What a person does on the authorize page. */
export function approveToken(jira: Jira, value: string, person: Person): OAuthToken {
  const token = jira.world.oauthTokens.get(value)
  if (token === undefined || token.kind !== 'request') throw problem('token_rejected')
  token.personKey = person.key
  token.verifier = randomBytes(4).toString('hex')
  return token
}

const newToken = (jira: Jira, given: Omit<OAuthToken, 'token' | 'secret' | 'verifier'>): OAuthToken => {
  const token: OAuthToken = {
    ...given,
    token: randomBytes(16).toString('hex'),
    secret: randomBytes(16).toString('hex'),
    verifier: null,
  }
  jira.world.oauthTokens.set(token.token, token)
  return token
}

export function oauth1Routes(jira: Jira): readonly JiraRoute[] {
  const requestToken = ({ request }: Call): SandboxReply => {
    const { consumer, oauth } = checkSignature(jira, request)
    const callback = oauth['oauth_callback'] ?? null
    const token = newToken(jira, {
      consumerKey: consumer.key,
      callback: callback === 'oob' ? null : callback,
      personKey: null,
      kind: 'request',
    })
    return form({ oauth_token: token.token, oauth_token_secret: token.secret, oauth_callback_confirmed: 'true' })
  }
  const accessToken = ({ request }: Call): SandboxReply => {
    const { consumer, oauth } = checkSignature(jira, request)
    const asked = jira.world.oauthTokens.get(oauth['oauth_token'] ?? '')
    if (asked === undefined || asked.kind !== 'request' || asked.consumerKey !== consumer.key)
      throw problem('token_rejected')
    if (asked.personKey === null) throw problem('permission_unknown')
    // The callback of a consumer without one carries only the token, which then serves as the verifier.
    if (oauth['oauth_verifier'] !== asked.verifier && oauth['oauth_verifier'] !== asked.token)
      throw problem('permission_denied')
    jira.world.oauthTokens.delete(asked.token)
    const token = newToken(jira, {
      consumerKey: consumer.key,
      callback: null,
      personKey: asked.personKey,
      kind: 'access',
    })
    return form({
      oauth_token: token.token,
      oauth_token_secret: token.secret,
      oauth_expires_in: '157680000',
      oauth_session_handle: randomBytes(16).toString('hex'),
      oauth_authorization_expires_in: '160272000',
    })
  }
  const page = ({ request, person }: Call): SandboxReply => {
    const asked = jira.world.oauthTokens.get(request.query.get('oauth_token') ?? '')
    if (asked === undefined) throw problem('token_rejected')
    if (person === null) {
      const location = `${jira.switches.contextPath}/login.jsp?permissionViolation=true&os_destination=${encodeURIComponent(`${request.path}?${request.search}`)}`
      return { status: 302, headers: { Location: location }, body: '' }
    }
    const body = `<html><body><h1>Allow access</h1><form method="post" action="?oauth_token=${asked.token}"><input type="submit" name="approve" value="Allow"/></form></body></html>`
    return { status: 200, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, body }
  }
  const approve = ({ request, person }: Call): SandboxReply => {
    if (person === null)
      return {
        status: 401,
        headers: { 'Content-Type': 'text/html;charset=UTF-8' },
        body: '<html><body>Sign in</body></html>',
      }
    const token = approveToken(jira, request.query.get('oauth_token') ?? '', person)
    if (token.callback === null) {
      const body = `<html><body>Access approved. Your verification code is '${token.verifier}'.</body></html>`
      return { status: 200, headers: { 'Content-Type': 'text/html;charset=UTF-8' }, body }
    }
    const location = new URL(token.callback)
    location.searchParams.set('oauth_token', token.token)
    location.searchParams.set('oauth_verifier', token.verifier!)
    return { status: 302, headers: { Location: location.href }, body: '' }
  }
  return [
    ['POST', '/plugins/servlet/oauth/request-token', requestToken],
    ['GET', '/plugins/servlet/oauth/authorize', page],
    ['POST', '/plugins/servlet/oauth/authorize', approve],
    ['POST', '/plugins/servlet/oauth/access-token', accessToken],
  ]
}
