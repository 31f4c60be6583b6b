import { resolve } from 'node:path'
import { loadConfig, readConfigFile } from '../config/load.ts'
import { printProblems } from '../config/problem.ts'
import { readBack } from '../config/read-back.ts'
import type { Config } from '../config/schema.ts'
import { LockstepError } from '../core/errors.ts'
import { annotateProblems } from './annotations.ts'
import type { ActionContext, Ending } from './context.ts'
import { code } from './markdown.ts'

/** Reads the configuration, and tells its mistakes on its own lines. */
export async function readConfig(context: ActionContext): Promise<Config | null> {
  const { inputs, runner } = context
  const file = inputs.config
  const { config, warnings = [], problems = warnings } = loadConfig(await readConfigText(context), file)
  annotateProblems(runner, problems)
  if (problems.length > 0) runner.info(printProblems(problems))
  if (config === undefined) {
    const lines = problems.map(({ line, path, message, remedy }) => `- line ${line}: ${path} ${message}. ${remedy}`)
    await runner.writeSummary(`## Lockstep: ${code(file)} has mistakes\n\n${lines.join('\n')}\n`)
  }
  return config ?? null
}

export async function readConfigText({ cwd, inputs }: ActionContext): Promise<string> {
  try {
    return await readConfigFile(resolve(cwd, inputs.config))
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'config-missing') throw error
    throw new LockstepError('config-missing', `There is no ${inputs.config} in the checked-out repository.`, {
      remedy: 'Put actions/checkout before this step, or name another file with the input "config".',
      cause: error.cause,
    })
  }
}

/** Whether the configuration is right, and what it means in plain words. */
export async function check(context: ActionContext): Promise<Ending> {
  const { runner, inputs } = context
  const config = await readConfig(context)
  if (config === null) return { failed: true, conflicted: false }
  const meaning = readBack(config)
  runner.info(`${inputs.config}: ok\n\n${meaning}`)
  await runner.writeSummary(`## Lockstep: ${code(inputs.config)} is right\n\n\`\`\`\n${meaning}\n\`\`\`\n`)
  runner.setOutput('summary', `${inputs.config} is right.`)
  return { failed: false, conflicted: false }
}
