import { randomUUID } from 'node:crypto'
import type { Route, SandboxReply, SandboxRequest } from '../kit/router.ts'
import type { World } from './world.ts'

const RESOURCE = '499b84ac-1321-427f-aa17-267ca6975798'
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LIFETIME_S = 3599

function refuseToken(status: number, error: string, description: string): SandboxReply {
  return { status, body: { error, error_description: description, error_codes: [], correlation_id: randomUUID() } }
}

function grant(world: World, request: SandboxRequest): SandboxReply {
  const form = new URLSearchParams(request.body.toString('utf8'))
  const app = world.apps.get(form.get('client_id') ?? '')
  if (form.get('grant_type') !== 'client_credentials') {
    return refuseToken(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.')
  }
  if (app === undefined)
    return refuseToken(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.')
  if (form.get('scope') !== `${RESOURCE}/.default`) {
    return refuseToken(
      400,
      'invalid_scope',
      'AADSTS70011: The provided value for the input parameter scope is not valid.',
    )
  }
  const federated = form.get('client_assertion_type') === ASSERTION && trusted(form.get('client_assertion') ?? '')
  if (!federated && form.get('client_secret') !== app.secret) {
    return refuseToken(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.')
  }
  const token = `entra.${randomUUID()}`
  const expires = new Date(world.stage.clock.now().getTime() + LIFETIME_S * 1000)
  world.tokens.set(token, { person: app.person, scopes: ['all'], expires })
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: LIFETIME_S, ext_expires_in: LIFETIME_S, access_token: token },
  }
}

/** The signature is nobody's business here; audience and shape are what clients get wrong. */
function trusted(jwt: string): boolean {
  const payload = jwt.split('.')[1]
  if (payload === undefined || jwt.split('.').length !== 3) return false
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud?: unknown; iss?: unknown }
    return claims.aud === 'api://AzureADTokenExchange' && typeof claims.iss === 'string'
  } catch {
    return false
  }
}

/** Stands in for `https://login.microsoftonline.com`. */
export const entraRoutes = (world: World): Route[] => [
  ['POST', '/_login/:tenant/oauth2/v2.0/token', (request) => grant(world, request)],
]
