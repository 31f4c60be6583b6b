import { countErrors } from '../doctor/check.ts'
import type { Check } from '../doctor/check.ts'
import { printTable } from './table.ts'

const signs = { ok: 'ok', warning: 'warning', error: 'ERROR' } as const

/** The table, the remedies, and the sum. */
export function printChecks(checks: readonly Check[], all = false): string {
  const shown = checks.filter(({ severity }) => all || severity !== 'ok')
  const rows = shown.flatMap(({ area, subject, severity, message, remedy }) => [
    [signs[severity], area, subject, message],
    ...(remedy === null ? [] : [['', '', '', `→ ${remedy}`]]),
  ])
  return `${printTable(rows)}${rows.length === 0 ? '' : '\n'}${printCheckSum(checks)}\n`
}

export function printCheckSum(checks: readonly Check[]): string {
  const errors = countErrors(checks)
  const warnings = checks.filter(({ severity }) => severity === 'warning').length
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  return `${count(checks.length, 'check')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`
}
