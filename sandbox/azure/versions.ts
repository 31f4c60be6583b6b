import type { SandboxRequest } from '../kit/router.ts'
import { refuse } from './errors.ts'
import type { World } from './world.ts'

export interface VersionRule {
  /** The resource is under preview, in this revision: a released version is not enough. */
  readonly preview?: number
  /** Resource revision offered beside the released version. */
  readonly resource?: number
}

const LATEST_RELEASED = { services: '7.1', '2022': '7.0', '2019': '5.0' } as const

function asked(request: SandboxRequest): string | null {
  const query = request.query.get('api-version') ?? request.query.get('apiVersion')
  if (query !== null) return query
  return /api-version\s*=\s*([^;,\s]+)/i.exec(request.headers['accept'] ?? '')?.[1] ?? null
}

export const versionNumber = (version: string): number => {
  const [, major = '0', minor = '0'] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return Number(major) * 100 + Number(minor)
}

/** The version this request runs under, as the reply's content type will echo it. */
export function negotiateVersion(world: World, request: SandboxRequest, rule: VersionRule): string {
  const version = asked(request)
  const released = LATEST_RELEASED[world.version]
  if (version === null || version === '') {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
      return rule.preview === undefined ? released : `${released}-preview.${rule.preview}`
    }
    refuse({
      status: 400,
      family: 'web',
      typeKey: 'VssVersionNotSpecifiedException',
      message: `No api-version was supplied for the "${request.method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`,
    })
  }
  const match = /^(\d+(?:\.\d+)?)(-preview(?:\.(\d+))?)?$/.exec(version)
  if (match === null) {
    refuse({
      status: 400,
      family: 'web',
      typeKey: 'VssInvalidApiResourceVersionException',
      message: `The api-version "${version}" is invalid. The api-version must be in the format: "{Major}.{Minor}[-preview[.{ResourceVersion}]]". For example: "1.0", "2.0-preview", "2.0-preview.1".`,
    })
  }
  const [, number = '', preview, resource] = match
  const highestResource = rule.preview ?? rule.resource ?? 3
  if (versionNumber(number) > versionNumber(world.switches.maxVersion) || Number(resource ?? 0) > highestResource) {
    refuse({
      status: 400,
      family: 'web',
      typeKey: 'VssVersionOutOfRangeException',
      message: `The requested REST API version of ${version} is out of range for this server. The latest REST API version this server supports is ${world.switches.maxVersion}.`,
    })
  }
  const unreleased = world.version === 'services' && versionNumber(number) > versionNumber(released)
  if (preview === undefined && (rule.preview !== undefined || unreleased)) {
    refuse({
      status: 400,
      family: 'web',
      typeKey: 'VssInvalidPreviewVersionException',
      message: `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${version}-preview"`,
    })
  }
  return preview === '-preview' ? `${version}.${highestResource}` : version
}
