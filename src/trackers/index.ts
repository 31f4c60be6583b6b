import type { Connection } from '../config/schema.ts'
import type { HookReader, HookRegistrar } from '../core/hooks.ts'
import type { Tracker } from '../core/ports.ts'
import { azureHooks, createAzureHooks } from './azure/hooks.ts'
import { createAzureTracker } from './azure/index.ts'
import type { TrackerDeps } from './deps.ts'
import { createJiraHooks, jiraHooks } from './jira/hooks.ts'
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

const ticketUrls: { readonly [K in Kind]: (config: Extract<Connection, { kind: K }>, key: string) => string } = {
  azure: ({ url, project }, key) => `${trim(url)}/${encodeURIComponent(project)}/_workitems/edit/${key}`,
  jira: ({ url }, key) => `${trim(url)}/browse/${key}`,
}

/** Where people look at a ticket; of its key alone, without asking the tracker. */
export function printTicketUrl<K extends Kind>(config: Extract<Connection, { kind: K }>, key: string): string {
  const print: (config: Extract<Connection, { kind: K }>, key: string) => string = ticketUrls[config.kind as K]
  return print(config, key)
}

const trim = (url: string): string => url.replace(/\/+$/, '')

/** How the deliveries of each kind are read. */
export const hookReaders: { readonly [K in Kind]: HookReader } = { azure: azureHooks, jira: jiraHooks }

type Register<K extends Kind> = (
  name: string,
  config: Extract<Connection, { kind: K }>,
  deps: TrackerDeps,
) => HookRegistrar

const registrars: { readonly [K in Kind]: Register<K> } = { azure: createAzureHooks, jira: createJiraHooks }

export function createHookRegistrar<K extends Kind>(
  name: string,
  config: Extract<Connection, { kind: K }>,
  deps: TrackerDeps,
): HookRegistrar {
  const create: Register<K> = registrars[config.kind as K]
  return create(name, config, deps)
}
