import { readFileSync } from 'node:fs'
import type { Environment } from '../config/environment.ts'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import type { GitHubRequest } from '../github/client.ts'
import { createTokenRequest } from '../github/request.ts'

export const VERSION = '0.1.0'
export const USER_AGENT = `lockstep/${VERSION}`

/** GitHub, by what the environment signs in with. */
export async function signIn(environment: Environment, repo: RepoRef): Promise<GitHubRequest> {
  const { token, app, apiUrl: baseUrl } = environment.github
  const common = { baseUrl, userAgent: USER_AGENT }
  if (token !== null) return createTokenRequest({ ...common, token, proxy: proxyVariables(environment) })
  if (app === null) {
    throw new LockstepError('environment-invalid', 'There is nothing to sign in to GitHub with.', {
      remedy: 'Set GITHUB_TOKEN, or APP_ID and PRIVATE_KEY.',
    })
  }
  const { id: appId, privateKey: key } = app
  const privateKey = 'pem' in key ? key.pem : readFileSync(key.file, 'utf8')
  const { signInAsApp } = await import('./app-sign-in.ts')
  return await signInAsApp({ ...common, appId, privateKey, repo })
}

export function proxyVariables({ proxy }: Environment): Record<string, string | undefined> {
  return {
    HTTPS_PROXY: proxy.https ?? undefined,
    HTTP_PROXY: proxy.http ?? undefined,
    NO_PROXY: proxy.except ?? undefined,
  }
}
