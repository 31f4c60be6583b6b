import { readEnvironment, requireEnvironment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { wire } from '../wire.ts'
import type { Wired } from '../wire.ts'
import type { ActionContext } from './context.ts'
import { readOidc } from './oidc.ts'
import { findArchive, openPeopleArchive, readAddresses, readRecords } from './people.ts'

/** Inputs, environment and config of the step, wired together. */
export async function openSession(context: ActionContext, config: Config): Promise<Wired> {
  const { runner, inputs, job, log, clock, mask } = context
  const variables = {
    ...runner.env,
    GITHUB_TOKEN: inputs.token,
    DATABASE_URL: inputs.state,
    LOCKSTEP_CONFIG: inputs.config,
  }
  const environment = requireEnvironment(readEnvironment(variables, { config, door: 'action' }))
  mask(Object.values(environment.secrets))
  const place = findArchive(context, config, environment)
  const people =
    place === null ? null : await readAddresses(readRecords(context, await openPeopleArchive(context, place)))
  if (people !== null) runner.info(`${people.size} people are known from the archive.`)
  return await wire({
    config,
    environment,
    repo: job.repo,
    log,
    clock,
    variables: readOidc(runner.env),
    sources: people === null ? [] : [people],
    keep: job.command !== 'plan',
  })
}
