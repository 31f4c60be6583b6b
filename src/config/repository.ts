import { loadConfig, type Loaded } from './load.ts'
import { createLocator } from './locate.ts'
import type { Finding } from './problem.ts'
import { connectionsOf, mayUseProject, type ServerConfig } from './server.ts'
import { valueAt } from './shape.ts'
import { readYaml } from './yaml.ts'

interface Tenant {
  readonly server: ServerConfig
  /** The owner of the repository. */
  readonly organization: string
}

/**
 * The configuration of a repository on a server that many share. A connection is named, never described: whoever may
 * open a pull request must not be able to send the operator's credentials anywhere, or read the operator's files.
 */
export function loadRepositoryConfig(text: string, file: string, tenant: Tenant): Loaded {
  const connections = connectionsOf(tenant.server, tenant.organization)
  const yaml = readYaml(text.replace(/^\uFEFF/, ''))
  const place = createLocator(file, text.replace(/^\uFEFF/, ''), yaml)
  const refused = findRefused(yaml.data).map(place)
  const { config, problems = [], warnings = [] } = loadConfig(text, file, { connections })
  if (config === undefined || refused.length > 0) return { problems: [...refused, ...problems, ...warnings] }

  const strange = config.routes.flatMap((route, index) => {
    const connection = connections[route.to]
    const project = route.project ?? connection?.project ?? ''
    if (mayUseProject(tenant.server, tenant.organization, { connection: route.to, project })) return []
    return [place(outOfReach(index, route.project === undefined ? 'to' : 'project', project))]
  })
  if (strange.length > 0) return { problems: [...strange, ...warnings] }
  return { config: { ...config, trackers: { ...connections } }, warnings }
}

/** What only the operator may say. */
function findRefused(data: unknown): Finding[] {
  const only = (path: readonly string[], remedy: string): Finding[] =>
    valueAt(data, path) === undefined
      ? []
      : [{ severity: 'error', path, at: 'key', message: 'only the operator of this server may set this', remedy }]
  return [
    ...only(['trackers'], 'Remove it, and name a connection of the server under "to".'),
    ...only(['people', 'archive'], 'Remove it: the people are those that the operator imported.'),
    ...only(['people', 'key'], 'Remove it: the people are those that the operator imported.'),
  ]
}

const outOfReach = (index: number, key: 'to' | 'project', project: string): Finding => ({
  severity: 'error',
  path: ['routes', index, key],
  message: `this organization may not use the project "${project}"`,
  remedy: 'Name another project, or ask the operator of the server for this one.',
})
