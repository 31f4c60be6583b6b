import { LockstepError } from '../core/errors.ts'
import type { Option } from '../core/options.ts'
import { createOptionsReader } from '../sync/options.ts'
import type { DescribedOptions } from '../sync/options.ts'
import { defineCommand, exitCodes } from './command.ts'
import { openSession, sessionOptions } from './session.ts'
import { printTable } from './table.ts'

export const options = defineCommand({
  name: 'options',
  summary: 'Show the sync options of a tracker, with the states that its projects really have.',
  usage: '--tracker NAME [--repo OWNER/NAME] [--config FILE] [--json]',
  options: {
    ...sessionOptions,
    tracker: {
      type: 'string',
      value: 'NAME',
      help: 'The tracker by its name in the configuration; needed where there are several.',
    },
    json: { type: 'boolean', help: 'Print the options as JSON.' },
  },
  async run({ values }, io) {
    const session = await openSession(values, io, { stateless: true })
    try {
      const { deps } = session.wired
      const describe = createOptionsReader(deps)
      const described = await describe({
        connection: chooseTracker(values.tracker, [...deps.trackers.keys()]),
        organization: { slug: session.repo.owner, barred: null },
        routes: deps.routes,
      })
      const { scene: _, ...shown } = described
      io.stdout.write(values.json === true ? `${JSON.stringify(shown, null, 2)}\n` : printOptions(described))
      return exitCodes.ok
    } finally {
      await session.close()
    }
  },
})

function chooseTracker(wanted: string | undefined, names: readonly string[]): string {
  const [only, ...others] = names
  if (wanted !== undefined) return wanted
  if (only !== undefined && others.length === 0) return only
  throw new LockstepError('usage', 'Which tracker?', { remedy: `Name it with --tracker: ${names.join(', ')}.` })
}

function printOptions({ connection, options: all, values }: DescribedOptions): string {
  const rows = all.map((option) => [option.name, printValue(option, values[option.name]), printChoices(option)])
  const reasons = all.flatMap(({ name, disabledReason }) =>
    disabledReason === null ? [] : [`${name}: ${disabledReason}`],
  )
  const projects = all.flatMap((option) => (option.type === 'mapper' ? option.rows : []))
  const states = projects.map(({ label, choices, disabledReason }) => [
    `  ${label}`,
    disabledReason ?? choices.map(({ value }) => value).join(', '),
  ])
  return [
    `${connection}\n\n${printTable([['OPTION', 'VALUE', 'CHOICES'], ...rows])}`,
    states.length === 0 ? '' : `\nStates by project\n${printTable(states)}`,
    reasons.length === 0 ? '' : `\nNot available now\n${reasons.map((reason) => `  ${reason}\n`).join('')}`,
  ].join('')
}

function printValue({ type }: Option, value: unknown): string {
  if (value === null || value === undefined) return 'differs'
  if (type !== 'mapper') return value === '' ? '-' : String(value)
  return `${Object.keys(value).length} of the projects`
}

function printChoices(option: Option): string {
  if (option.disabled) return 'not available'
  switch (option.type) {
    case 'boolean':
      return 'true, false'
    case 'choice':
      return option.choices.map(({ value }) => value).join(', ')
    case 'list':
      return 'texts'
    case 'mapper':
      return option.columns.map(({ label }) => label).join('; ')
  }
}
