import type { Connection } from '../config/schema.ts'
import type { Tracker } from '../core/ports.ts'
import { createAzureTracker } from './azure/index.ts'
import type { TrackerDeps } from './deps.ts'
import { createJiraTracker } from './jira/index.ts'

type Kind = Connection['kind']
type Create<K extends Kind> = (name: string, config: Extract<Connection, { kind: K }>, deps: TrackerDeps) => Tracker

/** One line per kind of tracker; the compiler says which is missing. */
const registry: { readonly [K in Kind]: Create<K> } = {
  azure: createAzureTracker,
  jira: createJiraTracker,
}

export function createTracker<K extends Kind>(
  name: string,
  config: Extract<Connection, { kind: K }>,
  deps: TrackerDeps,
): Tracker {
  const create: Create<K> = registry[config.kind as K]
  return create(name, config, deps)
}
