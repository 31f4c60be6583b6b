import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ConfigChange, ConfigFile, ConfigText, Proposal } from '../core/config-file.ts'
import { LockstepError } from '../core/errors.ts'
import type { RepoRef } from '../core/issue.ts'
import type { Client } from './client.ts'

const Repository = z.object({ default_branch: z.string() })
const Content = z.object({ sha: z.string(), content: z.string(), encoding: z.literal('base64') })
const Ref = z.object({ object: z.object({ sha: z.string() }) })
const Pull = z.object({ number: z.int(), html_url: z.string() })

export interface ConfigFileDeps {
  readonly client: Client
  readonly repo: RepoRef
  /** Within the repository, such as `.github/lockstep.yml`. */
  readonly path: string
}

/** The configuration on the default branch; a change becomes a branch of its own and a pull request, never more. */
export function createConfigFile({ client, repo: { owner, repo }, path }: ConfigFileDeps): ConfigFile {
  const place = { owner, repo }

  const readBranch = async (): Promise<string> =>
    (await client.read(Repository, 'GET /repos/{owner}/{repo}', place)).default_branch

  async function createBranch(branch: string, base: string): Promise<void> {
    const head = await client.read(Ref, 'GET /repos/{owner}/{repo}/git/ref/{ref}', { ...place, ref: `heads/${base}` })
    await client.call('POST /repos/{owner}/{repo}/git/refs', {
      ...place,
      ref: `refs/heads/${branch}`,
      sha: head.object.sha,
    })
  }

  async function findOpen(branch: string): Promise<Proposal | undefined> {
    const parameters = { ...place, state: 'open', head: `${owner}:${branch}` }
    const [pull] = await client.read(z.array(Pull), 'GET /repos/{owner}/{repo}/pulls', parameters)
    return pull === undefined ? undefined : { number: pull.number, url: pull.html_url }
  }

  async function commit(branch: string, { text, version, title }: ConfigChange): Promise<void> {
    await client.call('PUT /repos/{owner}/{repo}/contents/{path}', {
      ...place,
      path,
      branch,
      message: title,
      content: Buffer.from(text).toString('base64'),
      sha: version,
    })
  }

  return {
    async read(): Promise<ConfigText> {
      const { sha, content } = await client.read(Content, 'GET /repos/{owner}/{repo}/contents/{path}', {
        ...place,
        path,
      })
      return { text: Buffer.from(content, 'base64').toString('utf8'), path, version: sha }
    },
    async propose(change): Promise<Proposal> {
      const branch = branchOf(change)
      const open = await findOpen(branch)
      if (open !== undefined) return open
      const base = await readBranch()
      try {
        await createBranch(branch, base)
        await commit(branch, change)
      } catch (error) {
        // The branch of an earlier try holds the same text, or its commit is still to come.
        if (!isExisting(error)) throw error
        const parameters = { ...place, path, ref: branch }
        const { sha } = await client.read(Content, 'GET /repos/{owner}/{repo}/contents/{path}', parameters)
        if (sha === change.version) await commit(branch, change)
      }
      const { title, body } = change
      const parameters = { ...place, title, body, head: branch, base }
      const { number, html_url } = await client.read(Pull, 'POST /repos/{owner}/{repo}/pulls', parameters)
      return { number, url: html_url }
    },
  }
}

/** The same change of the same file has the same branch, so that asking twice makes one pull request. */
function branchOf({ text, version }: ConfigChange): string {
  const hash = createHash('sha256').update(`${version}\n${text}`).digest('hex')
  return `lockstep/options-${hash.slice(0, 12)}`
}

const isExisting = (error: unknown): boolean =>
  error instanceof LockstepError && error.details['status'] === 422 && /already exists/i.test(error.message)
