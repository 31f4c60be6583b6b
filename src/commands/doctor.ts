import { countErrors } from '../doctor/check.ts'
import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/doctor.ts'
import type { DoctorDeps } from '../doctor/doctor.ts'
import { systemClock } from '../wire.ts'
import { defineCommand, exitCodes } from './command.ts'
import { openSession, sessionOptions } from './session.ts'
import type { Session } from './session.ts'
import { printTable } from './table.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check everything that the configuration names on the live servers, and write nothing.',
  usage: '[--app URL] [--repo OWNER/NAME] [--config FILE] [--all] [--json]',
  options: {
    ...sessionOptions,
    app: { type: 'string', value: 'URL', help: 'Where the app is reached from outside; its hooks are checked then.' },
    all: { type: 'boolean', help: 'Show what is in order too.' },
    json: { type: 'boolean', help: 'Print the checks as JSON.' },
  },
  async run({ values }, io) {
    const session = await openSession(values, io, { stateless: true })
    try {
      const checks = await examine(depsOf(session, values.app ?? null))
      const failed = countErrors(checks) > 0
      if (values.json === true) io.stdout.write(`${JSON.stringify({ ok: !failed, checks }, null, 2)}\n`)
      else io.stdout.write(printChecks(checks, values.all === true))
      return failed ? exitCodes.failed : exitCodes.ok
    } finally {
      await session.close()
    }
  },
})

/** What the doctor asks, of a session that any door opened. */
export function depsOf({ wired, config, repo, environment }: Session, appUrl: string | null): DoctorDeps {
  const { host, people, deps } = wired
  const keepsRef = environment.state.kind === 'ref'
  return { config, repo, host, people, trackers: deps.trackers, clock: systemClock, keepsRef, appUrl }
}

const signs = { ok: 'ok', warning: 'warning', error: 'ERROR' } as const

/** The table, the remedies, and the sum. */
export function printChecks(checks: readonly Check[], all = false): string {
  const shown = checks.filter(({ severity }) => all || severity !== 'ok')
  const rows = shown.flatMap(({ area, subject, severity, message, remedy }) => [
    [signs[severity], area, subject, message],
    ...(remedy === null ? [] : [['', '', '', `→ ${remedy}`]]),
  ])
  const errors = countErrors(checks)
  const warnings = checks.filter(({ severity }) => severity === 'warning').length
  const sum = `${checks.length} checks: ${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`
  return `${printTable(rows)}${rows.length === 0 ? '' : '\n'}${sum}\n`
}
