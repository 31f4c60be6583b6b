import { importOutcomes } from '../core/directory.ts'
import type { LockstepError } from '../core/errors.ts'
import { SKIPPED_SHOWN } from '../people/import-summary.ts'
import type { ImportSummary } from '../people/import-summary.ts'

/** What `people import --json` prints, and nothing besides. */
export function printImportJson(summary: ImportSummary | null, error: LockstepError | null): string {
  return `${JSON.stringify({
    ok: error === null,
    error: error === null ? null : { code: error.code, message: error.message, remedy: error.remedy },
    models: summary?.models ?? {},
    skipped: summary?.skipped ?? [],
    findings: error === null ? [] : [toFinding(error)],
  })}\n`
}

/** What stopped the import, for other programs: keys in the order of the alphabet. */
export function printFindings(error: LockstepError | null): string {
  return `${JSON.stringify(error === null ? [] : [toFinding(error)], null, 2)}\n`
}

function toFinding({ code, message, details }: LockstepError) {
  const { model = null, pk = null, ordinal = null, field = null } = details
  return { code, field, finding: 'ImportError', left_pk: pk, on: { model, ordinal }, reason: message, right_pk: null }
}

/** The table at the end, and what people should know besides. */
export function printImport(summary: ImportSummary, { dryRun }: { readonly dryRun: boolean }): string {
  const { models, skipped, repeated } = summary
  const rows = [
    ['', ...importOutcomes],
    ...Object.entries(models).map(([model, counts]) => [model, ...importOutcomes.map((one) => String(counts[one]))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  return [
    ...(repeated ? ['This import was done before; nothing was written now.'] : []),
    ...(dryRun ? ['Tried out; nothing was kept.'] : []),
    ...table,
    ...(skipped.length === 0 ? [] : ['', 'Skipped:', ...printSkipped(skipped)]),
    ...printMatchable(summary),
    '',
  ].join('\n')
}

const NAMED = 3

/** A line for each reason: how many rows, and the first of them. */
function printSkipped(skipped: ImportSummary['skipped']): readonly string[] {
  const least = skipped.length === SKIPPED_SHOWN ? 'at least ' : ''
  return [...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, rows]) => {
    const named = rows.slice(0, NAMED).map(({ model, pk }) => `${model} ${pk}`)
    const more = rows.length > NAMED ? ', …' : ''
    return `  ${least}${rows.length} ${rows.length === 1 ? 'row' : 'rows'}, ${reason}: ${named.join(', ')}${more}`
  })
}

function printMatchable({ matchable, models, repeated }: ImportSummary): readonly string[] {
  const people = countPeople(models)
  if (people === 0) return []
  return [
    '',
    repeated
      ? `When it was done, ${matchable} of ${people} people could be matched by an address.`
      : `${matchable} of ${people} people can be matched by an address.`,
  ]
}

function countPeople(models: ImportSummary['models']): number {
  const { inserted = 0, existing = 0, merged = 0, renamed = 0 } = models['sentry.user'] ?? {}
  return inserted + existing + merged + renamed
}

/** What should not be overlooked. */
export function listWarnings(
  { unknown, matchable, models, repeated }: ImportSummary,
  chosen: 'people' | 'organizations',
): readonly string[] {
  const people = countPeople(models)
  return [
    ...(unknown.length === 0
      ? []
      : [`The archive has ${chosen === 'people' ? 'nobody' : 'no organization'} called ${unknown.join(', ')}.`]),
    ...(people === 0 ? ['Nobody was imported.'] : []),
    ...(people > 0 && matchable === 0 && !repeated
      ? [
          'Nobody of them can be matched: no address is verified. Name your own domains in people.domains, which holds at once and without another import, or set people.match to any.',
        ]
      : []),
  ]
}
