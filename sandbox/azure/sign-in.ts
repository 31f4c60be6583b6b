import type { SandboxReply, SandboxRequest } from '../kit/router.ts'
import { errorBody, refuse } from './errors.ts'
import type { Token, World } from './world.ts'

function presented(request: SandboxRequest): string | null {
  const [scheme = '', value = ''] = (request.headers['authorization'] ?? '').split(/\s+/, 2)
  if (/^bearer$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return null
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

export function findToken(world: World, request: SandboxRequest): Token | undefined {
  const secret = presented(request)
  return secret === null ? undefined : world.tokens.get(secret)
}

/** `null` when the caller is signed in; otherwise what the front door answers. */
export function refuseStranger(world: World, request: SandboxRequest): SandboxReply | null {
  const token = findToken(world, request)
  const expired = (token?.expires?.getTime() ?? Infinity) <= world.stage.clock.now().getTime()
  if (token !== undefined && !expired) return null

  const suppressed = /^suppress$/i.test(request.headers['x-tfs-fedauthredirect'] ?? '')
  if (world.version === 'services' && !suppressed && !expired) {
    const page = '<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body></body></html>'
    const html = { 'content-type': 'text/html; charset=utf-8' }
    if (world.switches.signIn === 'page203') return { status: 203, headers: html, body: page }
    const location = `${world.stage.url()}/_signin?realm=dev.azure.com&reply_to=${encodeURIComponent(request.path)}`
    return { status: 302, headers: { ...html, location }, body: page }
  }
  const message = expired
    ? 'Access Denied: The Personal Access Token used has expired.'
    : `TF400813: The user '${token?.person.id ?? 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa'}' is not authorized to access this resource.`
  return {
    status: 401,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'www-authenticate':
        world.version === 'services' ? 'Basic realm="https://dev.azure.com/"' : 'Negotiate, NTLM, Basic',
    },
    body: errorBody({ status: 401, family: 'web', typeKey: 'UnauthorizedRequestException', message }),
  }
}

// A wider scope contains the narrower ones of its family.
const CONTAINS: Readonly<Record<string, readonly string[]>> = {
  'vso.work': ['vso.work_write', 'vso.work_full'],
  'vso.work_write': ['vso.work_full'],
  'vso.hooks': ['vso.hooks_write', 'vso.work_full'],
  'vso.graph': ['vso.graph_manage'],
  'vso.identity': ['vso.identity_manage', 'vso.graph', 'vso.graph_manage'],
  'vso.project_manage': [],
  'vso.memberentitlementmanagement': ['vso.memberentitlementmanagement_write'],
}

export function checkScope(token: Token, scope: string | null): void {
  if (scope === null || token.scopes.includes('all') || token.scopes.includes(scope)) return
  if (CONTAINS[scope]?.some((wider) => token.scopes.includes(wider)) === true) return
  refuse({
    status: 403,
    family: 'web',
    typeKey: 'UnauthorizedRequestException',
    message: `The user ${token.person.displayName} does not have permission to access this resource.`,
  })
}
