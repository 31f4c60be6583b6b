import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import type { RepoRef } from '../core/issue.ts'
import type { GitHubRequest } from '../github/client.ts'

export interface AppSignIn {
  readonly appId: string
  readonly privateKey: string
  readonly repo: RepoRef
  readonly baseUrl: string
  readonly userAgent: string
}

/** As the installation of an app that has the repository; its tokens are renewed by themselves. */
export async function signInAsApp({ appId, privateKey, repo, ...common }: AppSignIn): Promise<GitHubRequest> {
  // Its own log would print every 304 as an error.
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const signedIn = (auth: object) => new Octokit({ ...common, log, authStrategy: createAppAuth, auth })
  const app = signedIn({ appId, privateKey })
  const { data } = await app.rest.apps.getRepoInstallation({ owner: repo.owner, repo: repo.repo })
  const octokit = signedIn({ appId, privateKey, installationId: data.id })
  return async (route, parameters) => {
    const { status, headers, data, url } = await octokit.request(route, parameters)
    return { status, headers, data, url }
  }
}
