import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asLockstepError, LockstepError } from '../core/errors.ts'
import { openArchive } from '../people/archive.ts'
import type { ArchiveProgress } from '../people/archive.ts'
import { parseNames } from '../people/filter.ts'
import { importPeople } from '../people/import.ts'
import type { ImportSummary } from '../people/import-summary.ts'
import type { ImportScope } from '../people/models.ts'
import { keepHeapSmall } from '../people/small-heap.ts'
import { systemClock } from '../wire.ts'
import type { CommandIO, CommandInput } from './command.ts'
import { exitCodes } from './command.ts'
import { listWarnings, printFindings, printImport, printImportJson } from './people-report.ts'
import {
  decryptOptions,
  exclusive,
  openPeopleSession,
  readDecryptor,
  readGivenFile,
  readPeopleRule,
  requireReadable,
} from './people-session.ts'

export const importOptions = {
  ...decryptOptions,
  'filter-usernames': { type: 'string', value: 'A,B', help: 'Only these people.' },
  'filter-usernames-file': { type: 'string', value: 'FILE', help: 'Only these people, one on a line or by commas.' },
  'filter-org-slugs': {
    type: 'string',
    value: 'A,B',
    help: 'Only these organizations and their members, in the scope of organizations.',
  },
  scope: { type: 'string', value: 'user|organization', help: 'What to import; people alone unless given.' },
  'merge-users': { type: 'boolean', help: 'Somebody whose login is taken is the one who has it.' },
  'trust-domains': {
    type: 'string',
    value: 'A,B',
    help: 'Domains whose addresses stay verified, besides people.domains.',
  },
  'findings-file': {
    type: 'string',
    value: 'FILE',
    help: 'Where to write what stopped the import, or what differs, as JSON.',
  },
  'dry-run': { type: 'boolean', help: 'Do everything, and keep nothing.' },
  'no-prompt': { type: 'boolean', help: 'Ask nothing. The import never asks; scripts may say so.' },
  silent: { type: 'boolean', help: 'Print nothing but errors.' },
} as const

type Values = CommandInput<typeof importOptions>['values'] & { readonly config?: string; readonly json?: boolean }

/** `people import SRC`: 0 when it went well, 1 when not, 2 when the command line or SRC cannot be read. */
export async function runImport(values: Values, source: string | undefined, io: CommandIO): Promise<number> {
  const { summary, error } = await attempt(values, source, io)
  const findings = values['findings-file']
  if (findings !== undefined) await writeFile(resolve(io.cwd, findings), printFindings(error))

  const quiet = values.silent === true
  if (values.json === true) io.stdout.write(printImportJson(summary, error))
  else if (summary !== null && !quiet) io.stdout.write(printImport(summary, { dryRun: values['dry-run'] === true }))
  if (summary !== null && !quiet) {
    const chosen = values['filter-org-slugs'] === undefined ? 'people' : 'organizations'
    for (const line of listWarnings(summary, chosen)) io.stderr.write(`Warning: ${line}\n`)
  }
  if (error === null) return exitCodes.ok
  if (values.json !== true) io.stderr.write(`${error.message}\n${error.remedy === null ? '' : `${error.remedy}\n`}`)
  return error.code === 'usage' ? exitCodes.usage : exitCodes.failed
}

type Attempt =
  | { readonly summary: ImportSummary; readonly error: null }
  | { readonly summary: null; readonly error: LockstepError }

async function attempt(values: Values, source: string | undefined, io: CommandIO): Promise<Attempt> {
  try {
    return { summary: await run(values, source, io), error: null }
  } catch (thrown) {
    return { summary: null, error: asLockstepError(thrown) }
  }
}

async function run(values: Values, source: string | undefined, io: CommandIO): Promise<ImportSummary> {
  const scope = values.scope ?? 'user'
  if (scope !== 'user' && scope !== 'organization') throw usage(`"${scope}" is no scope.`, 'Use user or organization.')
  if (source === undefined) throw usage('Which archive?', 'Usage: lockstep people import SRC [OPTIONS]')
  const path = resolve(io.cwd, source)
  await requireReadable(path, source)
  const slugs = readSlugs(values, scope)
  const usernames = await readUsernames(values, io)
  const rule = await readPeopleRule(values.config, io)
  const decryptor = await readDecryptor(values, io)
  keepHeapSmall()
  const progress = createProgress(io, values)
  const archive = await openArchive(path, {
    ...(decryptor === undefined ? {} : { decryptor }),
    onProgress: progress.onBytes,
  })
  const { people, close } = await openPeopleSession(io)
  try {
    return await importPeople({
      archive,
      store: people,
      clock: systemClock,
      scope,
      usernames,
      slugs,
      merge: values['merge-users'] === true,
      domains: rule.domains,
      trusted: splitList(values['trust-domains']),
      match: rule.match,
      actor: 'command line',
      dryRun: values['dry-run'] === true,
      onRows: progress.onRows,
    })
  } finally {
    progress.end()
    await close()
  }
}

function readSlugs(values: Values, scope: ImportScope): ReadonlySet<string> | undefined {
  const { 'filter-org-slugs': slugs, 'filter-usernames': names, 'filter-usernames-file': file } = values
  if (slugs === undefined) return undefined
  if (names !== undefined) throw exclusive('--filter-org-slugs', '--filter-usernames')
  if (file !== undefined) throw exclusive('--filter-org-slugs', '--filter-usernames-file')
  if (scope === 'organization') return parseNames(slugs)
  throw usage('--filter-org-slugs chooses organizations, and people alone are imported.', 'Add --scope organization.')
}

async function readUsernames(values: Values, io: CommandIO): Promise<ReadonlySet<string> | undefined> {
  const { 'filter-usernames': names, 'filter-usernames-file': file } = values
  if (names !== undefined && file !== undefined) throw exclusive('--filter-usernames', '--filter-usernames-file')
  if (file !== undefined) return parseNames(await readGivenFile(file, io))
  return names === undefined ? undefined : parseNames(names)
}

const splitList = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const REDRAW_MS = 100

/** A line that is drawn over and over, for somebody who watches. */
function createProgress({ stderr, isTTY }: CommandIO, { silent, json }: Values) {
  const shown = isTTY && silent !== true && json !== true
  let drawnAt = 0
  let rows = 0
  let line = ''
  const draw = () => {
    if (!shown || Date.now() - drawnAt < REDRAW_MS) return
    drawnAt = Date.now()
    stderr.write(`\r\u001b[K${line}${rows === 0 ? '' : `, ${rows} rows written`}`)
  }
  return {
    onBytes({ phase, bytes, totalBytes }: ArchiveProgress) {
      const percent = totalBytes === null ? '' : ` ${Math.floor((100 * bytes) / Math.max(1, totalBytes))} %`
      line = `${phase}${percent}, ${(bytes / 1e6).toFixed(1)} MB`
      draw()
    },
    onRows(count: number) {
      rows = count
      draw()
    },
    end: () => void (shown && stderr.write('\r\u001b[K')),
  }
}

const usage = (message: string, remedy: string) => new LockstepError('usage', message, { remedy })
