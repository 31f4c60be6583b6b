import { z } from 'zod'
import type { RepoRef } from '../core/issue.ts'

/** What somebody did to an installation of the app. */
export interface InstallationChange {
  readonly id: number
  /** Whose it is. */
  readonly account: string
  readonly action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'added' | 'removed'
  /** Repositories that it is about, as far as the delivery names them. */
  readonly repos: readonly RepoRef[]
}

const Named = z.array(z.object({ full_name: z.string() })).default([])
const Delivery = z.object({
  action: z.enum(['created', 'deleted', 'suspend', 'unsuspend', 'added', 'removed']),
  installation: z.object({ id: z.int(), account: z.object({ login: z.string() }).nullish() }),
  repositories: Named,
  repositories_added: Named,
  repositories_removed: Named,
})

/** `undefined` for what changes nothing here, such as new permissions. */
export function readInstallationChange(payload: unknown): InstallationChange | undefined {
  const { data } = Delivery.safeParse(payload)
  if (data === undefined) return undefined
  const named = [...data.repositories, ...data.repositories_added, ...data.repositories_removed]
  const repos = named.flatMap(({ full_name: name }) => {
    const [owner, repo] = name.split('/')
    return owner === undefined || repo === undefined ? [] : [{ owner, repo }]
  })
  const { id, account } = data.installation
  return { id, account: account?.login ?? '', action: data.action, repos }
}
