import type { SandboxRequest } from '../kit/router.ts'

/** Where URLs in bodies point: the base the caller used. */
export interface Links {
  /** The REST root without a slash at the end. */
  readonly api: string
  /** What github.com is to api.github.com. */
  readonly html: string
}

export const isEnterprisePath = (path: string): boolean => path.startsWith('/api/')

export function linksFor(origin: string, enterprise: boolean): Links {
  return { api: enterprise ? `${origin}/api/v3` : origin, html: origin }
}

export const linksOf = (request: SandboxRequest): Links => linksFor(request.origin, isEnterprisePath(request.path))
