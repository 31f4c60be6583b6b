import type { Actor } from '../auth.ts'
import { addInstallation } from '../founding.ts'
import type { Host } from '../host.ts'
import { nowOf } from '../host.ts'
import { renderInstallation, renderRepoHead } from '../render.ts'
import { hooksUp } from '../world.ts'
import type { App, Installation, Person, Repo } from '../world.ts'

const reposOf = (host: Host, installation: Installation): Repo[] =>
  [...host.world.repos.values()].filter((repo) => hooksUp({ ...installation, suspendedAt: null }, repo))

/** Goes to the App alone, subscribed or not. */
function tellInstallation(host: Host, installation: Installation, actor: Actor, action: string): void {
  const repos = reposOf(host, installation)
  host.emit({
    event: 'installation',
    action,
    sender: actor.person,
    repo: null,
    only: { app: installation.app, installation },
    payload: (links) => ({
      installation: renderInstallation(installation, links),
      repositories: repos.map(renderRepoHead),
      requester: null,
    }),
  })
}

export function installApp(
  host: Host,
  app: App,
  account: Person,
  actor: Actor,
  repos: readonly Repo[] | null,
): Installation {
  const installation = addInstallation(host, app, account, repos?.map(({ id }) => id) ?? null)
  tellInstallation(host, installation, actor, 'created')
  return installation
}

export function uninstallApp(host: Host, installation: Installation, actor: Actor): void {
  tellInstallation(host, installation, actor, 'deleted')
  const { installations } = host.world
  installations.splice(installations.indexOf(installation), 1)
}

export function setSuspended(host: Host, installation: Installation, actor: Actor, suspended: boolean): void {
  installation.suspendedAt = suspended ? nowOf(host) : null
  installation.suspendedBy = suspended ? actor.person : null
  tellInstallation(host, installation, actor, suspended ? 'suspend' : 'unsuspend')
}
