import { readEnvironment, requireEnvironment } from '../config/environment.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { ActionContext } from './context.ts'

/** Inputs and variables of the step together, with every secret hidden from then on. */
export function readStepEnvironment({ runner, inputs, mask }: ActionContext, config: Config): Environment {
  const variables = {
    ...runner.env,
    GITHUB_TOKEN: inputs.token,
    DATABASE_URL: inputs.state,
    LOCKSTEP_CONFIG: inputs.config,
  }
  const environment = requireEnvironment(readEnvironment(variables, { config, door: 'action' }))
  mask(Object.values(environment.secrets))
  return environment
}

/** Which archive is meant, and what opens it. */
export interface ArchivePlace {
  readonly path: string
  /** A key, the configuration of a key service, or the path of either. */
  readonly key: string | null
  /** Domains whose addresses stay verified if the archive says so. */
  readonly domains: readonly string[]
}

/** The inputs come first, and the configuration may name both as well. */
export function findArchive(
  { inputs }: ActionContext,
  { people }: Config,
  { secrets }: Environment,
): ArchivePlace | null {
  const path = inputs['people-archive'] ?? people.archive ?? null
  const named = people.key === undefined ? null : (secrets[people.key.slice(1)] ?? null)
  return path === null ? null : { path, key: inputs['people-key'] ?? named, domains: people.domains }
}
