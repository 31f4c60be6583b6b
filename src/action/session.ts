import type { StatePlace } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { Wired } from '../wire.ts'
import { openFoundation } from '../wire/foundation.ts'
import type { ActionContext } from './context.ts'
import { findArchive, readStepEnvironment } from './environment.ts'
import { readOidc } from './oidc.ts'

interface SessionNeeds {
  /** Where the links are, instead of what the inputs say. */
  readonly state?: StatePlace
}

/** Inputs, environment and config of the step, wired together. */
export async function openSession(
  context: ActionContext,
  config: Config,
  { state }: SessionNeeds = {},
): Promise<Wired> {
  const { runner, job, log, clock } = context
  const read = readStepEnvironment(context, config)
  const environment = state === undefined ? read : { ...read, state }
  const place = findArchive(context, config, environment)
  // Before anything is asked or written: an archive that was tampered with ends the run.
  const people = place === null ? null : await (await import('./archive.ts')).readPeople(context, place)
  const common = { environment, repo: job.repo, log, clock, keep: job.command !== 'plan' }
  // Most of what is left to load is not needed for the first requests.
  const foundation = await openFoundation(common)
  const { wire } = await import('../wire.ts')
  const sources = people === null ? [] : [people]
  return await wire({ ...common, config, foundation, variables: readOidc(runner.env), sources })
}
