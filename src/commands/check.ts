import { resolve } from 'node:path'
import { CONFIG_FILE, loadConfig, readConfigFile } from '../config/load.ts'
import { printProblems } from '../config/problem.ts'
import { readBack } from '../config/read-back.ts'
import { defineCommand, exitCodes } from './command.ts'

export const check = defineCommand({
  name: 'check',
  summary: 'Check the configuration, and say in plain words what it means.',
  usage: '[--config FILE] [--json]',
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: `The configuration; ${CONFIG_FILE} unless given.` },
    json: { type: 'boolean', help: 'Print the result as JSON.' },
  },
  async run({ values }, { stdout, stderr, cwd }) {
    const file = values.config ?? CONFIG_FILE
    const { config, warnings = [], problems = warnings } = loadConfig(await readConfigFile(resolve(cwd, file)), file)
    const meaning = config === undefined ? null : readBack(config)
    const code = config === undefined ? exitCodes.failed : exitCodes.ok
    if (values.json === true) {
      stdout.write(`${JSON.stringify({ file, ok: config !== undefined, problems, meaning }, null, 2)}\n`)
      return code
    }
    if (problems.length > 0) stderr.write(`${printProblems(problems)}\n`)
    if (meaning !== null) stdout.write(`${file}: ok\n\n${meaning}\n`)
    return code
  },
})
