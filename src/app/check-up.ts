import { asLockstepError } from '../core/errors.ts'
import { printRepo } from '../core/issue.ts'
import type { Log } from '../core/ports.ts'
import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/doctor.ts'
import type { Installations } from './installations.ts'
import { doctorDepsOf, type PagePortsDeps } from './page-ports.ts'
import type { Repositories } from './repositories.ts'

export interface CheckUpDeps extends Pick<PagePortsDeps, 'address' | 'clock'> {
  readonly installations: Pick<Installations, 'list'>
  readonly repositories: Pick<Repositories, 'open'>
  readonly log: Log
  readonly stopping: AbortSignal
}

/** Looks daily at everything that the configurations name, so that an ending token is told before anything stops. */
export async function checkUp(deps: CheckUpDeps): Promise<void> {
  const { installations, repositories, log, stopping } = deps
  const told = new Set<string>()
  for await (const place of installations.list()) {
    if (stopping.aborted) return
    // A broken file is told where it was pushed.
    const wired = await repositories.open(place).catch(() => undefined)
    if (wired === undefined) continue
    const checks = await examine(doctorDepsOf(wired, place, deps)).catch((error: unknown) => {
      const { code, message: said } = asLockstepError(error)
      log.warn('doctor not finished', { repository: printRepo(place), code, said })
      return []
    })
    for (const check of checks.filter(({ severity }) => severity !== 'ok')) {
      // The sign-in of a tracker is the same for all repositories.
      const repository = isShared(check) ? null : printRepo(place)
      const key = JSON.stringify([repository, check])
      if (told.has(key)) continue
      told.add(key)
      const { area, subject, severity, message: said, remedy } = check
      log[severity === 'error' ? 'error' : 'warn']('doctor found something', {
        repository,
        area,
        subject,
        said,
        remedy,
      })
    }
  }
}

const isShared = ({ area, subject }: Check): boolean =>
  area !== 'github' && area !== 'people' && ['sign-in', 'token', 'clock', 'url', 'hooks'].includes(subject)
