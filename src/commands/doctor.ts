import { readStatePlace } from '../config/environment.ts'
import { countErrors } from '../doctor/check.ts'
import { examine } from '../doctor/doctor.ts'
import type { DoctorDeps } from '../doctor/doctor.ts'
import { systemClock } from '../wire.ts'
import { printChecks } from './checks.ts'
import { defineCommand, exitCodes } from './command.ts'
import { openSession, sessionOptions } from './session.ts'
import type { Session } from './session.ts'

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
      // The session itself keeps nothing: what the environment says is asked here.
      const keepsRef = readStatePlace(io.env, 'cli').kind === 'ref'
      const checks = await examine({ ...depsOf(session), keepsRef, appUrl: values.app ?? null })
      const failed = countErrors(checks) > 0
      if (values.json === true) io.stdout.write(`${JSON.stringify({ ok: !failed, checks }, null, 2)}\n`)
      else io.stdout.write(printChecks(checks, values.all === true))
      return failed ? exitCodes.failed : exitCodes.ok
    } finally {
      await session.close()
    }
  },
})

function depsOf({ wired, config, repo }: Session): DoctorDeps {
  const { host, people, deps } = wired
  return { config, repo, host, people, trackers: deps.trackers, clock: systemClock }
}
