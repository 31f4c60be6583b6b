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

const LINES = 20

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
  const shown = skipped.slice(0, LINES).map(({ model, pk, reason }) => `  ${model} ${pk}: ${reason}`)
  const more = skipped.length - shown.length
  return [
    ...(repeated ? ['This import was done before; nothing was written now.'] : []),
    ...(dryRun ? ['Tried out; nothing was kept.'] : []),
    ...table,
    ...(shown.length === 0 ? [] : ['', 'Skipped:', ...shown]),
    ...(more === 0 ? [] : [`  and ${more === SKIPPED_SHOWN - LINES ? 'at least ' : ''}${more} more`]),
    '',
    `${summary.matchable} people of this import can be matched by an address.`,
    '',
  ].join('\n')
}

/** What should not be overlooked. */
export function listWarnings({ unknown, matchable, models }: ImportSummary): readonly string[] {
  const { inserted = 0, existing = 0, merged = 0, renamed = 0 } = models['sentry.user'] ?? {}
  const people = inserted + existing + merged + renamed
  return [
    ...(unknown.length === 0 ? [] : [`The archive has nobody called ${unknown.join(', ')}.`]),
    ...(people === 0 ? ['Nobody was imported.'] : []),
    ...(people > 0 && matchable === 0
      ? [
          'Nobody of them can be matched: no address is verified. Name your own domains with --trust-domains or in people.domains, or set people.match to any.',
        ]
      : []),
  ]
}
