import { importOutcomes } from '../core/directory.ts'
import { LockstepError } from '../core/errors.ts'
import { parseNames } from '../people/filter.ts'
import { importPeople as importArchive } from '../people/import.ts'
import type { ImportSummary } from '../people/import-summary.ts'
import { openPeople } from '../wire/state.ts'
import { openPeopleArchive } from './archive.ts'
import { readConfig } from './check.ts'
import type { ActionContext, Ending } from './context.ts'
import { findArchive, readStepEnvironment } from './environment.ts'
import { code, escapeMarkdown, printTable } from './markdown.ts'

/** Brings the people of the archive into the database; without one, tells what it would bring. */
export async function importPeople(context: ActionContext): Promise<Ending> {
  const { inputs, runner, clock, job } = context
  const config = await readConfig(context)
  if (config === null) return { failed: true, conflicted: false }
  const environment = readStepEnvironment(context, config)
  const place = findArchive(context, config, environment)
  if (place === null) {
    throw new LockstepError('environment-invalid', 'There is no archive to import people from.', {
      remedy: 'Give its path as the input "people-archive".',
    })
  }
  const archive = await openPeopleArchive(context, place)
  const usernames = parseNames(inputs['filter-usernames'])
  const { people, close } = await openPeople(environment, clock)
  try {
    const summary = await importArchive({
      archive,
      store: people,
      clock,
      scope: inputs.scope,
      ...(usernames.size === 0 ? {} : { usernames }),
      domains: config.people.domains,
      match: config.people.match,
      actor: job.actor,
      dryRun: inputs['dry-run'],
      onRows: (rows) => {
        if (rows % 100_000 === 0) runner.info(`… ${rows} rows`)
      },
    })
    await tell(context, summary)
    return { failed: false, conflicted: false }
  } finally {
    await close()
  }
}

async function tell({ runner, inputs }: ActionContext, summary: ImportSummary): Promise<void> {
  const { models, matchable, unknown, repeated } = summary
  const kept = inputs.state !== 'ref' && !inputs['dry-run']
  const text = `${matchable} people can be matched by an address.`
  const lines = [
    `**${text}**`,
    ...(repeated ? ['The same import was done before: nothing was written now.'] : []),
    ...(kept ? [] : ['Nothing was kept: the state in a git ref holds no personal data, and a dry run none at all.']),
    ...(unknown.length === 0 ? [] : [`The archive has nobody called ${unknown.map(escapeMarkdown).join(', ')}.`]),
  ]
  const rows = Object.entries(models).map(([model, counts]) => [
    code(model),
    ...importOutcomes.map((outcome) => String(counts[outcome])),
  ])
  const table = printTable(['model', ...importOutcomes], rows)
  runner.info(lines.join('\n'))
  await runner.writeSummary(`## Lockstep: people of the archive\n\n${lines.join('\n\n')}\n\n${table}`)
  runner.setOutput('summary', text)
}
